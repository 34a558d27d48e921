import Foundation

/// Host instructions per guest instruction, counted by callgrind: a speed that does not depend on the machine's mood,
/// so that it can be a test.
///
/// Each workload runs to two limits; the difference leaves out start-up, decoding, translation and report.
struct Count {
    /// How much more than the golden number is accepted, in percent.
    static let tolerance = 2.0

    /// The simulator without its debug information, on which Valgrind 3.19 gives up; beside it, so that it finds the
    /// targets.
    private static let stripped = "\(Simulate.program)-stripped"

    /// The numbers hold for one compiler and one kind of host.
    struct Golden: Codable, Equatable {
        var compiler: String
        var host: String
        var hostInstructionsPerGuestInstruction: [String: Double] = [:]
        /// Millions, from command to report of the smallest firmware.
        var hostInstructionsOfStartUp: [String: Double] = [:]

        func isComparable(to other: Golden) -> Bool { compiler == other.compiler && host == other.host }
    }

    /// A run under callgrind.
    private struct Job {
        let firmware: Firmware
        let engine: Engine
        let maxCycles: Int?

        var key: String { "\(firmware.name).\(firmware.target.rawValue) \(engine.rawValue)" }
    }

    private struct Counted {
        let host: Int
        let guest: Int
    }

    /// Counts and compares with `file`, or writes it.
    ///
    /// - Throws: `BenchmarkError.slower`.
    static func run(_ options: Options, golden file: URL) throws {
        let known = try? JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
        let here = try Golden(compiler: compiler(), host: host())
        let golden = known.flatMap { $0.isComparable(to: here) ? $0 : nil }
        guard golden != nil || options.isAccepting else {
            let other = known.map { "\($0.compiler) on \($0.host)" } ?? "nothing"
            print("Host instructions: the golden numbers are for \(other), so there is nothing to compare.")
            return
        }
        let counted = try count(options, into: here)
        if options.isAccepting {
            try accept(counted, over: golden, to: file)
        } else if let golden {
            try compare(counted, with: golden)
        }
    }

