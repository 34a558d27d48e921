import Foundation

/// What `make fuzz` asks for: to go on with vectors that the tests do not keep.
public enum Fuzzing {
    /// For how many seconds; 0 if it does not ask.
    public static let seconds = number("FUZZ_SECONDS") ?? 0

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    /// Calls `body` with one index after the other until the time is over. `FUZZ_FROM` begins where an earlier run
    /// stopped.
    ///
    /// - Parameters:
    ///   - first: the first index that the kept vectors do not use.
    ///   - body: tries an index, and returns how many vectors agreed.
    public static func run(_ what: String, from first: Int, _ body: (_ index: Int) throws -> Int) rethrows {
        let end = Date().addingTimeInterval(Double(seconds))
        var index = number("FUZZ_FROM") ?? first
        var agreed = 0
        while Date() < end {
            agreed += try body(index)
            index += 1
        }
        print("\(agreed) \(what) agreed; FUZZ_FROM=\(index) goes on from here")
    }
}
