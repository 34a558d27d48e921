import Foundation

/// What `make fuzz` asks for: to go on with vectors that the tests do not keep.
public enum Fuzzing {
    /// For how many seconds; 0 if it does not ask.
    public static let seconds = number("FUZZ_SECONDS") ?? 0

    /// When all suites are over, whenever each began.
    private static let end = Date().addingTimeInterval(Double(seconds))
    /// For how long a suite goes on before it is another's turn, in seconds.
    private static let turn = 0.2

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    /// Calls `body` with one index after the other until the time is over, in turns with the other suites. `FUZZ_FROM`
    /// begins where an earlier run stopped.
    ///
    /// - Parameters:
    ///   - first: the first index that the kept vectors do not use.
    ///   - body: tries an index, and returns how many vectors agreed.
    public static func run(_ what: String, from first: Int, _ body: (_ index: Int) throws -> Int) async rethrows {
        var index = number("FUZZ_FROM") ?? first
        var agreed = 0
        var turnEnd = Date().addingTimeInterval(turn)
        while Date() < end {
            agreed += try body(index)
            index += 1
            guard Date() > turnEnd else { continue }
            await Task.yield()
            turnEnd = Date().addingTimeInterval(turn)
        }
        print("\(agreed) \(what) agreed; FUZZ_FROM=\(index) goes on from here")
    }

    /// Tries a vector of every maker, round after round, until the time is over.
    ///
    /// - Parameters:
    ///   - first: the first index that the kept vectors do not use.
    ///   - laboratory: makes what executes them; again every 1024 rounds, because code is never placed where some was
    ///     before, and room runs out.
    ///   - report: takes what is wrong with a vector.
    public static func run<Maker: VectorMaking, Laboratory: Comparing<Maker.Vector>>(
        _ makers: [Maker], from first: Int, in laboratory: () throws -> Laboratory, report: (String) -> Void
    ) async throws {
        var current = try laboratory()
        try await run("vectors of \(makers.count) encodings", from: first * makers.count) { number in
            let (index, maker) = number.quotientAndRemainder(dividingBy: makers.count)
            if maker == 0, index.isMultiple(of: 1024) { current = try laboratory() }
            let trials = Trials(of: makers[maker], in: current, index..<index + 1, until: 1)
            for complaint in trials.complaints { report(complaint) }
            return trials.agreed
        }
    }
}
