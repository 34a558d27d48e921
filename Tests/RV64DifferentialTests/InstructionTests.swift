import TestSupport
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
        for encoding in encodings {
            let maker = VectorMaker(encoding: encoding, decoder: laboratory.decoder)
            let wanted = InstructionTests.vectors(of: encoding)
            let trials = Trials(of: maker, in: laboratory, 0..<(InstructionTests.draws * wanted), until: wanted)
            for complaint in trials.complaints { Issue.record("\(complaint)") }
            if trials.complaints.isEmpty { #expect(trials.agreed == wanted, "\(encoding.name)") }
        }
    }

    @Test("every encoding that is excluded exists") func exclusions() {
        let names = Set(allEncodings.map(\.name))
        for name in KnownDifferences.excluded.keys { #expect(names.contains(name), "\(name)") }
    }
}
