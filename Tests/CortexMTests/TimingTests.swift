import Engine
import Foundation
import Machine
import Targets
import Testing

@testable import CortexM

/// Notes when an observed address is reached for the first time.
private final class StopWatch: RunObserver {
    var time: Cycles?

    func drained(_ entries: UnsafeBufferPointer<JournalEntry>) {}
    func reached(_ address: UInt32, at cycle: Cycles) { time = time ?? cycle }
    func stackDeepened(to sp: UInt32, at cycle: Cycles) {}
    func exceptionEntered(_ entry: ExceptionEntry, at cycle: Cycles) {}
    func exceptionReturned(to address: UInt32, at cycle: Cycles) {}
}

/// What programs take with the cycle table that is shipped, at zero wait states. An expected number is the sum that the
/// manual's table (DDI 0439D table 3-1) or the named measurement gives.
@Suite struct TimingTests {
    /// The cycles of a program that begins at a word-aligned address, from its first instruction until it reaches the
    /// address behind its last. r1 is 0x20000100, r2 is 0x20000200, r8 is 4; the word at r1 is 0x20000200, that at r2
    /// is 4; the FPU is on.
    private func cycles(
        _ code: KeyValuePairs<String, UInt16>, r0: UInt32 = 0, r3: UInt32 = 0
    ) throws -> Int {
        let machine = SystemMachine(code, timings: try TimingTests.table())
        let end = SystemMachine.start + 2 * UInt32(code.count)
        machine.place(["b .": 0xE7FE], at: end)
        machine.sram.store(0x2000_0100, 0x2000_0200, .word)
        machine.sram.store(0x2000_0200, 4, .word)
        for (register, value) in [(0, r0), (1, 0x2000_0100), (2, 0x2000_0200), (3, r3), (8, 4)] {
            machine.processor[register] = value
        }
        try machine.write(0xE000_ED88, 0xF << 20)
        let watch = StopWatch()
        machine.processor.observer = watch
        machine.processor.observe([end])
        let start = machine.processor.now
        machine.run(200)
        return try #require(watch.time) - start
    }

    /// What r5 is above r4, after a program that finds the address of DWT.CYCCNT in r1.
    private func counterDifference(_ code: KeyValuePairs<String, UInt16>) throws -> UInt32 {
        let machine = SystemMachine(code, timings: try TimingTests.table())
        machine.place(["b .": 0xE7FE], at: SystemMachine.start + 2 * UInt32(code.count))
        try machine.write(0xE000_EDFC, 1 << 24)
        try machine.write(0xE000_1000, 1)
        machine.processor[1] = 0xE000_1004
        machine.run(100)
        return machine.processor[5] &- machine.processor[4]
    }

    private static func table() throws -> CycleTable {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../targets/cores/cortex-m4.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        return try #require(CoreModel.parse(text, fileName: "cortex-m4.yaml").table.cortexM)
    }

