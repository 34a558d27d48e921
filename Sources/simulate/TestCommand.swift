import ArgumentParser
import Baseline
import Foundation
import Profile
import Report

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Compares every firmware with its committed golden cycles.",
        discussion: """
            Beside a firmware X.elf lies golden.<target>.json, written by --accept. Numbers must be the same unless \
            --tolerance says otherwise.
            """)

    @Argument(help: "Firmware files, or folders with some.")
    var paths: [String]

    @Option(help: ArgumentHelp("Only this target; otherwise every target that a golden file names.", valueName: "name"))
    var target: String?

    @Option(help: "How far a number may be from its golden one: 2%.")
    var tolerance = "0%"

    @Flag(help: "Write the numbers of this run as the golden ones.")
    var accept = false

    @Option(help: ArgumentHelp("Write the verdicts as JUnit XML.", valueName: "file"))
    var junit: String?

    func run() throws {
        try reportingFailures {
            let allowed: Tolerance
            do { allowed = try Tolerance(tolerance) } catch { throw ValidationError("--tolerance: \(error)") }
            var tests: [JUnit.Test] = []
            for path in paths {
                for file in try Files.list(path, ending: ".elf") { tests += try judge(file, allowed) }
            }
            guard !tests.isEmpty else {
                throw Failure.badInput("no firmware with golden cycles was found in \(paths.joined(separator: ", ")); run once with --accept --target NAME")
            }
            if let junit { try Files.write(Array(JUnit.encode(tests, suite: "simulate").utf8), to: junit) }
            let failed = tests.filter { $0.verdict != .passed }.count
            print("\(tests.count - failed) passed, \(failed) failed")
            if failed > 0 { throw ExitCode(Failure.regression) }
        }
    }

    /// All targets of one firmware.
    private func judge(_ file: String, _ allowed: Tolerance) throws -> [JUnit.Test] {
        var tests: [JUnit.Test] = []
        for (name, golden) in try goldens(of: file) {
            let options = try RunOptions.parse([file, "--target", name])
            let profile = try Session(options, isQuiet: true).run()
            let title = "\(file) on \(name)"
            if accept {
                do {
                    try Files.write(Array(try Golden(profile).encoded().utf8), to: golden)
                } catch let failure as Golden.Failure {
                    throw Failure.badInput("\(file): \(failure)")
                }
                print("accepted  \(title)")
                tests.append(JUnit.Test(name: title, verdict: .passed, seconds: profile.totals.seconds))
                continue
            }
            let baseline: Golden
            do {
                baseline = try Golden.decode(try Files.read(golden, what: "golden file"))
            } catch let failure as Golden.Failure {
                throw Failure.badInput("\(golden): \(failure)")
            }
            let verdict = compare(baseline, profile, tolerance: allowed)
            print("\(verdict.passed ? "passed  " : "FAILED  ")  \(title)")
            for message in verdict.messages { print("            \(message)") }
            tests.append(
                JUnit.Test(
                    name: title, verdict: verdict.passed ? .passed : .failed,
                    message: verdict.messages.joined(separator: "\n"), seconds: profile.totals.seconds))
        }
        return tests
    }

    /// The targets that a firmware is tested on, with their golden files.
    private func goldens(of file: String) throws -> [(target: String, path: String)] {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent.split(separator: ".").first.map(String.init) ?? ""
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let elves = names.filter { $0.hasSuffix(".elf") }.count
        let prefix = elves > 1 ? "\(stem).golden." : "golden."
        if let target, accept || names.contains("\(prefix)\(target).json") {
            return [(target, "\(folder)/\(prefix)\(target).json")]
        }
        return names.sorted().compactMap { name in
            guard name.hasPrefix(prefix), name.hasSuffix(".json") else { return nil }
            let found = String(name.dropFirst(prefix.count).dropLast(5))
            return target.map { $0 == found } ?? true ? (found, "\(folder)/\(name)") : nil
        }
    }
}
