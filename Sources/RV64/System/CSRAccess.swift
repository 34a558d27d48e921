import Bits

/// What CSRRW, CSRRS and CSRRC do with the old value.
public enum CSROperation: Sendable {
    case write
    case set
    case clear
}

/// The control and status registers as CSR instructions see them. Privileged Architecture 1.12, chapter 2.
extension ControlRegisters {
    /// Reads a register: CSRRS and CSRRC without a source.
    public func read(_ number: UInt16) throws(IllegalInstruction) -> UInt64 {
        try checkMode(number)
        if let range = CSRRange(number) { return try read(range) }
        return try read(find(number))
    }

    /// Writes a register: CSRRW without a destination.
    public func write(_ number: UInt16, _ value: UInt64) throws(IllegalInstruction) {
        try checkMode(number)
        guard !CSR.isReadOnly(number) else { throw IllegalInstruction() }
        if let range = CSRRange(number) {
            // They read as zero, whatever is written.
            _ = try read(range)
        } else {
            write(try find(number), value)
        }
    }

    /// Reads a register, then writes it.
    ///
    /// - Returns: the old value.
    public func exchange(
        _ number: UInt16, _ operation: CSROperation, _ operand: UInt64
    ) throws(IllegalInstruction) -> UInt64 {
        let old = try read(number)
        // "Only the software-writable SEIP bit participates in the read-modify-write sequence." 3.1.9.
        let basis = number == CSR.mip.rawValue ? softwarePending : old
        switch operation {
        case .write: try write(number, operand)
        case .set: try write(number, basis | operand)
        case .clear: try write(number, basis & ~operand)
        }
        return old
    }

    private func checkMode(_ number: UInt16) throws(IllegalInstruction) {
        guard number < 0x1000, mode.rawValue >= CSR.lowestMode(number) else { throw IllegalInstruction() }
    }

    /// The register of that number, if this hart has it and the current state gives access.
    private func find(_ number: UInt16) throws(IllegalInstruction) -> CSR {
        guard let csr = CSR(rawValue: number), isAccessible(csr) else { throw IllegalInstruction() }
        return csr
    }

    private func isAccessible(_ csr: CSR) -> Bool {
        let isNew = features.version == .v1_12
        return switch csr {
        // "When an extension's status is set to Off, any instruction that attempts to read or write the corresponding
        // state will cause an illegal instruction exception."
        case .fflags, .frm, .fcsr: hasFloat && fp.pointee.FS != FPStatus.off
        case .sstatus, .sie, .stvec, .sscratch, .sepc, .scause, .stval, .sip: hasSupervisor
        case .satp: hasSupervisor && !(mode == .supervisor && status & MSTATUS.TVM != 0)
        case .scounteren, .senvcfg: hasSupervisor && isNew
        case .mcounteren, .menvcfg: hasUser && isNew
        // mucounteren, which exists where U-mode does.
        case .mcountinhibit: isNew || hasUser
        case .mscounteren: hasSupervisor && !isNew
        // Without S-mode they "should not exist"; in 1.9.1 they are hardwired to zero.
        case .medeleg, .mideleg: hasSupervisor || !isNew
        case .mconfigptr: isNew
        case .mstatus, .misa, .mie, .mtvec, .mscratch, .mepc, .mcause, .mtval, .mip, .tselect, .tdata1, .tdata2,
            .tdata3, .mcycle, .minstret, .mvendorid, .marchid, .mimpid, .mhartid:
            true
        }
    }

    private func read(_ range: CSRRange) throws(IllegalInstruction) -> UInt64 {
        switch range {
        case .userCounter(let index): return try readUserCounter(index)
        case .performanceMonitor: return 0
        case .pmp:
            guard features.version == .v1_12 else { throw IllegalInstruction() }
            return 0
        }
    }

