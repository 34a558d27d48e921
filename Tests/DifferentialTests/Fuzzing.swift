import Foundation

/// How long the tests go on with vectors that were never tried: `make fuzz`.
///
/// Round 0 has the kept seeds. With SIMULATE_FUZZ_SECONDS more rounds follow until the time, shared among all tests, is
/// over. A failure names the vector by a number that SIMULATE_FUZZ_ROUND reproduces: its round is the number divided by
/// `stride`.
enum Fuzzing {
    /// More than a round ever draws.
    static let stride = 100_000

    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["SIMULATE_FUZZ_SECONDS"].flatMap(Double.init) ?? 0
    private static let first =
        environment["SIMULATE_FUZZ_ROUND"].flatMap(Int.init) ?? Int(Date().timeIntervalSince1970) % 1_000_000 * 1000 + 1
    /// How many tests share the time: one for each timing class, and the sequences.
    private static let shares = 46.0

    /// The rounds of one test.
    static var rounds: some Sequence<Int> {
        if let only = environment["SIMULATE_FUZZ_ROUND"].flatMap(Int.init) { return AnySequence([only]) }
        let share = seconds * Double(ProcessInfo.processInfo.activeProcessorCount) / shares
        var next = 0
        var end: Date?
        return AnySequence(
            AnyIterator { () -> Int? in
                if next == 0 {
                    next = first
                    end = Date() + share
                    return 0
                }
                guard seconds > 0, let end, Date() < end else { return nil }
                defer { next += 1 }
                return next
            })
    }

    /// The numbers of the vectors of a round.
    static func indices(_ round: Int, _ count: Int) -> Range<Int> { round * stride..<round * stride + count }
}
