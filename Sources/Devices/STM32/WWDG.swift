import Bits
import Machine

/// The window watchdog (RM0090 chapter 22). Its counter falls by one every 4096 << WDGTB cycles of PCLK1.
public final class WWDG: RegisterMap {
    public enum Register: UInt32 {
        case CR = 0x00, CFR = 0x04, SR = 0x08
    }

    public let name: String
    public let notices: Notices
    /// Told when the watchdog resets the chip.
    public var onTimeout: () -> Void = {}

    private let chip: Chip
    private let clock: PeripheralClock
    private let interrupt: InterruptLine
    private var isActive = false
    private var CFR: UInt32 = 0x7F
    private var SR: UInt32 = 0
    /// The counter's value at a cycle, from which it is worked out.
    private var counter: UInt32 = 0x7F
    private var countedAt: Cycles = 0
    private var tick: Cycles = 4096
    private var isCounting = false
    private var event: EventQueue.Event?

    /// - Parameters:
    ///   - clock: PCLK1.
    ///   - interrupt: `WWDG_IRQn`, 0.
    public init(
        name: String = "WWDG", chip: Chip, clock: PeripheralClock, interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.clock = clock
        self.interrupt = interrupt
        notices = chip.notices
        isCounting = clock.isRunning
        tick = 4096 * clock.divider
        clock.onChange = { [weak self] in self?.clockChanged() }
    }

    public func reset() {
        (isActive, CFR, SR, counter) = (false, 0x7F, 0, 0x7F)
        clockChanged()
        counter = 0x7F
        interrupt.set(false)
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .CR:
            synchronise()
            return counter | (isActive ? 0x80 : 0)
        case .CFR: return CFR
        case .SR: return SR
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        synchronise()
        switch register {
        case .CR where lanes & 0xFF != 0: writeCR(value)
        case .CR: break
        case .CFR:
            // EWI is set by software and cleared only by a reset.
            CFR = CFR.merging(value, lanes: lanes) & 0x3FF | CFR & 0x200
            tick = (4096 << Cycles(CFR.bits(8, 7))) * clock.divider
            schedule()
        case .SR: SR &= value
        }
        interrupt.set(SR != 0 && CFR.bit(9))
    }

    private func writeCR(_ value: UInt32) {
        // A refresh while the counter is above the window resets (22.3).
        let isTooEarly = isActive && counter > CFR & 0x7F
        isActive = isActive || value.bit(7)
        counter = value & 0x7F
        if isActive, isTooEarly || !counter.bit(6) { onTimeout() }
        schedule()
    }

    private func clockChanged() {
        synchronise()
        isCounting = clock.isRunning
        tick = (4096 << Cycles(CFR.bits(8, 7))) * clock.divider
        schedule()
    }

    private func synchronise() {
        let now = chip.clock.now
        defer { countedAt = now }
        guard isCounting else { return }
        let ticks = now / tick - countedAt / tick
        counter = UInt32(truncatingIfNeeded: Int(counter) - ticks) & 0x7F
    }

    /// Arranges for the early warning at 0x40, or for the reset one count later.
    private func schedule() {
        event?.cancel()
        event = nil
        guard isCounting, isActive, counter >= 0x40 else { return }
        let ticks = counter > 0x40 ? Cycles(counter) - 0x40 : 1
        event = chip.events.schedule(at: (chip.clock.now / tick + ticks) * tick) { [weak self] cycle in
            self?.due(at: cycle)
        }
    }

    private func due(at cycle: Cycles) {
        synchronise()
        if counter.bit(6) {
            SR = 1
            interrupt.set(CFR.bit(9))
            schedule()
        } else {
            onTimeout()
        }
    }
}
