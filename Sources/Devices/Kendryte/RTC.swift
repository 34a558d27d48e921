import Bits
import Machine

/// The real-time clock of the K210. `current_count` counts the crystal's cycles from 1 to `initial_count`, then the
/// calendar goes on by a second. That it counts upwards is assumed.
///
/// Its interrupt is a pulse: nothing in its registers tells of one or clears it.
public final class RTC: RegisterMap {
    public enum Register: UInt32 {
        case date = 0x00, time = 0x04, alarm_date = 0x08, alarm_time = 0x0C, initial_count = 0x10, current_count = 0x14
        case interrupt_ctrl = 0x18, register_ctrl = 0x1C, reserved0 = 0x20, reserved1 = 0x24, extended = 0x28
    }

    public let name: String
    public let notices: Notices

    private let chip: Chip
    private let interrupt: InterruptLine
    private let counter: TickCounter
    private var calendar = CalendarTime()
    private var alarm_date: UInt32 = 0
    private var alarm_time: UInt32 = 0
    private var initial_count: UInt32 = 0
    /// `current_count` at the tick `since`.
    private var current_count: UInt32 = 0
    private var since = 0
    private var interrupt_ctrl: UInt32 = 0
    private var register_ctrl: UInt32 = 0
    private var event: EventQueue.Event?

    /// - Parameters:
    ///   - clock: its clock in Hz, the crystal's.
    ///   - interrupt: PLIC source 20.
    public init(
        name: String = "RTC", chip: Chip, clock: @escaping () -> Double, interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.interrupt = interrupt
        notices = chip.notices
        counter = TickCounter(chip, hertz: clock)
        counter.onChange = { [weak self] in self?.schedule() }
    }

    /// To be called when the frequency of its clock may have changed.
    public func clockChanged() { counter.update() }

    // MARK: Registers

    public func reset() {
        calendar = CalendarTime()
        (alarm_date, alarm_time, initial_count, current_count) = (0, 0, 0, 0)
        (interrupt_ctrl, register_ctrl) = (0, 0)
        schedule()
    }

