import ArgumentParser
import Profile
import Report

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Runs a firmware and tells where the cycles went.",
        usage: "simulate profile <firmware> --target <name> [--format <format>] [--report <file>] [<options>]",
        discussion: """
            By layer of the network, by function, by interrupt, and what was taken of each memory. The report goes to \
            stdout in the place of what the firmware prints, or to a file; then stdout is the firmware's.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, csv
    }

    @OptionGroup var options: RunOptions

    @Option(help: ArgumentHelp("The form of the report; Documentation/ProfileSchema.md describes the JSON."))
    var format = Format.text

    @Option(help: ArgumentHelp("Which table to write as CSV."))
    var table: CSV.Table?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Where to write the report; - is stdout.", valueName: "file"))
    var report = "-"

    func validate() throws {
        guard table == nil || format == .csv else { throw ValidationError("--table goes with --format csv") }
    }

    func run() throws {
        try reportingFailures {
            try Files.checkWritable(report)
            let session = try Session(options, isQuiet: report == "-")
            let profile = try session.run()
            if report != "-" || format != .text { profile.outcome.complain(about: options.firmware) }
            do throws(Failure) {
                try Files.write(Array(try encode(profile).utf8), to: report)
            } catch {
                // The run may have been long: its result is not lost with the file.
                StandardError.write(Text.summary(profile, style: Style.forStandardError) + "\n")
                throw error
            }
            try session.writeFiles()
            try profile.outcome.leave()
        }
    }

    private func encode(_ profile: RunProfile) throws(Failure) -> String {
        switch format {
        case .text: return Text.full(profile, style: report == "-" ? Style.forStandardOutput : .plain)
        case .csv: return CSV.encode(profile, table ?? .layers)
        case .json:
            do {
                return try JSON.encode(profile)
            } catch {
                throw Failure(sentence: "the profile cannot be written as JSON: \(error)", code: Failure.software)
            }
        }
    }
}

extension CSV.Table: ExpressibleByArgument {}
