import Bits
import Machine

/// The System Control Block. DDI 0403E.e B3.2.
final class SCB: RegisterMap {
    /// Offsets from 0xE000ED00.
    enum Register: UInt32 {
        case CPUID = 0x00, ICSR = 0x04, VTOR = 0x08, AIRCR = 0x0C, SCR = 0x10, CCR = 0x14
        case SHPR1 = 0x18, SHPR2 = 0x1C, SHPR3 = 0x20, SHCSR = 0x24
        case CFSR = 0x28, HFSR = 0x2C, DFSR = 0x30, MMFAR = 0x34, BFAR = 0x38, AFSR = 0x3C
        case ID_PFR0 = 0x40, ID_PFR1 = 0x44, ID_DFR0 = 0x48, ID_AFR0 = 0x4C
        case ID_MMFR0 = 0x50, ID_MMFR1 = 0x54, ID_MMFR2 = 0x58, ID_MMFR3 = 0x5C
        case ID_ISAR0 = 0x60, ID_ISAR1 = 0x64, ID_ISAR2 = 0x68, ID_ISAR3 = 0x6C, ID_ISAR4 = 0x70
        case CLIDR = 0x78, CTR = 0x7C, CCSIDR = 0x80, CSSELR = 0x84, CPACR = 0x88
    }

    let name = "SCB"
    private unowned let processor: Processor
    private var system: SystemRegisters { processor.system }
    var notices: Notices { processor.chip.notices }

    init(_ processor: Processor) {
        self.processor = processor
    }

    // What the registers show is the core's state, which the core resets.
    func reset() {}

    func read(_ register: Register) -> UInt32 {
        guard processor.features.isMainline || register.isInBaseline else { return 0 }
        return switch register {
        case .CPUID: processor.features.cpuid
        case .ICSR: ICSR
        case .VTOR: system.vtor
        case .AIRCR: 0xFA05_0000 | system.prigroup << 8
        case .SCR: system.scr
        case .CCR: system.ccr
        case .SHPR1: priorities(from: 4)
        case .SHPR2: priorities(from: 8)
        case .SHPR3: priorities(from: 12)
        case .SHCSR: SHCSR
        case .CFSR: system.faults.cfsr
        case .HFSR: system.faults.hfsr
        case .DFSR: system.faults.dfsr
        case .MMFAR: system.faults.mmfar
        case .BFAR: system.faults.bfar
        case .AFSR: system.faults.afsr
        case .CPACR: system.cpacr
        case .ID_PFR0, .ID_PFR1, .ID_DFR0, .ID_AFR0, .ID_MMFR0, .ID_MMFR1, .ID_MMFR2, .ID_MMFR3, .ID_ISAR0, .ID_ISAR1,
            .ID_ISAR2, .ID_ISAR3, .ID_ISAR4, .CLIDR, .CTR, .CCSIDR, .CSSELR:
            identification(register)
        }
    }