    /// ALU, shifts, bit fields, multiplications and the DSP extension take one cycle each. DDI 0439D tables 3-1 and
    /// 3-2.
    @Test func dataProcessingTakesOne() throws {
        #expect(
            try cycles([
                "adds r4, r4, #1": 0x3401, "lsls r5, r4, #2": 0x00A5, "ubfx r6, r4, #3, #5": 0xF3C4, "": 0x06C4,
                "clz r7, r4": 0xFAB4, "": 0xF784, "ssat r4, #8, r5": 0xF305, "": 0x0407,
            ]) == 5)
        #expect(
            try cycles([
                "mul r4, r5, r6": 0xFB05, "": 0xF406, "mla r4, r5, r6, r7": 0xFB05, "": 0x7406,
                "umull r4, r5, r6, r7": 0xFBA6, "": 0x4507, "umaal r4, r5, r6, r7": 0xFBE6, "": 0x4567,
                "smlad r4, r5, r6, r7": 0xFB25, "": 0x7406,
            ]) == 5)
    }

    /// A division takes 2 when an operand is zero, 3 when the dividend has fewer bits than the divisor, else 5 and a
    /// cycle for every four bits of difference: compendium.i-0.nl, data-operations/division, measured.
    @Test func divisionDependsOnTheDifferenceInBits() throws {
        #expect(
            try cycles([
                "movs r4, #0": 0x2400, "movs r5, #5": 0x2505, "udiv r6, r4, r5": 0xFBB4, "": 0xF6F5,
            ]) == 1 + 1 + 2)
        #expect(
            try cycles([
                "movs r4, #3": 0x2403, "movs r5, #7": 0x2507, "udiv r6, r4, r5": 0xFBB4, "": 0xF6F5,
            ]) == 1 + 1 + 3)
        #expect(
            try cycles([
                "movs r4, #7": 0x2407, "movs r5, #7": 0x2507, "udiv r6, r4, r5": 0xFBB4, "": 0xF6F5,
            ]) == 1 + 1 + 5)
        #expect(
            try cycles([
                "movs r4, #100": 0x2464, "movs r5, #3": 0x2503, "udiv r6, r4, r5": 0xFBB4, "": 0xF6F5,
            ]) == 1 + 1 + 6)
        #expect(
            try cycles([
                "mvn.w r4, #0": 0xF06F, "": 0x0400, "movs r5, #1": 0x2501, "udiv r6, r4, r5": 0xFBB4, "": 0xF6F5,
            ]) == 1 + 1 + 12)
    }

    /// "N ldr opcodes will use 1+N cycles": pornin/arm-asm-notes, memory.md.
    @Test func loadsArePipelined() throws {
        #expect(try cycles(["ldr r4, [r1]": 0x680C]) == 2)
        #expect(try cycles(["ldr r4, [r1]": 0x680C, "adds r5, r5, r5": 0x196D]) == 2 + 1)
        #expect(try cycles(["ldr r4, [r1]": 0x680C, "ldr r5, [r1, #4]": 0x684D, "ldr r6, [r1, #8]": 0x688E]) == 4)
        #expect(try cycles(["vldr s0, [r1]": 0xED91, "": 0x0A00, "vldr s1, [r1, #4]": 0xEDD1, "": 0x0A01]) == 3)
    }

    /// "None of the loads uses for its address calculation the destination register of the immediately previous load"
    /// (memory.md): else nothing overlaps. An index register must be ready a cycle earlier still.
    @Test func aLoadedAddressIsLate() throws {
        #expect(try cycles(["ldr r4, [r1]": 0x680C, "ldr r5, [r4]": 0x6825]) == 2 + 2)
        #expect(try cycles(["ldr r4, [r2]": 0x6814, "ldr r5, [r1, r4]": 0x590D]) == 2 + 2 + 1)
    }

    /// "Base address and offset must be available 1 cycle earlier than normally": jnk0le/random, cortex_m3m4.md.
    @Test func anAddressFromTheALUIsLate() throws {
        #expect(try cycles(["adds r1, #4": 0x3104, "ldr r4, [r1]": 0x680C]) == 1 + 2 + 1)
        #expect(try cycles(["adds r1, #4": 0x3104, "adds r5, #1": 0x3501, "ldr r4, [r1]": 0x680C]) == 1 + 1 + 2)
    }

    /// So is an address that comes from the FPU: the Kyber NTT of UIC-ESLAS/ImprovedPlantardArithmetic keeps its
    /// pointer in s23, and takes 4456 with the cycle and 4432 without.
    @Test func anAddressFromTheFPUIsLate() throws {
        #expect(
            try cycles([
                "vmov s0, r1": 0xEE00, "": 0x1A10, "vmov r4, s0": 0xEE10, "": 0x4A10, "str r5, [r4]": 0x6025,
            ]) == 1 + 1 + 1 + 1)
    }

    /// "STR Rx,[Ry,#imm] is always one cycle": DDI 0439D 3.3.2. Behind a load it hides the load's second cycle; a
    /// load behind it waits for the write buffer (memory.md).
    @Test func storesTakeOne() throws {
        #expect(try cycles(["str r4, [r1]": 0x600C, "adds r5, #1": 0x3501]) == 2)
        #expect(try cycles(["str r4, [r1]": 0x600C, "str r4, [r1, #4]": 0x604C, "str r4, [r1, #8]": 0x608C]) == 3)
        #expect(try cycles(["ldr r4, [r1]": 0x680C, "str r4, [r1, #4]": 0x604C]) == 2)
        #expect(try cycles(["str r4, [r1]": 0x600C, "ldr r4, [r1, #4]": 0x684C]) == 1 + 2 + 1)
        #expect(
            try cycles([
                "str r4, [r1]": 0x600C, "adds r5, #1": 0x3501, "ldr r4, [r1, #4]": 0x684C, "adds r5, #1": 0x3501,
            ]) == 1 + 1 + 2 + 1)
    }

    /// "Reg offset store execute in 2 cycles": cortex_m3m4.md.
    @Test func storesWithARegisterOffsetTakeTwo() throws {
        #expect(try cycles(["str r4, [r1, r8]": 0xF841, "": 0x4008]) == 2)
    }

    /// "ldrd and strd are 3 cycles each. They do not pipeline": memory.md.
    @Test func dualTransfersTakeThree() throws {
        #expect(try cycles(["ldrd r4, r5, [r1]": 0xE9D1, "": 0x4500]) == 3)
        #expect(try cycles(["strd r4, r5, [r1]": 0xE9C1, "": 0x4500]) == 3)
        #expect(try cycles(["ldr r6, [r1]": 0x680E, "ldrd r4, r5, [r1]": 0xE9D1, "": 0x4500]) == 2 + 3)
    }

    /// LDM takes 1 + N; STM and PUSH 1 + N (DDI 0439D table 3-1), of which the one is hidden by an instruction that
    /// reaches no memory.
    @Test func multipleTransfersTakeOneAndN() throws {
        #expect(try cycles(["ldmia r1!, {r4-r7}": 0xC9F0]) == 1 + 4)
        #expect(try cycles(["push {r4-r7}": 0xB4F0, "adds r0, #1": 0x3001]) == 1 + 4)
        #expect(try cycles(["push {r4-r7}": 0xB4F0, "ldr r0, [r2]": 0x6810]) == 1 + 4 + 2)
        #expect(try cycles(["push {r4-r7}": 0xB4F0, "adds r0, #1": 0x3001, "pop {r4-r7}": 0xBCF0]) == 4 + 1 + 5)
    }

    /// In front of a taken branch it is not hidden: the key schedule of jnk0le/cortexm-AES for 192 bits, seven times
    /// round `stmia; b`, takes 276.
    @Test func aBranchWaitsForAMultipleStore() throws {
        #expect(try cycles(["stmia r1!, {r4-r7}": 0xC1F0, "b 1f": 0xE000, "nop": 0xBF00]) == 4 + 1 + 2)
    }

    /// "POP {PC}: 1 + N + P" (DDI 0439D table 3-1) with P = 3.
    @Test func popOfThePCRefillsThePipeline() throws {
        #expect(
            try cycles([
                "bl 1f": 0xF000, "": 0xF801, "b 2f": 0xE002, "push {r4, lr}": 0xB510, "nop": 0xBF00,
                "pop {r4, pc}": 0xBD10,
            ]) == 2 + 2 + 1 + (1 + 2 + 3) + 2)
    }

    /// "Load instructions can eat following nop": cortex_m3m4.md.
    @Test func aNOPBehindALoadIsFree() throws {
        #expect(try cycles(["ldr r4, [r1]": 0x680C, "nop": 0xBF00]) == 2)
        #expect(try cycles(["ldr r4, [r1]": 0x680C, "cmp r4, #0": 0x2C00]) == 3)
        #expect(try cycles(["adds r4, #1": 0x3401, "nop": 0xBF00]) == 2)
    }

    /// "Load pipelining happens only when targeting the same memory block by all loads": cortex_m3m4.md. A literal
    /// lies in flash.
    @Test func accessesToDifferentMemoriesAreNotPipelined() throws {
        #expect(try cycles(["ldr r4, [r2]": 0x6814, "ldr r5, [r1]": 0x680D]) == 3)
        #expect(try cycles(["ldr r4, [pc, #4]": 0x4C01, "ldr r5, [r1]": 0x680D]) == 4)
        #expect(try cycles(["ldr r4, [pc, #4]": 0x4C01, "ldr r5, [pc, #4]": 0x4D01]) == 3)
    }

    /// "Penalty is 1 cycle for a misaligned halfword. 1 or 2 cycles for a misaligned word (2 mod 4: 1; odd: 2)":
    /// memory.md.
    @Test func unalignedAccessesTakeLonger() throws {
        #expect(try cycles(["ldrh r4, [r1, #1]": 0xF8B1, "": 0x4001]) == 2 + 1)
        #expect(try cycles(["ldrh r4, [r1, #2]": 0x884C]) == 2)
        #expect(try cycles(["ldr.w r4, [r1, #2]": 0xF8D1, "": 0x4002]) == 2 + 1)
        #expect(try cycles(["ldr.w r4, [r1, #1]": 0xF8D1, "": 0x4001]) == 2 + 2)
        #expect(try cycles(["str.w r4, [r1, #3]": 0xF8C1, "": 0x4003]) == 1 + 2)
    }

    /// A conditional branch takes 1, 2 if taken, 3 if to a 32-bit instruction at 2 mod 4: compendium.i-0.nl, control-
    /// flow/branch_timing, measured.
    @Test func branchesTakeOneTwoOrThree() throws {
        #expect(try cycles(["cmp r0, #0": 0x2800, "bne 1f": 0xD1FF]) == 1 + 1)
        #expect(try cycles(["cmp r0, #0": 0x2800, "beq 1f": 0xD000, "nop": 0xBF00]) == 1 + 2)
        #expect(
            try cycles([
                "cmp r0, #0": 0x2800, "beq 1f": 0xD001, "nop": 0xBF00, "nop": 0xBF00, "add.w r4, r4, #1": 0xF104,
                "": 0x0401,
            ]) == 1 + 2 + 1)
        #expect(
            try cycles([
                "cmp r0, #0": 0x2800, "beq 1f": 0xD000, "nop": 0xBF00, "add.w r4, r4, #1": 0xF104, "": 0x0401,
            ]) == 1 + 3 + 1)
        #expect(try cycles(["b 1f": 0xE000, "nop": 0xBF00]) == 2)
        #expect(try cycles(["cbz r0, 1f": 0xB100, "nop": 0xBF00]) == 2)
        #expect(try cycles(["cbnz r0, 1f": 0xB900, "nop": 0xBF00]) == 2)
    }

    /// BL and BX LR take 5 together: pornin, gls254-cm4.
    @Test func callAndReturnTakeFive() throws {
        #expect(try cycles(["bl 1f": 0xF000, "": 0xF801, "b 2f": 0xE000, "bx lr": 0x4770]) == 5 + 2)
    }

    /// IT is folded into a 16-bit instruction before it, whether the condition holds or not: "MOVS; IT MI; RSBMI"
    /// takes 2, and 3 behind a 32-bit one: compendium.i-0.nl, control-flow/conditional_block, measured.
    @Test func itIsFoldedIntoA16BitInstruction() throws {
        #expect(try cycles(["movs r4, r0": 0x0004, "it mi": 0xBF48, "rsbmi r4, r4, #0": 0x4264]) == 2)
        #expect(
            try cycles(
                [
                    "movs r4, r0": 0x0004, "it mi": 0xBF48, "rsbmi r4, r4, #0": 0x4264,
                ], r0: 0x8000_0000) == 2)
        #expect(try cycles(["movs.w r4, r0": 0xEA5F, "": 0x0400, "it mi": 0xBF48, "rsbmi r4, r4, #0": 0x4264]) == 3)
    }

    /// "Multi-cycle instruction followed by three unaligned 32-bit instructions" (eprint 2025/523): 3 more on an
    /// STM32F407, as the Kyber-512 NTT and curve9767 have it; two of them, aligned ones or a 16-bit one between cost
    /// nothing.
    @Test func threeMisalignedWideInstructionsBehindAnAccess() throws {
        #expect(
            try cycles([
                "ldr r4, [r1]": 0x680C, "add.w r5, r5, #1": 0xF105, "": 0x0501, "add.w r5, r5, #1": 0xF105,
                "": 0x0501, "add.w r5, r5, #1": 0xF105, "": 0x0501,
            ]) == 2 + 3 + 3)
        #expect(
            try cycles([
                "str r4, [r1]": 0x600C, "add.w r5, r5, #1": 0xF105, "": 0x0501, "add.w r5, r5, #1": 0xF105,
                "": 0x0501, "add.w r5, r5, #1": 0xF105, "": 0x0501,
            ]) == 1 + 3 + 3)
        #expect(
            try cycles([
                "ldr r4, [r1]": 0x680C, "add.w r5, r5, #1": 0xF105, "": 0x0501, "add.w r5, r5, #1": 0xF105, "": 0x0501,
            ]) == 2 + 2)
        #expect(
            try cycles([
                "ldr.w r4, [r1]": 0xF8D1, "": 0x4000, "add.w r5, r5, #1": 0xF105, "": 0x0501,
                "add.w r5, r5, #1": 0xF105, "": 0x0501, "add.w r5, r5, #1": 0xF105, "": 0x0501,
            ]) == 2 + 3)
        #expect(
            try cycles([
                "adds r4, #1": 0x3401, "ldr r4, [r1]": 0x680C, "add.w r5, r5, #1": 0xF105, "": 0x0501,
                "add.w r5, r5, #1": 0xF105, "": 0x0501, "add.w r5, r5, #1": 0xF105, "": 0x0501,
            ]) == 1 + 2 + 3)
        #expect(
            try cycles([
                "adds r4, #1": 0x3401, "add.w r5, r5, #1": 0xF105, "": 0x0501, "add.w r5, r5, #1": 0xF105,
                "": 0x0501, "add.w r5, r5, #1": 0xF105, "": 0x0501, "add.w r5, r5, #1": 0xF105, "": 0x0501,
            ]) == 1 + 4)
    }

    /// "MOVS; IT MI; RSBMI: 3 instructions, FOLDCNT 1, 2 cycles": compendium.i-0.nl, control-flow/conditional_block. LDM
    /// of 3 takes 1 + 3, of which LSUCNT has 3. Cycles are instructions + CPI + EXC + SLEEP + LSU - FOLD (DDI 0403E.e
    /// C1.8.4): 4 + 1 + 0 + 1 = 4 + 0 + 0 + 0 + 3 - 1.
    @Test func theProfilingCountersTellTheCyclesApart() throws {
        let machine = SystemMachine(
            ["ldmia r1!, {r4-r6}": 0xC970, "movs r0, #1": 0x2001, "it mi": 0xBF48, "rsbmi r0, r0, #0": 0x4240],
            timings: try TimingTests.table())
        machine.processor[1] = 0x2000_0100
        try machine.write(0xE000_EDFC, 1 << 24)
        try machine.write(0xE000_1000, 0b11111 << 17 | 1)
        for _ in 0..<4 { _ = machine.processor.executeOne() }
        machine.processor.closeAccounts()
        let counters = try [UInt32](stride(from: 0xE000_1004, through: 0xE000_1018, by: 4)).map {
            try machine.processor.read($0, .word, isPrivileged: true)
        }
        #expect(counters == [6, 0, 0, 0, 3, 1], "CYCCNT, CPICNT, EXCCNT, SLEEPCNT, LSUCNT, FOLDCNT")
    }

    /// Integer instructions behind VDIV complete out of order: gcc/config/arm/cortex-m4-fpu.md. Three MOVs and a NOP hide
    /// four of the thirteen other cycles from a VADD.
    @Test func divisionsGoOnBesideIntegerInstructions() throws {
        let taken = try cycles([
            "vdiv.f32 s0, s1, s2": 0xEE80, "": 0x0A81, "movs r0, #1": 0x2001, "movs r3, #1": 0x2301,
            "movs r4, #1": 0x2401, "nop": 0xBF00, "vadd.f32 s3, s4, s5": 0xEE72, " ": 0x1A22,
        ])
        #expect(taken == 1 + 4 + 9 + 1)
    }

    /// FP: VADD and VMUL 1, a multiply-accumulate 3, VDIV and VSQRT 14, VMOV of two registers 2 (DDI 0439D table
    /// 7-1); one more when the next FP instruction reads the result.
    @Test func floatingPoint() throws {
        #expect(
            try cycles([
                "vadd.f32 s0, s1, s2": 0xEE30, "": 0x0A81, "vmul.f32 s3, s4, s5": 0xEE62, "": 0x1A22,
            ]) == 2)
        #expect(
            try cycles([
                "vadd.f32 s0, s1, s2": 0xEE30, "": 0x0A81, "vmul.f32 s3, s0, s5": 0xEE60, "": 0x1A22,
            ]) == 3)
        #expect(try cycles(["vfma.f32 s0, s1, s2": 0xEEA0, "": 0x0A81]) == 3)
        #expect(try cycles(["vdiv.f32 s0, s1, s2": 0xEE80, "": 0x0A81]) == 14)
        #expect(try cycles(["vsqrt.f32 s0, s1": 0xEEB1, "": 0x0AE0]) == 14)
        #expect(try cycles(["vmov r4, r5, s0, s1": 0xEC55, "": 0x4A10]) == 2)
    }

    /// The worked example of compendium.i-0.nl, control-flow/branch_timing: three times round, 16 cycles measured (14
    /// instructions and 2 taken branches).
    @Test func theWorkedExampleTakes16() throws {
        #expect(
            try cycles(
                [
                    "mov r2, r0": 0x4602, "mov.w r0, #1": 0xF04F, "": 0x0001, "add r0, r2": 0x4410,
                    "sub.w r3, r3, #1": 0xF1A3, "": 0x0301, "cmp r3, #0": 0x2B00, "bne 1b": 0xD1FA,
                ], r3: 3) == 16)
    }

    /// Two loads of DWT.CYCCNT in a row see a cycle between them (jnk0le/random, the template of the tests), and an
    /// instruction of a cycle in between shows as two more: a load that nothing overlaps takes 2.
    @Test func theCycleCounterSeesItself() throws {
        #expect(try counterDifference(["ldr r4, [r1]": 0x680C, "ldr r5, [r1]": 0x680D]) == 1)
        #expect(try counterDifference(["ldr r4, [r1]": 0x680C, "adds r0, #1": 0x3001, "ldr r5, [r1]": 0x680D]) == 3)
    }
}
