import Machine

/// The core-local interruptor of SiFive's and Rocket's chips: a software and a timer interrupt for each hart, and the
/// time that the timers compare with.
///
/// `mtime` is worked out from the core's clock when somebody looks, so it keeps its pace in cycles when that clock
/// changes its frequency.
public final class CLINT: RegisterMap {
    /// The 64-bit registers are two words each, the low one first.
    public enum Register: RawRepresentable {
        case msip(hart: Int)
        case mtimecmp(hart: Int)
        case mtimecmph(hart: Int)
        case mtime
        case mtimeh

        public init?(rawValue: UInt32) {
            switch rawValue {
            case 0..<0x4000: self = .msip(hart: Int(rawValue / 4))
            case 0xBFF8: self = .mtime
            case 0xBFFC: self = .mtimeh
            case 0x4000..<0xBFF8:
                let hart = Int(rawValue - 0x4000) / 8
                self = rawValue & 4 == 0 ? .mtimecmp(hart: hart) : .mtimecmph(hart: hart)
            default: return nil
            }
        }

        public var rawValue: UInt32 {
            switch self {
            case .msip(let hart): UInt32(4 * hart)
            case .mtimecmp(let hart): 0x4000 + UInt32(8 * hart)
            case .mtimecmph(let hart): 0x4004 + UInt32(8 * hart)
            case .mtime: 0xBFF8
            case .mtimeh: 0xBFFC
            }
        }
    }

    private struct Hart {
        let software: InterruptLine
        let timer: InterruptLine
        var msip = false
        /// Undefined after a reset on silicon; this value interrupts nobody.
        var mtimecmp = UInt64.max
        var event: EventQueue.Event?
    }

    public let name: String
    public let notices: Notices
    /// Cycles of the core per tick of `mtime`.
    public let divisor: Cycles

    private let chip: Chip
    private var harts: [Hart]
    /// What `mtime` is ahead of the core's clock, in ticks.
    private var ahead: UInt64 = 0

    /// - Parameters:
    ///   - divisor: cycles of the core per tick of `mtime`, at least 1; 50 on the K210.
    ///   - lines: for each hart what drives its software (`mcause` 3) and timer (`mcause` 7) interrupts.
    public init(
        name: String = "CLINT", chip: Chip, divisor: Cycles,
        lines: [(software: InterruptLine, timer: InterruptLine)]
    ) {
        self.name = name
        self.chip = chip
        self.divisor = max(1, divisor)
        notices = chip.notices
        harts = lines.map { Hart(software: $0.software, timer: $0.timer) }
    }

    /// The time in ticks, as `mtime` shows it.
    public var mtime: UInt64 { mtime(at: chip.clock.now) }

    private func mtime(at cycle: Cycles) -> UInt64 { ahead &+ UInt64(max(0, cycle) / divisor) }

    // MARK: Registers

    public func reset() {
        ahead = 0 &- UInt64(max(0, chip.clock.now) / divisor)
        for hart in harts.indices {
            harts[hart].msip = false
            harts[hart].mtimecmp = .max
            harts[hart].software.set(false)
            update(hart, at: chip.clock.now)
        }
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .msip(let hart): harts.indices.contains(hart) && harts[hart].msip ? 1 : 0
        case .mtimecmp(let hart): harts.indices.contains(hart) ? low(harts[hart].mtimecmp) : 0
        case .mtimecmph(let hart): harts.indices.contains(hart) ? high(harts[hart].mtimecmp) : 0
        case .mtime: low(mtime)
        case .mtimeh: high(mtime)
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .msip(let hart):
            guard harts.indices.contains(hart), lanes & 1 != 0 else { return }
            harts[hart].msip = value & 1 != 0
            harts[hart].software.set(harts[hart].msip)
        case .mtimecmp(let hart):
            guard harts.indices.contains(hart) else { return }
            let old = harts[hart].mtimecmp
            compare(hart, join(low(old).merging(value, lanes: lanes), high(old)))
        case .mtimecmph(let hart):
            guard harts.indices.contains(hart) else { return }
            let old = harts[hart].mtimecmp
            compare(hart, join(low(old), high(old).merging(value, lanes: lanes)))
        case .mtime: setTime(join(low(mtime).merging(value, lanes: lanes), high(mtime)))
        case .mtimeh: setTime(join(low(mtime), high(mtime).merging(value, lanes: lanes)))
        }
    }

    /// A doubleword changes in one go: no timer sees one half of it.
    public func writeDoubleword(_ offset: UInt32, _ value: UInt64) throws(BusError) {
        switch Register(rawValue: offset) {
        case .mtime: setTime(value)
        case .mtimecmp(let hart):
            if harts.indices.contains(hart) { compare(hart, value) }
        case .msip, .mtimecmph, .mtimeh, nil:
            try write(offset, low(value), .word)
            try write(offset + 4, high(value), .word)
        }
    }

    private func low(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
    private func high(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value >> 32) }
    private func join(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }

    // MARK: Timers

    private func compare(_ hart: Int, _ value: UInt64) {
        harts[hart].mtimecmp = value
        update(hart, at: chip.clock.now)
    }

    private func setTime(_ value: UInt64) {
        ahead = value &- UInt64(max(0, chip.clock.now) / divisor)
        for hart in harts.indices { update(hart, at: chip.clock.now) }
    }

    /// Drives the timer interrupt, which is the level `mtime >= mtimecmp`, and arranges for its next change: `mtime`
    /// reaches `mtimecmp`, or comes around to zero.
    private func update(_ hart: Int, at cycle: Cycles) {
        let time = mtime(at: cycle)
        let target = harts[hart].mtimecmp
        harts[hart].timer.set(time >= target)
        harts[hart].event?.cancel()
        harts[hart].event = nil
        let ticks = time < target ? target - time : 0 &- time
        // Beyond that many ticks lie centuries.
        guard ticks > 0, ticks < UInt64(1 << 60 / divisor) else { return }
        let due = (max(0, cycle) / divisor + Int(ticks)) * divisor
        guard due < 1 << 62 else { return }
        harts[hart].event = chip.events.schedule(at: due) { [weak self] cycle in self?.update(hart, at: cycle) }
    }
}
