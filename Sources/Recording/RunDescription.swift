import Firmware
import Machine
import Profile

/// What a profile says that no observer sees: who ran what on which chip, and how it ended.
public struct RunDescription {
    public var tool: RunProfile.Tool
    public var firmware: RunProfile.Firmware
    public var target: RunProfile.Target
    public var clock: RunProfile.ClockSettings
    public var outcome: Outcome
    public var console: RunProfile.Console?
    public var warnings: [String]
    /// The memory that an accelerator works in, by its base, and the accelerator's name.
    public var acceleratorMemory: (base: UInt32, unit: String)?
    /// The name of an exception or interrupt by its number.
    public var interruptName: (Int) -> String

    public init(
        tool: RunProfile.Tool, firmware: RunProfile.Firmware, target: RunProfile.Target,
        clock: RunProfile.ClockSettings, outcome: Outcome, console: RunProfile.Console?, warnings: [String],
        acceleratorMemory: (base: UInt32, unit: String)? = nil, interruptName: @escaping (Int) -> String
    ) {
        self.tool = tool
        self.firmware = firmware
        self.target = target
        self.clock = clock
        self.outcome = outcome
        self.console = console
        self.warnings = warnings
        self.acceleratorMemory = acceleratorMemory
        self.interruptName = interruptName
    }
}
