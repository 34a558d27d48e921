import Testing

@testable import RV64

@Suite struct SystemStatusTests {
    /// "Upon reset, a hart's privilege mode is set to M. The mstatus fields MIE and MPRV are reset to 0. [...] The
    /// mcause register is set to a value indicating the cause of the reset." 1.12, 3.4; 1.9.1, 3.3.
    @Test(arguments: [PrivilegedFeatures.k210, .rv64])
    func resetEntersMachineMode(_ features: PrivilegedFeatures) throws {
        let hart = SystemHart(features)
        try hart.write(.mstatus, .max)
        try hart.enter(.user)
        hart.csrs.reset()
        #expect(hart.csrs.mode == .machine)
        #expect(try hart[.mstatus] & (1 << 3 | 1 << 17) == 0)
        #expect(try hart[.mcause] == 0)
    }

    /// The fields of mstatus in 1.12, figure 3.7: SIE 1, MIE 3, SPIE 5, MPIE 7, SPP 8, MPP 12:11, FS 14:13, MPRV 17,
    /// MXR 19, TVM 20, TW 21, TSR 22, UXL 33:32 = 2, SXL 35:34 = 2, SD 63. SUM is "read-only 0 if satp.MODE is
    /// read-only 0"; the endianness bits are, on a little-endian hart.
    @Test func fieldsOfMstatus() throws {
        #expect(try SystemHart.rv64.write(.mstatus, .max) == 0x8000_000A_007A_79AA)
        #expect(try SystemHart.rv64.write(.mstatus, 0) == 0x0000_000A_0000_0000)
    }

    /// The fields of 1.9.1, figure 3.6: PUM 18, MXR 19; no TVM, TW, TSR, UXL and SXL; HPP, HPIE and HIE belong to a mode
    /// that is not there. VM "is a WARL field", where only Mbare, 0, is mandatory.
    @Test func fieldsOfMstatusInTheDraft() throws {
        #expect(try SystemHart.k210.write(.mstatus, .max) == 0x8000_0000_000E_79AA)
        #expect(try SystemHart.k210.write(.mstatus, 9 << 24) == 0)
    }

    /// "The XS field is read-only zero", MPP can hold only M in a machine with M-mode alone, and "if neither the F
    /// extension nor S-mode is implemented, then FS is read-only zero". 1.12, 3.1.6.
    @Test func machineModeAlone() throws {
        #expect(try SystemHart.small.write(.mstatus, .max) == 0x1888)
        #expect(try SystemHart.small.write(.mstatus, 0) == 0x1800)
    }

