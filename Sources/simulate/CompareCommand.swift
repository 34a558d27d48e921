import ArgumentParser
import Profile
import Report

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Says what changed between two runs, from their JSON profiles.",
        discussion: "Profiles come from `simulate profile --format json --report FILE`.")

    @Argument(help: "The older profile.")
    var old: String

    @Argument(help: "The newer profile.")
    var new: String

    func run() throws {
        try reportingFailures {
            let comparison = Comparison(old: try load(old), new: try load(new))
            try Files.write(Array(Text.comparison(comparison, style: Style.forStandardOutput).utf8), to: "-")
        }
    }

    private func load(_ path: String) throws(Failure) -> RunProfile {
        let bytes = try Files.read(path, what: "profile")
        do {
            return try JSON.decode(bytes)
        } catch {
            throw .badInput("\(path): \(error)")
        }
    }
}
