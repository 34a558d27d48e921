import TestSupport

/// Registers of the system control space and what may be written there: everything that changes how a program goes
/// on. DDI 0403E.e B3.2.
enum Control {
    /// CYCCNT, the other counters, PCSR; SysTick; ICSR, CFSR, SHCSR, ISPR, IABR; FPCCR, FPCAR; MPU_CTRL.
    static let readable: [UInt32] = [
        0xE000_1004, 0xE000_1008, 0xE000_100C, 0xE000_1010, 0xE000_1014, 0xE000_1018, 0xE000_101C, 0xE000_E010,
        0xE000_E018, 0xE000_ED04, 0xE000_ED28, 0xE000_ED24, 0xE000_E200, 0xE000_E300, 0xE000_EF34, 0xE000_EF38,
        0xE000_ED94,
    ]

    /// A register and its new value.
    static func write(_ random: inout SplitMix) -> (address: UInt32, value: UInt32) {
        func one(_ values: UInt32...) -> UInt32 { random.element(of: values) }
        switch random.below(20) {
        // SysTick: reload, counter, control.
        case 0: return (0xE000_E014, 20 + random.below(500))
        case 1: return (0xE000_E018, 0)
        case 2: return (0xE000_E010, random.below(8))
        // Interrupts: pending, not pending, enabled, disabled, priorities, by software.
        case 3: return (0xE000_E200, 1 << random.below(8))
        case 4: return (0xE000_E280, 1 << random.below(8))
        case 5: return (0xE000_E100, random.below(256))
        case 6: return (0xE000_E180, 1 << random.below(8))
        case 7: return (0xE000_E400 + 4 * random.below(2), random.word())
        case 8: return (0xE000_EF00, random.below(8))
        // ICSR: PENDSV, PENDST, their ends, NMI.
        case 9: return (0xE000_ED04, 1 << one(25, 26, 27, 28, 31))
        // SCR, CCR, the priorities of exceptions, SHCSR.
        case 10: return (0xE000_ED10, one(0, 2, 16))
        case 11: return (0xE000_ED14, 0x200 | random.word() & 0x11B)
        case 12: return (0xE000_ED18 + 4 * random.below(3), random.word())
        case 13: return (0xE000_ED24, random.word() & 0x7_0000)
        // CPACR; FPCCR with lazy saving or without, or none at all.
        case 14, 15: return (0xE000_ED88, one(0xF0_0000, 0xF0_0000, 0x50_0000, 0))
        case 16: return (0xE000_EF34, one(0xC000_0000, 0x8000_0000, 0x4000_0000, 0))
        // ACTLR.DISDEFWBUF; AIRCR.PRIGROUP, now and then a reset.
        case 17: return (0xE000_E008, one(0, 2))
        case 18: return (0xE000_ED0C, 0x05FA_0000 | random.below(8) << 8 | (random.one(in: 16) ? 4 : 0))
        // DWT_CTRL, CYCCNT.
        default: return (0xE000_1000 + 4 * random.below(2), 0x3E_0001 | random.word())
        }
    }
}
