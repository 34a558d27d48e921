import Bits
import Machine

/// One of the two watchdogs of the K210: a DesignWare APB watchdog. It counts down from 2^(16 + TOP) at a clock of its
/// own; at the end it resets the chip, or in interrupt mode interrupts first and resets after another round.
public final class WDT: RegisterMap {
    public enum Register: UInt32 {
        case cr = 0x00, torr = 0x04, ccvr = 0x08, crr = 0x0C, stat = 0x10, eoi = 0x14, prot_level = 0x1C
        case comp_param_5 = 0xE4, comp_param_4 = 0xE8, comp_param_3 = 0xEC, comp_param_2 = 0xF0, comp_param_1 = 0xF4
        case comp_version = 0xF8, comp_type = 0xFC
    }

    public let name: String
    public let notices: Notices
    /// Told when the chip is to be reset.
    public var onTimeout: () -> Void

    private let chip: Chip
    private let interrupt: InterruptLine
    private let counter: TickCounter
    private var cr: UInt32 = 0
    private var torr: UInt32 = 0
    private var prot_level: UInt32 = 0
    private var isRaised = false
    /// The tick at which the counter is at its end, while it runs; and where it stands while it does not.
    private var end = 0
    private var rest = 0xFFFF
    private var event: EventQueue.Event?

    /// - Parameters:
    ///   - clock: its clock in Hz.
    ///   - interrupt: PLIC source 21 or 22.
    public init(name: String, chip: Chip, clock: @escaping () -> Double, interrupt: InterruptLine = .unconnected) {
        self.name = name
        self.chip = chip
        self.interrupt = interrupt
        notices = chip.notices
        counter = TickCounter(chip, hertz: clock)
        onTimeout = { [unowned chip] in chip.requestReset() }
        counter.onChange = { [weak self] in self?.schedule() }
    }

    /// To be called when the frequency of its clock may have changed.
    public func clockChanged() { counter.update() }

    // MARK: Registers

    public func reset() {
        (cr, torr, prot_level, isRaised, rest) = (0, 0, 0, false, 0xFFFF)
        interrupt.set(false)
        schedule()
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .cr: return cr
        case .torr: return torr
        case .ccvr:
            return UInt32(truncatingIfNeeded: isRunning ? min(max(0, end - counter.now), Int(UInt32.max)) : rest)
        case .crr: return 0
        case .stat: return isRaised ? 1 : 0
        case .eoi:
            // Clears the interrupt; the counter goes on.
            raise(false)
            return 0
        case .prot_level: return prot_level
        // How it was built and its version; no public source gives them.
        case .comp_param_5, .comp_param_4, .comp_param_3, .comp_param_2, .comp_param_1, .comp_version: return 0
        // The number of this peripheral at DesignWare.
        case .comp_type: return 0x4457_0120
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .cr: writeCR(cr.merging(value, lanes: lanes) & 0x1F)
        // A new time counts from the next restart.
        case .torr: torr = torr.merging(value, lanes: lanes) & 0xFF
        case .crr where value & 0xFF == 0x76:
            raise(false)
            restart(TOP: torr.bits(3, 0))
        case .crr: notices.misuse("\(name)_CRR written without the key 0x76: ignored")
        case .prot_level: prot_level = prot_level.merging(value, lanes: lanes) & 7
        case .ccvr, .stat, .eoi, .comp_param_5, .comp_param_4, .comp_param_3, .comp_param_2, .comp_param_1: break
        case .comp_version, .comp_type: break
        }
    }

    private var isRunning: Bool { cr.bit(0) }

    /// Other DesignWare watchdogs cannot be switched off again; this one can, as the SDK's `wdt_stop` has it.
    private func writeCR(_ new: UInt32) {
        let wasRunning = isRunning
        if wasRunning, !new.bit(0) { rest = max(0, end - counter.now) }
        cr = new
        // The first time is that of TOP_INIT.
        if !wasRunning, isRunning { restart(TOP: torr.bits(7, 4)) }
        schedule()
    }

    // MARK: Time

    /// Ticks from a restart to the end, from 2^16 to 2^31.
    private func ticks(TOP: UInt32) -> Int { 1 << (16 + Int(TOP)) }

    private func restart(TOP: UInt32) {
        rest = ticks(TOP: TOP) - 1
        end = counter.now + ticks(TOP: TOP)
        schedule()
    }

    private func schedule() {
        event?.cancel()
        event = nil
        guard isRunning, let due = counter.cycle(of: end) else { return }
        event = chip.events.schedule(at: due) { [weak self] cycle in self?.ended(at: cycle) }
    }

    private func ended(at cycle: Cycles) {
        guard cr.bit(1), !isRaised else {
            event = nil
            onTimeout()
            return
        }
        raise(true)
        end += ticks(TOP: torr.bits(3, 0))
        schedule()
    }

    private func raise(_ level: Bool) {
        isRaised = level
        interrupt.set(level)
    }
}