    private static func accept(_ counted: Golden, over golden: Golden?, to file: URL) throws {
        var all = golden ?? counted
        all.hostInstructionsPerGuestInstruction.merge(counted.hostInstructionsPerGuestInstruction) { $1 }
        all.hostInstructionsOfStartUp.merge(counted.hostInstructionsOfStartUp) { $1 }
        print(table(counted, golden ?? counted).text)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(all) + Data("\n".utf8)).write(to: file)
        print("Wrote \(file.relativePath)")
    }

    private static func compare(_ counted: Golden, with golden: Golden) throws {
        let (table, isSlower) = table(counted, golden)
        print(table)
        if isSlower { throw BenchmarkError.slower }
    }

    private static func table(_ counted: Golden, _ golden: Golden) -> (text: String, isSlower: Bool) {
        var isSlower = false
        var table = Table(["", "host instructions", "golden", "", ""])
        func add(_ what: String, _ new: [String: Double], _ old: [String: Double]) {
            for (key, number) in new.sorted(by: { $0.key < $1.key }) {
                let change = old[key].map { 100 * (number / $0 - 1) }
                isSlower = isSlower || change.map { $0 > tolerance } ?? true
                table.add([
                    key + what, format(number, 3), format(old[key], 3),
                    change.map { String(format: "%+.1f %%", $0) } ?? "", verdict(change),
                ])
            }
        }
        add("", counted.hostInstructionsPerGuestInstruction, golden.hostInstructionsPerGuestInstruction)
        add(", millions", counted.hostInstructionsOfStartUp, golden.hostInstructionsOfStartUp)
        return (table.text, isSlower)
    }

    private static func verdict(_ change: Double?) -> String {
        switch change {
        case nil: "NEW: make accept"
        case let change? where change > tolerance: "SLOWER"
        case let change? where change < -tolerance: "faster: make accept"
        default: "ok"
        }
    }

    private static func count(_ options: Options, into here: Golden) throws -> Golden {
        _ = try Command(words: ["strip", "--strip-debug", "-o", stripped, Simulate.program]).run()
        defer { try? FileManager.default.removeItem(atPath: stripped) }
        let engines = Engine.allCases.filter { engine in options.engine.map { $0 == engine } ?? true }
        let loops = Firmware.workloads.filter(options.includes).flatMap { firmware in
            engines.flatMap { engine in
                limits(engine).map { Job(firmware: firmware, engine: engine, maxCycles: $0) }
            }
        }
        let starts = engines.filter { $0 == .translator }.flatMap { engine in
            Target.allCases.map(\.smallest).filter(options.includes).map {
                Job(firmware: $0, engine: engine, maxCycles: nil)
            }
        }
        let results = try run(loops + starts)
        var counted = here
        for index in stride(from: 0, to: loops.count, by: 2) {
            let (short, long) = (results[index], results[index + 1])
            let number = Double(long.host - short.host) / Double(max(long.guest - short.guest, 1))
            counted.hostInstructionsPerGuestInstruction[loops[index].key] = rounded(number)
        }
        for (job, result) in zip(starts, results[loops.count...]) {
            counted.hostInstructionsOfStartUp[job.key] = rounded(Double(result.host) / 1e6)
        }
        return counted
    }

    /// Guest cycles of the shorter and of the longer run. The shorter has reached the workload's loop, and the
    /// translator has translated it; between them are many turns, but of the K210's conv the one of 34 million.
    private static func limits(_ engine: Engine) -> [Int] {
        switch engine {
        case .interpreter: [8_000_000, 12_000_000]
        case .translator: [12_000_000, 46_000_000]
        }
    }

    private static func rounded(_ number: Double) -> Double { (number * 1000).rounded() / 1000 }

    /// Runs all, as many at a time as there are processors: the counts do not mind.
    private static func run(_ jobs: [Job]) throws -> [Counted] {
        var running: [Running] = []
        var results: [Counted] = []
        do {
            for job in jobs {
                if running.count == ProcessInfo.processInfo.activeProcessorCount {
                    results.append(try counted(running.removeFirst()))
                }
                running.append(try command(job).start())
            }
            while !running.isEmpty { results.append(try counted(running.removeFirst())) }
        } catch {
            for other in running { _ = try? other.end(expecting: []) }
            throw error
        }
        return results
    }

    private static func command(_ job: Job) -> Command {
        let simulate = Simulate.command(
            job.firmware.elf, job.firmware.target, job.engine, maxCycles: job.maxCycles, program: stripped)
        // Generated code is in no file.
        let valgrind = ["valgrind", "--tool=callgrind", "--smc-check=all-non-file", "--callgrind-out-file=/dev/null"]
        return Command(words: valgrind + simulate.words)
    }

    private static func counted(_ running: Running) throws -> Counted {
        let answer = try running.end(expecting: [0, 124])
        // ==123== Collected : 570593
        guard let line = answer.errors.split(separator: "\n").last(where: { $0.contains("Collected :") }),
            let number = line.split(separator: " ").last, let host = Int(number)
        else { throw BenchmarkError.unreadable("what callgrind counted") }
        return Counted(host: host, guest: try Simulate.instructions(answer))
    }

    private static func compiler() throws -> String {
        String(try Command(words: ["swift", "--version"]).run().output.prefix { $0 != "\n" })
    }

    /// The architecture, and what of it the translator or the C library asks for; Valgrind passes it on.
    private static func host() throws -> String {
        let machine = try Command(words: ["uname", "-m"]).run().output.prefix { $0 != "\n" }
        let flags =
            (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n")
            .first { $0.hasPrefix("flags") }?.split(separator: " ").map(String.init) ?? []
        return ([String(machine)] + ["avx2", "fma"].filter(flags.contains)).joined(separator: " ")
    }
}
