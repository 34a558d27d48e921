import Devices
import Engine
import Machine
import Profile
import Semihosting

/// What a user may choose about a machine, beside its target.
public struct MachineOptions: Equatable, Sendable {
    /// The board's external oscillator in Hz, 0 for none; `nil` for the target's own.
    public var HSE: Int?
    /// What the random number generator starts from.
    public var seed: Int?
    /// What the board's NOR flash holds, if it has one; `nil` for nothing.
    public var flash: [UInt8]?
    /// What the board's camera sees; `nil` for a board without one.
    public var camera: Picture?

    public init(HSE: Int? = nil, seed: Int? = nil, flash: [UInt8]? = nil, camera: Picture? = nil) {
        self.HSE = HSE
        self.seed = seed
        self.flash = flash
        self.camera = camera
    }
}

/// A chip of one family, built and wired.
protocol BuiltChip: AnyObject {
    var cpu: any CPU { get }
    /// By name as in the reference manual: `USART2`.
    var serialPorts: [String: SerialPort] { get }
    /// The core clock and what slows memory down, at the moment.
    var clockSettings: RunProfile.ClockSettings { get }
    /// Gives the debug connections of the core a far end: what it prints there, and its semihosting calls.
    func connectDebugger(console: SerialPort, host: any SemihostingHost)
    /// Has the words `tohost` and `fromhost` answered, by which programs talk to a simulator.
    func answerHostInterface(tohost: UInt32, fromhost: UInt32?, write: @escaping ([UInt8]) -> Void)
    /// Told of every layer that an accelerator has carried out.
    var onAcceleratorSpan: (AcceleratorSpan) -> Void { get set }
    /// The memory that an accelerator works in, by its base, and the accelerator's name.
    var acceleratorMemory: (base: UInt32, unit: String)? { get }
    /// What was impossible about the last command to an accelerator; `nil` if nothing was.
    var acceleratorFault: String? { get }
    /// What the board's screen shows; `nil` for a board without one.
    var screen: Picture? { get }
    /// Whether the board has a flash and a camera beside the chip.
    var hasFlashAndCamera: Bool { get }
}

extension BuiltChip {
    func answerHostInterface(tohost: UInt32, fromhost: UInt32?, write: @escaping ([UInt8]) -> Void) {}
    var onAcceleratorSpan: (AcceleratorSpan) -> Void {
        get { { _ in } }
        set {}
    }
    var acceleratorMemory: (base: UInt32, unit: String)? { nil }
    var acceleratorFault: String? { nil }
    var screen: Picture? { nil }
    var hasFlashAndCamera: Bool { false }
}

/// A chip that is built from its description, ready for firmware.
public final class TargetMachine {
    public let description: TargetDescription
    public let model: CoreModel
    public let chip: Chip
    private let built: any BuiltChip

    /// - Throws: when the description's peripherals do not make a chip, or an option is out of its range.
    public init(
        _ description: TargetDescription, _ model: CoreModel, options: MachineOptions = MachineOptions()
    ) throws(TargetError) {
        let capacity = description.memories.reduce(0) { $0 + ($1.size + 0xFFF) & ~0xFFF }
        chip = Chip(hertz: Double(description.clock.reset), memoryCapacity: capacity)
        switch model.table {
        case .cortexM(let table):
            built = try STM32F4Chip(description, table, options, on: chip)
        case .rv64(let table):
            built =
                description.core.type == .rocket
                ? try K210Chip(description, table, model.accelerator?.timings, options, on: chip)
                : try RV64Chip(description, table, on: chip)
        }
        self.description = description
        self.model = model
    }

    public var cpu: any CPU { built.cpu }

    /// By name as in the reference manual: `USART2`.
    public var serialPorts: [String: SerialPort] { built.serialPorts }

    /// Gives the debug connections of the core a far end: what it prints there, and its semihosting calls.
    public func connectDebugger(console: SerialPort, host: any SemihostingHost) {
        built.connectDebugger(console: console, host: host)
    }

    /// Has the words `tohost` and `fromhost` answered, by which programs talk to a simulator; only RISC-V has them.
    ///
    /// - Parameter write: takes what the program prints.
    public func answerHostInterface(tohost: UInt32, fromhost: UInt32?, write: @escaping ([UInt8]) -> Void) {
        built.answerHostInterface(tohost: tohost, fromhost: fromhost, write: write)
    }

    /// Told of every layer that an accelerator has carried out.
    public func onAcceleratorSpan(_ action: @escaping (AcceleratorSpan) -> Void) {
        built.onAcceleratorSpan = action
    }

    /// The memory that an accelerator works in, by its base, and the accelerator's name; `nil` for a chip without.
    public var acceleratorMemory: (base: UInt32, unit: String)? { built.acceleratorMemory }

    /// What was impossible about the last command to an accelerator; `nil` if nothing was.
    public var acceleratorFault: String? { built.acceleratorFault }

    /// What the board's screen shows; `nil` for a board without one.
    public var screen: Picture? { built.screen }

    /// Whether the board has a NOR flash and a camera beside the chip.
    public var hasFlashAndCamera: Bool { built.hasFlashAndCamera }

    // MARK: What it says about itself

    /// The memories, in the order of the target file.
    public var memories: [Memory] { chip.bus.memories }

    /// The core clock and the flash settings at the moment.
    public var clockSettings: RunProfile.ClockSettings { built.clockSettings }

    /// What a profile says about the target.
    public var profileTarget: RunProfile.Target { description.profileTarget(model) }
}

extension TargetDescription {
    /// What a profile says about the target. The version is the core model's, the accelerator's if there is one, and the
    /// chip's own.
    public func profileTarget(_ model: CoreModel) -> RunProfile.Target {
        RunProfile.Target(
            name: name, chip: chip, core: core.label,
            model: RunProfile.Model(
                name: model.name,
                version: ([model.version, model.accelerator?.version, self.model.version] as [Int?])
                    .compactMap { $0.map(String.init) }.joined(separator: "."),
                sources: model.sources + (model.accelerator?.sources ?? []) + self.model.sources,
                measuredError: self.model.measuredError,
                assumedConstants: model.assumed.count + self.model.assumed.count))
    }
}
