/// Which interrupt comes, and when. Privileged Architecture 1.12, 3.1.6.1, 3.1.9 and 4.1.3.
extension ControlRegisters {
    /// The bits of mip and mie that exist.
    var implementedInterrupts: UInt64 {
        hasSupervisor ? InterruptCause.machineBits | InterruptCause.supervisorBits : InterruptCause.machineBits
    }

    /// mip: what the devices ask for and what software has set. MEIP, MTIP and MSIP follow their lines alone; SEIP is
    /// the OR of a bit that software writes and of its line.
    var mip: UInt64 { (lines | softwarePending) & implementedInterrupts }

    /// The bits of mip that M-mode can write. In 1.9.1, SEIP is read-only.
    private var writablePending: UInt64 {
        guard hasSupervisor else { return 0 }
        let softwareAndTimer = InterruptCause.supervisorSoftware.bit | InterruptCause.supervisorTimer.bit
        return switch features.version {
        case .v1_9_1: softwareAndTimer
        case .v1_12: softwareAndTimer | InterruptCause.supervisorExternal.bit
        }
    }

    func write(mip value: UInt64) {
        softwarePending = value & writablePending
        interruptsMayHaveChanged()
    }

    func write(mie value: UInt64) {
        mie = value & implementedInterrupts
        interruptsMayHaveChanged()
    }

    /// Machine-level interrupts cannot be delegated.
    func write(mideleg value: UInt64) {
        mideleg = hasSupervisor ? value & InterruptCause.supervisorBits : 0
        interruptsMayHaveChanged()
    }

    /// "If an interrupt is delegated to S-mode by setting a bit in the mideleg register, it becomes visible in the sip
    /// register and is maskable using the sie register. Otherwise, the corresponding bits in sip and sie are read-only
    /// zero."
    var sip: UInt64 { mip & mideleg }
    var sie: UInt64 { mie & mideleg }

    func write(sie value: UInt64) { write(mie: mie & ~mideleg | value & mideleg) }

    /// In sip, only SSIP is writable.
    func write(sip value: UInt64) {
        let writable = mideleg & InterruptCause.supervisorSoftware.bit
        write(mip: softwarePending & ~writable | value & writable)
    }

    /// The level of a wire from outside: MSIP and MTIP from the CLINT, MEIP and SEIP from the PLIC.
    public func setLine(_ interrupt: InterruptCause, _ level: Bool) {
        lines = level ? lines | interrupt.bit : lines & ~interrupt.bit
        interruptsMayHaveChanged()
    }

    /// Whether an interrupt is pending and enabled in mie, which ends a WFI: its operation "must be unaffected by the
    /// global interrupt bits in mstatus [...] and the delegation register mideleg [...], but should honor the
    /// individual interrupt enables". 3.3.3.
    public var isInterruptWaiting: Bool { mip & mie != 0 }

    /// Whether an interrupt of M-mode would be taken if it came.
    public var canTakeInterrupts: Bool { mode < .machine || status & MSTATUS.MIE != 0 }

    /// The interrupt to take now, in front of the next instruction; `nil` if there is none.
    public func pendingInterrupt() -> InterruptCause? {
        let waiting = mip & mie
        guard waiting != 0 else { return nil }
        if canTakeInterrupts, let interrupt = first(of: waiting & ~mideleg) { return interrupt }
        let isSupervisorEnabled = mode < .supervisor || mode == .supervisor && status & MSTATUS.SIE != 0
        return isSupervisorEnabled ? first(of: waiting & mideleg) : nil
    }

    private func first(of bits: UInt64) -> InterruptCause? {
        guard bits != 0 else { return nil }
        return InterruptCause.byPriority.first { bits & $0.bit != 0 }
    }

    /// Tells the engine when it should look again: after a change that `pendingInterrupt` or `isInterruptWaiting`
    /// depends on, if anything is waiting at all.
    func interruptsMayHaveChanged() {
        if isInterruptWaiting { onInterruptChange() }
    }
}
