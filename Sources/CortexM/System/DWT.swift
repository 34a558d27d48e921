import Bits
import Machine
import Profile

/// The Data Watchpoint and Trace unit, as far as it counts. DDI 0403E.e C1.8.
///
/// CYCCNT is exact. The profiling counters count what the cycles are charged to, in 8 bits each, while their bit in CTRL
/// is set. Comparators keep what is written and compare nothing.
final class DWT: RegisterMap {
    /// Offsets from 0xE0001000.
    enum Register: UInt32 {
        case CTRL = 0x00, CYCCNT = 0x04, CPICNT = 0x08, EXCCNT = 0x0C, SLEEPCNT = 0x10, LSUCNT = 0x14, FOLDCNT = 0x18
        case PCSR = 0x1C
        case COMP0 = 0x20, MASK0 = 0x24, FUNCTION0 = 0x28
        case COMP1 = 0x30, MASK1 = 0x34, FUNCTION1 = 0x38
        case COMP2 = 0x40, MASK2 = 0x44, FUNCTION2 = 0x48
        case COMP3 = 0x50, MASK3 = 0x54, FUNCTION3 = 0x58
        case LAR = 0xFB0, LSR = 0xFB4
    }

    let name = "DWT"
    private unowned let processor: Processor
    private var chip: Chip { processor.chip }
    var notices: Notices { chip.notices }

    /// Bits 27...0 of CTRL.
    private var control: UInt32 = 0
    /// CYCCNT while it stands still; what to add to the clock while it counts.
    private var cycleOffset: UInt32 = 0
    private var isCounting = false
    /// The profiling counters, by the bit of CTRL that enables them: while it counts, what to take off the count;
    /// while it stands still, its value.
    private var offsets: [Int: UInt32] = [:]
    private var stored: [UInt32: UInt32] = [:]

    init(_ processor: Processor) {
        self.processor = processor
    }

    func reset() {
        control = 0
        cycleOffset = 0
        isCounting = false
        offsets = [:]
        stored = [:]
    }

    private var cycles: UInt32 { UInt32(truncatingIfNeeded: chip.clock.now) }

    private var CYCCNT: UInt32 { isCounting ? cycles &+ cycleOffset : cycleOffset }

    /// CYCCNT counts with CTRL.CYCCNTENA and DEMCR.TRCENA. Called when one of them changes.
    func followEnables() {
        let counts = control.bit(0) && processor.system.demcr.bit(24)
        guard counts != isCounting else { return }
        let value = CYCCNT
        isCounting = counts
        cycleOffset = counts ? value &- cycles : value
    }

    /// CTRL's bits CPIEVTENA, EXCEVTENA, SLEEPEVTENA, LSUEVTENA and FOLDEVTENA.
    private static let profilingBits = 17...21

    private func bit(of register: Register) -> Int? {
        switch register {
        case .CPICNT: 17
        case .EXCCNT: 18
        case .SLEEPCNT: 19
        case .LSUCNT: 20
        case .FOLDCNT: 21
        default: nil
        }
    }

    private func count(_ bit: Int) -> UInt32 {
        let counts = processor.profilingCounts()
        let all = [17: counts.CPI, 18: counts.EXC, 19: counts.SLEEP, 20: counts.LSU, 21: counts.FOLD]
        return UInt32(truncatingIfNeeded: all[bit] ?? 0)
    }

    private func profilingCounter(_ bit: Int) -> UInt32 {
        let offset = offsets[bit] ?? 0
        return (control.bit(bit) ? count(bit) &- offset : offset) & 0xFF
    }

    private func setProfilingCounter(_ bit: Int, _ value: UInt32) {
        offsets[bit] = control.bit(bit) ? count(bit) &- (value & 0xFF) : value & 0xFF
    }

    /// A counter begins at zero when it is enabled. DDI 0403E.e C1.8.7.
    private func setControl(_ value: UInt32) {
        let before = control
        let values = DWT.profilingBits.map { profilingCounter($0) }
        control = value & 0x03FF_FFFF
        for (bit, value) in zip(DWT.profilingBits, values) where before.bit(bit) != control.bit(bit) {
            setProfilingCounter(bit, control.bit(bit) ? 0 : value)
        }
        followEnables()
    }

    func read(_ register: Register) -> UInt32 {
        switch register {
        // NUMCOMP 4; there is no trace, so NOTRCPKT and NOEXTTRIG.
        case .CTRL: return 0x4C00_0000 | control
        case .CYCCNT: return CYCCNT
        case .CPICNT, .EXCCNT, .SLEEPCNT, .LSUCNT, .FOLDCNT: return bit(of: register).map(profilingCounter) ?? 0
        case .PCSR: return processor.currentPC
        case .LSR: return 1
        case .LAR: return 0
        case .COMP0, .MASK0, .FUNCTION0, .COMP1, .MASK1, .FUNCTION1, .COMP2, .MASK2, .FUNCTION2, .COMP3, .MASK3,
            .FUNCTION3:
            return stored[register.rawValue] ?? 0
        }
    }

    func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .CTRL:
            setControl(control.merging(value, lanes: lanes))
        case .CYCCNT:
            let value = CYCCNT.merging(value, lanes: lanes)
            cycleOffset = isCounting ? value &- cycles : value
        case .CPICNT, .EXCCNT, .SLEEPCNT, .LSUCNT, .FOLDCNT:
            if let bit = bit(of: register) { setProfilingCounter(bit, value) }
        // The core may always write; nothing is locked.
        case .LAR, .LSR, .PCSR: break
        case .FUNCTION0, .FUNCTION1, .FUNCTION2, .FUNCTION3:
            if value & 0xF != 0 { notices.unmodelled("DWT comparators") }
            stored[register.rawValue] = value
        case .COMP0, .MASK0, .COMP1, .MASK1, .COMP2, .MASK2, .COMP3, .MASK3:
            stored[register.rawValue] = value
        }
    }
}
