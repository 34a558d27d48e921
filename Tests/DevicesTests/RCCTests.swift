import Machine
import Testing

@testable import Devices

/// RM0090 chapter 7.
@Suite struct RCCTests {
    let chip = makeChip()
    let rcc: RCC

    init() { rcc = RCC(chip: chip) }

    /// What ST's SystemClock_Config does for 168 MHz from 8 MHz: M 8, N 336, P 2, Q 7; AHB 1, APB1 4, APB2 2.
    func bringUp() {
        rcc[.CR] |= 1 << 16
        chip.run(seconds: 0.0021)
        rcc[.PLLCFGR] = 8 | 336 << 6 | 0 << 16 | 1 << 22 | 7 << 24
        rcc[.CR] |= 1 << 24
        chip.run(seconds: 0.0002)
        rcc[.CFGR] = 0b101 << 10 | 0b100 << 13
        rcc[.CFGR] |= 2
    }

    @Test func resetValuesAreThoseOfTheManual() {
        #expect(rcc[.CR] == 0x83)
        #expect(rcc[.PLLCFGR] == 0x2400_3010)
        #expect(rcc[.CFGR] == 0)
        #expect(rcc[.AHB1ENR] == 0x0010_0000)
        #expect(rcc[.AHB1LPENR] == 0x7E67_91FF)
        #expect(rcc[.APB1LPENR] == 0x36FE_C9FF)
        #expect(rcc[.APB2LPENR] == 0x0007_5F33)
        #expect(rcc[.CSR] == 0x0E00_0000)
        #expect(rcc[.PLLI2SCFGR] == 0x2000_3000)
        #expect(rcc.HCLK == 16e6)
    }

    @Test func HSEIsReadyTwoMillisecondsAfterHSEON() {
        rcc[.CR] |= 1 << 16
        chip.run(seconds: 0.0019)
        #expect(rcc[.CR] & 1 << 17 == 0)
        chip.run(seconds: 0.0002)
        #expect(rcc[.CR] & 1 << 17 != 0)
        rcc[.CR] &= ~(1 << 16)
        #expect(rcc[.CR] & 1 << 17 == 0)
    }

    @Test func HSENeverStartsOnABoardWithoutACrystal() {
        let rcc = RCC(chip: chip, HSE: 0)
        rcc[.CR] |= 1 << 16
        chip.run(seconds: 1)
        #expect(rcc[.CR] & 1 << 17 == 0)
    }

    @Test func eightMegahertzTimes336Over8Over2Is168() {
        bringUp()
        #expect(rcc[.CFGR] & 0b1100 == 0b1000)
        #expect(rcc.SYSCLK == 168e6)
        #expect(rcc.HCLK == 168e6)
        #expect(rcc.PCLK1 == 42e6)
        #expect(rcc.PCLK2 == 84e6)
        #expect(rcc.TIMCLK1 == 84e6)
        #expect(rcc.TIMCLK2 == 168e6)
        #expect(rcc.PLL48CLK == 48e6)
        #expect(chip.clock.hertz == 168e6)
        #expect(chip.notices.all.isEmpty)
    }

    @Test func theSwitchWaitsForASourceThatIsNotReady() {
        rcc[.CR] |= 1 << 16
        rcc[.CFGR] = 1
        #expect(rcc[.CFGR] & 0b1100 == 0)
        chip.run(seconds: 0.0021)
        #expect(rcc[.CFGR] & 0b1100 == 0b0100)
        #expect(rcc.SYSCLK == 8e6)
    }

    @Test func whatFeedsSYSCLKCannotBeStopped() {
        bringUp()
        rcc[.CR] &= ~(1 << 24 | 1 << 16)
        #expect(rcc[.CR] & (1 << 24 | 1 << 16) == 1 << 24 | 1 << 16)
        rcc[.CR] &= ~1
        #expect(rcc[.CR] & 3 == 0)
    }

    @Test func PLLCFGRCannotChangeWhileThePLLIsOn() {
        bringUp()
        rcc[.PLLCFGR] = 0x2400_3010
        #expect(rcc.SYSCLK == 168e6)
    }

