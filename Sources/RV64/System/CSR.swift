import Bits

/// The control and status registers that a hart may have, by number. Privileged Architecture 1.12, tables 2.2 to 2.6;
/// what differs in 1.9.1 is noted. Runs of equal registers (hpmcounters, their events, PMP) are `CSRRange`s.
enum CSR: UInt16 {
    case fflags = 0x001, frm = 0x002, fcsr = 0x003

    case sstatus = 0x100, sie = 0x104, stvec = 0x105
    case scounteren = 0x106
    case senvcfg = 0x10A
    /// stval is sbadaddr in 1.9.1.
    case sscratch = 0x140, sepc = 0x141, scause = 0x142, stval = 0x143, sip = 0x144
    /// sptbr in 1.9.1.
    case satp = 0x180

    case mstatus = 0x300, misa = 0x301, medeleg = 0x302, mideleg = 0x303, mie = 0x304, mtvec = 0x305
    case mcounteren = 0x306
    case menvcfg = 0x30A
    /// mucounteren in 1.9.1.
    case mcountinhibit = 0x320
    /// Only in 1.9.1.
    case mscounteren = 0x321
    /// mtval is mbadaddr in 1.9.1.
    case mscratch = 0x340, mepc = 0x341, mcause = 0x342, mtval = 0x343, mip = 0x344

    case tselect = 0x7A0, tdata1 = 0x7A1, tdata2 = 0x7A2, tdata3 = 0x7A3

    case mcycle = 0xB00, minstret = 0xB02
    case mvendorid = 0xF11, marchid = 0xF12, mimpid = 0xF13, mhartid = 0xF14, mconfigptr = 0xF15

    /// The top two bits say whether a register is read-only. 2.1.
    static func isReadOnly(_ number: UInt16) -> Bool { number.bits(11, 10) == 3 }

    /// "The next two bits (csr[9:8]) encode the lowest privilege level that can access the CSR." 2.1.
    static func lowestMode(_ number: UInt16) -> UInt8 { UInt8(number.bits(9, 8)) }
}

/// Runs of control and status registers that are alike.
enum CSRRange {
    /// cycle, time, instret and hpmcounter3...31, with the number of the counter.
    case userCounter(Int)
    /// mhpmcounter3...31 and mhpmevent3...31.
    case performanceMonitor
    /// pmpcfg0, 2, ...14 and pmpaddr0...63.
    case pmp

    init?(_ number: UInt16) {
        switch number {
        case 0xC00...0xC1F: self = .userCounter(Int(number & 31))
        case 0xB03...0xB1F, 0x323...0x33F: self = .performanceMonitor
        // In RV64, the odd-numbered pmpcfg registers are illegal. 3.7.1.
        case 0x3A0...0x3AF where number & 1 == 0: self = .pmp
        case 0x3B0...0x3EF: self = .pmp
        default: return nil
        }
    }
}
