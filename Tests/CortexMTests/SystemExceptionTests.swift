import Machine
import Testing

@testable import CortexM

private let endless: KeyValuePairs<String, UInt16> = ["b .": 0xE7FE]
private let countAndReturn: KeyValuePairs<String, UInt16> = ["adds r4, #1": 0x3401, "bx lr": 0x4770]
private let ISER0: UInt32 = 0xE000_E100
private let ISPR0: UInt32 = 0xE000_E200
private let IABR0: UInt32 = 0xE000_E300
private let SHCSR: UInt32 = 0xE000_ED24
private let CFSR: UInt32 = 0xE000_ED28

@Suite struct SystemExceptionTests {
    /// "The processor pushes xPSR, ReturnAddress, LR, R12, R3, R2, R1 and R0", B1.5.6: xPSR at the highest address.
    @Test func entrySavesEightWords() throws {
        let machine = SystemMachine(endless, handlers: [16: endless])
        for register in [0, 1, 2, 3, 12, 14] { machine.processor[register] = 0x100 + UInt32(register) }
        try machine.write(ISER0, 1)
        machine.processor.line(0).set(true)
        machine.run(20)
        let frame = machine.processor[13]
        #expect(frame == 0x2000_0FE0)
        let words = (0..<8).map { machine.word(frame + 4 * $0) }
        #expect(words[0...5] == [0x100, 0x101, 0x102, 0x103, 0x10C, 0x10E])
        #expect(words[6] == SystemMachine.start)
        // APSR after reset is zero, EPSR.T is one, no exception.
        #expect(words[7] == 1 << 24)
        // EXC_RETURN to Thread mode on the main stack, without FP registers: table B1-8.
        #expect(machine.processor[14] == 0xFFFF_FFF9)
        #expect(machine.processor.moveFromSpecial(5) == 16)
        #expect(machine.processor.mainStackLow == 0x2000_0FE0)
    }

    /// "STKALIGN: on exception entry, the SP is adjusted to 8-byte alignment", and xPSR bit 9 says so. B1.5.7.
    @Test func entryAlignsTheStack() throws {
        let machine = SystemMachine(endless, handlers: [16: countAndReturn])
        machine.processor[13] = 0x2000_0FFC
        try machine.write(ISER0, 1)
        try machine.write(ISPR0, 1)
        machine.run(13)
        #expect(machine.processor[13] == 0x2000_0FD8)
        #expect(machine.word(0x2000_0FD8 + 28) == 1 << 24 | 1 << 9)
        machine.run(20)
        #expect(machine.processor[13] == 0x2000_0FFC)
    }

    /// Entry takes 12 cycles, return 12, and tail-chaining 6. DDI 0439 3.8.
    @Test func entryExitAndTailChainTakeTheirCycles() throws {
        let machine = SystemMachine(endless, handlers: [16: countAndReturn, 17: countAndReturn])
        try machine.write(ISER0, 3)
        try machine.write(ISPR0, 1)
        machine.run(100)
        #expect(machine.processor[4] == 1)
        #expect(machine.processor.outside.exception == 24)
        try machine.write(ISPR0, 3)
        machine.run(100)
        #expect(machine.processor[4] == 3)
        #expect(machine.processor.outside.exception == 24 + 30)
    }

    /// "If the interrupt signal is still asserted when the processor leaves the handler, the interrupt becomes pending
    /// again." Cortex-M4 Devices Generic User Guide 4.2.9.
    @Test func lineThatStaysUpInterruptsAgain() throws {
        let machine = SystemMachine(endless, handlers: [16: countAndReturn])
        try machine.write(ISER0, 1)
        machine.processor.line(0).set(true)
        machine.run(100)
        #expect(machine.processor[4] > 2)
        machine.processor.line(0).set(false)
        machine.run(100)
        let count = machine.processor[4]
        machine.run(100)
        #expect(machine.processor[4] == count)
    }

    /// "The lower the priority value, the higher the priority"; a handler is preempted only by a more urgent group.
    /// B1.5.4: with PRIGROUP 6, bits 6...0 are the subpriority.
    @Test func subpriorityDoesNotPreempt() throws {
        let machine = SystemMachine(endless, handlers: [16: endless, 17: endless])
        try machine.write(ISER0, 3)
        try machine.write(0xE000_ED0C, 0x05FA_0600)
        try machine.write(0xE000_E400, 0x40, .byte)
        try machine.write(0xE000_E401, 0x10, .byte)
        try machine.write(ISPR0, 1)
        machine.run(50)
        try machine.write(ISPR0, 2)
        machine.run(50)
        #expect(try machine.read(IABR0) == 1)
        try machine.write(0xE000_E400, 0xC0, .byte)
        machine.run(50)
        #expect(try machine.read(IABR0) == 3)
    }

    /// "Priority registers: unimplemented low-order bits read as zero." B3.4.9: the STM32F4 has four.
    @Test func unimplementedPriorityBitsReadAsZero() throws {
        let machine = SystemMachine(endless)
        try machine.write(0xE000_E404, 0xFFFF_FFFF)
        #expect(try machine.read(0xE000_E404) == 0xF0F0_F0F0)
    }

