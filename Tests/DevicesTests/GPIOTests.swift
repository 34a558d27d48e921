import Machine
import Testing

@testable import Devices

/// RM0090 chapters 8, 9 and 12.
@Suite struct GPIOTests {
    let chip = makeChip()

    @Test func portsAAndBComeUpWithTheirDebugPins() {
        #expect(GPIO(name: "GPIOA", chip: chip)[.MODER] == 0xA800_0000)
        #expect(GPIO(name: "GPIOA", chip: chip)[.PUPDR] == 0x6400_0000)
        #expect(GPIO(name: "GPIOB", chip: chip)[.MODER] == 0x0000_0280)
        #expect(GPIO(name: "GPIOB", chip: chip)[.OSPEEDR] == 0x0000_00C0)
        #expect(GPIO(name: "GPIOB", chip: chip)[.PUPDR] == 0x0000_0100)
        #expect(GPIO(name: "GPIOC", chip: chip)[.MODER] == 0)
    }

    @Test func BSRRSetsAndResetsAndSettingWins() {
        let gpio = GPIO(name: "GPIOD", chip: chip)
        gpio[.BSRR] = 0x0000_F000
        #expect(gpio[.ODR] == 0xF000)
        gpio[.BSRR] = 0xC000_8000
        #expect(gpio[.ODR] == 0xB000)
    }

    @Test func anOutputTellsItsObserverAndShowsInIDR() {
        let gpio = GPIO(name: "GPIOD", chip: chip)
        var told: [Int: Bool] = [:]
        gpio[.MODER] = 1 << 24
        gpio.onOutput = { told[$0] = $1 }
        gpio[.BSRR] = 1 << 12 | 1 << 13
        #expect(told == [12: true])
        #expect(gpio[.IDR] == 1 << 12)
    }

    @Test func pullsDecideAnInputThatNobodyDrivesAndAnalogReadsZero() {
        let gpio = GPIO(name: "GPIOC", chip: chip)
        gpio[.PUPDR] = 0b01_10
        #expect(gpio[.IDR] == 0b10)
        gpio.drive(0, true)
        gpio.drive(1, false)
        #expect(gpio[.IDR] == 0b01)
        gpio.drive(1, nil)
        #expect(gpio[.IDR] == 0b11)
        gpio[.MODER] = 0b1111
        #expect(gpio[.IDR] == 0)
    }

    @Test func anOpenDrainOutputLetsGoOfAHighPin() {
        let gpio = GPIO(name: "GPIOB", chip: chip)
        gpio[.MODER] = 1
        gpio[.OTYPER] = 1
        gpio[.ODR] = 1
        #expect(gpio[.IDR] & 1 == 0)
        gpio.drive(0, true)
        #expect(gpio[.IDR] & 1 == 1)
        gpio[.ODR] = 0
        #expect(gpio[.IDR] & 1 == 0)
    }

    @Test func theLockSequenceFreezesAPin() {
        let gpio = GPIO(name: "GPIOC", chip: chip)
        for value: UInt32 in [0x1_0001, 0x0_0001, 0x1_0001] { gpio[.LCKR] = value }
        #expect(gpio[.LCKR] == 0x1_0001)
        gpio[.MODER] = 0b0101
        #expect(gpio[.MODER] == 0b0100)
        gpio[.AFRL] = 0x77
        #expect(gpio[.AFRL] == 0x70)
    }

    @Test func onlySelectedEdgesOfUnmaskedLinesInterrupt() {
        let watched = Watched()
        let exti = EXTI(notices: chip.notices, interrupts: ["EXTI0": watched.line])
        exti[.RTSR] = 1
        exti.drive(0, true)
        #expect(exti[.PR] == 0)
        exti[.IMR] = 1
        exti.drive(0, false)
        #expect(!watched.level)
        exti.drive(0, true)
        #expect(watched.level)
        exti[.PR] = 1
        #expect(!watched.level)
        exti[.SWIER] = 1
        #expect(watched.level)
    }

    @Test func MEMRMPPutsSRAM1AtAddressZero() {
        let flash = Memory(name: "FLASH", base: 0x0800_0000, size: 0x1000, isWritable: false, in: chip.arena)
        let SRAM1 = Memory(name: "SRAM1", base: 0x2000_0000, size: 0x1000, isWritable: true, in: chip.arena)
        chip.bus.add(flash)
        chip.bus.add(SRAM1)
        chip.bus.setAlias(at: 0, size: flash.size, of: flash)
        let syscfg = SYSCFG(chip: chip)
        syscfg[.MEMRMP] = 3
        #expect(chip.bus.memory(at: 0x10)?.memory.name == "SRAM1")
        #expect(syscfg[.MEMRMP] == 3)
        syscfg.reset()
        #expect(chip.bus.memory(at: 0x10)?.memory.name == "FLASH")
    }
}
