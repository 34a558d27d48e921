import ArgumentParser
import Targets

struct TargetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "targets", abstract: "Lists the chips, or tells what is modelled of one.")

    @Argument(help: "A chip.")
    var name: String?

    func run() throws {
        try reportingFailures {
            if let name {
                let (description, model) = try TargetFiles.find(name)
                show(description.overview(model))
            } else {
                for description in try TargetFiles.library().descriptions {
                    let aliases = description.aliases.isEmpty ? "" : " (also \(description.aliases.joined(separator: ", ")))"
                    print("\(description.name)\(aliases): \(description.chip), \(description.core.type.label)")
                }
            }
        }
    }

    private func show(_ target: TargetOverview) {
        print("\(target.name): \(target.chip), \(target.core), \(target.resetHertz / 1_000_000) MHz after reset")
        if !target.aliases.isEmpty { print("also known as \(target.aliases.joined(separator: ", "))") }
        print("\nmemories")
        for memory in target.memories {
            let alias = memory.alias.map { ", also at 0x" + String($0, radix: 16) } ?? ""
            let end = UInt64(memory.base) + UInt64(memory.size) - 1
            print("  \(memory.name): 0x\(String(memory.base, radix: 16))...0x\(String(end, radix: 16)), \(memory.size) B of \(memory.type)\(alias)\(memory.isExecutable ? "" : ", no code")")
        }
        print("\nmodelled: \(target.modelled.joined(separator: ", "))")
        print("not modelled, said when touched: \(target.unmodelled.joined(separator: ", "))")
        print("\ntiming model: \(target.model)")
        print("measured error: \(target.measuredError ?? "not measured")")
        for source in target.sources { print("  from \(source)") }
        for assumption in target.assumed { print("  assumed: \(assumption)") }
    }
}
