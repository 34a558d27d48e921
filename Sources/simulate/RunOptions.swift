import ArgumentParser

/// What every command takes that runs a firmware.
struct RunOptions: ParsableArguments {
    @Argument(
        help: """
            The firmware: the ELF file that a board would be flashed with. For the K210 also a program as .bin, a \
            .kfpkg, or a network as .kmodel.
            """)
    var firmware: String

    @Option(
        help: ArgumentHelp(
            "The chip: a name or alias from `simulate targets`, or the path of a YAML file.", valueName: "name"))
    var target: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Stop after this many cycles of the core: 250000, 250k, 10M, 2G.", valueName: "cycles"),
        transform: { CycleCount(try Quantity.read($0, CycleCount.units, 1...9e18, "10M")) })
    var maxCycles: CycleCount?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Stop after this much simulated time: 2s, 500ms, 20us.", valueName: "time"),
        transform: { SimulatedTime(seconds: try Quantity.read($0, SimulatedTime.units, 1e-9...1e9, "500ms")) })
    var timeout: SimulatedTime?

    @Option(
        name: .customLong("hse"), parsing: .unconditional,
        help: ArgumentHelp(
            "The crystal of the board: 8M, 25M, or 0 for none. Otherwise as the target says.", valueName: "Hz"),
        transform: { CycleCount(try Quantity.read($0, CycleCount.units, 0...1e9, "25M")) })
    var HSE: CycleCount?

    @Option(
        help: ArgumentHelp(
            """
            Feed a file to a serial port: USART2=input.bin. May be repeated. To a network, without a port: a PNG picture \
            of its size, or its bytes, channel by channel; without any, a drawn picture.
            """,
            valueName: "port=file"),
        transform: PortFile.init(input:))
    var input: [PortFile] = []

    @Option(
        help: ArgumentHelp(
            "Write what a serial port sends to a file instead of stdout: USART2=out.bin. May be repeated.",
            valueName: "port=file"),
        transform: PortFile.init(output:))
    var output: [PortFile] = []

    @Option(help: ArgumentHelp("What the board's flash holds: an image of it, or a .kfpkg.", valueName: "file"))
    var flash: String?

    @Option(help: ArgumentHelp("What the board's camera sees: a PNG picture.", valueName: "file"))
    var camera: String?

    @Option(help: ArgumentHelp("Where to write what the board's screen shows at the end, as PNG.", valueName: "file"))
    var screen: String?

    @Option(
        help: ArgumentHelp("Let semihosting open files in this folder, and nowhere else.", valueName: "folder"))
    var semihostingRoot: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What the chip's random number generator starts from, 0 to 4294967295.", valueName: "number"))
    var seed: UInt32 = 1

    @Option(help: EngineChoice.help)
    var engine: EngineChoice?

    @Flag(help: "End the run where the firmware touches something that is not modelled.")
    var strict = false
}

/// What executes the firmware.
enum EngineChoice: String, ExpressibleByArgument, CaseIterable {
    /// Turns what is executed often into code for this machine.
    case translator
    case interpreter

    static let help = ArgumentHelp(
        """
        What executes the firmware: translator, interpreter. Only the time that it takes depends on it. (default: \
        translator, where there is one)
        """,
        valueName: "name")
}

struct CycleCount {
    let value: Int

    static let units: [(String, Double)] = [("k", 1e3), ("K", 1e3), ("M", 1e6), ("G", 1e9)]

    /// - Parameter number: 0 to 9e18.
    init(_ number: Double) { value = Int(number.rounded()) }
}

struct SimulatedTime {
    let seconds: Double

    static let units: [(String, Double)] = [("us", 1e-6), ("ms", 1e-3), ("s", 1)]
}

/// A number with a unit behind it.
enum Quantity {
    static func read(
        _ text: String, _ units: [(String, Double)], _ range: ClosedRange<Double>, _ example: String
    ) throws -> Double {
        let unit = units.first { text.hasSuffix($0.0) }
        let digits = text.dropLast(unit?.0.count ?? 0)
        guard let first = digits.first, first.isNumber || first == "-", let number = Double(digits) else {
            throw ValidationError("this is no number; \(example) would be one")
        }
        let value = number * (unit?.1 ?? 1)
        guard range.contains(value) else {
            let word = value < range.lowerBound ? "little" : "much"
            throw ValidationError("this is too \(word); \(example) would do")
        }
        return value
    }
}

/// `USART2=file`.
struct PortFile {
    /// `nil` for the input of a network.
    let port: String?
    let file: String

    init(output text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, !text.hasPrefix("=") else {
            throw ValidationError("write a port and a file, as in USART2=file.bin")
        }
        self.init(port: parts[0], file: parts[1])
    }

    private init(port: String?, file: String) {
        self.port = port
        self.file = file
    }

    init(input text: String) throws {
        guard !text.contains("="), !text.isEmpty else {
            try self.init(output: text)
            return
        }
        self.init(port: nil, file: text)
    }
}
