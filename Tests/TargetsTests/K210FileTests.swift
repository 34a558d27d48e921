import Engine
import Machine
import Testing

@testable import Targets

/// `targets/k210.yaml`, `targets/rv64.yaml` and the cycle tables that belong to them.
@Suite struct K210FileTests {
    private let library: TargetLibrary
    private let target: TargetDescription

    init() throws {
        library = try Files.riscv()
        target = try library.description(named: "k210")
    }

    private func machine(_ options: MachineOptions = MachineOptions()) throws -> TargetMachine {
        try TargetMachine(target, library.coreModel(for: target), options: options)
    }

    /// plic.h of the SDK, `plic_irq_t`.
    @Test func theInterruptsHaveTheNumbersOfTheSDK() throws {
        let expected = [
            "SPI0.global": 1, "SPI3.global": 4, "I2S0.global": 5, "I2C2.global": 10, "UART1.global": 11,
            "UART3.global": 13, "TIMER0.a": 14, "TIMER2.b": 19, "RTC.global": 20, "WDT1.global": 22, "GPIO.global": 23,
            "DVP.global": 24, "KPU.global": 25, "FFT.global": 26, "DMAC.channel0": 27, "DMAC.channel5": 32,
            "UARTHS.global": 33, "GPIOHS.pin0": 34, "GPIOHS.pin31": 65,
        ]
        for (name, number) in expected {
            let parts = name.split(separator: ".").map(String.init)
            let device = try #require(target.peripherals.first { $0.name == parts[0] })
            #expect(device.interrupts[parts[1]] == number, "\(name)")
        }
        #expect(target.interruptNames.count == 66)
        #expect(target.interruptNames[25] == "AI" && target.interruptNames[33] == "UARTHS")
    }

    /// platform.h: 6 MiB of SRAM and 2 MiB of AI memory, each also around the caches.
    @Test func everyMemoryAnswersTwice() throws {
        let machine = try machine()
        let bus = machine.chip.bus
        for address in [0x4000_0000, 0x405F_FFFC, 0x4060_0000, 0x407F_FFFC] as [UInt32] {
            try bus.write(address, address, .word)
            #expect(try bus.read(address + 0x4000_0000, .word) == address)
        }
        #expect(throws: BusError.nothingThere) { try bus.read(0x8080_0000, .word) }
    }

    @Test func theBoardHasItsSerialPorts() throws {
        let machine = try machine()
        #expect(machine.serialPorts.keys.sorted() == ["UART1", "UART2", "UART3", "UARTHS"])
        #expect(machine.hasFlashAndCamera && machine.screen != nil)
    }

    /// The crystal of the board is 26 MHz, and the chip runs on it after a reset.
    @Test func itBeginsOnTheCrystal() throws {
        for hertz in [26_000_000, 24_000_000] {
            let machine = try machine(MachineOptions(HSE: hertz == 26_000_000 ? nil : hertz))
            #expect(machine.chip.clock.hertz == Double(hertz))
        }
    }

    /// WFI with nothing enabled: both harts sleep for ever.
    @Test func bothHartsBeginAtTheStartOfTheMemory() throws {
        let machine = try machine()
        try machine.chip.bus.write(0x8000_0000, 0x1050_0073, .word)
        machine.cpu.reset()
        #expect(machine.cpu.entryProblem(on: "k210") == nil)
        #expect(machine.cpu.cores.map(\.resumeAddress) == [0x8000_0000, 0x8000_0000])
        #expect(machine.cpu.run(until: 10_000) == .asleep)
        #expect(machine.cpu.cores.map(\.isAsleep) == [true, true])
    }

    @Test func theModelNamesCoreAndAccelerator() throws {
        let model = try library.coreModel(for: target)
        let accelerator = try #require(model.accelerator)
        #expect(
            target.profileTarget(model).model.version
                == "\(model.version).\(accelerator.version).\(target.model.version)")
        #expect(target.overview(model).assumed.count == model.assumed.count + target.model.assumed.count)
        #expect(target.core.label == "2 x Rocket RV64GC")
    }

    @Test func aPlainMachineIsBuilt() throws {
        let plain = try library.description(named: "rv64")
        let machine = try TargetMachine(plain, library.coreModel(for: plain))
        #expect(machine.cpu.cores.count == 1)
        #expect(machine.serialPorts.keys.sorted() == ["UART0"])
        #expect(!machine.hasFlashAndCamera)
    }

    /// A core of one family has no settings of the other's.
    @Test func settingsOfAnotherFamilyAreErrors() {
        let text = Files.smallest.replacing("cortex-m4", with: "rocket")
        #expect(throws: TargetError.self) { try TargetDescription.parse(text, fileName: "my.yaml") }
    }

    @Test func aPeripheralOfAnotherFamilyIsAnError() throws {
        var other = target
        other.peripherals[0].kind = .rcc
        let model = try library.coreModel(for: target)
        #expect(throws: TargetError.self) { try TargetMachine(other, model) }
    }
}
