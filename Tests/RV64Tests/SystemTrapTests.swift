import Testing

@testable import RV64

@Suite struct SystemTrapTests {
    /// "When a trap is taken from privilege mode y into privilege mode x, xPIE is set to the value of xIE; xIE is set to
    /// 0; and xPP is set to y." mepc is the instruction, mcause the code, mtval what goes with it. 1.12, 3.1.6.1.
    @Test func entryAndReturnStackTheMode() throws {
        let hart = SystemHart.rv64
        try hart.write(.mtvec, 0x8000_0100)
        try hart.write(.mstatus, 1 << 3)
        try hart.enter(.user, at: 0x8000_1000)
        #expect(hart.csrs.mode == .user)
        #expect(hart.modeChanges == 1)
        // MRET: MIE = MPIE = 0, MPIE = 1, MPP = U.
        #expect(hart.csrs.trap(.loadAddressMisaligned, value: 0x123, pc: 0x8000_1002) == 0x8000_0100)
        #expect(hart.modeChanges == 2)
        #expect(try hart[.mepc] == 0x8000_1002)
        #expect(try hart[.mcause] == 4)
        #expect(try hart[.mtval] == 0x123)
        #expect(try hart[.mstatus] & 0x1888 == 0)
        try hart.write(.mstatus, 1 << 7 | 3 << 11)
        #expect(try hart.csrs.mret() == 0x8000_1002)
        #expect(hart.csrs.mode == .machine)
        // MIE = MPIE = 1; MPIE = 1; MPP = U, the least privileged mode.
        #expect(try hart[.mstatus] & 0x1888 == 0x0088)
        _ = hart.csrs.trap(.illegalInstruction, value: 0, pc: 0)
        #expect(try hart[.mstatus] & 0x1888 == 0x1880)
        // A trap from M-mode into M-mode changes no mode.
        #expect(hart.modeChanges == 2)
    }

    /// In 1.9.1, "xPIE is set to the value of yIE", which for U-mode without N is hardwired to zero, and on xRET "yIE is
    /// set to xPIE". 1.9.1, 3.1.7.
    @Test func draftStacksTheEnableOfTheInterruptedMode() throws {
        let hart = SystemHart.k210
        try hart.write(.mstatus, 1 << 7 | 1 << 3)
        try hart.enter(.user)
        // Returning to U-mode left MIE alone.
        _ = hart.csrs.trap(.environmentCallFromU, value: 0, pc: 0)
        #expect(try hart[.mstatus] & 0x1888 == 0)
        // Returning to S-mode sets SIE to MPIE.
        try hart.write(.mstatus, 1 << 7)
        try hart.enter(.supervisor)
        #expect(try hart[.sstatus] & 2 == 2)
        // A trap from S-mode saves SIE in MPIE.
        _ = hart.csrs.trap(.environmentCallFromS, value: 0, pc: 0)
        #expect(try hart[.mstatus] & 0x1888 == 0x0880)
    }

    /// The stack of the SDK's interrupt handler: MIE set, interrupt, MPIE and MPP set by hand, MRET.
    @Test func interruptAndReturnInMachineMode() throws {
        let hart = SystemHart.k210
        try hart.write(.mtvec, 0x8000_0200)
        try hart.write(.mstatus, 1 << 3)
        #expect(hart.csrs.trap(.machineTimer, pc: 0x8000_4000) == 0x8000_0200)
        #expect(try hart[.mcause] == 0x8000_0000_0000_0007)
        #expect(try hart[.mstatus] == 3 << 11 | 1 << 7)
        _ = try hart.csrs.exchange(CSR.mstatus.rawValue, .set, 1 << 7 | 3 << 11)
        #expect(try hart.csrs.mret() == 0x8000_4000)
        #expect(hart.csrs.mode == .machine)
        #expect(try hart[.mstatus] & 0x88 == 0x88)
    }