    @Test func aPLLOutOfItsRangeIsSaidAloud() {
        rcc[.PLLCFGR] = 4 | 336 << 6 | 7 << 24  // 16 MHz / 4 = 4 MHz into the VCO
        rcc[.CR] |= 1 << 24
        #expect(chip.notices.all.contains { $0.kind == .misuse && $0.what.contains("VCO input of 4 MHz") })
    }

    @Test func aDividerOfZeroNeverLocks() {
        rcc[.PLLCFGR] = 0
        rcc[.CR] |= 1 << 24
        rcc[.CFGR] = 2
        chip.run(seconds: 1)
        #expect(rcc[.CR] & 1 << 25 == 0)
        #expect(rcc.SYSCLK == 16e6)
    }

    @Test(arguments: [(0, 1), (7, 1), (8, 2), (9, 4), (10, 8), (11, 16), (12, 64), (13, 128), (14, 256), (15, 512)])
    func HPREDividesSYSCLK(code: UInt32, divider: Double) {
        rcc[.CFGR] = code << 4
        #expect(rcc.HCLK == 16e6 / divider)
    }

    @Test func aReadyInterruptComesOnlyWhenEnabledAndIsClearedByItsBit() {
        let watched = Watched()
        let rcc = RCC(chip: chip, interrupt: watched.line)
        rcc[.CIR] = 1 << 11  // HSERDYIE
        rcc[.CR] |= 1 << 16
        chip.run(seconds: 0.0021)
        #expect(watched.level)
        #expect(rcc[.CIR] & 1 << 3 != 0)
        rcc[.CIR] = 1 << 11 | 1 << 19
        #expect(!watched.level)
    }

    @Test func aPeripheralWithoutClockReadsZeroAndIgnoresWritesAndSaysSoOnce() throws {
        let control = try #require(ClockControl.named("GPIOD"))
        let gate = ClockGate(GPIO(name: "GPIOD", chip: chip), clock: rcc.clock(control), notices: chip.notices)
        try gate.write(0x14, 0x1000, .word)
        #expect(try gate.read(0x14, .word) == 0)
        #expect(chip.notices.all.map(\.what) == ["GPIOD touched while its clock is off"])
        rcc[.AHB1ENR] |= 1 << 3
        try gate.write(0x14, 0x1000, .word)
        #expect(try gate.read(0x14, .word) == 0x1000)
    }

    @Test func RSTRResetsThePeripheral() throws {
        let gpio = GPIO(name: "GPIOD", chip: chip)
        rcc.connectReset(try #require(ClockControl.named("GPIOD")), to: gpio)
        gpio[.ODR] = 0x1000
        rcc[.AHB1RSTR] = 1 << 3
        #expect(gpio[.ODR] == 0)
    }

    @Test func LSINeeds15MicrosecondsAndLSE2SecondsAndDBP() {
        var writable = false
        rcc.isBackupDomainWritable = { writable }
        rcc[.CSR] |= 1
        chip.run(seconds: 20e-6)
        #expect(rcc[.CSR] & 2 != 0)
        rcc[.BDCR] = 1
        #expect(rcc[.BDCR] == 0)
        writable = true
        rcc[.BDCR] = 1
        chip.run(seconds: 2.01)
        #expect(rcc[.BDCR] == 3)
    }

    @Test func CSRTellsASoftwareResetUntilRMVF() {
        chip.clock.now = 1000
        rcc[.CSR] = 1 << 24
        #expect(rcc[.CSR] >> 24 == 0)
        rcc.reset()
        #expect(rcc[.CSR] & 1 << 28 != 0)
        #expect(rcc[.CSR] & 1 << 29 == 0)
    }

    @Test func startUpTimesSurviveAChangeOfTheCoreClock() {
        // HSE takes 2 ms, also when HCLK is divided by 512 in the middle of it.
        rcc[.CR] |= 1 << 16
        chip.run(seconds: 0.001)
        rcc[.CFGR] = 15 << 4
        chip.run(seconds: 0.0009)
        #expect(rcc[.CR] & 1 << 17 == 0)
        chip.run(seconds: 0.0002)
        #expect(rcc[.CR] & 1 << 17 != 0)
    }
}
