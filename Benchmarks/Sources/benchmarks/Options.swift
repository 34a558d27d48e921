/// What to measure.
struct Options {
    static let usage = """
        usage: benchmarks speed [--rounds N] [--only NAME,...] [--target NAME]
               benchmarks count [--accept]   [--only NAME,...] [--target NAME] [--engine NAME]

        NAMEs of workloads are conv, fc, softmax, branchy, memcpy, with 168 appended those at 168 MHz, kws, vww,
        resnet8, and start; of targets stm32f4 and k210; of engines translator and interpreter.
        """

    enum Task { case speed, count }

    let task: Task
    /// Runs of everything.
    var rounds = 5
    var isAccepting = false
    /// All where there is none.
    var only: Set<String>?
    var target: Target?
    var engine: Engine?

    /// - Parameter words: the command line without the program's name.
    /// - Throws: `BenchmarkError.usage`.
    init(_ words: [String]) throws {
        switch words.first {
        case "speed": task = .speed
        case "count": task = .count
        default: throw BenchmarkError.usage("what to measure?")
        }
        var rest = words.dropFirst()
        func value<Value>(of option: String, _ read: (String) -> Value?) throws -> Value {
            guard let word = rest.popFirst(), let value = read(word) else {
                throw BenchmarkError.usage("a value of \(option) is missing or wrong")
            }
            return value
        }
        while let option = rest.popFirst() {
            switch (option, task) {
            case ("--rounds", .speed): rounds = try value(of: option) { Int($0).flatMap { $0 > 0 ? $0 : nil } }
            case ("--accept", .count): isAccepting = true
            case ("--engine", .count): engine = try value(of: option) { Engine(rawValue: $0) }
            case ("--target", _): target = try value(of: option) { Target(rawValue: $0) }
            case ("--only", _): only = try value(of: option, Options.names)
            default: throw BenchmarkError.usage("unknown option \(option)")
            }
        }
    }

    /// Whether nothing was left out by name.
    var isComplete: Bool { only == nil && target == nil && engine == nil }

    func includes(_ firmware: Firmware) -> Bool {
        only?.contains(firmware.name) ?? true && target.map { $0 == firmware.target } ?? true
    }

    private static func names(_ list: String) -> Set<String>? {
        let names = Set(list.split(separator: ",").map(String.init))
        let known = Set((Firmware.workloads + Firmware.networks + Target.allCases.map(\.smallest)).map(\.name))
        return names.isEmpty || !names.isSubset(of: known) ? nil : names
    }
}