    private func read(_ csr: CSR) -> UInt64 {
        switch csr {
        case .fflags: UInt64(fp.pointee.fflags & 0x1F)
        case .frm: UInt64(fp.pointee.frm & 7)
        case .fcsr: UInt64(fp.pointee.frm & 7) << 5 | UInt64(fp.pointee.fflags & 0x1F)
        case .sstatus: sstatus
        case .sie: sie
        case .stvec: stvec
        case .scounteren, .mscounteren: scounteren
        case .sscratch: sscratch
        case .sepc: sepc
        case .scause: scause
        case .stval: stval
        case .sip: sip
        case .satp: sptbr
        case .mstatus: mstatus
        case .misa: features.misa
        case .medeleg: medeleg
        case .mideleg: mideleg
        case .mie: mie
        case .mtvec: mtvec
        case .mcounteren: mcounteren
        case .mcountinhibit: features.version == .v1_12 ? mcountinhibit : mcounteren
        case .mscratch: mscratch
        case .mepc: mepc
        case .mcause: mcause
        case .mtval: mtval
        case .mip: mip
        case .mcycle: mcycle
        case .minstret: minstret
        case .mvendorid: features.mvendorid
        case .marchid: features.marchid
        case .mimpid: features.mimpid
        case .mhartid: UInt64(truncatingIfNeeded: hart)
        // FIOM is read-only zero, since nothing is translated; there are no triggers; there is no configuration
        // structure.
        case .senvcfg, .menvcfg, .tselect, .tdata1, .tdata2, .tdata3, .mconfigptr: 0
        }
    }

    private func write(_ csr: CSR, _ value: UInt64) {
        switch csr {
        case .fflags: writeFP { $0.fflags = UInt32(truncatingIfNeeded: value & 0x1F) }
        case .frm: writeFP { $0.frm = UInt32(truncatingIfNeeded: value & 7) }
        case .fcsr:
            writeFP {
                $0.fflags = UInt32(truncatingIfNeeded: value & 0x1F)
                $0.frm = UInt32(truncatingIfNeeded: value >> 5 & 7)
            }
        case .sstatus: write(sstatus: value)
        case .sie: write(sie: value)
        case .stvec: stvec = trapVector(value)
        case .scounteren, .mscounteren: scounteren = counterEnable(value)
        case .sscratch: sscratch = value
        case .sepc: sepc = programCounter(value)
        case .scause: scause = value
        case .stval: stval = value
        case .sip: write(sip: value)
        case .satp: writeTranslationBase(value)
        case .mstatus: write(mstatus: value)
        case .medeleg: medeleg = value & delegatableExceptions
        case .mideleg: write(mideleg: value)
        case .mie: write(mie: value)
        case .mtvec: mtvec = trapVector(value)
        case .mcounteren: mcounteren = counterEnable(value)
        case .mcountinhibit:
            switch features.version {
            case .v1_9_1: mcounteren = counterEnable(value)
            case .v1_12: write(mcountinhibit: value)
            }
        case .mscratch: mscratch = value
        case .mepc: mepc = programCounter(value)
        case .mcause: mcause = value
        case .mtval: mtval = value
        case .mip: write(mip: value)
        case .mcycle: write(mcycle: value)
        case .minstret: write(minstret: value)
        // All WARL, with one legal value each.
        case .misa, .senvcfg, .menvcfg, .tselect, .tdata1, .tdata2, .tdata3: break
        // Read-only by their number.
        case .mvendorid, .marchid, .mimpid, .mhartid, .mconfigptr: break
        }
    }

    /// Writing fcsr makes the floating-point state Dirty.
    private func writeFP(_ change: (inout FPStatus) -> Void) {
        change(&fp.pointee)
        fp.pointee.FS = FPStatus.dirty
    }

    /// MODE is Direct or Vectored: its upper bit is read-only zero. In 1.9.1, "the low two bits are always zero".
    private func trapVector(_ value: UInt64) -> UInt64 {
        switch features.version {
        case .v1_9_1: value & ~3
        case .v1_12: value & ~2
        }
    }

    /// satp.MODE holds Bare alone, for which the other fields must be zero. sptbr keeps its 38 bits of PPN and no ASID;
    /// mstatus.VM does not switch it on. Privileged Architecture 1.12, 4.1.11; 1.9.1, 4.1.10.
    private func writeTranslationBase(_ value: UInt64) {
        switch features.version {
        case .v1_9_1: sptbr = value & ((1 << 38) - 1)
        case .v1_12: break
        }
    }

    /// The exceptions that S-mode can take: all that can happen below M-mode.
    private var delegatableExceptions: UInt64 {
        guard hasSupervisor else { return 0 }
        return ExceptionCause.allCases.reduce(0) { bits, cause in
            switch cause {
            case .environmentCallFromM: bits
            case .instructionPageFault, .loadPageFault, .storePageFault:
                features.version == .v1_12 ? bits | 1 << cause.rawValue : bits
            case .instructionAddressMisaligned, .instructionAccessFault, .illegalInstruction, .breakpoint,
                .loadAddressMisaligned, .loadAccessFault, .storeAddressMisaligned, .storeAccessFault,
                .environmentCallFromU, .environmentCallFromS:
                bits | 1 << cause.rawValue
            }
        }
    }
}
