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

/// What stands between the bus and a peripheral whose clock the RCC can stop. Without its clock a peripheral reads as
/// zero and ignores writes (RM0090 7.3.10 and following: "register values may not be readable by software").
public final class ClockGate: Peripheral {
    public let peripheral: any Peripheral
    private let clock: PeripheralClock
    private let notices: Notices

    public init(_ peripheral: any Peripheral, clock: PeripheralClock, notices: Notices) {
        self.peripheral = peripheral
        self.clock = clock
        self.notices = notices
    }

    public var name: String { peripheral.name }

    public func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        guard isOpen else { return 0 }
        return try peripheral.read(offset, width)
    }

    public func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard isOpen else { return }
        try peripheral.write(offset, value, width)
    }

    public func reset() { peripheral.reset() }

    private var isOpen: Bool {
        if !clock.isRunning { notices.misuse("\(name) touched while its clock is off") }
        return clock.isRunning
    }
}
