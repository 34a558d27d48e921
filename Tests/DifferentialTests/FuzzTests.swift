import TestSupport
import Testing

@testable import CortexM

/// Vectors beyond the kept ones, for as long as asked: `make fuzz SECONDS=600`. A finding names its encoding and its
/// index, by which it comes again. `FUZZ_FROM` begins where an earlier run stopped.
@Suite(.enabled(if: Fuzzing.seconds > 0)) struct FuzzTests {
    /// The first index that the kept vectors do not use.
    private static let first = InstructionTests.draws * InstructionTests.vectorsPerEncoding

    @Test("Unicorn computes the same, for as long as asked")
    func fuzz() async throws {
        let decoder = Decoder()
        let makers = allEncodings.filter { KnownDifferences.excluded[$0.name] == nil }
            .map { VectorMaker(encoding: $0, decoder: decoder) }
        try await Fuzzing.run(makers, from: FuzzTests.first, in: { try Laboratory() }) { Issue.record("\($0)") }
    }

    @Test("Both engines execute the same programs alike, for as long as asked")
    func engines() async {
        let themes = LockStepProgram.Theme.allCases
        await Fuzzing.run("programs in both engines", from: 1000) { number in
            let (index, theme) = number.quotientAndRemainder(dividingBy: themes.count)
            return Cut.allCases.reduce(0) { LockStepTests.differs(index, themes[theme], $1) ? $0 : $0 + 1 }
        }
    }

    @Test("Both engines execute straight code in loops alike, for as long as asked")
    func loops() async {
        let kinds = TranslatorTests.kinds
        await Fuzzing.run("loops in both engines", from: TranslatorTests.programs.upperBound * kinds.count) { number in
            let (index, kind) = number.quotientAndRemainder(dividingBy: kinds.count)
            return TranslatorTests().failures(kinds[kind], index..<index + 1) == 0 ? 1 : 0
        }
    }
}
