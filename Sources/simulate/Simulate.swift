import ArgumentParser

@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs the firmware of a microcontroller on a model of its chip and counts every cycle.",
        usage: """
            simulate <firmware> --target <name> [<options>]
            simulate <subcommand>
            """,
        discussion: """
            The firmware is the ELF file that a board would be flashed with, unmodified. Its own output goes to \
            stdout, the summary to stderr.

              simulate firmware.elf --target stm32f4
              simulate profile firmware.elf --target stm32f4
              simulate test firmware/

            Exit codes: the firmware's own; 1 a regression; 64 wrong usage; 65 a file that cannot be used; 124 cycle \
            or time budget used up; 130 Ctrl-C; 134 fault or lock-up.

            Environment: NO_COLOR, if not empty, turns colours off; SIMULATE_TARGETS names the folder with the \
            targets, if it is neither beside the program nor in ../share/simulate.
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, ProfileCommand.self, TestCommand.self, CompareCommand.self, TargetsCommand.self,
            DisassembleCommand.self, TraceCommand.self,
        ],
        defaultSubcommand: RunCommand.self)

    static func main() {
        Output.openStandardStreams()
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            var command = try subcommand(arguments) ?? parseAsRoot(arguments)
            try command.run()
        } catch {
            exit(withError: error)
        }
    }

    /// The subcommand that is named first, or the default one, if it alone makes sense of its arguments: building the
    /// tree of all commands takes half as long again. Help, and what is wrong with the arguments, is left to the tree.
    private static func subcommand(_ arguments: [String]) -> (any ParsableCommand)? {
        guard let name = arguments.first, name != "help" else { return nil }
        if let named = configuration.subcommands.first(where: { $0.configuration.commandName == name }) {
            return try? named.parse(Array(arguments.dropFirst()))
        }
        return try? RunCommand.parse(arguments)
    }
}

enum Version {
    static let text = "0.1.0"
}
