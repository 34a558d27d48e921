import Testing

@testable import RV64

@Suite struct SystemAccessTests {
    /// misa of the chip: MXL = 2, S, U and IMAFDC.
    @Test func misaOfTheK210() throws {
        #expect(try SystemHart.k210[.misa] == 0x8000_0000_0014_112D)
        #expect(try SystemHart.k210.write(.misa, 0) == 0x8000_0000_0014_112D)
        #expect(try SystemHart.rv64[.misa] == 0x8000_0000_0014_112D)
        #expect(try SystemHart.small[.misa] == 0x8000_0000_0000_1104)
    }

    /// What Linux knows the chip by: "Canaan AI" in Chinese, UTF-8, as far as it fits, and "MAIX2000".
    @Test func identityOfTheK210() throws {
        let hart = SystemHart(.k210, hart: 1)
        #expect(try hart[.mvendorid] == 0x4B5)
        #expect(try hart[.marchid] == 0xE598_89E6_A5A0_4149)
        #expect(try hart[.mimpid] == "MAIX2000".utf8.reduce(0) { $0 << 8 | UInt64($1) })
        #expect(try hart[.mhartid] == 1)
    }

    /// The chip has no PMP, and touching its registers traps: OpenSBI and U-Boot guard against it.
    @Test func k210HasNoPMP() {
        let hart = SystemHart.k210
        for number: UInt16 in 0x3A0...0x3EF {
            #expect(hart.isIllegal(number))
            #expect(throws: IllegalInstruction()) { try hart.csrs.write(number, 0) }
        }
    }

    /// "All PMP CSR fields are WARL and may be read-only zero"; the odd-numbered configuration registers are illegal in
    /// RV64. 1.12, 3.7.1.
    @Test func memoryProtectionReadsZero() throws {
        let hart = SystemHart.rv64
        for number: UInt16 in [0x3A0, 0x3AE, 0x3B0, 0x3EF] {
            try hart.csrs.write(number, .max)
            #expect(try hart.csrs.read(number) == 0)
        }
        #expect(hart.isIllegal(0x3A1) && hart.isIllegal(0x3AF))
    }