    /// "An MRET or SRET instruction that changes the privilege mode to a mode less privileged than M also sets MPRV=0":
    /// not in 1.9.1.
    @Test func returnClearsMPRV() throws {
        let hart = SystemHart.rv64
        try hart.write(.mstatus, 1 << 17 | 3 << 11)
        _ = try hart.csrs.mret()
        #expect(try hart[.mstatus] >> 17 & 1 == 1)
        try hart.enter(.supervisor)
        _ = hart.csrs.trap(.environmentCallFromS, value: 0, pc: 0)
        #expect(try hart[.mstatus] >> 17 & 1 == 0)
        let draft = SystemHart.k210
        try draft.write(.mstatus, 1 << 17)
        try draft.enter(.user)
        _ = draft.csrs.trap(.environmentCallFromU, value: 0, pc: 0)
        #expect(try draft[.mstatus] >> 17 & 1 == 1)
    }

    /// scause, sepc, stval, SPP and SPIE take what they do on a trap, and SIE is cleared. "The mcause, mepc, and mtval
    /// registers and the MPP and MPIE fields of mstatus are not written." 1.12, 3.1.8.
    @Test func delegatedTrapsGoToSupervisorMode() throws {
        let hart = SystemHart.rv64
        try hart.write(.medeleg, 1 << 8)
        try hart.write(.stvec, 0x8000_0300)
        try hart.write(.mtvec, 0x8000_0100)
        try hart.write(.mstatus, 1 << 1)
        try hart.enter(.user)
        let before = hart.csrs.mstatus
        #expect(hart.csrs.trap(.environmentCallFromU, value: 0, pc: 0x8000_1234) == 0x8000_0300)
        #expect(hart.csrs.mode == .supervisor)
        #expect(try hart[.scause] == 8)
        #expect(try hart[.sepc] == 0x8000_1234)
        #expect(hart.csrs.mstatus == before & ~2 | 1 << 5)
        #expect(hart.csrs.mcause == 0 && hart.csrs.mtval == 0)
        // SRET: SIE = SPIE, SPIE = 1, SPP = U.
        #expect(try hart.csrs.sret() == 0x8000_1234)
        #expect(hart.csrs.mode == .user)
        #expect(hart.csrs.mstatus & 0x122 == 0x22)
    }

    /// "Traps never transition from a more-privileged mode to a less-privileged mode": but "may be taken horizontally".
    @Test func delegationNeverLowersTheMode() throws {
        let hart = SystemHart.rv64
        try hart.write(.medeleg, 1 << 2)
        try hart.write(.stvec, 0x300)
        try hart.write(.mtvec, 0x100)
        #expect(hart.csrs.trap(.illegalInstruction, value: 0, pc: 0) == 0x100)
        try hart.enter(.supervisor)
        #expect(hart.csrs.trap(.illegalInstruction, value: 0xABCD, pc: 0x40) == 0x300)
        #expect(hart.csrs.mode == .supervisor)
        #expect(try hart[.sstatus] >> 8 & 1 == 1)
        #expect(try hart[.stval] == 0xABCD)
        // SRET with SPP = S stays in S-mode.
        #expect(try hart.csrs.sret() == 0x40)
        #expect(hart.csrs.mode == .supervisor)
        #expect(try hart[.sstatus] >> 8 & 1 == 0)
    }

    /// "An implementation can choose to subset the delegatable traps"; "medeleg[11] is read-only zero"; codes 10 and 14
    /// are reserved, and page faults came with 1.10.
    @Test func delegatableTraps() throws {
        #expect(try SystemHart.rv64.write(.medeleg, .max) == 0xB3FF)
        #expect(try SystemHart.k210.write(.medeleg, .max) == 0x03FF)
        #expect(try SystemHart.rv64.write(.mideleg, .max) == 0x222)
        #expect(try SystemHart.k210.write(.mideleg, .max) == 0x222)
        // "If systems with only M-mode [...] the medeleg and mideleg registers should be hardwired to zero." 1.9.1.
        let draft = SystemHart(PrivilegedFeatures(version: .v1_9_1, extensions: "IMC"))
        #expect(try draft.write(.medeleg, .max) == 0)
        #expect(try draft.write(.mideleg, .max) == 0)
        #expect(SystemHart.small.isIllegal(.medeleg))
    }

