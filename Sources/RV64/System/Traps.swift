import Bits

/// Taking traps and returning from them. Privileged Architecture 1.12, 3.1.6.1, 3.1.8 and 3.3.2; 1.9.1, 3.1.7.
extension ControlRegisters {
    /// Takes an exception: enters the mode that handles it.
    ///
    /// - Parameters:
    ///   - value: what goes with it into mtval: the faulting address, the bits of an illegal instruction, or 0. In 1.9.1
    ///     only misaligned addresses and access faults have one.
    ///   - pc: the address of the instruction.
    /// - Returns: the address of the handler.
    public func trap(_ cause: ExceptionCause, value: UInt64, pc: UInt64) -> UInt64 {
        let isDelegated = mode < .machine && medeleg.bit(Int(cause.rawValue))
        let written = features.version == .v1_12 || cause.setsBadAddress ? value : nil
        return enter(isDelegated, cause: cause.rawValue, value: written, pc: pc)
    }

    /// Takes an interrupt, which `pendingInterrupt` has named.
    ///
    /// - Parameter pc: the address of the instruction that would have come next.
    /// - Returns: the address of the handler.
    public func trap(_ cause: InterruptCause, pc: UInt64) -> UInt64 {
        let isDelegated = mode < .machine && mideleg & cause.bit != 0
        let written: UInt64? = features.version == .v1_12 ? 0 : nil
        return enter(isDelegated, cause: 1 << 63 | cause.rawValue, value: written, pc: pc)
    }

    private func enter(_ isDelegated: Bool, cause: UInt64, value: UInt64?, pc: UInt64) -> UInt64 {
        let from = mode
        if isDelegated {
            scause = cause
            sepc = pc
            if let value { stval = value }
            set(MSTATUS.SPIE, stackedEnable(MSTATUS.SIE))
            set(MSTATUS.SIE, false)
            set(MSTATUS.SPP, from == .supervisor)
        } else {
            mcause = cause
            mepc = pc
            if let value { mtval = value }
            set(MSTATUS.MPIE, stackedEnable(MSTATUS.MIE))
            set(MSTATUS.MIE, false)
            status = status & ~MSTATUS.MPP | UInt64(from.rawValue) << 11
        }
        mode = isDelegated ? .supervisor : .machine
        if mode != from { onModeChange() }
        interruptsMayHaveChanged()
        return vector(isDelegated ? stvec : mtvec, cause)
    }

    /// "When MODE=Vectored, [...] interrupts cause the pc to be set to the address in the BASE field plus four times
    /// the interrupt cause number."
    private func vector(_ tvec: UInt64, _ cause: UInt64) -> UInt64 {
        let base = tvec & ~3
        return tvec & 3 == 1 && cause.bit(63) ? base &+ 4 &* (cause & 63) : base
    }

    /// What a trap saves in xPIE: xIE; in 1.9.1 "the value of yIE", of the mode that is interrupted.
    private func stackedEnable(_ enable: UInt64) -> Bool {
        switch features.version {
        case .v1_12: status & enable != 0
        case .v1_9_1: status & interruptEnable(of: mode) != 0
        }
    }

    /// MIE or SIE; no bit for U-mode, since UIE does not exist without the N extension.
    private func interruptEnable(of mode: PrivilegeMode) -> UInt64 {
        switch mode {
        case .machine: MSTATUS.MIE
        case .supervisor: MSTATUS.SIE
        case .user: 0
        }
    }

    /// MRET.
    ///
    /// - Returns: the address to continue at.
    public func mret() throws(IllegalInstruction) -> UInt64 {
        guard mode == .machine else { throw IllegalInstruction() }
        let previous = PrivilegeMode(rawValue: UInt8(truncatingIfNeeded: status >> 11 & 3)) ?? .machine
        restoreEnable(MSTATUS.MIE, from: MSTATUS.MPIE, previous)
        status = status & ~MSTATUS.MPP | UInt64(leastMode.rawValue) << 11
        leave(to: previous)
        return mepc
    }

    /// SRET.
    ///
    /// - Returns: the address to continue at.
    public func sret() throws(IllegalInstruction) -> UInt64 {
        let isTrapped = mode == .supervisor && status & MSTATUS.TSR != 0
        guard hasSupervisor, mode >= .supervisor, !isTrapped else { throw IllegalInstruction() }
        let previous: PrivilegeMode = status & MSTATUS.SPP != 0 ? .supervisor : .user
        restoreEnable(MSTATUS.SIE, from: MSTATUS.SPIE, previous)
        set(MSTATUS.SPP, false)
        leave(to: previous)
        return sepc
    }

    /// xRET sets xIE to xPIE and xPIE to 1; in 1.9.1 it is yIE that is set, of the mode returned to.
    private func restoreEnable(_ enable: UInt64, from previousEnable: UInt64, _ previous: PrivilegeMode) {
        let value = status & previousEnable != 0
        switch features.version {
        case .v1_12: set(enable, value)
        case .v1_9_1: set(interruptEnable(of: previous), value)
        }
        set(previousEnable, true)
    }

    /// "An MRET or SRET instruction that changes the privilege mode to a mode less privileged than M also sets MPRV=0":
    /// since 1.12.
    private func leave(to previous: PrivilegeMode) {
        if features.version == .v1_12, previous < .machine { set(MSTATUS.MPRV, false) }
        let from = mode
        mode = previous
        if mode != from { onModeChange() }
        interruptsMayHaveChanged()
    }

    /// WFI is asked for. It then waits until `isInterruptWaiting`.
    ///
    /// With TW it is illegal below M-mode at once, and in U-mode always where there is S-mode: the time limit that the
    /// manual leaves open is 0.
    public func wfi() throws(IllegalInstruction) {
        let isAllowed =
            switch (mode, features.version) {
            case (.machine, _): true
            case (.supervisor, _): status & MSTATUS.TW == 0
            case (.user, .v1_12): status & MSTATUS.TW == 0 && !hasSupervisor
            case (.user, .v1_9_1): false
            }
        guard isAllowed else { throw IllegalInstruction() }
    }

    /// A fence of address translation is asked for. There is nothing to do, since nothing is translated; but each
    /// version knows only its own, under another encoding.
    public func sfence(_ fence: SupervisorFence) throws(IllegalInstruction) {
        let isKnown =
            switch (fence, features.version) {
            case (.vm, .v1_9_1), (.vma, .v1_12): true
            case (.vm, .v1_12), (.vma, .v1_9_1): false
            }
        let isTrapped = mode == .supervisor && status & MSTATUS.TVM != 0
        guard isKnown, hasSupervisor, mode >= .supervisor, !isTrapped else { throw IllegalInstruction() }
    }

    private func set(_ bits: UInt64, _ value: Bool) {
        status = value ? status | bits : status & ~bits
    }
}

/// The instructions that order translation tables with what uses them.
public enum SupervisorFence: Sendable {
    /// SFENCE.VM. Privileged Architecture 1.9.1, 4.2.1.
    case vm
    /// SFENCE.VMA, which replaced it. Privileged Architecture 1.12, 4.2.1.
    case vma
}
