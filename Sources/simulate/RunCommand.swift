import ArgumentParser
import Profile
import Report

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a firmware, with a summary at the end. This is the default.")

    @OptionGroup var options: RunOptions

    @Flag(name: .shortAndLong, help: "No summary; only what the firmware prints.")
    var quiet = false

    func run() throws {
        try reportingFailures {
            let session = try Session(options)
            let profile = try session.run()
            session.console.flush()
            try session.console.writeFiles()
            if !quiet { StandardError.write("\n" + Text.summary(profile, style: Style.forStandardError)) }
            try profile.outcome.leave()
        }
    }
}

extension Outcome {
    /// Ends the program with the exit code that goes with the outcome.
    func leave() throws {
        switch self {
        case .exited(let code): if code != 0 { throw ExitCode(code & 0xFF) }
        case .cyclesExhausted, .timeExhausted: throw ExitCode(Failure.budgetUsedUp)
        case .fault, .lockup: throw ExitCode(Failure.fault)
        case .interrupted: throw ExitCode(130)
        case .waiting, .breakpoint: break
        }
    }
}
