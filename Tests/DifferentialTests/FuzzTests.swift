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
        let decoder = Decoder()
        let makers = allEncodings.filter { KnownDifferences.excluded[$0.name] == nil }
            .map { VectorMaker(encoding: $0, decoder: decoder) }
        try Fuzzing.run(makers, from: FuzzTests.first, in: { try Laboratory() }) { Issue.record("\($0)") }
    }
}
