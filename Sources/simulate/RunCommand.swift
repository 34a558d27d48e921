import ArgumentParser
import Profile
import Report

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a firmware, with a summary at the end.",
        usage: "simulate [run] <firmware> --target <name> [<options>]",
        discussion: """
            What the firmware prints, by whichever serial port, ITM or semihosting, goes to stdout; the summary goes \
            to stderr. The exit code is the firmware's own, 124 if a budget was used up, 134 after a fault, a \
            lock-up or a deadlock, 130 after Ctrl-C. A firmware that ends by waiting for ever gives 0.
            """)

    @OptionGroup var options: RunOptions

    @Flag(name: .shortAndLong, help: "No summary; only what the firmware prints.")
    var quiet = false

    func run() throws {
        try reportingFailures {
            let session = try Session(options)
            let profile = try session.run()
            if quiet {
                profile.outcome.complain(about: options.firmware)
            } else {
                StandardError.write("\n" + Text.summary(profile, style: Style.forStandardError))
            }
            try session.writeFiles()
            try profile.outcome.leave()
        }
    }
}

extension Outcome {
    /// Says on stderr what went wrong, where nothing else does.
    func complain(about firmware: String) {
        switch self {
        case .fault, .lockup, .cyclesExhausted, .timeExhausted, .waiting, .deadlock, .breakpoint:
            let lines = clause.split(whereSeparator: \.isNewline)
            for (index, line) in lines.enumerated() {
                StandardError.say(index == 0 ? "simulate: \(firmware) \(line)" : "  \(line)")
            }
        case .exited, .interrupted: break
        }
    }

    /// Ends the program with the exit code that goes with the outcome.
    func leave() throws {
        switch self {
        case .exited(let code):
            guard code != 0 else { return }
            // Of an exit code only the low byte arrives, and a failure must not look like success.
            throw ExitCode(code & 0xFF == 0 ? 255 : code & 0xFF)
        case .cyclesExhausted, .timeExhausted: throw ExitCode(Failure.budgetUsedUp)
        case .fault, .lockup, .deadlock: throw ExitCode(Failure.fault)
        case .interrupted: throw ExitCode(Failure.interrupted)
        case .waiting, .breakpoint: break
        }
    }
}