    /// "M-mode software can determine whether a privilege mode is implemented by writing that mode to MPP then reading
    /// it back." 1.12, 3.1.6.1. Mode 2 is reserved.
    @Test func previousModeHoldsImplementedModes() throws {
        let hart = SystemHart.rv64
        for mode: UInt64 in [0, 1, 3] { #expect(try hart.write(.mstatus, mode << 11) >> 11 & 3 == mode) }
        #expect(try hart.write(.mstatus, 2 << 11) >> 11 & 3 != 2)
        let withoutSupervisor = SystemHart(PrivilegedFeatures(version: .v1_12, extensions: "IMACU"))
        #expect(try withoutSupervisor.write(.mstatus, 1 << 11) >> 11 & 3 != 1)
        #expect(try withoutSupervisor.write(.mstatus, 0) >> 11 & 3 == 0)
    }

    /// "The sstatus register is a subset of the mstatus register": figure 4.2 in 1.12, and 4.1 in 1.9.1, where MXR is
    /// not part of it.
    @Test func sstatusIsASubset() throws {
        let hart = SystemHart.rv64
        try hart.write(.mstatus, .max)
        #expect(try hart[.sstatus] == 0x8000_0002_0008_6122)
        try hart.write(.sstatus, 0)
        #expect(try hart[.mstatus] == 0x0000_000A_0072_1888)
        let draft = SystemHart.k210
        try draft.write(.mstatus, .max)
        #expect(try draft[.sstatus] == 0x8000_0000_0004_6122)
        try draft.write(.sstatus, 0)
        #expect(try draft[.mstatus] == 0x0000_0000_000A_1888)
    }

    /// "When an extension's status is set to Off, any instruction that attempts to read or write the corresponding state
    /// will cause an exception." 1.9.1, 3.1.10.
    @Test func floatingPointRegistersNeedFS() throws {
        let hart = SystemHart.rv64
        for csr in [CSR.fflags, .frm, .fcsr] {
            #expect(hart.isIllegal(csr))
            #expect(throws: IllegalInstruction()) { try hart.write(csr, 0) }
        }
        try hart.write(.mstatus, 1 << 13)
        #expect(hart.fpChanges == 1)
        #expect(try hart[.fcsr] == 0)
        try hart.write(.mstatus, 2 << 13)
        #expect(hart.fpChanges == 1)
        try hart.write(.mstatus, 0)
        #expect(hart.fpChanges == 2)
        #expect(hart.isIllegal(.fcsr))
    }

    /// fcsr is frm in bits 7:5 and fflags in bits 4:0; writing it makes the state Dirty, and SD sums that up.
    @Test func writingFcsrMakesTheStateDirty() throws {
        let hart = SystemHart.rv64
        try hart.write(.mstatus, 1 << 13)
        #expect(try hart[.mstatus] >> 63 == 0)
        #expect(try hart.write(.fcsr, 0xFFFF_FF5A) == 0x5A)
        #expect(try hart[.frm] == 2)
        #expect(try hart[.fflags] == 0x1A)
        #expect(try hart[.mstatus] >> 13 & 3 == 3)
        #expect(try hart[.sstatus] >> 63 == 1)
        // What the engine accrues is what the register shows.
        hart.fp.pointee.fflags |= 1
        #expect(try hart[.fcsr] == 0x5B)
        #expect(try hart.write(.frm, 4) == 4)
        #expect(try hart.write(.fflags, 0) == 0)
        #expect(try hart[.fcsr] == 4 << 5)
    }

    /// Rocket as in the K210 knows Off and Dirty only; the SDK sets FS = 3 with `csrs mstatus`.
    @Test func stateOfTheK210IsDirtyOnceOn() throws {
        let hart = SystemHart.k210
        #expect(try hart.write(.mstatus, 1 << 13) >> 13 & 3 == 3)
        #expect(try hart.write(.mstatus, 0) >> 13 & 3 == 0)
    }

    /// "TVM, TSR, TW": in S-mode, satp and SFENCE.VMA, SRET and WFI become illegal. 1.12, 3.1.6.5.
    @Test func supervisorInstructionsCanBeTrapped() throws {
        let hart = SystemHart.rv64
        try hart.enter(.supervisor)
        #expect(try hart[.satp] == 0)
        try hart.csrs.sfence(.vma)
        try hart.csrs.wfi()
        _ = hart.csrs.trap(.environmentCallFromS, value: 0, pc: 0)
        try hart.write(.mstatus, 1 << 20 | 1 << 21 | 1 << 22)
        // M-mode itself is not affected.
        #expect(try hart[.satp] == 0)
        try hart.csrs.sfence(.vma)
        try hart.csrs.wfi()
        try hart.enter(.supervisor)
        #expect(hart.isIllegal(.satp))
        #expect(throws: IllegalInstruction()) { try hart.csrs.sfence(.vma) }
        #expect(throws: IllegalInstruction()) { try hart.csrs.wfi() }
        #expect(throws: IllegalInstruction()) { try hart.csrs.sret() }
    }

    /// "When S-mode is implemented, then executing WFI in U-mode causes an illegal instruction exception", and U-mode
    /// returns from no trap and fences nothing.
    @Test(arguments: [PrivilegedFeatures.k210, .rv64])
    func userModeIsNotPrivileged(_ features: PrivilegedFeatures) throws {
        let hart = SystemHart(features)
        try hart.enter(.user)
        #expect(throws: IllegalInstruction()) { try hart.csrs.wfi() }
        #expect(throws: IllegalInstruction()) { try hart.csrs.mret() }
        #expect(throws: IllegalInstruction()) { try hart.csrs.sret() }
        #expect(throws: IllegalInstruction()) { try hart.csrs.sfence(.vm) }
        #expect(throws: IllegalInstruction()) { try hart.csrs.sfence(.vma) }
    }

    /// "The SFENCE.VM instruction has been removed in favor of the improved SFENCE.VMA instruction": preface of 1.10.
    @Test func eachVersionHasItsFence() throws {
        try SystemHart.k210.csrs.sfence(.vm)
        try SystemHart.rv64.csrs.sfence(.vma)
        #expect(throws: IllegalInstruction()) { try SystemHart.k210.csrs.sfence(.vma) }
        #expect(throws: IllegalInstruction()) { try SystemHart.rv64.csrs.sfence(.vm) }
    }

    /// SRET "should raise an illegal instruction exception" without S-mode; WFI is a hint that any mode may give there.
    @Test func withoutSupervisorMode() throws {
        let hart = SystemHart(PrivilegedFeatures(version: .v1_12, extensions: "IMACU"))
        #expect(throws: IllegalInstruction()) { try hart.csrs.sret() }
        #expect(throws: IllegalInstruction()) { try hart.csrs.sfence(.vma) }
        #expect(hart.isIllegal(.sstatus) && hart.isIllegal(.satp) && hart.isIllegal(.medeleg))
        try hart.enter(.user)
        try hart.csrs.wfi()
    }
}
