import Bits

/// A counter whose count is kept elsewhere, as mcycle and minstret see it: software can set it and, with mcountinhibit,
/// stop it. Privileged Architecture 1.12, 3.1.10 and 3.1.12.
struct Counter {
    /// While it counts, what to add to the count; while it stands still, its value.
    private var offset: UInt64 = 0
    private(set) var isInhibited = false

    func value(_ count: UInt64) -> UInt64 { isInhibited ? offset : count &+ offset }

    mutating func set(_ value: UInt64, at count: UInt64) {
        offset = isInhibited ? value : value &- count
    }

    mutating func inhibit(_ inhibits: Bool, at count: UInt64) {
        guard inhibits != isInhibited else { return }
        let value = value(count)
        isInhibited = inhibits
        set(value, at: count)
    }
}

/// Who may read which counter. Privileged Architecture 1.12, 3.1.11 and 4.1.5; 1.9.1, 3.1.16.
extension ControlRegisters {
    /// The bits of mcountinhibit.
    static let CY: UInt64 = 1 << 0
    static let IR: UInt64 = 1 << 2
    /// The bit of the time CSR in the counter-enable registers.
    static let TM: UInt64 = 1 << 1

    /// The instructions that have completed when the current one has. "Any CSR write takes effect after the writing
    /// instruction has otherwise completed", so that minstret then reads as written by the next.
    private var instretAfterThis: UInt64 { instret() &+ 1 }

    var mcycle: UInt64 { cycleCounter.value(cycle()) }
    var minstret: UInt64 { instretCounter.value(instret()) }

    func write(mcycle value: UInt64) { cycleCounter.set(value, at: cycle()) }
    func write(minstret value: UInt64) { instretCounter.set(value, at: instretAfterThis) }

    var mcountinhibit: UInt64 {
        (cycleCounter.isInhibited ? ControlRegisters.CY : 0) | (instretCounter.isInhibited ? ControlRegisters.IR : 0)
    }

    func write(mcountinhibit value: UInt64) {
        cycleCounter.inhibit(value & ControlRegisters.CY != 0, at: cycle())
        instretCounter.inhibit(value & ControlRegisters.IR != 0, at: instretAfterThis)
    }

    /// A counter-enable register is 32 bits wide; TM is read-only zero where there is no time CSR.
    func counterEnable(_ value: UInt64) -> UInt64 {
        value & 0xFFFF_FFFF & (features.hasTime ? .max : ~ControlRegisters.TM)
    }

    /// One of the counters that user code sees, 0...31: cycle, time, instret and the hpmcounters, which count nothing.
    func readUserCounter(_ index: Int) throws(IllegalInstruction) -> UInt64 {
        guard mode == .machine || enabledCounters.bit(index) else { throw IllegalInstruction() }
        switch index {
        case 0: return mcycle
        case 1:
            guard features.hasTime else { throw IllegalInstruction() }
            return time()
        case 2: return minstret
        default: return 0
        }
    }

    /// In 1.9.1, each mode below M has a register of its own; later, U-mode needs the bit in scounteren, too.
    private var enabledCounters: UInt64 {
        switch (mode, features.version) {
        case (.machine, _): .max
        case (.supervisor, .v1_9_1): scounteren
        case (.supervisor, .v1_12): mcounteren
        case (.user, .v1_9_1): mcounteren
        case (.user, .v1_12): hasSupervisor ? mcounteren & scounteren : mcounteren
        }
    }
}