    public func read(_ register: Register) -> UInt32 {
        synchronise(at: chip.clock.now)
        switch register {
        case .date: return date
        case .time: return time
        case .alarm_date: return alarm_date
        case .alarm_time: return alarm_time
        case .initial_count: return initial_count
        case .current_count: return current_count
        case .interrupt_ctrl: return interrupt_ctrl
        case .register_ctrl: return register_ctrl
        case .reserved0, .reserved1: return 0
        case .extended: return UInt32(calendar.century) | (calendar.isLeapYear ? 1 << 5 : 0)
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        synchronise(at: chip.clock.now)
        switch register {
        case .register_ctrl:
            register_ctrl = register_ctrl.merging(value, lanes: lanes) & 0x7FFF_E003
            since = counter.now
        case .reserved0, .reserved1: break
        case .date, .time, .alarm_date, .alarm_time, .initial_count, .current_count, .interrupt_ctrl, .extended:
            guard isWritable(register) else {
                notices.misuse("RTC_\(register) written while register_ctrl protects it: ignored")
                return
            }
            writeProtected(register, value, lanes)
        }
        schedule()
    }

    /// `write_enable`, and the mask of a group of registers: 1 lets writes through, as the SDK's `rtc_protect_set` has
    /// it. Nobody masks single fields of a date.
    private func isWritable(_ register: Register) -> Bool {
        guard register_ctrl.bit(1) else { return false }
        switch register {
        case .date, .time: return register_ctrl.bits(20, 13) != 0
        case .alarm_date, .alarm_time: return register_ctrl.bits(28, 21) != 0
        case .initial_count, .current_count: return register_ctrl.bit(29)
        case .interrupt_ctrl: return register_ctrl.bit(30)
        case .register_ctrl, .reserved0, .reserved1, .extended: return true
        }
    }

    private func writeProtected(_ register: Register, _ value: UInt32, _ lanes: UInt32) {
        switch register {
        case .date:
            let new = date.merging(value, lanes: lanes)
            calendar.week = Int(new.bits(2, 0))
            calendar.day = Int(new.bits(12, 8))
            calendar.month = Int(new.bits(19, 16))
            calendar.year = Int(new.bits(31, 20))
        case .time:
            let new = time.merging(value, lanes: lanes)
            calendar.second = Int(new.bits(15, 10))
            calendar.minute = Int(new.bits(21, 16))
            calendar.hour = Int(new.bits(28, 24))
        case .alarm_date: alarm_date = alarm_date.merging(value, lanes: lanes) & 0xFFFF_1F07
        case .alarm_time: alarm_time = alarm_time.merging(value, lanes: lanes) & 0x1F3F_FC00
        case .initial_count: initial_count = initial_count.merging(value, lanes: lanes)
        case .current_count: current_count = current_count.merging(value, lanes: lanes)
        case .interrupt_ctrl: interrupt_ctrl = interrupt_ctrl.merging(value, lanes: lanes) & 0xFF00_000F
        case .extended: calendar.century = Int(UInt32(calendar.century).merging(value, lanes: lanes).bits(4, 0))
        case .register_ctrl, .reserved0, .reserved1: break
        }
    }

    private var date: UInt32 {
        UInt32(calendar.week) | UInt32(calendar.day) << 8 | UInt32(calendar.month) << 16 | UInt32(calendar.year) << 20
    }

    private var time: UInt32 {
        UInt32(calendar.second) << 10 | UInt32(calendar.minute) << 16 | UInt32(calendar.hour) << 24
    }

    // MARK: Time

    /// The SDK pauses it with `read_enable` off, and sets it with `write_enable` on.
    private var isCounting: Bool { register_ctrl & 3 == 1 && initial_count > 0 }

    /// Cycles until the second is over.
    private var left: Int { max(1, Int(initial_count) - Int(current_count) + 1) }

    private func synchronise(at cycle: Cycles) {
        let tick = counter.ticks(at: cycle)
        let passed = tick - since
        guard passed > 0 else { return }
        since = tick
        guard isCounting else { return }
        guard passed >= left else {
            current_count += UInt32(passed)
            return
        }
        let rest = passed - left
        let seconds = 1 + rest / Int(initial_count)
        current_count = 1 + UInt32(rest % Int(initial_count))
        advance(by: seconds)
    }

    private func advance(by seconds: Int) {
        // Second by second while each may interrupt; an event comes at every second then.
        let single = isInterrupting ? min(seconds, 60) : 0
        calendar.advance(by: seconds - single)
        for _ in 0..<single {
            calendar.advance(by: 1)
            guard ticks || matchesAlarm else { continue }
            interrupt.set(true)
            interrupt.set(false)
        }
    }

    private func schedule() {
        event?.cancel()
        event = nil
        guard isCounting, isInterrupting, let due = counter.cycle(of: since + left) else { return }
        event = chip.events.schedule(at: due) { [weak self] cycle in
            self?.synchronise(at: cycle)
            self?.schedule()
        }
    }

    // MARK: Interrupts

    private var isInterrupting: Bool { interrupt_ctrl & 3 != 0 }

    /// Whether the tick interrupt rises in this second: every second, minute, hour or day.
    private var ticks: Bool {
        guard interrupt_ctrl.bit(0) else { return false }
        switch interrupt_ctrl.bits(3, 2) {
        case 0: return true
        case 1: return calendar.second == 0
        case 2: return calendar.second == 0 && calendar.minute == 0
        default: return calendar.second == 0 && calendar.minute == 0 && calendar.hour == 0
        }
    }

    /// Whether everything that the alarm's mask names is as the alarm says.
    private var matchesAlarm: Bool {
        let mask = interrupt_ctrl.bits(31, 24) & 0xFE
        guard interrupt_ctrl.bit(1), mask != 0 else { return false }
        let fields: [(bit: Int, now: UInt32, alarm: UInt32)] = [
            (1, time.bits(15, 10), alarm_time.bits(15, 10)), (2, time.bits(21, 16), alarm_time.bits(21, 16)),
            (3, time.bits(28, 24), alarm_time.bits(28, 24)), (4, date.bits(2, 0), alarm_date.bits(2, 0)),
            (5, date.bits(12, 8), alarm_date.bits(12, 8)), (6, date.bits(19, 16), alarm_date.bits(19, 16)),
            (7, date.bits(31, 20), alarm_date.bits(31, 20)),
        ]
        return fields.allSatisfy { !mask.bit($0.bit) || $0.now == $0.alarm }
    }
}