    /// A fault whose handler is disabled becomes HardFault with HFSR.FORCED; UFSR keeps the cause. B1.5.14.
    @Test func disabledFaultEscalates() throws {
        let machine = SystemMachine(["udf #0": 0xDE00], handlers: [3: endless])
        machine.run(50)
        #expect(machine.processor.moveFromSpecial(5) == 3)
        #expect(try machine.read(CFSR) == 1 << 16)
        #expect(try machine.read(0xE000_ED2C) == 1 << 30)
        // The frame's return address is that of the instruction.
        #expect(machine.word(machine.processor[13] + 24) == SystemMachine.start)
        #expect(machine.processor.faultInProgress == "undefined instruction, at 0x08000400")
    }

    /// "CFSR: write one to clear", also byte by byte: UFSR is its upper halfword. B3.2.15.
    @Test func faultStatusIsClearedByWritingOnes() throws {
        let machine = SystemMachine(["udf #0": 0xDE00], handlers: [6: endless])
        try machine.write(SHCSR, 1 << 18)
        machine.run(50)
        #expect(machine.processor.moveFromSpecial(5) == 6)
        try machine.write(0xE000_ED28, 0xFF, .byte)
        #expect(try machine.read(0xE000_ED2A, .halfword) == 1)
        try machine.write(0xE000_ED2A, 1, .halfword)
        #expect(try machine.read(CFSR) == 0)
    }

    /// A fault at priority -1 locks the core up. B1.5.15.
    @Test func faultInHardFaultLocksUp() {
        let machine = SystemMachine(["udf #0": 0xDE00], handlers: [3: ["udf #1": 0xDE01]])
        guard case .lockup = machine.run(100) else {
            Issue.record("the core goes on")
            return
        }
    }

    /// Without a readable vector table nothing can run: the core locks up rather than the simulator.
    @Test func resetWithoutVectorsLocksUp() {
        let chip = Chip(hertz: 1_000_000, memoryCapacity: 4096)
        let processor = Processor(chip: chip, features: .cortexM4, timings: CycleTable(prices: [:], rules: [:]))
        processor.reset()
        guard case .lockup = processor.run(until: 100) else {
            Issue.record("the core goes on")
            return
        }
    }

    /// ARMv6-M has HardFault only, and no CFSR. DDI 0419E B1.5.
    @Test func baselineFaultsAreHardFaults() throws {
        let machine = SystemMachine(["udf #0": 0xDE00], handlers: [3: endless], features: .cortexM0)
        machine.run(50)
        #expect(machine.processor.moveFromSpecial(5) == 3)
        #expect(try machine.read(CFSR) == 0)
    }

    /// With an FP context, room for 26 words is reserved and S0 is stored by the handler's first FP instruction.
    /// B1.5.7.
    @Test func floatingPointContextIsSavedLazily() throws {
        let machine = SystemMachine(
            ["vmov s0, r0": 0xEE00, "": 0x0A10, "b .": 0xE7FE],
            handlers: [16: ["mov r5, r5": 0x462D, "vmov s1, r1": 0xEE00, "": 0x1A90, "b .": 0xE7FE]])
        try machine.write(0xE000_ED88, 0xF << 20)
        try machine.write(ISER0, 1)
        machine.processor[0] = 0x1234
        machine.run(5)
        #expect(machine.processor.control == 4)
        try machine.write(ISPR0, 1)
        machine.run(13)
        let frame = machine.processor[13]
        #expect(frame == 0x2000_1000 - 26 * 4)
        #expect(machine.processor[14] == 0xFFFF_FFE9)
        #expect(try machine.read(0xE000_EF38) == frame + 0x20)
        #expect(try machine.read(0xE000_EF34) & 1 == 1)
        #expect(machine.word(frame + 0x20) == 0)
        machine.run(50)
        #expect(try machine.read(0xE000_EF34) & 1 == 0)
        #expect(machine.word(frame + 0x20) == 0x1234)
    }

    /// "CPSID i" lets nothing through but NMI and HardFault; WFI wakes all the same. B1.5.19.
    @Test func interruptWakesUnderPRIMASK() throws {
        let machine = SystemMachine(
            ["cpsid i": 0xB672, "wfi": 0xBF30, "adds r4, #1": 0x3401, "b .": 0xE7FE], handlers: [16: endless])
        try machine.write(ISER0, 1)
        machine.chip.after(1000) { _ in machine.processor.line(0).set(true) }
        machine.run(2000)
        #expect(machine.processor[4] == 1)
        #expect(machine.processor.moveFromSpecial(5) == 0)
        #expect(machine.processor.outside.sleep == 998)
    }

    /// A core that sleeps with nothing to come is told apart from one that runs.
    @Test func sleepWithoutEventsEndsTheRun() {
        let machine = SystemMachine(["wfi": 0xBF30])
        #expect(machine.run(100) == .asleep)
    }
}
