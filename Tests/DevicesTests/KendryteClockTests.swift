import Machine
import Testing

@testable import Devices

/// The SDK's sysctl.h and sysctl.c.
@Suite struct KendryteClockTests {
    let chip = makeChip()

    /// A PLL that is locked.
    func pll(_ register: UInt32) -> KendryteClocks.PLL { KendryteClocks.PLL(register: register, isLocked: true) }

    @Test func theSDKsDividersGiveTheseFrequencies() {
        var clocks = KendryteClocks()
        clocks.PLL0 = pll(0x022F_47D0)
        clocks.PLL1 = pll(0x022B_4AD0)
        // 26 MHz * 62 / 2 and 26 MHz * 46 / 3.
        #expect(clocks.hertz(of: .PLL0) == 806e6)
        #expect(abs(clocks.hertz(of: .PLL1) - 398_666_667) < 1)
        #expect(clocks.hertz(of: .ACLK) == 26e6)
        clocks.clk_sel0 = 1
        #expect(clocks.hertz(of: .ACLK) == 403e6)
        clocks.clk_sel0 = 1 | 2 << 1
        #expect(clocks.hertz(of: .ACLK) == 806e6 / 8)
        #expect(abs(clocks.hertz(of: .block(.AI)) - 398_666_667) < 1)
        clocks.clk_th[0] = 1 << 8
        #expect(abs(clocks.hertz(of: .block(.AI)) - 199_333_333) < 1)
    }

    @Test func buses() {
        var clocks = KendryteClocks()
        clocks.clk_sel0 = 1 << 3 | 2 << 6 | 7 << 9
        #expect(clocks.hertz(of: .APB0) == 13e6)
        #expect(abs(clocks.hertz(of: .APB1) - 26e6 / 3) < 1)
        #expect(clocks.hertz(of: .APB2) == 26e6 / 8)
        #expect(clocks.hertz(of: .block(.UART3)) == 13e6)
    }

    @Test func evenDividers() {
        var clocks = KendryteClocks()
        clocks.PLL0 = pll(0x022F_47D0)
        #expect(clocks.hertz(of: .block(.WDT0)) == 13e6)
        #expect(clocks.hertz(of: .block(.TIMER1)) == 13e6)
        clocks.clk_sel0 = 1 << 14
        clocks.clk_th[2] = 4 << 8
        #expect(clocks.hertz(of: .block(.TIMER1)) == 80.6e6)
        clocks.clk_th[1] = 0xFF << 24
        #expect(clocks.hertz(of: .block(.SPI3)) == 26e6 / 512)
        #expect(clocks.hertz(of: .block(.SPI0)) == 403e6)
        clocks.clk_th[5] = 3 << 8
        #expect(clocks.hertz(of: .block(.I2C0)) == 806e6 / 8)
    }

    @Test func PLL2TakesItsInputFromElsewhere() {
        var clocks = KendryteClocks()
        clocks.PLL0 = pll(0x022F_47D0)
        // OD 16, input PLL0.
        clocks.PLL2 = pll(1 << 25 | 1 << 21 | 15 << 10 | 1 << 26)
        #expect(clocks.hertz(of: .PLL2) == 806e6 / 16)
        clocks.clk_th[3] = 1
        #expect(clocks.hertz(of: .block(.I2S0)) == 806e6 / 64)
    }

    /// The SDK's examples for the flash and the screen at the core's first clock: SPI3 from PLL0, which nobody has set
    /// up; `spi_set_clk_rate` then believes in 26 MHz / 2 and divides that.
    @Test func PLL0PassesTheCrystalUntilItIsSetUp() {
        var clocks = KendryteClocks()
        #expect(clocks.hertz(of: .PLL0) == 26e6)
        #expect(clocks.hertz(of: .block(.SPI0)) == 13e6)
        clocks.clk_sel0 = 1 << 12
        #expect(clocks.hertz(of: .block(.SPI3)) == 13e6)
        #expect(clocks.hertz(of: .block(.AI)) == 0)
    }

    @Test func aPLLGivesNothingUntilItIsOnLockedAndLetOut() {
        let on: UInt32 = 0x022F_47D0
        var clocks = KendryteClocks()
        for register in [on & ~(1 << 25), on & ~(1 << 21), on | 1 << 20] {
            clocks.PLL0 = pll(register)
            #expect(clocks.hertz(of: .PLL0) == 0)
        }
        clocks.PLL0 = KendryteClocks.PLL(register: on)
        #expect(clocks.hertz(of: .PLL0) == 0)
        clocks.PLL0.register |= 1 << 23
        #expect(clocks.hertz(of: .PLL0) == 26e6)
    }
}

@Suite struct KendryteSYSCTLTests {
    let chip = makeChip()

    /// What `sysctl_pll_set_freq` writes for 800 MHz.
    func startPLL0(_ sysctl: SYSCTL) {
        sysctl[.clk_sel0] &= ~1
        sysctl[.pll0] &= ~(1 << 25)
        sysctl[.pll0] &= ~(1 << 21)
        sysctl[.pll0] = sysctl[.pll0] & ~0xF_FFFF | 0xF_47D0
        sysctl[.pll0] |= 1 << 21
        chip.run(for: 26)
        sysctl[.pll0] |= 1 << 20
        chip.run(for: 26)
        sysctl[.pll0] &= ~(1 << 20)
    }

