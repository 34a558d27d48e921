import Foundation

/// The simulator beside QEMU: the same programs, in turns, in processor time, without start-up.
struct Speed {
    static let rounds = 5

    /// What is written to `.build/speed.json`. Times are medians, in seconds of processor time, start-up included.
    struct Result: Codable {
        struct Row: Codable {
            let workload: String
            let instructions: Int
            let simulateSeconds: Double
            let qemuSeconds: Double
            let simulateMIPS: Double
            let qemuMIPS: Double
            let ratio: Double
        }
        let qemu: String
        let rounds: Int
        let simulateStartUpSeconds: Double
        let qemuStartUpSeconds: Double
        let rows: [Row]
        let geometricMean: Double
    }

    /// Measures, prints a table and writes `file`.
    static func run(writing file: URL) throws {
        let result = try measure()
        print(table(result))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(result).write(to: file)
        print("Wrote \(file.relativePath)")
    }

    private static func measure() throws -> Result {
        let empty = FileManager.default.temporaryDirectory.appendingPathComponent("start-up.elf")
        try StartUp.write(to: empty)
        defer { try? FileManager.default.removeItem(at: empty) }
        let instructions = try Workload.all.map { try $0.instructions() }
        let elfs = [empty.path] + Workload.all.map(\.elf)
        var ours = elfs.map { _ in [Double]() }
        var theirs = ours
        for _ in 0..<rounds {
            for (index, elf) in elfs.enumerated() {
                ours[index].append(try Workload.simulate(elf).run(expecting: [0]).seconds)
                theirs[index].append(try Workload.qemu(elf).run(expecting: [0]).seconds)
            }
        }
        let (our, their) = (ours.map(median), theirs.map(median))
        let rows = Workload.all.indices.map { index in
            let millions = Double(instructions[index]) / 1e6
            let simulate = millions / max(our[index + 1] - our[0], 0.001)
            let qemu = millions / max(their[index + 1] - their[0], 0.001)
            return Result.Row(
                workload: Workload.all[index].name, instructions: instructions[index],
                simulateSeconds: our[index + 1], qemuSeconds: their[index + 1], simulateMIPS: simulate, qemuMIPS: qemu,
                ratio: simulate / qemu)
        }
        let version = try Command(words: ["qemu-system-arm", "--version"]).run(expecting: [0]).output
        return Result(
            qemu: String(version.prefix { $0 != "\n" }), rounds: rounds, simulateStartUpSeconds: our[0],
            qemuStartUpSeconds: their[0], rows: rows,
            geometricMean: exp(rows.reduce(0) { $0 + log($1.ratio) } / Double(rows.count)))
    }

    private static func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

    private static func table(_ result: Result) -> String {
        var lines = ["workload   instructions   simulate       QEMU   ratio"]
        for row in result.rows {
            lines.append(
                left(row.workload, 8) + right("\(row.instructions)", 15)
                    + right(String(format: "%.0f", row.simulateMIPS), 11)
                    + right(String(format: "%.0f", row.qemuMIPS), 11) + right(String(format: "%.2f", row.ratio), 8))
        }
        lines.append(left("geometric mean", 45) + right(String(format: "%.2f", result.geometricMean), 8))
        lines.append("")
        lines.append(
            """
            Millions of guest instructions per second of processor time: exact cycles and profile, beside \
            \(result.qemu), which counts neither. \(result.rounds) runs each in turns, medians; start-up \
            (\(milliseconds(result.simulateStartUpSeconds)) and \(milliseconds(result.qemuStartUpSeconds))) is left out.
            """)
        return lines.joined(separator: "\n")
    }

    private static func milliseconds(_ seconds: Double) -> String { String(format: "%.0f ms", 1000 * seconds) }
}

/// `text`, filled with spaces to `width`.
func left(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
func right(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
