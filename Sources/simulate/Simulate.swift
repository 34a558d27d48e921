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
        main(nil)
    }
}

enum Version {
    static let text = "0.1.0"
}
