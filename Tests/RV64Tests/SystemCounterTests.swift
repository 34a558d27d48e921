import Testing

@testable import RV64

@Suite struct SystemCounterTests {
    /// "Any CSR write takes effect after the writing instruction has otherwise completed": minstret reads so in the
    /// next instruction, as riscv-tests' instret_overflow expects.
    @Test func minstretReadsAsWrittenByTheNextInstruction() throws {
        let hart = SystemHart.rv64
        hart.instructions = 100
        try hart.csrs.write(CSR.minstret.rawValue, 0)
        hart.instructions = 101
        #expect(try hart[.minstret] == 0)
        hart.instructions = 111
        #expect(try hart[.minstret] == 10)
        // Writing -1 overflows at once: the instruction behind the next reads 0.
        try hart.csrs.write(CSR.minstret.rawValue, .max)
        hart.instructions = 112
        #expect(try hart[.minstret] == .max)
        hart.instructions = 113
        #expect(try hart[.minstret] == 0)
    }

    @Test func mcycleCountsFromWhatIsWritten() throws {
        let hart = SystemHart.k210
        hart.cycles = 1000
        #expect(try hart[.mcycle] == 1000)
        try hart.write(.mcycle, 5)
        hart.cycles = 1010
        #expect(try hart[.mcycle] == 15)
        // The user's view is a shadow of it.
        #expect(try hart.csrs.read(0xC00) == 15)
    }

    /// "When the CY, IR, or HPMn bit is set, the corresponding counter does not increment." Time "cannot be inhibited".
    /// 1.12, 3.1.12.
    @Test func countersCanBeInhibited() throws {
        let hart = SystemHart.rv64
        (hart.cycles, hart.instructions, hart.mtime) = (50, 40, 7)
        #expect(try hart.write(.mcountinhibit, .max) == 5)
        (hart.cycles, hart.instructions, hart.mtime) = (90, 80, 9)
        #expect(try hart[.mcycle] == 50)
        // The instruction that stops the counter still counts.
        #expect(try hart[.minstret] == 41)
        #expect(try hart.csrs.read(0xC01) == 9)
        try hart.write(.mcycle, 3)
        hart.cycles = 95
        #expect(try hart[.mcycle] == 3)
        try hart.write(.mcountinhibit, 0)
        (hart.cycles, hart.instructions) = (97, 82)
        #expect(try hart[.mcycle] == 5)
        #expect(try hart[.minstret] == 42)
    }

    /// "When the CY, TM, IR, or HPMn bit in the mcounteren register is clear, attempts to read the cycle, time, instret,
    /// or hpmcountern register while executing in S-mode or U-mode will cause an illegal instruction exception"; U-mode
    /// needs "the corresponding bits in scounteren and mcounteren".
    @Test func countersAreGivenToLowerModes() throws {
        for bit in [0, 1, 2, 3, 31] {
            let counter = UInt16(0xC00 + bit)
            for (machine, supervisor) in [(false, false), (false, true), (true, false), (true, true)] {
                let hart = SystemHart.rv64
                try hart.write(.mcounteren, machine ? 1 << UInt64(bit) : ~(1 << UInt64(bit)))
                try hart.write(.scounteren, supervisor ? 1 << UInt64(bit) : ~(1 << UInt64(bit)))
                #expect(!hart.isIllegal(counter))
                try hart.enter(.supervisor)
                #expect(hart.isIllegal(counter) == !machine)
                _ = hart.csrs.trap(.environmentCallFromS, value: 0, pc: 0)
                try hart.enter(.user)
                #expect(hart.isIllegal(counter) == !(machine && supervisor))
            }
        }
    }

    /// In 1.9.1, mucounteren (0x320) alone gives a counter to U-mode and mscounteren (0x321) to S-mode. 3.1.16.
    @Test func countersAreGivenToEachModeInTheDraft() throws {
        for (user, supervisor) in [(false, true), (true, false)] {
            let hart = SystemHart.k210
            try hart.csrs.write(0x320, user ? 1 : 0)
            try hart.csrs.write(0x321, supervisor ? 1 : 0)
            try hart.enter(.supervisor)
            #expect(hart.isIllegal(0xC00) == !supervisor)
            #expect(hart.isIllegal(0xC02))
            _ = hart.csrs.trap(.environmentCallFromS, value: 0, pc: 0)
            try hart.enter(.user)
            #expect(hart.isIllegal(0xC00) == !user)
        }
    }

    /// "Implementations can [...] hard-wire the TM bits in mxcounteren to 0 and emulate this functionality in M-mode
    /// software." 1.9.1, 3.1.16: so does Rocket, and reading time traps in M-mode, too.
    @Test func k210HasNoTime() throws {
        let hart = SystemHart.k210
        #expect(hart.isIllegal(0xC01))
        try hart.csrs.write(0x320, .max)
        #expect(try hart.csrs.read(0x320) == 0xFFFF_FFFD)
    }

    /// "A legal implementation is to make both the counter and its corresponding event selector be read-only 0."
    @Test(arguments: [PrivilegedFeatures.k210, .rv64])
    func performanceMonitorsReadZero(_ features: PrivilegedFeatures) throws {
        let hart = SystemHart(features)
        hart.cycles = 99
        for number in [0xB03, 0xB1F, 0x323, 0x33F] as [UInt16] {
            try hart.csrs.write(number, .max)
            #expect(try hart.csrs.read(number) == 0)
        }
        #expect(try hart.csrs.read(0xC03) == 0)
        #expect(try hart.csrs.read(0xC1F) == 0)
        // There is no counter 1 but time, which is memory-mapped, and no upper halves in RV64.
        for number in [0xB01, 0xB20, 0xB80, 0xC20, 0xC80] as [UInt16] { #expect(hart.isIllegal(number)) }
    }
}
