import Machine
import Testing

@testable import Devices

/// The SDK's gpiohs.h and gpiohs.c; SiFive's manuals (FE310-G002, GPIO).
@Suite struct KendryteGPIOHSTests {
    let chip = makeChip()
    let watched = (0..<32).map { _ in Watched() }

    func make() -> GPIOHS { GPIOHS(chip: chip, interrupts: watched.map(\.line)) }

    @Test func outputsReachTheirPins() {
        let gpio = make()
        var told: [String] = []
        gpio.onOutput = { pin, level in told.append("\(pin) \(level)") }
        gpio[.output_val] = 1 << 3
        #expect(told.isEmpty)
        gpio[.output_en] = 1 << 3 | 1 << 4
        gpio[.output_val] = 1 << 4
        gpio[.output_xor] = 1 << 4
        #expect(told == ["3 true", "4 false", "3 false", "4 true", "4 false"])
    }

    @Test func anInputShowsOnlyWhileItIsEnabled() {
        let gpio = make()
        gpio.setInput(5, true)
        #expect(gpio[.input_val] == 0)
        gpio[.input_en] = 1 << 5
        #expect(gpio[.input_val] == 1 << 5)
        gpio.setInput(5, false)
        #expect(gpio[.input_val] == 0)
        gpio.setInput(5, nil)
        gpio[.pullup_en] = 1 << 5
        #expect(gpio[.input_val] == 1 << 5)
        gpio.setInput(99, true)
    }

    @Test func anOutputIsItsOwnInput() {
        let gpio = make()
        gpio[.input_en] = 1 << 31
        gpio[.output_en] = 1 << 31
        gpio.setInput(31, false)
        gpio[.output_val] = 1 << 31
        #expect(gpio[.input_val] == 1 << 31)
    }

    @Test func anEdgeInterruptsUntilItIsCleared() {
        let gpio = make()
        gpio[.input_en] = 1 << 2
        gpio[.rise_ie] = 1 << 2
        gpio.setInput(2, true)
        #expect(watched[2].level)
        #expect(watched.filter(\.level).count == 1)
        gpio.setInput(2, false)
        #expect(watched[2].level)
        // As the SDK's handler: off, clear, on.
        gpio[.rise_ie] &= ~(1 << 2)
        gpio[.rise_ip] |= 1 << 2
        gpio[.rise_ie] |= 1 << 2
        #expect(!watched[2].level)
        #expect(gpio[.fall_ip] == 1 << 2)
        gpio[.fall_ie] = 1 << 2
        #expect(watched[2].level)
    }

    @Test func aLevelThatLastsCannotBeCleared() {
        let gpio = make()
        gpio[.input_en] = 1
        gpio[.high_ie] = 1
        gpio.setInput(0, true)
        gpio[.high_ip] = 1
        #expect(watched[0].level)
        gpio.setInput(0, false)
        #expect(watched[0].level)
        gpio[.high_ip] = 1
        #expect(!watched[0].level)
        gpio[.low_ie] = 1
        #expect(watched[0].level)
    }
}

/// The SDK's gpio.h and gpio.c.
@Suite struct KendryteGPIOTests {
    let chip = makeChip()
    let watched = Watched()

    func make() -> KendryteGPIO { KendryteGPIO(chip: chip, interrupt: watched.line) }

    @Test func aPinIsAnInputOrAnOutput() {
        let gpio = make()
        var told: [String] = []
        gpio.onOutput = { pin, level in told.append("\(pin) \(level)") }
        gpio.setInput(1, true)
        gpio.setInput(8, true)
        #expect(gpio[.data_input] == 2)
        gpio[.direction] = 3
        #expect(gpio[.data_input] == 0)
        gpio[.data_output] = 0xFFFF_FF01
        #expect(gpio[.data_output] == 1)
        #expect(gpio[.data_input] == 1)
        #expect(told == ["0 false", "1 false", "0 true"])
    }

    @Test func edgesAndLevelsInterrupt() {
        let gpio = make()
        gpio[.interrupt_level] = 1
        gpio[.interrupt_polarity] = 3
        gpio[.interrupt_enable] = 3
        gpio.setInput(0, true)
        gpio.setInput(0, false)
        #expect(watched.level)
        #expect(gpio[.interrupt_status] == 1)
        gpio[.interrupt_clear] = 1
        #expect(!watched.level)
        gpio.setInput(1, true)
        #expect(gpio[.interrupt_status] == 2)
        gpio[.interrupt_mask] = 2
        #expect(!watched.level)
        #expect(gpio[.interrupt_status_raw] == 2)
        gpio[.interrupt_mask] = 0
        gpio.setInput(1, false)
        #expect(!watched.level)
    }

    @Test func bothEdgesInterrupt() {
        let gpio = make()
        gpio[.interrupt_level] = 1
        gpio[.interrupt_bothedge] = 1
        gpio[.interrupt_enable] = 1
        gpio.setInput(0, true)
        gpio[.interrupt_clear] = 1
        gpio.setInput(0, false)
        #expect(watched.rises == 2)
    }
}

/// The SDK's fpioa.h and fpioa.c.
@Suite struct KendryteFPIOATests {
    let chip = makeChip()

    @Test func functionsAreRoutedToPins() {
        let fpioa = FPIOA(chip: chip)
        var changes = 0
        fpioa.onRouting = { changes += 1 }
        // The SDK's start: IO4 is UART3_RX (68), IO5 UART3_TX (69).
        fpioa[.io(4)] = 0x0090_0044
        fpioa[.io(5)] = 0x0000_1F45
        #expect(fpioa.pin(68) == 4)
        #expect(fpioa.pin(69) == 5)
        #expect(fpioa.pin(70) == nil)
        #expect(fpioa.function(ofPin: 4) == 68)
        #expect(fpioa.function(ofPin: 48) == nil)
        #expect(changes == 2)
        #expect(fpioa[.io(4)] == 0x0090_0044)
    }

    @Test func afterAResetTheFirstPinsAreJTAGAndISP() {
        let fpioa = FPIOA(chip: chip)
        #expect((0..<6).map { fpioa.function(ofPin: $0) } == [0, 1, 2, 3, 18, 19])
    }

    @Test func pad_diShowsTheLevel() {
        let fpioa = FPIOA(chip: chip)
        fpioa.padLevel = { $0 == 7 }
        fpioa[.io(7)] = 0xFFFF_FFFF
        #expect(fpioa[.io(7)] == 0x80FB_FFFF)
        fpioa.padLevel = { _ in false }
        #expect(fpioa[.io(7)] == 0x00FB_FFFF)
    }

    @Test func inputsAreTied() {
        let fpioa = FPIOA(chip: chip)
        // What `fpioa_init` ties high: SPI0_ARB (16) and SPI1_ARB (82).
        fpioa[.tie_val(0)] = 1 << 16
        fpioa[.tie_en(0)] = 1 << 16
        fpioa[.tie_val(2)] = 1 << 18
        fpioa[.tie_en(2)] = 1 << 18
        #expect(fpioa.tie(16) == true)
        #expect(fpioa.tie(82) == true)
        #expect(fpioa.tie(83) == nil)
        #expect(FPIOA.Register(rawValue: 0xE8).map { $0.rawValue } == 0xE8)
    }
}
