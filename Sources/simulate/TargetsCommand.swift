import ArgumentParser
import Profile
import Targets

struct TargetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "targets", abstract: "Lists the chips, or tells what is modelled of one.",
        discussion: """
            A chip is a YAML file; Documentation/AddingATarget.md tells how to write one. Its path is a name, too.
            """)

    @Argument(help: "A chip: its name, an alias or the path of a YAML file.")
    var name: String?

    func run() throws {
        try reportingFailures {
            let lines: [String]
            if let name {
                let (description, model) = try TargetFiles.find(name)
                lines = overview(description.overview(model))
            } else {
                lines = try TargetFiles.library().descriptions.flatMap(entry)
            }
            try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "-")
        }
    }

    private func entry(_ target: TargetDescription) -> [String] {
        let first = "\(target.name.padded(to: 12))  \(target.chip), \(target.core.label)"
        guard !target.aliases.isEmpty else { return [first] }
        return [first, "\("".padded(to: 12))  also \(target.aliases.joined(separator: ", "))"]
    }

    private func overview(_ target: TargetOverview) -> [String] {
        let reset = Numeral.frequency(Double(target.resetHertz))
        let crystal = Numeral.frequency(Double(target.HSE))
        var lines = [
            "\(target.name): \(target.chip), \(target.core), \(reset) after reset"
                + (target.HSE > 0 ? ", \(crystal) crystal unless --hse says otherwise" : "")
        ]
        if !target.aliases.isEmpty { lines.append("also known as \(target.aliases.joined(separator: ", "))") }
        lines += ["", "Memories"]
        lines += target.memories.map { memory in
            let end = UInt32(truncatingIfNeeded: UInt64(memory.base) + UInt64(memory.size) - 1)
            let alias = memory.alias.map { ", also at \(hexadecimal($0))" } ?? ""
            return "  \(memory.name.padded(to: 8))  \(hexadecimal(memory.base))...\(hexadecimal(end))  "
                + "\(Numeral.grouped(memory.size)) B of \(memory.type)\(alias)\(memory.isExecutable ? "" : ", no code")"
        }
        lines += ["", "Modelled"] + wrapped(target.modelled)
        if !target.unmodelled.isEmpty {
            lines += ["", "Not modelled; touching one is reported by name"] + wrapped(target.unmodelled)
        }
        lines += ["", "Timing model \(target.model)"]
        lines.append("  measured error: \(target.measuredError ?? "not measured")")
        lines += target.sources.map { "  from \($0)" }
        if !target.assumed.isEmpty { lines += ["", "Assumed"] + target.assumed.map { "  \($0)" } }
        return lines
    }

    /// Names with commas between them, in lines of at most 100 characters.
    private func wrapped(_ names: [String]) -> [String] {
        var lines: [String] = []
        var line = ""
        for (index, name) in names.enumerated() {
            let piece = name + (index == names.count - 1 ? "" : ",")
            if !line.isEmpty, line.count + piece.count > 97 {
                lines.append("  " + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + piece
        }
        return lines + ["  " + line]
    }
}
