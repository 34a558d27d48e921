import Foundation
import TestSupport
import Testing

/// `--engine`: whatever is run, both engines print and report the same.
@Suite struct EngineReportTests {
    private static let engines = ["interpreter", "translator"]

    /// All firmware of the repository for both chips, and a network by itself, each with its target and what it is fed.
    private static let firmware: [[String]] = {
        let folder = Command.root.appendingPathComponent("firmware")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        let paths = files.compactMap { ($0 as? URL)?.path }.filter { $0.hasSuffix(".elf") && !$0.contains("/kmodel/") }
        let runs = paths.sorted().map { [$0, "--target", $0.hasSuffix(".k210.elf") ? "k210" : "stm32f4"] }
        let picture = folder.appendingPathComponent("digits/digits.kmodel").path
        // Any 64 bytes are an input.
        let input = FileManager.default.temporaryDirectory.appendingPathComponent("simulate-tests-digit.bin")
        try? Data((0..<64).map { UInt8(4 * $0) }).write(to: input)
        return runs + [[picture, "--target", "k210"], [picture, "--target", "k210", "--input", input.path]]
    }()

    /// What a run leaves: how it ended, all that it printed, and the report.
    private struct Outcome: Equatable {
        var status: Int32 = 0
        var output = ""
        var errors = ""
        var report = ""
    }

    private static func outcomes(_ arguments: [String], format: String) throws -> [Outcome] {
        try engines.map { engine in
            let folder = try TemporaryFolder()
            let report = try folder.newFile("report")
            let run = try Command(
                ["profile"] + arguments + ["--engine", engine, "--format", format, "--report", report.path],
                program: Command.fastProgram)
            return Outcome(
                status: run.status, output: run.output, errors: run.errors,
                report: String(decoding: try Data(contentsOf: report), as: UTF8.self))
        }
    }

    private static func expectSame(_ arguments: [String], format: String) throws {
        let outcomes = try outcomes(arguments, format: format)
        #expect(!outcomes[0].report.isEmpty, "\(arguments): \(outcomes[0].errors)")
        #expect(outcomes[0].status == outcomes[1].status, "\(arguments)")
        #expect(outcomes[0].output == outcomes[1].output, "\(arguments)")
        #if arch(x86_64)
        #expect(outcomes[0].errors == outcomes[1].errors, "\(arguments)")
        #endif
        // Not as an expression: a report has thousands of lines.
        if outcomes[0].report != outcomes[1].report {
            let pairs = zip(outcomes[1].report.split(separator: "\n"), outcomes[0].report.split(separator: "\n"))
            let first = pairs.first { $0 != $1 }
            Issue.record("\(arguments): \(first?.0 ?? "") instead of \(first?.1 ?? "")")
        }
    }

    @Test("Both engines print and report the same of the first millions of cycles of all firmware", arguments: firmware)
    func sameReport(run: [String]) throws {
        for format in ["json", "text"] {
            try EngineReportTests.expectSame(run + ["--max-cycles", "2000003"], format: format)
        }
    }

    /// Two harts, interrupts, locks, a network on the KPU, floating point.
    @Test("So they do of whole runs", arguments: ["hello", "locks", "sine", "digits"])
    func sameWholeReport(name: String) throws {
        let file = Command.root.appendingPathComponent("firmware/\(name)/\(name).k210.elf").path
        try EngineReportTests.expectSame([file, "--target", "k210"], format: "json")
    }

    @Test("So they do of the run of any firmware up to any cycle", .enabled(if: Fuzzing.seconds > 0))
    func sameReportFuzz() async throws {
        let all = EngineReportTests.firmware
        // First all of them to the end, then any of them to any cycle.
        try await Fuzzing.run("runs of firmware in both engines", from: 0) { index in
            guard index >= all.count else {
                try EngineReportTests.expectSame(all[index], format: "json")
                return 1
            }
            var random = SplitMix(name: "firmware", index: index)
            let cycles = 1 + random.below(random.one(in: 4) ? 60_000_000 : 2_000_000)
            let format = random.one(in: 2) ? "json" : "text"
            try EngineReportTests.expectSame(random.element(of: all) + ["--max-cycles", "\(cycles)"], format: format)
            return 1
        }
    }
}
