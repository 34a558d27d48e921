import Testing

@testable import RV64

/// Every encoding against Unicorn's RV64 (QEMU's translator), on words made from the diagrams.
@Suite struct InstructionTests {
    /// Floating point has more corners.
    static func vectors(of encoding: Encoding) -> Int { encoding.timing.isFloatingPoint ? 1000 : 500 }
    /// Of so many that are drawn; the others are reserved, of another encoding, or address nothing.
    static let draws = 40

    @Test("Unicorn computes the same", arguments: TimingClass.allCases)
    func agreement(timing: TimingClass) throws {
        let encodings = allEncodings.filter { $0.timing == timing && KnownDifferences.excluded[$0.name] == nil }
        guard !encodings.isEmpty else { return }
        let laboratory = try Laboratory()
        for encoding in encodings { judge(encoding, laboratory) }
    }

    private func judge(_ encoding: Encoding, _ laboratory: Laboratory) {
        let maker = VectorMaker(encoding: encoding, decoder: laboratory.decoder)
        let wanted = InstructionTests.vectors(of: encoding)
        var failures = 0
        var agreed = 0
        for index in 0..<(InstructionTests.draws * wanted) where agreed < wanted && failures < 3 {
            guard let vector = maker.vector(index: index, at: laboratory.place(for: 16)) else { continue }
            switch laboratory.run(vector) {
            case .agreed:
                agreed += 1
            case .discarded:
                break
            case .refused(let who):
                failures += 1
                Issue.record("\(encoding.name) #\(index): refused by \(who). \(vector.description)")
            case .differed(let lines):
                failures += 1
                let lines = lines.joined(separator: "; ")
                Issue.record("\(encoding.name) #\(index): \(lines). Before: \(vector.description)")
            }
        }
        if failures == 0 { #expect(agreed == wanted, "\(encoding.name): \(agreed) vectors") }
    }

    @Test("every encoding that is excluded exists") func exclusions() {
        let names = Set(allEncodings.map(\.name))
        for name in KnownDifferences.excluded.keys { #expect(names.contains(name), "\(name)") }
    }
}
