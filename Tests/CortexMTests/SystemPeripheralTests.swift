import Machine
import Testing

@testable import CortexM

private let endless: KeyValuePairs<String, UInt16> = ["b .": 0xE7FE]
private let CSR: UInt32 = 0xE000_E010
private let RVR: UInt32 = 0xE000_E014
private let CVR: UInt32 = 0xE000_E018

@Suite struct SystemPeripheralTests {
    /// "The counter counts down from the reload value to zero, then reloads": a period is RVR + 1 cycles. B3.3.1.
    @Test func sysTickFiresEveryReloadPlusOne() throws {
        let machine = SystemMachine(endless, handlers: [15: ["adds r4, #1": 0x3401, "bx lr": 0x4770]])
        try machine.write(RVR, 99)
        try machine.write(CVR, 0)
        try machine.write(CSR, 7)
        machine.run(10_050)
        #expect(machine.processor[4] == 100)
    }

    /// The exception is pending at the very cycle, not one before.
    @Test func sysTickPendsAtItsCycle() throws {
        let machine = SystemMachine(endless)
        machine.processor.system.primask = true
        try machine.write(RVR, 9)
        try machine.write(CVR, 0)
        try machine.write(CSR, 7)
        machine.chip.events.run(until: 9)
        #expect(!machine.processor.system.pending[15])
        machine.chip.clock.now = 10
        machine.chip.events.run(until: 10)
        #expect(machine.processor.system.pending[15])
    }

    /// "COUNTFLAG returns 1 if the timer counted to 0 since the last time this register was read." B3.3.3.
    @Test func countFlagClearsOnRead() throws {
        let machine = SystemMachine(endless)
        try machine.write(RVR, 9)
        try machine.write(CVR, 0)
        try machine.write(CSR, 5)
        machine.chip.clock.now = 25
        #expect(try machine.read(CSR) == 0x1_0005)
        #expect(try machine.read(CSR) == 5)
        // Loaded with 9 at cycle 1, 0 at 10, loaded at 11, 0 at 20, loaded at 21: 5 at 25.
        #expect(try machine.read(CVR) == 5)
    }

    /// CLKSOURCE 0 is the external reference: HCLK/8 on an STM32F4.
    @Test func sysTickCountsTheReferenceClock() throws {
        let machine = SystemMachine(endless)
        try machine.write(RVR, 99)
        try machine.write(CVR, 0)
        try machine.write(CSR, 1)
        machine.chip.clock.now = 8 * 10
        #expect(try machine.read(CVR) == 90)
    }

    /// "CYCCNT increments on each clock cycle": two loads in a row see a cycle between them, with loads at one cycle.
    @Test func cycleCounterIsExact() throws {
        let machine = SystemMachine([
            "ldr r0, [r4]": 0x6820, "mov r5, r5": 0x462D, "mov r6, r6": 0x4636, "ldr r1, [r4]": 0x6821, "b .": 0xE7FE,
        ])
        try machine.write(0xE000_EDFC, 1 << 24)
        try machine.write(0xE000_1000, 1)
        machine.processor[4] = 0xE000_1004
        machine.run(20)
        #expect(machine.processor[1] - machine.processor[0] == 3)
    }

    /// Without DEMCR.TRCENA the counter stands still. C1.6.5.
    @Test func cycleCounterNeedsTRCENA() throws {
        let machine = SystemMachine(endless)
        try machine.write(0xE000_1000, 1)
        machine.run(20)
        #expect(try machine.read(0xE000_1004) == 0)
        try machine.write(0xE000_1004, 7)
        try machine.write(0xE000_EDFC, 1 << 24)
        machine.run(20)
        #expect(try machine.read(0xE000_1004) == 27)
    }

    /// "Stimulus ports: a write is sent when the port and the ITM are enabled." C1.7.3.
    @Test func stimulusPortSendsBytes() throws {
        let machine = SystemMachine(endless)
        let port = SerialPort()
        var received: [UInt8] = []
        port.transmit = { received.append($0) }
        machine.processor.system.stimulusPorts[0] = port
        try machine.write(0xE000_0000, 0x41, .byte)
        try machine.write(0xE000_EDFC, 1 << 24)
        try machine.write(0xE000_0E80, 1)
        try machine.write(0xE000_0E00, 1)
        #expect(try machine.read(0xE000_0000) == 1)
        try machine.write(0xE000_0000, 0x42, .byte)
        #expect(received == [0x42])
    }

    /// B3.5.8: a region of 256 bytes has eight subregions of 32; a disabled one is not part of it.
    @Test func subregionsAreTakenOut() {
        var region = MPURegisters.Region()
        region.base = 0x2000_0100
        region.attributes = 0b0000_0100 << 8 | 7 << 1 | 1
        #expect(region.contains(0x2000_0100))
        #expect(region.contains(0x2000_01FF))
        #expect(!region.contains(0x2000_0140))
        #expect(!region.contains(0x2000_015F))
        #expect(!region.contains(0x2000_0200))
        #expect(!region.contains(0x2000_00FF))
    }

    /// SIZE 31 is the whole address space. Table B3-13.
    @Test func largestRegionIsEverything() {
        var region = MPURegisters.Region()
        region.attributes = 31 << 1 | 1
        #expect(region.contains(0) && region.contains(.max))
    }

    /// "Unprivileged accesses to the PPB cause BusFaults, unless otherwise specified." B3.1.
    @Test func privatePeripheralsArePrivileged() {
        let machine = SystemMachine(endless)
        #expect(throws: MemoryFault.bus(0xE000_E010)) {
            try machine.processor.read(0xE000_E010, .word, isPrivileged: false)
        }
    }

    /// "VECTKEY: must be 0x05FA, otherwise the write is ignored." B3.2.6.
    @Test func resetRequestNeedsTheKey() throws {
        let machine = SystemMachine(["adds r4, #1": 0x3401, "b .": 0xE7FE])
        machine.run(10)
        machine.processor[5] = 9
        try machine.write(0xE000_ED0C, 0x1234_0004)
        machine.run(10)
        #expect(machine.processor[5] == 9)
        try machine.write(0xE000_ED0C, 0x05FA_0004)
        machine.run(10)
        #expect(machine.processor[5] == 0)
        #expect(machine.processor[4] == 1)
    }
}
