/// What every chip is made of: a clock, what will happen, an address map, and a list of what was touched and is not
/// modelled. Peripherals and cores are built on it.
public final class Chip {
    public let clock: Clock
    public let events = EventQueue()
    public let bus = Bus()
    public let notices: Notices
    public let arena: Arena

    /// Asks the core to leave its run loop as soon as the current instruction is complete, because a device wants the
    /// run to end.
    public var requestStop: (StopRequest) -> Void = { _ in }

    /// Resets the whole system, as SYSRESETREQ or a watchdog does; set by the core.
    public var requestReset: () -> Void = {}

    /// - Parameters:
    ///   - hertz: the core clock after reset.
    ///   - memoryCapacity: bytes for all memories together.
    public init(hertz: Double, memoryCapacity: Int) {
        clock = Clock(hertz: hertz)
        notices = Notices(clock: clock)
        arena = Arena(capacity: memoryCapacity)
    }

    /// Has `action` called `delay` cycles from now.
    @discardableResult
    public func after(_ delay: Cycles, _ action: @escaping (Cycles) -> Void) -> EventQueue.Event {
        events.schedule(at: clock.now + delay, action)
    }
}

/// Why a device wants the run to end.
public enum StopRequest: Equatable, Sendable {
    /// The firmware ended itself with this exit code.
    case exit(Int32)
    /// A device was commanded to do the impossible; the text names the command and the field.
    case fault(String)
    /// A register or bit that is not modelled was touched under `--strict`.
    case unmodelled(String)
}
