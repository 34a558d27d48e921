import TestSupport
import Testing

@testable import RV64

/// Vectors beyond the kept ones, for as long as asked: `make fuzz SECONDS=600`. A finding names its encoding and its
/// index, by which it comes again. `FUZZ_FROM` begins where an earlier run stopped.
@Suite(.enabled(if: Fuzzing.seconds > 0)) struct RV64FuzzTests {
    /// The first index that the kept vectors do not use.
    private static let first = 40_000

    @Test("Unicorn's RV64 computes the same, for as long as asked")
    func fuzz() async throws {
        let decoder = Decoder()
        let makers = allEncodings.filter { KnownDifferences.excluded[$0.name] == nil }
            .map { VectorMaker(encoding: $0, decoder: decoder) }
        try await Fuzzing.run(makers, from: RV64FuzzTests.first, in: { try Laboratory() }) { Issue.record("\($0)") }
    }

    @Test("However an RV64 program is run, the same happens, for as long as asked")
    func lockStep() async throws {
        let tests = LockStepTests()
        try await Fuzzing.run("programs", from: RV64FuzzTests.first) { index in
            let range = index..<index + 1
            try tests.oneHart(range)
            try tests.twoHarts(range)
            try tests.spinning(range)
            return 3
        }
    }

    @Test("Both engines execute the same RV64 programs alike, for as long as asked")
    func engines() async {
        let themes = EngineProgram.Theme.allCases
        await Fuzzing.run("RV64 programs in both engines", from: 1000) { number in
            let (index, theme) = number.quotientAndRemainder(dividingBy: themes.count)
            return Cut.allCases.reduce(0) { RV64EngineTests.differs(index, themes[theme], $1) ? $0 : $0 + 1 }
        }
    }

    @Test("Both engines execute straight RV64 code in loops alike, for as long as asked")
    func loops() async throws { try await TranslationTests().goOn(from: RV64FuzzTests.first) }
}
