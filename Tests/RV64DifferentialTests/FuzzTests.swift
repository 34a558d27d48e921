import TestSupport
import Testing

@testable import RV64

/// Vectors beyond the kept ones, for as long as asked: `make fuzz SECONDS=600`. A finding names its encoding and its
/// index, by which it comes again. `FUZZ_FROM` begins where an earlier run stopped.
@Suite(.enabled(if: Fuzzing.seconds > 0)) struct RV64FuzzTests {
    /// The first index that the kept vectors do not use.
    private static let first = 40_000

    @Test("Unicorn's RV64 computes the same, for as long as asked")
    func fuzz() throws {
        var laboratory = try Laboratory()
        let makers = allEncodings.filter { KnownDifferences.excluded[$0.name] == nil }
            .map { VectorMaker(encoding: $0, decoder: laboratory.decoder) }
        try Fuzzing.run("vectors of \(makers.count) encodings", from: RV64FuzzTests.first) { index in
            // Code is never placed where some was before, and room runs out.
            if index.isMultiple(of: 1024) { laboratory = try Laboratory() }
            return makers.reduce(0) { agreed, maker in
                let trials = Trials(
                    maker.encoding.name, index..<index + 1, until: 1,
                    vector: { maker.vector(index: $0, at: laboratory.place(for: 16)) }, run: { laboratory.run($0) })
                for complaint in trials.complaints { Issue.record("\(complaint)") }
                return agreed + trials.agreed
            }
        }
    }

    @Test("However an RV64 program is run, the same happens, for as long as asked")
    func lockStep() throws {
        let tests = LockStepTests()
        try Fuzzing.run("programs", from: RV64FuzzTests.first) { index in
            let range = index..<index + 1
            try tests.oneHart(range)
            try tests.twoHarts(range)
            try tests.spinning(range)
            return 3
        }
    }
}
