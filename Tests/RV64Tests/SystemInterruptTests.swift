import Testing

@testable import RV64

@Suite struct SystemInterruptTests {
    /// "Multiple simultaneous interrupts destined for M-mode are handled in the following decreasing priority order:
    /// MEI, MSI, MTI, SEI, SSI, STI." 1.12, 3.1.9.
    @Test(arguments: [PrivilegedFeatures.k210, .rv64])
    func priorities(_ features: PrivilegedFeatures) throws {
        let hart = SystemHart(features)
        try hart.write(.mie, .max)
        try hart.write(.mip, 0x22)
        for line in [InterruptCause.machineExternal, .machineSoftware, .machineTimer, .supervisorExternal] {
            hart.csrs.setLine(line, true)
        }
        try hart.write(.mstatus, 1 << 3)
        let order: [InterruptCause] = [
            .machineExternal, .machineSoftware, .machineTimer, .supervisorExternal, .supervisorSoftware,
            .supervisorTimer,
        ]
        for interrupt in order {
            #expect(hart.csrs.pendingInterrupt() == interrupt)
            _ = try hart.csrs.exchange(CSR.mie.rawValue, .clear, 1 << interrupt.rawValue)
        }
        #expect(hart.csrs.pendingInterrupt() == nil)
    }

    /// An interrupt traps to M-mode if "either the current privilege mode is M and the MIE bit in the mstatus register
    /// is set, or the current privilege mode has less privilege than M-mode", and if it is pending, enabled and not
    /// delegated.
    @Test(arguments: [PrivilegedFeatures.k210, .rv64])
    func machineInterruptsAreEnabled(_ features: PrivilegedFeatures) throws {
        let hart = SystemHart(features)
        hart.csrs.setLine(.machineTimer, true)
        #expect(try hart[.mip] == 1 << 7)
        #expect(hart.csrs.pendingInterrupt() == nil)
        try hart.write(.mie, 1 << 7)
        #expect(hart.csrs.pendingInterrupt() == nil)
        try hart.write(.mstatus, 1 << 3)
        #expect(hart.csrs.pendingInterrupt() == .machineTimer)
        hart.csrs.setLine(.machineTimer, false)
        #expect(hart.csrs.pendingInterrupt() == nil)
        hart.csrs.setLine(.machineTimer, true)
        try hart.write(.mstatus, 0)
        for mode in [PrivilegeMode.supervisor, .user] {
            hart.csrs.reset()
            try hart.write(.mie, 1 << 7)
            try hart.enter(mode)
            #expect(hart.csrs.pendingInterrupt() == .machineTimer)
        }
    }

    /// "If the supervisor timer interrupt (STI) is delegated to S-mode by setting mideleg[5], STIs will not be taken
    /// when executing in M-mode. By contrast, if mideleg[5] is clear, STIs can be taken in any mode and regardless of
    /// current mode will transfer control to M-mode." 1.12, 3.1.8.
    @Test(arguments: [PrivilegedFeatures.k210, .rv64])
    func delegatedInterruptsAreMaskedInMachineMode(_ features: PrivilegedFeatures) throws {
        let hart = SystemHart(features)
        try hart.write(.mtvec, 0x100)
        try hart.write(.stvec, 0x200)
        try hart.write(.mip, 1 << 5)
        try hart.write(.mie, 1 << 5)
        try hart.write(.mstatus, 1 << 3)
        #expect(hart.csrs.pendingInterrupt() == .supervisorTimer)
        try hart.write(.mideleg, 1 << 5)
        #expect(hart.csrs.pendingInterrupt() == nil)
        // "The current privilege mode is S and the SIE bit in the sstatus register is set", 4.1.3.
        try hart.write(.mstatus, 0)
        try hart.enter(.supervisor)
        #expect(hart.csrs.pendingInterrupt() == nil)
        try hart.write(.sstatus, 1 << 1)
        #expect(hart.csrs.pendingInterrupt() == .supervisorTimer)
        #expect(hart.csrs.trap(.supervisorTimer, pc: 0) == 0x200)
        #expect(hart.csrs.mode == .supervisor)
        // "Or the current privilege mode has less privilege than S-mode."
        hart.csrs.reset()
        try hart.write(.mip, 1 << 5)
        try hart.write(.mie, 1 << 5)
        try hart.write(.mideleg, 1 << 5)
        try hart.enter(.user)
        #expect(hart.csrs.pendingInterrupt() == .supervisorTimer)
    }

    /// "Interrupts to M-mode take priority over any interrupts to lower privilege modes": even STI over a delegated SEI.
    @Test func machineInterruptsComeFirst() throws {
        let hart = SystemHart.rv64
        hart.csrs.setLine(.supervisorExternal, true)
        try hart.write(.mip, 1 << 5)
        try hart.write(.mie, 0x222)
        try hart.write(.mideleg, 1 << 9)
        try hart.enter(.user)
        #expect(hart.csrs.pendingInterrupt() == .supervisorTimer)
    }

