import ArgumentParser

@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs the firmware of a microcontroller on a model of the chip, counts every cycle, and tells where they went.",
        discussion: """
            The firmware is the ELF file that a board would be flashed with, unmodified. Its own output goes to \
            stdout, the summary to stderr.

            Exit codes: the firmware's own; 1 a regression; 64 wrong usage; 65 bad input file; 124 cycle or time \
            budget used up; 134 fault or lock-up.
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, ProfileCommand.self, TestCommand.self, CompareCommand.self, TargetsCommand.self,
            DisassembleCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
}

enum Version {
    static let text = "0.1.0"
}