    /// With MODE=Vectored, exceptions go to BASE and interrupts to BASE plus four times their cause: a machine-mode
    /// timer interrupt to BASE+0x1c, a supervisor-mode one to BASE+0x14. 1.12, 3.1.7 and 4.1.2.
    @Test func vectoredInterrupts() throws {
        let hart = SystemHart.rv64
        #expect(try hart.write(.mtvec, 0x8000_0101) == 0x8000_0101)
        #expect(hart.csrs.trap(.machineTimer, pc: 0) == 0x8000_011C)
        #expect(try hart[.mtval] == 0)
        #expect(hart.csrs.trap(.illegalInstruction, value: 0, pc: 0) == 0x8000_0100)
        try hart.write(.stvec, 0x8000_0201)
        try hart.write(.mideleg, 0x222)
        try hart.enter(.user)
        #expect(hart.csrs.trap(.supervisorTimer, pc: 0) == 0x8000_0214)
        #expect(try hart[.scause] == 0x8000_0000_0000_0005)
    }

    /// MODE >= 2 is reserved, and a base is aligned to 4 bytes. In 1.9.1 "the low two bits are always zero".
    @Test func trapVectorBaseIsAligned() throws {
        #expect(try SystemHart.rv64.write(.mtvec, 0x8000_0102) & 2 == 0)
        #expect(try SystemHart.k210.write(.mtvec, 0x8000_0103) == 0x8000_0100)
        #expect(try SystemHart.k210.write(.stvec, 0x8000_0101) == 0x8000_0100)
        // At the end of the address space the vector wraps instead of trapping the simulator.
        let hart = SystemHart.rv64
        try hart.write(.mtvec, .max)
        #expect(hart.csrs.trap(.machineExternal, pc: 0) == 40)
    }

    /// The low bit of mepc is always zero; "on implementations that do not support instruction-set extensions with
    /// 16-bit instruction alignment, the two low bits (mepc[1:0]) are always zero". 1.9.1, 3.1.18.
    @Test func exceptionProgramCounterIsAligned() throws {
        #expect(try SystemHart.k210.write(.mepc, .max) == ~1)
        #expect(try SystemHart.rv64.write(.sepc, .max) == ~1)
        let withoutC = SystemHart(PrivilegedFeatures(version: .v1_12, extensions: "IM"))
        #expect(try withoutC.write(.mepc, .max) == ~3)
    }

    /// "mbadaddr is written with the faulting address. mbadaddr is not modified for other exceptions." 1.9.1, 3.1.20;
    /// "for other traps, mtval is set to zero", 1.12, 3.1.16.
    @Test func badAddressIsKept() throws {
        let draft = SystemHart.k210
        _ = draft.csrs.trap(.storeAccessFault, value: 0x5000, pc: 0)
        #expect(draft.csrs.mtval == 0x5000)
        _ = draft.csrs.trap(.illegalInstruction, value: 0x1234, pc: 0)
        _ = draft.csrs.trap(.breakpoint, value: 0x1234, pc: 0)
        _ = draft.csrs.trap(.machineSoftware, pc: 0)
        #expect(draft.csrs.mtval == 0x5000)
        let hart = SystemHart.rv64
        _ = hart.csrs.trap(.illegalInstruction, value: 0x1234, pc: 0)
        #expect(hart.csrs.mtval == 0x1234)
        _ = hart.csrs.trap(.machineSoftware, pc: 0)
        #expect(hart.csrs.mtval == 0)
    }

    /// Table 3.6: codes 8, 9 and 11 by the mode that calls; and the names of causes for messages.
    @Test func causesByTheirNumbers() {
        #expect(ExceptionCause.environmentCall(from: .user).rawValue == 8)
        #expect(ExceptionCause.environmentCall(from: .supervisor).rawValue == 9)
        #expect(ExceptionCause.environmentCall(from: .machine).rawValue == 11)
        #expect(causeText(4) == "load address misaligned")
        #expect(causeText(7) == "store/AMO access fault")
        #expect(causeText(1 << 63 | 11) == "machine external interrupt")
        #expect(causeText(24) == "cause 24")
        #expect(causeText(.max) == "interrupt 9223372036854775807")
    }
}
