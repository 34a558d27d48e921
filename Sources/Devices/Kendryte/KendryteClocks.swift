import Bits

/// The clock tree of the K210 as SYSCTL's registers set it up (the SDK's `sysctl_clock_get_freq`).
public struct KendryteClocks: Equatable, Sendable {
    /// One of the three PLLs.
    public struct PLL: Equatable, Sendable {
        /// `SYSCTL_PLLx`.
        public var register: UInt32 = 0
        public var isLocked = false

        public init(register: UInt32 = 0, isLocked: Bool = false) {
            self.register = register
            self.isLocked = isLocked
        }

        var NR: Double { Double(register.bits(3, 0) + 1) }
        var NF: Double { Double(register.bits(9, 4) + 1) }
        var OD: Double { Double(register.bits(13, 10) + 1) }
        /// Every field that the lock depends on: the dividers and, for PLL2, the input.
        var dividers: UInt32 { register & 0x0C0F_FFFF }
        var isPowered: Bool { register.bit(21) && !register.bit(20) }
        var isBypassed: Bool { register.bit(23) }
        var isOutputEnabled: Bool { register.bit(25) }

        /// The output in Hz from an input in Hz; zero while it is off, in reset, not locked or not let out.
        func output(from input: Double) -> Double {
            if isBypassed { return input }
            guard isPowered, isLocked, isOutputEnabled else { return 0 }
            return VCO(from: input) / OD
        }

        func VCO(from input: Double) -> Double { input / NR * NF }

        /// Seconds from the end of the reset to the lock: 500 cycles of the divided input, as the makers of such PLLs
        /// promise. Assumed; nothing public says it of this one.
        func lockTime(from input: Double) -> Double { input > 0 ? 500 * NR / input : .infinity }
    }

    /// The crystal in Hz.
    public let IN0: Double
    public var PLL0 = PLL()
    public var PLL1 = PLL()
    public var PLL2 = PLL()
    /// `SYSCTL_CLK_SEL0`.
    public var clk_sel0: UInt32 = 0
    /// `SYSCTL_CLK_TH0` to `SYSCTL_CLK_TH6`.
    public var clk_th: [UInt32] = Array(repeating: 0, count: 7)

    public init(IN0: Double = 26_000_000) {
        self.IN0 = IN0
    }

    /// The output of PLL0 in Hz. As long as nobody has set it up it passes the crystal on: the SDK's examples for SPI,
    /// I2C and the screen run on it as it is after reset, and the SDK then takes it for 26 MHz.
    private var PLL0Output: Double { PLL0.register == 0 ? IN0 : PLL0.output(from: IN0) }

    /// What `pll_ckin_sel2` selects, in Hz.
    var PLL2Input: Double {
        switch PLL2.register.bits(27, 26) {
        case 0: IN0
        case 1: PLL0Output
        case 2: PLL1.output(from: IN0)
        default: 0
        }
    }

    /// A frequency in Hz; zero while the clock stands still. Clock gates do not count.
    public func hertz(of clock: KendryteClock) -> Double {
        switch clock {
        case .IN0: IN0
        case .PLL0: PLL0Output
        case .PLL1: PLL1.output(from: IN0)
        case .PLL2: PLL2.output(from: PLL2Input)
        case .ACLK: clk_sel0.bit(0) ? hertz(of: .PLL0) / Double(2 << clk_sel0.bits(2, 1)) : IN0
        case .SRAM0: hertz(of: .ACLK) / gated(0, 3, 0)
        case .SRAM1: hertz(of: .ACLK) / gated(0, 7, 4)
        case .APB0: hertz(of: .ACLK) / Double(clk_sel0.bits(5, 3) + 1)
        case .APB1: hertz(of: .ACLK) / Double(clk_sel0.bits(8, 6) + 1)
        case .APB2: hertz(of: .ACLK) / Double(clk_sel0.bits(11, 9) + 1)
        case .block(let block): hertz(of: block)
        case .I2S0_M: hertz(of: .PLL2) / even(4, 23, 16)
        case .I2S1_M: hertz(of: .PLL2) / even(4, 31, 24)
        case .I2S2_M: hertz(of: .PLL2) / even(5, 7, 0)
        }
    }

    private func hertz(of block: KendryteBlock) -> Double {
        switch block {
        case .ROM: hertz(of: .ACLK) / gated(0, 19, 16)
        case .DMA, .FFT: hertz(of: .ACLK)
        case .AI: hertz(of: .PLL1) / gated(0, 11, 8)
        case .DVP: hertz(of: .ACLK) / gated(0, 15, 12)
        case .GPIO, .UART1, .UART2, .UART3, .FPIOA, .SHA: hertz(of: .APB0)
        case .AES, .OTP: hertz(of: .APB1)
        case .SPI0: hertz(of: .PLL0) / even(1, 7, 0)
        case .SPI1: hertz(of: .PLL0) / even(1, 15, 8)
        case .SPI2: hertz(of: .PLL0) / even(1, 23, 16)
        case .SPI3: selected(12) / even(1, 31, 24)
        case .I2S0: hertz(of: .PLL2) / even(3, 15, 0)
        case .I2S1: hertz(of: .PLL2) / even(3, 31, 16)
        case .I2S2: hertz(of: .PLL2) / even(4, 15, 0)
        case .I2C0: hertz(of: .PLL0) / even(5, 15, 8)
        case .I2C1: hertz(of: .PLL0) / even(5, 23, 16)
        case .I2C2: hertz(of: .PLL0) / even(5, 31, 24)
        case .TIMER0: selected(13) / even(2, 7, 0)
        case .TIMER1: selected(14) / even(2, 15, 8)
        case .TIMER2: selected(15) / even(2, 23, 16)
        case .WDT0: IN0 / even(6, 7, 0)
        case .WDT1: IN0 / even(6, 15, 8)
        case .RTC: IN0
        }
    }

    /// PLL0 or the crystal, as a bit of `clk_sel0` selects.
    private func selected(_ bit: Int) -> Double { clk_sel0.bit(bit) ? hertz(of: .PLL0) : IN0 }

    /// The divider of a gated clock: its threshold plus one.
    private func gated(_ register: Int, _ high: Int, _ low: Int) -> Double {
        Double(clk_th[register].bits(high, low)) + 1
    }

    /// The divider of an even clock: twice its threshold plus one.
    private func even(_ register: Int, _ high: Int, _ low: Int) -> Double {
        2 * gated(register, high, low)
    }
}
