import ArgumentParser
import Profile
import Report

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Runs a firmware and tells where the cycles went: layers, functions, memory.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, csv
    }

    @OptionGroup var options: RunOptions

    @Option(help: "text, json (see Documentation/ProfileSchema.md) or csv.")
    var format = Format.text

    @Option(help: ArgumentHelp("Which table to write as csv.", discussion: CSV.Table.allCases.map(\.rawValue).joined(separator: ", ")))
    var table = "layers"

    @Option(name: .shortAndLong, help: ArgumentHelp("Write the report here; - is stdout, with the firmware's output left out.", valueName: "file"))
    var report = "-"

    func run() throws {
        try reportingFailures {
            guard let csvTable = CSV.Table(rawValue: table) else {
                throw ValidationError(
                    "there is no table '\(table)'; use one of \(CSV.Table.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            let session = try Session(options, isQuiet: report == "-")
            let profile = try session.run()
            session.console.flush()
            try session.console.writeFiles()
            let text: String
            switch format {
            case .text:
                text = Text.full(profile, style: report == "-" ? Style.forStandardOutput : .plain)
            case .csv:
                text = CSV.encode(profile, csvTable)
            case .json:
                do {
                    text = try JSON.encode(profile)
                } catch {
                    throw Failure(sentence: "the profile cannot be written: \(error)", code: 70)
                }
            }
            try Files.write(Array(text.utf8), to: report)
            try profile.outcome.leave()
        }
    }
}