    /// MEIP, MTIP and MSIP are read-only. In 1.9.1 M-mode writes SSIP and STIP; since 1.10 SEIP, too.
    @Test func pendingBitsThatSoftwareWrites() throws {
        #expect(try SystemHart.k210.write(.mip, .max) == 0x022)
        #expect(try SystemHart.rv64.write(.mip, .max) == 0x222)
        #expect(try SystemHart.small.write(.mip, .max) == 0)
        #expect(try SystemHart.rv64.write(.mie, .max) == 0xAAA)
        // "If supervisor mode is not implemented, bits SEIP, STIP, and SSIP of mip and SEIE, STIE, and SSIE of mie are
        // read-only zeros."
        #expect(try SystemHart.small.write(.mie, .max) == 0x888)
    }

    /// "If csrrs t0, mip, t1 is executed, t0[9] is written with B || E, then B is written with B || t1[9]. [...]
    /// In neither case does B depend upon E."
    @Test func softwareBitOfSEIP() throws {
        let hart = SystemHart.rv64
        hart.csrs.setLine(.supervisorExternal, true)
        #expect(try hart.csrs.exchange(CSR.mip.rawValue, .set, 0) == 1 << 9)
        hart.csrs.setLine(.supervisorExternal, false)
        #expect(try hart[.mip] == 0)
        #expect(try hart.csrs.exchange(CSR.mip.rawValue, .set, 1 << 9) == 0)
        hart.csrs.setLine(.supervisorExternal, true)
        hart.csrs.setLine(.supervisorExternal, false)
        #expect(try hart[.mip] == 1 << 9)
        #expect(try hart.csrs.exchange(CSR.mip.rawValue, .clear, 1 << 9) == 1 << 9)
        #expect(try hart[.mip] == 0)
    }

    /// "If an interrupt is delegated to S-mode by setting a bit in the mideleg register, it becomes visible in the sip
    /// register and is maskable using the sie register. Otherwise, the corresponding bits in sip and sie are read-only
    /// zero." SEIP and STIP are read-only there.
    @Test func supervisorViews() throws {
        let hart = SystemHart.rv64
        try hart.write(.mip, 0x222)
        try hart.write(.mie, 0x888)
        #expect(try hart[.sip] == 0)
        #expect(try hart.write(.sie, .max) == 0)
        try hart.write(.mideleg, 0x222)
        #expect(try hart[.sip] == 0x222)
        #expect(try hart.write(.sie, .max) == 0x222)
        #expect(try hart[.mie] == 0xAAA)
        #expect(try hart.write(.sip, 0) == 0x220)
        #expect(try hart.write(.sip, .max) == 0x222)
        try hart.write(.mideleg, 0x220)
        #expect(try hart.write(.sip, 0) == 0x220)
        #expect(try hart[.mip] == 0x222)
    }

    /// "The operation of WFI must be unaffected by the global interrupt bits in mstatus [...] and the delegation
    /// register mideleg [...], but should honor the individual interrupt enables." 3.3.3. The second hart of the K210
    /// waits so for its IPI; without mie.MSIE it would go on waiting.
    @Test func whatEndsAWait() throws {
        let hart = SystemHart.k210
        hart.csrs.setLine(.machineSoftware, true)
        #expect(!hart.csrs.isInterruptWaiting)
        try hart.write(.mie, 1 << 3)
        #expect(hart.csrs.isInterruptWaiting)
        #expect(hart.csrs.pendingInterrupt() == nil)
        hart.csrs.setLine(.machineSoftware, false)
        #expect(!hart.csrs.isInterruptWaiting)
        try hart.write(.mie, 1 << 5)
        try hart.write(.mideleg, 1 << 5)
        try hart.write(.mip, 1 << 5)
        #expect(hart.csrs.isInterruptWaiting)
    }

    /// The conditions of an interrupt "must also be evaluated immediately following the execution of an xRET instruction
    /// or an explicit write to a CSR on which these interrupt trap conditions expressly depend (including mip, mie,
    /// mstatus, and mideleg)": the engine is told each time.
    @Test func engineIsToldOfChanges() throws {
        let hart = SystemHart.rv64
        func isTold(_ change: () throws -> Void) rethrows -> Bool {
            let before = hart.interruptChanges
            try change()
            return hart.interruptChanges > before
        }
        #expect(!isTold { hart.csrs.setLine(.machineTimer, true) })
        #expect(try isTold { try hart.csrs.write(CSR.mie.rawValue, 1 << 7 | 1 << 1) })
        #expect(try isTold { try hart.csrs.write(CSR.mstatus.rawValue, 1 << 3) })
        #expect(try isTold { try hart.csrs.write(CSR.mideleg.rawValue, 0) })
        #expect(try isTold { try hart.csrs.write(CSR.mip.rawValue, 0) })
        #expect(try isTold { _ = try hart.csrs.mret() })
        hart.csrs.setLine(.machineTimer, false)
        #expect(isTold { hart.csrs.setLine(.machineTimer, true) })
        #expect(isTold { _ = hart.csrs.trap(.machineTimer, pc: 0) })
    }
}
