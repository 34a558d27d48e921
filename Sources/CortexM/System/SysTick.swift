import Bits
import Machine

/// The system timer. DDI 0403E.e B3.3.
///
/// Its counter is worked out when somebody looks: it is known what it held at one cycle, and it counts down once every
/// cycle of the core, or every eighth with the external reference clock.
final class SysTick: RegisterMap {
    /// Offsets from 0xE000E010.
    enum Register: UInt32 {
        case CSR = 0x0, RVR = 0x4, CVR = 0x8, CALIB = 0xC
    }

    let name = "SysTick"
    private unowned let processor: Processor
    private var chip: Chip { processor.chip }
    var notices: Notices { chip.notices }

    /// ENABLE, TICKINT and CLKSOURCE: bits 2...0 of CSR.
    private var control: UInt32 = 0
    private var reload = 0
    /// What the counter held at `since`.
    private var value = 0
    private var since: Cycles = 0
    private var countFlag = false
    private var event: EventQueue.Event?

    init(_ processor: Processor) {
        self.processor = processor
    }

    func reset() {
        event?.cancel()
        event = nil
        control = 0
        reload = 0
        value = 0
        since = 0
        countFlag = false
    }

    private var isEnabled: Bool { control.bit(0) }
    private var raisesException: Bool { control.bit(1) }
    /// Cycles of the core for each count. The external reference clock is HCLK/8: RM0090 6.2.
    private var divider: Int { control.bit(2) ? 1 : 8 }

    func read(_ register: Register) -> UInt32 {
        switch register {
        case .CSR:
            settle()
            defer { countFlag = false }
            return control | (countFlag ? 1 << 16 : 0)
        case .RVR: return UInt32(reload)
        case .CVR: return UInt32(isEnabled ? current(after: counts) : value)
        case .CALIB: return calibration
        }
    }

    func write(_ register: Register, _ newValue: UInt32, lanes: UInt32) {
        settle()
        switch register {
        case .CSR: control = control.merging(newValue, lanes: lanes) & 0b111
        case .RVR: reload = Int(UInt32(reload).merging(newValue, lanes: lanes) & 0xFF_FFFF)
        case .CVR:
            // Any write clears the counter; the next count loads it again.
            value = 0
            countFlag = false
        case .CALIB: return
        }
        if register == .CVR || register == .CSR { since = chip.clock.now }
        schedule()
    }

    /// 10 ms of the reference clock HCLK/8, less one, at the present frequency; 0 where that does not fit.
    private var calibration: UInt32 {
        let counts = chip.clock.hertz / 8 / 100 - 1
        return counts >= 0 && counts < 0x100_0000 ? UInt32(counts) : 0
    }

    /// How often the counter counted since `since`.
    private var counts: Int { max(chip.clock.now - since, 0) / divider }

    /// Counts until the counter reaches 0 from what it held at `since`; `nil` if it stays there.
    private var countsToZero: Int? {
        if value > 0 { return value }
        return reload > 0 ? reload + 1 : nil
    }

    private func current(after counts: Int) -> Int {
        if counts <= value, counts > 0 || value > 0 { return value - counts }
        guard counts > value else { return value }
        return reload - (counts - value - 1) % (reload + 1)
    }

    /// Brings `value` up to the present, and COUNTFLAG with it.
    private func settle() {
        guard isEnabled else {
            since = chip.clock.now
            return
        }
        let counts = counts
        if let zero = countsToZero, counts >= zero { countFlag = true }
        value = current(after: counts)
        since += counts * divider
    }

    /// Has the exception pended at the cycle at which the counter reaches 0.
    private func schedule() {
        event?.cancel()
        event = nil
        guard isEnabled, raisesException, let counts = countsToZero else { return }
        event = chip.events.schedule(at: since + counts * divider) { [unowned self] _ in
            settle()
            processor.pend(Exception.sysTick)
            schedule()
        }
    }
}
