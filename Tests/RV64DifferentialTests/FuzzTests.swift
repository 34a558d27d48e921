import Foundation
import Testing

@testable import RV64

/// What `make fuzz` asks for.
enum FuzzRequest {
    static let seconds = number("FUZZ_SECONDS") ?? 0
    /// The first index to try; by default the first that the kept vectors do not use.
    static let first = number("FUZZ_FROM") ?? 40_000

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
}

/// Vectors beyond the kept ones, for as long as asked: `make fuzz SECONDS=600`. A finding names its encoding and its
/// index, by which it comes again. `FUZZ_FROM` begins where an earlier run stopped.
@Suite(.enabled(if: FuzzRequest.seconds > 0)) struct RV64FuzzTests {
    @Test("Unicorn's RV64 computes the same, for as long as asked")
    func fuzz() throws {
        let decoder = Decoder()
        var laboratory = try Laboratory()
        let makers = allEncodings.filter { KnownDifferences.excluded[$0.name] == nil }
            .map { (name: $0.name, maker: VectorMaker(encoding: $0, decoder: decoder)) }
        let end = Date().addingTimeInterval(Double(FuzzRequest.seconds))
        var index = FuzzRequest.first
        var agreed = 0
        while Date() < end {
            for (name, maker) in makers {
                guard let vector = maker.vector(index: index, at: laboratory.place(for: 16)) else { continue }
                switch laboratory.run(vector) {
                case .agreed:
                    agreed += 1
                case .discarded:
                    break
                case .refused(let who):
                    Issue.record("\(name) #\(index): refused by \(who). \(vector.description)")
                case .differed(let lines):
                    Issue.record(
                        "\(name) #\(index): \(lines.joined(separator: "; ")). Before: \(vector.description)")
                }
            }
            index += 1
            // Code is never placed where some was before, and room runs out.
            if index.isMultiple(of: 1024) { laboratory = try Laboratory() }
        }
        print("\(agreed) vectors of \(makers.count) encodings agreed; FUZZ_FROM=\(index) goes on from here")
    }
}
