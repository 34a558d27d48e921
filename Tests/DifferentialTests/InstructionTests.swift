import Testing

@testable import CortexM

/// Every encoding against Unicorn's Cortex-M4 (QEMU's translator), on words made from the diagrams.
@Suite struct InstructionTests {
    static let vectorsPerEncoding = 500

    @Test("Unicorn computes the same", arguments: TimingClass.allCases)
    func agreement(timing: TimingClass) throws {
        let encodings = allEncodings.filter { $0.timing == timing && KnownDifferences.excluded[$0.name] == nil }
        guard !encodings.isEmpty else { return }
        for round in Fuzzing.rounds {
            let laboratory = try Laboratory()
            for encoding in encodings { judge(encoding, laboratory, round) }
        }
    }

    private func judge(_ encoding: Encoding, _ laboratory: Laboratory, _ round: Int) {
        let maker = VectorMaker(encoding: encoding, decoder: laboratory.decoder)
        var failures = 0
        var agreed = 0
        for index in Fuzzing.indices(round, 40 * InstructionTests.vectorsPerEncoding)
        where agreed < InstructionTests.vectorsPerEncoding && failures < 3 {
            let address = laboratory.place(for: 16)
            guard let vector = maker.vector(index: index, at: address) else { continue }
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
        if failures == 0 {
            #expect(agreed == InstructionTests.vectorsPerEncoding, "\(encoding.name): \(agreed) vectors")
        }
    }

    @Test("every encoding that is excluded exists") func exclusions() {
        let names = Set(allEncodings.map(\.name))
        for name in KnownDifferences.excluded.keys { #expect(names.contains(name), "\(name)") }
    }
}