    @Test func theCoresStartOnTheCrystal() {
        let sysctl = SYSCTL(chip: chip)
        #expect(chip.clock.hertz == 26e6)
        #expect(sysctl.kpuHertz == 0)
    }

    @Test func theSDKRaisesTheCoreClock() {
        let sysctl = SYSCTL(chip: chip)
        var told = 0
        sysctl.onChange { told += 1 }
        startPLL0(sysctl)
        #expect(sysctl[.pll_lock] == 0)
        sysctl[.pll_lock] |= 1 << 2
        // 500 cycles of 26 MHz.
        chip.run(for: 499)
        #expect(sysctl[.pll_lock] == 0)
        chip.run(for: 1)
        #expect(sysctl[.pll_lock] == 3)
        #expect(sysctl.hertz(of: .PLL0) == 0)
        sysctl[.pll0] |= 1 << 25
        #expect(sysctl[.pll0] == 0x022F_47D0)
        told = 0
        sysctl[.clk_sel0] |= 1
        #expect(told == 1)
        #expect(chip.clock.hertz == 403e6)
        #expect(chip.notices.all.isEmpty)
    }

    @Test func selectingAPLLThatIsOffKeepsTheClockAndIsSaid() {
        let sysctl = SYSCTL(chip: chip)
        sysctl[.pll0] = 0x0F_47D0
        sysctl[.clk_sel0] = 1
        #expect(chip.clock.hertz == 26e6)
        #expect(chip.notices.all.map(\.what) == ["ACLK selects PLL0 while that gives no clock"])
    }

    @Test func dividersBeyondTheVCOsRangeAreSaid() {
        let sysctl = SYSCTL(chip: chip)
        // 26 MHz * 1.
        sysctl[.pll1] = 1 << 21
        #expect(chip.notices.all.map(\.what) == ["the VCO of PLL1 outside its range of 350 to 1750 MHz"])
    }

    @Test func dma_selSelectsTheRequestOfAChannel() {
        let sysctl = SYSCTL(chip: chip)
        // Channel 1 the KPU (22), channel 4 SSI3_TX (7), channel 5 SSI3_RX (6).
        sysctl[.dma_sel0] = 22 << 6 | 7 << 24
        sysctl[.dma_sel1] = 6
        #expect((0..<6).map { sysctl.dmaSelect($0) } == [0, 22, 0, 0, 7, 6])
        #expect(sysctl.dmaSelect(6) == 0)
    }

    @Test func peri_resetResetsThePeripheralOfItsBit() {
        let sysctl = SYSCTL(chip: chip)
        let uart = UART(name: "UART3", chip: chip) { 26e6 }
        sysctl.connectReset(.UART3, to: uart)
        uart[.SCR] = 0x5A
        sysctl[.peri_reset] = 1 << 17
        #expect(uart[.SCR] == 0x5A)
        sysctl[.peri_reset] = 1 << 18
        #expect(uart[.SCR] == 0)
        uart[.SCR] = 0x5A
        sysctl[.peri_reset] = 0
        #expect(uart[.SCR] == 0x5A)
    }

    @Test func aPeripheralWithoutItsClockIsSaidOnce() throws {
        let sysctl = SYSCTL(chip: chip)
        let gate = sysctl.gate(UART(name: "UART1", chip: chip) { 26e6 }, .UART1)
        try gate.write(0x1C, 0x5A, .word)
        #expect(try gate.read(0x1C, .word) == 0x5A)
        #expect(chip.notices.all.map(\.what) == ["UART1 touched while its clock is off"])
        sysctl[.clk_en_peri] |= 1 << 16
        #expect(sysctl.isClocked(.UART1))
    }

    @Test func aSoftResetIsRememberedUntilItIsCleared() {
        let sysctl = SYSCTL(chip: chip)
        var resets = 0
        chip.requestReset = {
            resets += 1
            sysctl.reset()
        }
        sysctl[.reset_status] = 1
        sysctl[.clk_th6] = 0xFF
        #expect(sysctl[.reset_status] == 0)
        sysctl[.soft_reset] = 1
        #expect(resets == 1)
        #expect(sysctl[.reset_status] == 0x10)
        #expect(sysctl[.clk_th6] == 0)
        sysctl.recordReset(.WDT1)
        sysctl.reset()
        #expect(sysctl[.reset_status] == 0x18)
    }

    @Test func aResetBringsTheCrystalBack() {
        let sysctl = SYSCTL(chip: chip)
        startPLL0(sysctl)
        chip.run(for: 1000)
        sysctl[.pll0] |= 1 << 25
        sysctl[.clk_sel0] = 1
        sysctl.reset()
        #expect(chip.clock.hertz == 26e6)
        #expect(sysctl[.pll_lock] == 0)
    }

    /// Fields are written as bytes and halfwords by compilers.
    @Test func registersTakeNarrowWrites() throws {
        let sysctl = SYSCTL(chip: chip)
        try sysctl.write(0x3F, 0x12, .byte)
        try sysctl.write(0x46, 0xABCD, .halfword)
        #expect(sysctl[.clk_th1] == 0x1200_0000)
        #expect(sysctl[.clk_th3] == 0xABCD_0000)
    }
}
