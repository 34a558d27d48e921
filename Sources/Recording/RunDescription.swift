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
    /// The name of an exception or interrupt by its number.
    public var interruptName: (Int) -> String

    public init(
        tool: RunProfile.Tool, firmware: RunProfile.Firmware, target: RunProfile.Target,
        clock: RunProfile.ClockSettings, outcome: Outcome, console: RunProfile.Console?, warnings: [String],
        interruptName: @escaping (Int) -> String
    ) {
        self.tool = tool
        self.firmware = firmware
        self.target = target
        self.clock = clock
        self.outcome = outcome
        self.console = console
        self.warnings = warnings
        self.interruptName = interruptName
    }
}
