import Bits

/// The frequencies that the clock tree of the STM32F405/407 makes of its oscillators. Pure arithmetic on register
/// values; `RCC` holds the registers (RM0090 7.2 and figure 21).
public struct ClockTree: Equatable, Sendable {
    /// The sources of SYSCLK, with their number in `RCC_CFGR.SW`.
    public enum Source: UInt32, Sendable {
        case HSI = 0, HSE = 1, PLL = 2
    }

    /// The internal oscillator in Hz (RM0090 7.2.2).
    public static let HSI = 16_000_000.0

    /// The external oscillator in Hz; zero when the board has none.
    public var HSE: Double
    public var PLLCFGR: UInt32
    public var PLLI2SCFGR: UInt32
    public var CFGR: UInt32

    public init(HSE: Double, PLLCFGR: UInt32, PLLI2SCFGR: UInt32, CFGR: UInt32) {
        self.HSE = HSE
        self.PLLCFGR = PLLCFGR
        self.PLLI2SCFGR = PLLI2SCFGR
        self.CFGR = CFGR
    }

    /// Which oscillator feeds both PLLs (`PLLSRC`).
    public var PLLSource: Source { PLLCFGR.bit(22) ? .HSE : .HSI }

    /// What enters the PLLs after the divider PLLM, in Hz; zero for a divider that the manual forbids.
    public var VCOInput: Double {
        let M = PLLCFGR.bits(5, 0)
        return M < 2 ? 0 : (PLLSource == .HSE ? HSE : ClockTree.HSI) / Double(M)
    }

    /// The oscillator of the main PLL in Hz; zero when PLLM or PLLN is forbidden.
    public var VCO: Double { VCOInput * ClockTree.multiplier(PLLCFGR) }

    /// The main PLL's output for SYSCLK in Hz.
    public var PLL: Double { VCO / Double(2 * (PLLCFGR.bits(17, 16) + 1)) }

    /// The main PLL's output for USB, SDIO and RNG in Hz; zero when PLLQ is forbidden.
    public var PLL48CLK: Double {
        let Q = PLLCFGR.bits(27, 24)
        return Q < 2 ? 0 : VCO / Double(Q)
    }

    /// The oscillator of the I2S PLL in Hz; zero when PLLM or PLLI2SN is forbidden.
    public var VCOI2S: Double { VCOInput * ClockTree.multiplier(PLLI2SCFGR) }

    /// PLLN and PLLI2SN: 2 to 432.
    private static func multiplier(_ register: UInt32) -> Double {
        let N = register.bits(14, 6)
        return (2...432).contains(N) ? Double(N) : 0
    }

    /// HPRE: AHB clock cycles are this many cycles of SYSCLK.
    public var AHBPrescaler: Int {
        let code = CFGR.bits(7, 4)
        // 0xxx: not divided; 1000: 2, 1001: 4, 1010: 8, 1011: 16, 1100: 64 (32 is left out), ..., 1111: 512.
        if code < 8 { return 1 }
        return 1 << Int(code < 12 ? code - 7 : code - 6)
    }

    /// PPRE1 and PPRE2: APB clock cycles are this many cycles of HCLK.
    public var APB1Prescaler: Int { ClockTree.APBPrescaler(CFGR.bits(12, 10)) }
    public var APB2Prescaler: Int { ClockTree.APBPrescaler(CFGR.bits(15, 13)) }

    private static func APBPrescaler(_ code: UInt32) -> Int {
        code < 4 ? 1 : 1 << Int(code - 3)
    }

    /// SYSCLK in Hz when `source` drives it.
    public func SYSCLK(from source: Source) -> Double {
        switch source {
        case .HSI: ClockTree.HSI
        case .HSE: HSE
        case .PLL: PLL
        }
    }

    /// What the manual forbids about the main PLL as it is configured (RM0090 7.3.2), one sentence each.
    public var PLLFaults: [String] {
        var faults: [String] = []
        if PLLCFGR.bits(5, 0) < 2 { faults.append("RCC_PLLCFGR: PLLM below 2") }
        if VCOInput > 0, !(0.95e6...2.1e6).contains(VCOInput) {
            faults.append("RCC_PLLCFGR: VCO input of \(megahertz(VCOInput)) MHz is not between 1 and 2 MHz")
        }
        let N = PLLCFGR.bits(14, 6)
        if !(50...432).contains(N) { faults.append("RCC_PLLCFGR: PLLN of \(N) is not between 50 and 432") }
        if VCO > 0, !(100e6...432e6).contains(VCO) {
            faults.append("RCC_PLLCFGR: VCO output of \(megahertz(VCO)) MHz is not between 100 and 432 MHz")
        }
        if PLLCFGR.bits(27, 24) < 2 { faults.append("RCC_PLLCFGR: PLLQ below 2") }
        return faults
    }
}

/// A frequency for a message: `168`, `8.4`.
func megahertz(_ hertz: Double) -> String {
    let thousandths = Int((min(max(hertz, 0), 1e12) / 1e3).rounded())
    guard thousandths % 1000 != 0 else { return "\(thousandths / 1000)" }
    var digits = String(1000 + thousandths % 1000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(thousandths / 1000).\(digits)"
}
