import Machine
import Testing

@testable import Targets

/// A chip as it is built from its file.
@Suite struct MachineTests {
    let machine: TargetMachine

    init() throws { machine = try MachineTests.make() }

    static func make(_ options: MachineOptions = MachineOptions()) throws -> TargetMachine {
        let library = try Files.library()
        let target = try library.description(named: "stm32f4")
        return try TargetMachine(target, try library.coreModel(for: target), options: options)
    }

    private func write(_ address: UInt32, _ value: UInt32) throws { try machine.chip.bus.write(address, value, .word) }
    private func read(_ address: UInt32) throws -> UInt32 { try machine.chip.bus.read(address, .word) }

    @Test func theCoreRunsAt16MegahertzAfterReset() {
        #expect(machine.clockSettings.title == "16 MHz, 0 wait states")
    }

    /// RM0090 3.9.1: FLASH_ACR.
    @Test func theFlashInterfaceDrivesTheAccelerator() throws {
        let flash = try #require(machine.memories.first { $0.name == "FLASH" })
        let timing = try #require(flash.timing)
        #expect(timing.isTransparent)
        try write(0x4002_3C00, 0x705)
        #expect(!timing.isTransparent)
        #expect(machine.clockSettings.title == "16 MHz, 5 wait states, prefetch, instruction and data cache")
        #expect(timing.readDelay(0x0800_1000, at: 100) == 5)
        #expect(timing.readDelay(0x0800_1000, at: 200) == 0)
        try write(0x4002_3C00, 0x000)
        #expect(timing.isTransparent)
    }

    /// RM0090 2.4: main flash is aliased at 0; 0xFF when erased.
    @Test func theFlashAnswersAtZeroToo() throws {
        #expect(try read(0) == 0xFFFF_FFFF)
        let flash = try #require(machine.chip.bus.memory(at: 0))
        #expect(flash.memory.name == "FLASH")
        #expect(flash.address == 0x0800_0000)
    }

    /// RM0090 3.6: unlock, PG, a word.
    @Test func theFlashIsProgrammedThroughItsInterface() throws {
        let flash = try #require(machine.memories.first { $0.name == "FLASH" })
        try write(0x4002_3C04, 0x4567_0123)
        try write(0x4002_3C04, 0xCDEF_89AB)
        try write(0x4002_3C10, 0x201)
        try flash.program?(0x0800_4000, 0x1234_5678, .word)
        #expect(flash.load(0x0800_4000, .word) == 0x1234_5678)
    }

    @Test func theSerialPortsHaveTheNamesOfTheManual() {
        #expect(machine.serialPorts.keys.sorted() == ["UART4", "UART5", "USART1", "USART2", "USART3", "USART6"])
    }

    /// The seed decides what the random number generator gives.
    @Test func theSeedIsTheUsersChoice() throws {
        func first(_ seed: Int?) throws -> UInt32 {
            let machine = try MachineTests.make(MachineOptions(seed: seed))
            try machine.chip.bus.write(0x4002_3834, 1 << 6, .word)  // RNGEN
            try machine.chip.bus.write(0x5006_0800, 1 << 2, .word)
            machine.chip.clock.now += 1_000_000
            machine.chip.events.run(until: machine.chip.clock.now)
            return try machine.chip.bus.read(0x5006_0808, .word)
        }
        #expect(try first(1) == first(1))
    }

    /// Without an oscillator HSERDY never comes.
    @Test func theOscillatorIsTheUsersChoice() throws {
        for (HSE, isReady) in [(0, false), (25_000_000, true), (nil, true)] as [(Int?, Bool)] {
            let machine = try MachineTests.make(MachineOptions(HSE: HSE))
            try machine.chip.bus.write(0x4002_3800, 0x1_0083, .word)
            machine.chip.clock.now += 16_000_000
            machine.chip.events.run(until: machine.chip.clock.now)
            #expect(try machine.chip.bus.read(0x4002_3800, .word) >> 17 & 1 == (isReady ? 1 : 0))
        }
        #expect(throws: TargetError.self) { try MachineTests.make(MachineOptions(HSE: -1)) }
    }

    /// A file may list peripherals that do not make a chip.
    @Test func aChipWithoutClockControlIsAnError() throws {
        let text = Files.smallest.replacing("stm32f4-rcc", with: "unmodelled")
            .replacing(", interrupts: { global: 1 }", with: "")
        let target = try TargetDescription.parse(text, fileName: "my.yaml")
        let model = try Files.library().coreModel(for: target)
        let error = #expect(throws: TargetError.self) { try TargetMachine(target, model) }
        #expect(
            error?.description
                == "my.yaml: the chip has 0 peripherals of type stm32f4-rcc, not one; correct the list of peripherals")
    }
}
