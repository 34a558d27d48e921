import TestSupport
import Testing

@testable import CortexM

/// Vectors beyond the kept ones, for as long as asked: `make fuzz SECONDS=600`. A finding names its encoding and its
/// index, by which it comes again. `FUZZ_FROM` begins where an earlier run stopped.
@Suite(.enabled(if: Fuzzing.seconds > 0)) struct FuzzTests {
    /// The first index that the kept vectors do not use.
    private static let first = InstructionTests.draws * InstructionTests.vectorsPerEncoding

    @Test("Unicorn computes the same, for as long as asked")
    func fuzz() throws {
        var laboratory = try Laboratory()
        let makers = allEncodings.filter { KnownDifferences.excluded[$0.name] == nil }
            .map { VectorMaker(encoding: $0, decoder: laboratory.decoder) }
        try Fuzzing.run("vectors of \(makers.count) encodings", from: FuzzTests.first) { index in
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
}
