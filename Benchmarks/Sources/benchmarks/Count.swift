import Foundation

/// Host instructions per guest instruction, counted by callgrind: a speed that does not depend on the machine's mood,
/// so that it can be a test.
///
/// Each workload runs to two limits; the difference leaves out start-up, decoding and report.
struct Count {
    /// Guest cycles of the shorter and of the longer run: the shorter has reached the workload's loop.
    static let limits = (8_000_000, 16_000_000)
    /// How much more than the golden number is accepted, in percent.
    static let tolerance = 2.0

    /// The simulator without its debug information, on which Valgrind 3.19 gives up; beside it, so that it finds the
    /// targets.
    private static let stripped = ".build/release/simulate-stripped"

    /// The numbers hold for one compiler and one architecture.
    struct Golden: Codable {
        var compiler: String
        var architecture: String
        var hostInstructionsPerGuestInstruction: [String: Double]
    }

    /// Counts and compares with `file`, or writes it.
    ///
    /// - Throws: `BenchmarkError.slower`.
    static func run(golden file: URL, accepting: Bool) throws {
        let version = try Command(words: ["swift", "--version"]).run(expecting: [0]).output.prefix { $0 != "\n" }
        let machine = try Command(words: ["uname", "-m"]).run(expecting: [0]).output.prefix { $0 != "\n" }
        _ = try Command(words: ["strip", "--strip-debug", "-o", stripped, ".build/release/simulate"]).run(expecting: [0]
        )
        defer { try? FileManager.default.removeItem(atPath: stripped) }
        var counted = Golden(
            compiler: String(version), architecture: String(machine), hostInstructionsPerGuestInstruction: [:])
        let golden = try? JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
        let isComparable = golden?.compiler == counted.compiler && golden?.architecture == counted.architecture
        if !isComparable, !accepting {
            let known = golden.map { "\($0.compiler) on \($0.architecture)" } ?? "nothing"
            print("Host instructions: the golden numbers are for \(known), so there is nothing to compare.")
            return
        }
        var isSlower = false
        print("workload   host instructions per guest instruction   golden")
        for workload in Workload.all {
            let number = (try hostInstructionsPerGuestInstruction(workload) * 1000).rounded() / 1000
            counted.hostInstructionsPerGuestInstruction[workload.name] = number
            let before = golden?.hostInstructionsPerGuestInstruction[workload.name] ?? number
            let change = 100 * (number / before - 1)
            let verdict =
                change > tolerance ? "SLOWER" : change < -tolerance ? "faster: make accept" : "ok"
            isSlower = isSlower || change > tolerance
            print(
                left(workload.name, 8) + right(String(format: "%.3f", number), 42)
                    + right(String(format: "%.3f", before), 9) + right(String(format: "%+.1f %%", change), 9)
                    + "  " + verdict)
        }
        if accepting {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try (encoder.encode(counted) + Data("\n".utf8)).write(to: file)
            print("Wrote \(file.relativePath)")
        } else if isSlower {
            throw BenchmarkError.slower
        }
    }

    private static func hostInstructionsPerGuestInstruction(_ workload: Workload) throws -> Double {
        let (short, long) = limits
        let host = try hostInstructions(workload, long) - hostInstructions(workload, short)
        let guest = try workload.instructions(maxCycles: long) - workload.instructions(maxCycles: short)
        return Double(host) / Double(max(guest, 1))
    }

    private static func hostInstructions(_ workload: Workload, _ cycles: Int) throws -> Int {
        let simulate = Workload.simulate(workload.elf, maxCycles: cycles).words.dropFirst()
        let answer = try Command(
            words: ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", stripped] + simulate
        ).run(expecting: [0, 124])
        // ==123== Collected : 570593
        guard let line = answer.errors.split(separator: "\n").last(where: { $0.contains("Collected :") }),
            let number = line.split(separator: " ").last, let count = Int(number)
        else { throw BenchmarkError.unreadable("what callgrind counted for \(workload.name)") }
        return count
    }
}