    func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        guard processor.features.isMainline || register.isInBaseline else { return }
        switch register {
        case .ICSR: writeICSR(value)
        case .VTOR:
            if processor.features.hasVTOR { system.vtor = system.vtor.merging(value, lanes: lanes) & 0xFFFF_FF80 }
        case .AIRCR: writeAIRCR(value, lanes)
        case .SCR:
            system.scr = system.scr.merging(value, lanes: lanes) & 0b10110
        case .CCR: writeCCR(system.ccr.merging(value, lanes: lanes))
        case .SHPR1: setPriorities(from: 4, value, lanes)
        case .SHPR2: setPriorities(from: 8, value, lanes)
        case .SHPR3: setPriorities(from: 12, value, lanes)
        case .SHCSR: writeSHCSR(SHCSR.merging(value, lanes: lanes))
        case .CFSR: system.faults.cfsr &= ~value
        case .HFSR: system.faults.hfsr &= ~value
        case .DFSR: system.faults.dfsr &= ~value
        case .MMFAR: system.faults.mmfar = system.faults.mmfar.merging(value, lanes: lanes)
        case .BFAR: system.faults.bfar = system.faults.bfar.merging(value, lanes: lanes)
        case .AFSR: system.faults.afsr &= ~value
        case .CPACR: writeCPACR(system.cpacr.merging(value, lanes: lanes))
        case .CPUID, .ID_PFR0, .ID_PFR1, .ID_DFR0, .ID_AFR0, .ID_MMFR0, .ID_MMFR1, .ID_MMFR2, .ID_MMFR3, .ID_ISAR0,
            .ID_ISAR1, .ID_ISAR2, .ID_ISAR3, .ID_ISAR4, .CLIDR, .CTR, .CCSIDR, .CSSELR:
            break
        }
    }

    // MARK: Interrupt control

    private var ICSR: UInt32 {
        var value = UInt32(system.ipsr)
        if system.active.count <= 1 { value |= 1 << 11 }
        if let urgent = system.mostUrgent { value |= UInt32(urgent) << 12 }
        if system.hasPendingInterrupt { value |= 1 << 22 }
        if system.pending[Exception.sysTick] { value |= 1 << 26 }
        if system.pending[Exception.pendSV] { value |= 1 << 28 }
        if system.pending[Exception.nmi] { value |= 1 << 31 }
        return value
    }

    private func writeICSR(_ value: UInt32) {
        if value.bit(25) { processor.unpend(Exception.sysTick) }
        if value.bit(26) { processor.pend(Exception.sysTick) }
        if value.bit(27) { processor.unpend(Exception.pendSV) }
        if value.bit(28) { processor.pend(Exception.pendSV) }
        if value.bit(31) { processor.pend(Exception.nmi) }
    }

    /// Takes effect only with the key 0x05FA in the upper half.
    private func writeAIRCR(_ value: UInt32, _ lanes: UInt32) {
        guard lanes == .max, value >> 16 == 0x05FA else { return }
        if processor.features.isMainline { system.prigroup = value.bits(10, 8) }
        if value.bit(2) { processor.chip.requestReset() }
        // VECTCLRACTIVE and VECTRESET are for debuggers of a halted core.
        if value.bit(0) || value.bit(1) { notices.unmodelled("VECTCLRACTIVE and VECTRESET of AIRCR") }
        processor.recheckPriority()
    }

    private func writeCCR(_ value: UInt32) {
        guard processor.features.isMainline else { return }
        system.ccr = value & CortexM.CCR.writable
    }

    private func priorities(from first: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(system.priorities[first + $1]) << UInt32(8 * $1) }
    }

    private func setPriorities(from first: Int, _ value: UInt32, _ lanes: UInt32) {
        for index in 0..<4 where lanes >> UInt32(8 * index) & 0xFF != 0 && system.hasPriority(first + index) {
            let priority = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
            system.priorities[first + index] = priority & system.priorityMask
        }
        processor.recheckPriority()
    }

    // MARK: Faults

    /// The exceptions whose state SHCSR shows, by bit.
    private static let activeBits: [(bit: Int, number: Int)] = [
        (0, Exception.memManage), (1, Exception.busFault), (3, Exception.usageFault), (7, Exception.svCall),
        (8, Exception.debugMonitor), (10, Exception.pendSV), (11, Exception.sysTick),
    ]
    private static let pendingBits: [(bit: Int, number: Int)] = [
        (12, Exception.usageFault), (13, Exception.memManage), (14, Exception.busFault), (15, Exception.svCall),
    ]
    private static let enabledBits: [(bit: Int, number: Int)] = [
        (16, Exception.memManage), (17, Exception.busFault), (18, Exception.usageFault),
    ]

    private var SHCSR: UInt32 {
        var value: UInt32 = 0
        for (bit, number) in SCB.activeBits where system.active[number] { value |= 1 << UInt32(bit) }
        for (bit, number) in SCB.pendingBits where system.pending[number] { value |= 1 << UInt32(bit) }
        for (bit, number) in SCB.enabledBits where system.enabled[number] { value |= 1 << UInt32(bit) }
        return value
    }

    private func writeSHCSR(_ value: UInt32) {
        guard processor.features.isMainline else {
            system.pending[Exception.svCall] = value.bit(15)
            return
        }
        for (bit, number) in SCB.activeBits { system.active[number] = value.bit(bit) }
        for (bit, number) in SCB.pendingBits { system.pending[number] = value.bit(bit) }
        for (bit, number) in SCB.enabledBits { system.enabled[number] = value.bit(bit) }
        processor.recheckPriority()
    }

    // MARK: Coprocessors and identification

    /// Only CP10 and CP11, the FPU, are there.
    private func writeCPACR(_ value: UInt32) {
        let old = system.cpacr
        system.cpacr = processor.features.hasFPU ? value & 0x00F0_0000 : 0
        guard system.cpacr != old else { return }
        processor.updateFPGate()
        processor.forgetBlocks()
    }

    /// DDI 0439 table 4-1; DDI 0337I table 4-1; DDI 0489 table 3-3.
    private func identification(_ register: Register) -> UInt32 {
        guard processor.features.isMainline else { return 0 }
        return switch register {
        case .ID_PFR0: 0x0000_0030
        case .ID_PFR1: 0x0000_0200
        case .ID_DFR0: 0x0010_0000
        case .ID_MMFR0: 0x0000_0030
        case .ID_MMFR2: 0x0100_0000
        case .ID_ISAR0: processor.features.hasDSP ? 0x0114_1110 : 0x0110_1110
        case .ID_ISAR1: processor.features.hasDSP ? 0x0211_2000 : 0x0211_1000
        case .ID_ISAR2: processor.features.hasDSP ? 0x2123_2231 : 0x2111_2231
        case .ID_ISAR3: processor.features.hasDSP ? 0x0111_1131 : 0x0111_1110
        case .ID_ISAR4: 0x0131_0102
        default: 0
        }
    }
}

extension SCB.Register {
    /// Whether ARMv6-M has it, too. DDI 0419E B3.2.2.
    fileprivate var isInBaseline: Bool {
        switch self {
        case .CPUID, .ICSR, .VTOR, .AIRCR, .SCR, .CCR, .SHPR2, .SHPR3, .SHCSR, .DFSR: true
        default: false
        }
    }
}

extension SystemRegisters {
    /// Whether an external interrupt is pending, enabled or not. ICSR.ISRPENDING.
    var hasPendingInterrupt: Bool {
        var found = false
        pending.forEach { if $0 >= Exception.interrupt0 { found = true } }
        return found
    }

    /// Whether the priority of an exception can be set.
    func hasPriority(_ number: Int) -> Bool {
        switch number {
        case Exception.svCall, Exception.pendSV, Exception.sysTick: true
        case Exception.memManage, Exception.busFault, Exception.usageFault, Exception.debugMonitor:
            features.isMainline
        default: number >= Exception.interrupt0 && number < Exception.interrupt0 + features.interruptCount
        }
    }
}