    /// "The next two bits (csr[9:8]) encode the lowest privilege level that can access the CSR." 2.1.
    @Test func lowerModesAreKeptOut() throws {
        let hart = SystemHart.rv64
        try hart.enter(.supervisor)
        #expect(hart.isIllegal(.mstatus) && hart.isIllegal(.mhartid) && hart.isIllegal(.mcycle))
        #expect(!hart.isIllegal(.sstatus) && !hart.isIllegal(.sscratch))
        _ = hart.csrs.trap(.environmentCallFromS, value: 0, pc: 0)
        try hart.enter(.user)
        for number: UInt16 in 0x100...0xFFF where number & 0x300 != 0 { #expect(hart.isIllegal(number)) }
    }

    /// Writing a read-only register is an illegal instruction, whatever the value. 2.1.
    @Test func readOnlyRegisters() throws {
        let hart = SystemHart.rv64
        for number: UInt16 in [0xC00, 0xC01, 0xC02, 0xC03, 0xF11, 0xF12, 0xF13, 0xF14, 0xF15] {
            #expect(!hart.isIllegal(number))
            #expect(throws: IllegalInstruction()) { try hart.csrs.write(number, 0) }
            #expect(throws: IllegalInstruction()) { try hart.csrs.exchange(number, .set, 0) }
        }
    }

    /// "Attempts to access a non-existent CSR raise an illegal instruction exception." 2.1. No number but those of the
    /// tables answers, and none traps the simulator, whatever is written.
    @Test func onlyRegistersOfTheTablesExist() {
        func existing(_ hart: SystemHart) -> Set<UInt16> {
            hart.fp.pointee.FS = 1
            return Set((0...UInt16.max).filter { !hart.isIllegal($0) })
        }
        let user: Set<UInt16> = Set([1, 2, 3] + (0xC00...0xC1F))
        let supervisor: Set<UInt16> = [0x100, 0x104, 0x105, 0x140, 0x141, 0x142, 0x143, 0x144, 0x180]
        let machine: Set<UInt16> = Set(
            Array(0x300...0x305) + Array(0x323...0x33F) + Array(0x340...0x344) + Array(0x7A0...0x7A3)
                + [0xB00] + Array(0xB02...0xB1F) + Array(0xF11...0xF14))
        // Table 2.6 of 1.9.1, without H-mode, the base and bound registers and time.
        #expect(
            existing(.k210) == user.union(supervisor).union(machine).union([0x320, 0x321]).subtracting([0xC01]))
        // Tables 2.2 to 2.6 of 1.12.
        let pmp = Set((0x3A0...0x3AF).filter { $0 % 2 == 0 } + (0x3B0...0x3EF) as [UInt16])
        #expect(
            existing(.rv64)
                == user.union(supervisor).union(machine).union(pmp)
                .union([0x106, 0x10A, 0x306, 0x30A, 0x320, 0xF15]))
    }

    @Test(arguments: [PrivilegedFeatures.k210, .rv64, PrivilegedFeatures(version: .v1_12, extensions: "I")])
    func anyValueCanBeWritten(_ features: PrivilegedFeatures) throws {
        for number in 0...UInt16(0xFFF) {
            for value: UInt64 in [0, 1, .max, 1 << 63, 0x5555_5555_5555_5555, 0xAAAA_AAAA_AAAA_AAAA] {
                let hart = SystemHart(features)
                hart.fp.pointee.FS = 3
                (hart.cycles, hart.instructions) = (.max, .max)
                try? hart.csrs.write(number, value)
                _ = try? hart.csrs.read(number)
                _ = hart.csrs.trap(.illegalInstruction, value: value, pc: value)
                _ = hart.csrs.pendingInterrupt()
                _ = try hart.csrs.mret()
            }
        }
    }

    /// CSRRW, CSRRS and CSRRC answer the old value: the steps of riscv-tests' csr test on mscratch.
    @Test func readModifyWrite() throws {
        let hart = SystemHart.rv64
        let mscratch = CSR.mscratch.rawValue
        try hart.csrs.write(mscratch, 3)
        #expect(try hart.csrs.exchange(mscratch, .clear, 1) == 3)
        #expect(try hart.csrs.exchange(mscratch, .set, 4) == 2)
        #expect(try hart.csrs.exchange(mscratch, .write, 2) == 6)
        #expect(try hart.csrs.read(mscratch) == 2)
    }

    /// Translation cannot be switched on: "if satp is written with an unsupported MODE, the entire write has no effect";
    /// sptbr keeps a PPN, but VM stays Mbare.
    @Test func translationStaysOff() throws {
        #expect(try SystemHart.rv64.write(.satp, 8 << 60 | 0x8_0000) == 0)
        #expect(try SystemHart.k210.write(.satp, .max) == (1 << 38) - 1)
        #expect(try SystemHart.k210.write(.mstatus, 9 << 24) >> 24 & 31 == 0)
    }

    /// There are no triggers: tselect and tdata1 hold zero, which debuggers and riscv-tests take for none.
    @Test func noTriggers() throws {
        #expect(try SystemHart.rv64.write(.tselect, 1) == 0)
        #expect(try SystemHart.rv64.write(.tdata1, 2 << 60 | 0x44) == 0)
    }

    /// Names of the manuals' tables.
    @Test func namesOfRegisters() {
        #expect(csrName(0x300) == "mstatus")
        #expect(csrName(0xC01) == "time")
        #expect(csrName(0xB1F) == "mhpmcounter31")
        #expect(csrName(0x3EF) == "pmpaddr63")
        #expect(csrName(0x33F) == "mhpmevent31")
        #expect(csrName(0x7FF) == nil)
        #expect(csrName(.max) == nil)
    }
}
