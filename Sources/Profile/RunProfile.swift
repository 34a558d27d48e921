/// Everything there is to say about one run, finished or interrupted: plain values, made by whoever watched the run,
/// read by reports and baselines.
public struct RunProfile: Codable, Equatable, Sendable {
    public var schema: Schema
    public var tool: Tool
    public var firmware: Firmware
    public var target: Target
    /// The core clock and the flash settings at the end of the run.
    public var clock: ClockSettings
    public var outcome: Outcome
    public var totals: Totals
    /// The cores in the order of their numbers; nil for a chip with one.
    public var cores: [CoreProfile]?
    /// What the firmware printed; nil if nobody listened.
    public var console: Console?
    /// In the order in which they were entered first.
    public var layers: [LayerProfile]
    /// In any order; reports sort them by their cycles.
    public var functions: [FunctionProfile]
    public var interrupts: [InterruptProfile]
    public var memory: MemoryProfile
    /// What the firmware touched and is not modelled.
    public var notices: [Notice]
    /// Whole sentences the user should read.
    public var warnings: [String]

    public init(
        schema: Schema = .current, tool: Tool, firmware: Firmware, target: Target, clock: ClockSettings,
        outcome: Outcome, totals: Totals, cores: [CoreProfile]? = nil, console: Console? = nil,
        layers: [LayerProfile] = [],
        functions: [FunctionProfile] = [], interrupts: [InterruptProfile] = [],
        memory: MemoryProfile = MemoryProfile(), notices: [Notice] = [], warnings: [String] = []
    ) {
        self.schema = schema
        self.tool = tool
        self.firmware = firmware
        self.target = target
        self.clock = clock
        self.outcome = outcome
        self.totals = totals
        self.cores = cores
        self.console = console
        self.layers = layers
        self.functions = functions
        self.interrupts = interrupts
        self.memory = memory
        self.notices = notices
        self.warnings = warnings
    }
}

extension RunProfile {
    /// What a saved profile says about its own form.
    public struct Schema: Codable, Equatable, Sendable {
        public var name: String
        /// Rises with every change that an older reader would misread.
        public var version: Int

        public init(name: String, version: Int) {
            self.name = name
            self.version = version
        }

        /// The form this source describes.
        public static let current = Schema(name: "simulate.profile", version: 1)
    }

    /// Who made the profile.
    public struct Tool: Codable, Equatable, Sendable {
        public var name: String
        public var version: String

        public init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    public struct Firmware: Codable, Equatable, Sendable {
        /// The base name, without folders.
        public var file: String
        /// SHA-256 of the file, 64 lower-case hexadecimal digits.
        public var sha256: String

        public init(file: String, sha256: String) {
            self.file = file
            self.sha256 = sha256
        }
    }

    public struct Target: Codable, Equatable, Sendable {
        /// As given on the command line: `stm32f4`.
        public var name: String
        /// As printed on the package: `STM32F407VG`.
        public var chip: String
        /// As in the manual: `Cortex-M4F`.
        public var core: String
        public var model: Model

        public init(name: String, chip: String, core: String, model: Model) {
            self.name = name
            self.chip = chip
            self.core = core
            self.model = model
        }
    }

    /// The identity of a timing model. A change of any number in a model is a new version.
    public struct Model: Codable, Equatable, Sendable {
        public var name: String
        public var version: String
        /// Manuals and measurements that the numbers come from.
        public var sources: [String]
        /// "0.3 % mean, 1.1 % worst over 79 published counts at 0 wait states"; nil if never measured.
        public var measuredError: String?
        /// How many of the model's constants nobody printed or measured.
        public var assumedConstants: Int

        public init(
            name: String, version: String, sources: [String], measuredError: String?, assumedConstants: Int
        ) {
            self.name = name
            self.version = version
            self.sources = sources
            self.measuredError = measuredError
            self.assumedConstants = assumedConstants
        }
    }

    public struct ClockSettings: Codable, Equatable, Sendable {
        /// The frequency of the core clock.
        public var hertz: Double
        /// Wait states of the flash; nil where the chip has no such setting.
        public var waitStates: Int?
        /// The caches and buffers in use, in words: "prefetch, instruction and data cache"; empty if there are none.
        public var caches: String

        public init(hertz: Double, waitStates: Int?, caches: String) {
            self.hertz = hertz
            self.waitStates = waitStates
            self.caches = caches
        }
    }

    public struct Totals: Codable, Equatable, Sendable {
        /// From reset to the end of the run.
        public var cycles: Int
        /// Of all cores.
        public var instructions: Int
        /// Simulated time, at the frequencies the firmware chose.
        public var seconds: Double
        /// Of all cores: sum to `coreCycles`.
        public var causes: CauseVector

        public init(cycles: Int, instructions: Int, seconds: Double, causes: CauseVector) {
            self.cycles = cycles
            self.instructions = instructions
            self.seconds = seconds
            self.causes = causes
        }
    }

    /// What the firmware printed, in brief.
    public struct Console: Codable, Equatable, Sendable {
        public var bytes: Int
        /// SHA-256 of the bytes, 64 lower-case hexadecimal digits.
        public var sha256: String

        public init(bytes: Int, sha256: String) {
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// Something that is not modelled and was touched: said once, at the first touch.
    public struct Notice: Codable, Equatable, Sendable {
        /// As in the manual: `RCC_PLLSAICFGR`, `bit 12 of TIM3_CR1`.
        public var name: String
        /// The address of the instruction.
        public var pc: UInt64
        public var function: String?
        public var cycle: Int

        public init(name: String, pc: UInt64, function: String?, cycle: Int) {
            self.name = name
            self.pc = pc
            self.function = function
            self.cycle = cycle
        }
    }
}

extension RunProfile.Model {
    /// Name and version: `cortex-m4 1.2`.
    public var title: String { "\(name) \(version)" }
}

extension RunProfile.ClockSettings {
    /// `168 MHz, 5 wait states, prefetch`.
    public var title: String { parts.joined(separator: ", ") }

    package var parts: [String] {
        var parts = [Numeral.frequency(hertz)]
        if let waitStates { parts.append("\(waitStates) wait state" + (waitStates == 1 ? "" : "s")) }
        if !caches.isEmpty { parts.append(caches) }
        return parts
    }
}
