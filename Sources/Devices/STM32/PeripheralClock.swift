import Machine

/// The clock that the RCC gives to one peripheral: whether it runs, and how many cycles of the core (HCLK) one of its
/// cycles takes. APB prescalers are powers of two, so that is a whole number.
public final class PeripheralClock {
    /// Cycles of the core per cycle of this clock: 1, 2, 4, 8 or 16.
    public private(set) var divider: Cycles
    public private(set) var isRunning: Bool

    /// Told after a change. Whoever counts in this clock keeps the old values until it is told.
    public var onChange: () -> Void = {}

    public init(divider: Cycles = 1, isRunning: Bool = true) {
        self.divider = divider
        self.isRunning = isRunning
    }

    public func set(divider: Cycles, isRunning: Bool) {
        guard divider != self.divider || isRunning != self.isRunning else { return }
        self.divider = divider
        self.isRunning = isRunning
        onChange()
    }
}

extension ClockGate {
    /// Without its clock a peripheral of an STM32 reads as zero and ignores writes (RM0090 7.3.10 and following:
    /// "register values may not be readable by software").
    public convenience init(_ peripheral: any Peripheral, clock: PeripheralClock, notices: Notices) {
        self.init(peripheral, stopped: .isDeaf, notices: notices) { clock.isRunning }
    }
}
