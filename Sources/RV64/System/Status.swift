/// The bits of mstatus. Privileged Architecture 1.12, figure 3.7; 1.9.1, figure 3.6.
enum MSTATUS {
    static let SIE: UInt64 = 1 << 1
    static let MIE: UInt64 = 1 << 3
    static let SPIE: UInt64 = 1 << 5
    static let MPIE: UInt64 = 1 << 7
    static let SPP: UInt64 = 1 << 8
    static let MPP: UInt64 = 3 << 11
    static let FS: UInt64 = 3 << 13
    static let MPRV: UInt64 = 1 << 17
    /// From 1.10 on the bit is SUM, with the opposite meaning.
    static let PUM: UInt64 = 1 << 18
    static let MXR: UInt64 = 1 << 19
    static let TVM: UInt64 = 1 << 20
    static let TW: UInt64 = 1 << 21
    static let TSR: UInt64 = 1 << 22
    static let UXL: UInt64 = 3 << 32
    static let UXL64: UInt64 = 2 << 32
    static let SXL64: UInt64 = 2 << 34
    static let SD: UInt64 = 1 << 63
}

/// mstatus, and sstatus as a view of it. XS is zero, since no extension has state of its own; FS is in the FP status.
extension ControlRegisters {
    /// mstatus as a CSR instruction reads it.
    var mstatus: UInt64 {
        let fs = UInt64(fp.pointee.FS & 3)
        return status | fs << 13 | (fs == UInt64(FPStatus.dirty) ? MSTATUS.SD : 0) | xlenFields
    }

    /// "The sstatus register is a subset of the mstatus register."
    var sstatus: UInt64 { mstatus & supervisorStatus }

    func write(mstatus value: UInt64) { setStatus(value, writable: machineStatus) }

    func write(sstatus value: UInt64) { setStatus(value, writable: machineStatus & supervisorStatus) }

    /// SXL and UXL read as 64 bits. Before 1.10 there are none.
    private var xlenFields: UInt64 {
        switch features.version {
        case .v1_9_1: 0
        case .v1_12: (hasUser ? MSTATUS.UXL64 : 0) | (hasSupervisor ? MSTATUS.SXL64 : 0)
        }
    }

    /// What M-mode can write.
    ///
    /// VM (1.9.1) and satp.MODE (1.12) hold only the absence of translation, and so SUM is read-only zero. All memory
    /// accesses are little-endian: MBE, SBE and UBE are read-only zero.
    private var machineStatus: UInt64 {
        var bits = MSTATUS.MIE | MSTATUS.MPIE | MSTATUS.MPP
        if hasFloat { bits |= MSTATUS.FS }
        if hasUser { bits |= MSTATUS.MPRV }
        if hasSupervisor { bits |= MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP | MSTATUS.MXR }
        switch features.version {
        case .v1_9_1:
            if hasSupervisor { bits |= MSTATUS.PUM }
        case .v1_12:
            if hasUser { bits |= MSTATUS.TW }
            if hasSupervisor { bits |= MSTATUS.TVM | MSTATUS.TSR }
        }
        return bits
    }

    /// What S-mode sees. MXR came into sstatus with 1.10.
    private var supervisorStatus: UInt64 {
        let common = MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP | MSTATUS.FS | MSTATUS.PUM | MSTATUS.SD
        return switch features.version {
        case .v1_9_1: common
        case .v1_12: common | MSTATUS.MXR | MSTATUS.UXL
        }
    }

    private func setStatus(_ value: UInt64, writable: UInt64) {
        var new = status & ~writable | value & writable
        if !canHold(mpp: value & MSTATUS.MPP) { new = new & ~MSTATUS.MPP | status & MSTATUS.MPP }
        status = new & ~MSTATUS.FS
        if writable & MSTATUS.FS != 0 { setFS(UInt32(truncatingIfNeeded: value >> 13) & 3) }
        interruptsMayHaveChanged()
    }

    /// Whether MPP can hold a mode: "M-mode software can determine whether a privilege mode is implemented by writing
    /// that mode to MPP then reading it back."
    private func canHold(mpp: UInt64) -> Bool {
        switch PrivilegeMode(rawValue: UInt8(truncatingIfNeeded: mpp >> 11)) {
        case .machine: true
        case .supervisor: hasSupervisor
        case .user: hasUser
        case nil: false
        }
    }

    private func setFS(_ value: UInt32) {
        let old = fp.pointee.FS
        fp.pointee.FS = features.tracksFPState || value == FPStatus.off ? value : FPStatus.dirty
        if (old == FPStatus.off) != (value == FPStatus.off) { onFPChange() }
    }
}
