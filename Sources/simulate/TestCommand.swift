import ArgumentParser
import Baseline
import FoundationEssentials
import Profile
import Report

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Compares firmware with its golden cycles, layer by layer.",
        usage: """
            simulate test <path> ... [--tolerance <percent>] [--junit <file>]
            simulate test <path> ... --accept [--target <name>]
            """,
        discussion: """
            Beside a firmware lies golden.<target>.json or, where a folder has several, <name>.golden.<target>.json. \
            A run must give the same numbers, unless --tolerance says otherwise: slower and faster, new and vanished \
            layers fail, each with its message; so do a changed firmware and a changed timing model. --accept takes \
            the numbers of this run; a firmware without golden numbers needs --target as well.

            Exit codes: 0 if all passed; 1 if one failed; 65 if there was nothing to test, or one could not be run.
            """)

    @Argument(help: "Firmware files, or folders in which to look for *.elf.")
    var paths: [String]

    @Option(
        help: ArgumentHelp("Only this target; otherwise every target that a golden file names.", valueName: "name"))
    var target: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How much worse a number may be than its golden one: 2%.", valueName: "percent"),
        transform: { text in
            do { return try Tolerance(text) } catch { throw ValidationError("\(error)") }
        })
    var tolerance: Tolerance = .exact

    @Option(help: EngineChoice.help)
    var engine: EngineChoice?

    @Flag(help: "Take the numbers of this run as the golden ones, where they have changed.")
    var accept = false

    @Option(help: ArgumentHelp("Write the verdicts as JUnit XML.", valueName: "file"))
    var junit: String?

    func run() throws {
        try reportingFailures {
            if let junit { try Files.checkWritable(junit) }
            let target = try target.map { try TargetFiles.find($0).0.name }
            var files: [String] = []
            for path in paths {
                for file in try Files.list(path, ending: ".elf") where !files.contains(file) { files.append(file) }
            }
            guard !files.isEmpty else {
                throw Failure.badInput("there is no *.elf in \(paths.joined(separator: ", ")); check the path")
            }
            var tests: [JUnit.Test] = []
            for file in files {
                for test in GoldenFiles.tests(of: file, on: target, mayBeNew: accept) {
                    let judged = try judge(test)
                    say(judged)
                    tests.append(judged.junit)
                }
            }
            if let junit { try Files.write(Array(JUnit.encode(tests, suite: "simulate").utf8), to: junit) }
            try conclude(tests)
        }
    }

    /// One firmware on one target.
    private func judge(_ test: GoldenFiles.Test) throws -> Judged {
        guard let target = test.target else {
            let remedy = accept ? "name a target with --target" : "run with --accept --target NAME"
            return Judged(test, .skipped, "no golden numbers\(target.map { " for \($0)" } ?? ""): skipped; \(remedy)")
        }
        do {
            var golden: Golden?
            if test.exists {
                do {
                    golden = try Golden.decode(try Files.read(test.golden, what: "golden file"))
                } catch let failure as Golden.Failure where !accept {
                    throw Failure.badInput("\(test.golden): \(failure)")
                } catch is Golden.Failure {}
            }
            let profile = try run(test.file, on: target, golden)
            if case .interrupted = profile.outcome { throw ExitCode(Failure.interrupted) }
            if accept { return try accept(profile, test) }
            guard let golden else { throw Failure.badInput("\(test.golden) has gone") }
            let verdict = compare(golden, profile, tolerance: tolerance)
            var messages = verdict.messages
            if profile.outcome.kind != golden.outcome { messages.append(profile.outcome.clause) }
            return Judged(
                test, verdict.passed ? .passed : .failed, messages.joined(separator: "\n"), profile.totals.seconds)
        } catch let failure as Failure {
            return Judged(test, .error, failure.sentence)
        }
    }

    /// A firmware that has come to run for ever is stopped well behind its golden end.
    private func run(_ file: String, on target: String, _ golden: Golden?) throws -> RunProfile {
        var arguments = ["--target", target]
        if let golden, golden.cycles < 1 << 50 {
            arguments += ["--max-cycles", String(10 * golden.cycles + 100_000_000)]
        }
        if let engine { arguments += ["--engine", engine.rawValue] }
        return try Session(try RunOptions.parse(arguments + ["--", file]), isQuiet: true).run()
    }

    private func accept(_ profile: RunProfile, _ test: GoldenFiles.Test) throws -> Judged {
        let bytes: [UInt8]
        do throws(Golden.Failure) {
            bytes = Array(try Golden(profile).encoded().utf8)
        } catch {
            throw Failure.badInput("\(test.file): \(error)")
        }
        let ending = profile.outcome.exitCode == 0 ? "" : "the run \(profile.outcome.clause)"
        if test.exists, try Files.read(test.golden, what: "golden file") == bytes {
            return Judged(test, .passed, ending, profile.totals.seconds, word: "unchanged")
        }
        try Files.write(bytes, to: test.golden)
        return Judged(test, .passed, ending, profile.totals.seconds, word: "accepted")
    }

    private func say(_ judged: Judged) {
        var lines = "\(judged.word.padded(to: 10))\(judged.junit.name)\n"
        for line in judged.junit.message.split(whereSeparator: \.isNewline) {
            lines += String(repeating: " ", count: 12) + String(line) + "\n"
        }
        Output.write(Array(lines.utf8), to: 1)
    }

    private func conclude(_ tests: [JUnit.Test]) throws {
        func count(_ verdict: JUnit.Verdict) -> Int { tests.filter { $0.verdict == verdict }.count }
        let (failed, errors, skipped) = (count(.failed), count(.error), count(.skipped))
        var parts = ["\(count(.passed)) passed", "\(failed) failed"]
        if errors > 0 { parts.append("\(errors) not run") }
        if skipped > 0 { parts.append("\(skipped) skipped") }
        Output.write(Array((parts.joined(separator: ", ") + "\n").utf8), to: 1)
        if failed > 0 { throw ExitCode(Failure.regression) }
        if errors > 0 { throw ExitCode(Failure.badInput) }
        guard skipped < tests.count else {
            throw Failure.badInput(
                "no golden numbers were found in \(paths.joined(separator: ", ")); "
                    + "run once with --accept --target NAME")
        }
    }
}

/// A verdict, and the word for it.
private struct Judged {
    let junit: JUnit.Test
    let word: String

    init(
        _ test: GoldenFiles.Test, _ verdict: JUnit.Verdict, _ message: String, _ seconds: Double = 0,
        word: String? = nil
    ) {
        let name = test.file + (test.target.map { " on \($0)" } ?? "")
        junit = JUnit.Test(name: name, verdict: verdict, message: message, seconds: seconds)
        self.word = word ?? Judged.word(for: verdict)
    }

    private static func word(for verdict: JUnit.Verdict) -> String {
        switch verdict {
        case .passed: "passed"
        case .failed: "FAILED"
        case .error: "ERROR"
        case .skipped: "skipped"
        }
    }
}
