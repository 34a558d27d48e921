import ArgumentParser
import Foundation

/// What every command takes that runs a firmware.
struct RunOptions: ParsableArguments {
    @Argument(help: "The firmware: the ELF file that a board would be flashed with.")
    var firmware: String

    @Option(help: ArgumentHelp("The chip: a name, an alias or the path of a YAML file; see `simulate targets`.", valueName: "name"))
    var target: String

    @Option(help: ArgumentHelp("Stop after this many cycles; k, M and G may follow.", valueName: "cycles"))
    var maxCycles: CycleCount?

    @Option(help: ArgumentHelp("Stop after this much simulated time; s, ms and us may follow.", valueName: "time"))
    var timeout: SimulatedTime?

    @Option(help: ArgumentHelp("The crystal on the board, in Hz; k and M may follow.", valueName: "Hz"))
    var hse: CycleCount?

    @Option(help: ArgumentHelp("Feed a file to a UART: USART2=input.bin.", valueName: "port=file"))
    var input: [PortFile] = []

    @Option(help: ArgumentHelp("Write what a UART sends to a file instead of stdout: USART2=out.bin.", valueName: "port=file"))
    var output: [PortFile] = []

    @Option(help: ArgumentHelp("Let semihosting open files in this folder, and nowhere else.", valueName: "folder"))
    var semihostingRoot: String?

    @Option(help: ArgumentHelp("Seed of the random number generator.", valueName: "number"))
    var seed: UInt64 = 1

    @Flag(help: "End the run when the firmware touches something that is not modelled.")
    var strict = false
}

/// `250000`, `250k`, `10M`, `2G`.
struct CycleCount: ExpressibleByArgument {
    let value: Int

    init?(argument: String) {
        let scales: [Character: Double] = ["k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9]
        guard let last = argument.last else { return nil }
        let scale = scales[last] ?? 1
        let digits = scales[last] == nil ? argument : String(argument.dropLast())
        guard let number = Double(digits), number > 0, number * scale <= 9e18, number.isFinite else { return nil }
        value = Int((number * scale).rounded())
    }
}

/// `2`, `2s`, `500ms`, `20us`.
struct SimulatedTime: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
        let scales = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0)]
        let unit = scales.first { argument.hasSuffix($0.0) }
        let digits = argument.dropLast(unit?.0.count ?? 0)
        guard let number = Double(digits), number > 0, number.isFinite else { return nil }
        seconds = number * (unit?.1 ?? 1)
    }
}

/// `USART2=file`.
struct PortFile: ExpressibleByArgument {
    let port: String
    let file: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        port = String(argument[..<equals])
        file = String(argument[argument.index(after: equals)...])
        guard !file.isEmpty else { return nil }
    }
}
