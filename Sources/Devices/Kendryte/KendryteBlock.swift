/// A part of the K210 with a clock gate and a reset of its own; its number is its bit in SYSCTL's `clk_en_peri` and
/// `peri_reset`. SPI2 is the slave, AI the KPU.
public enum KendryteBlock: Int, CaseIterable, Sendable {
    case ROM, DMA, AI, DVP, FFT, GPIO
    case SPI0, SPI1, SPI2, SPI3
    case I2S0, I2S1, I2S2
    case I2C0, I2C1, I2C2
    case UART1, UART2, UART3
    case AES, FPIOA
    case TIMER0, TIMER1, TIMER2
    case WDT0, WDT1
    case SHA
    /// Has no reset.
    case OTP
    case RTC = 29
}

/// A clock of the K210.
public enum KendryteClock: Hashable, Sendable {
    /// The crystal.
    case IN0
    case PLL0, PLL1, PLL2
    /// The CPU, the DMA controller, the FFT, UARTHS and GPIOHS run from it, too.
    case ACLK
    case SRAM0, SRAM1
    case APB0, APB1, APB2
    /// The clock of a block.
    case block(KendryteBlock)
    /// The master clock outputs of I2S0 to I2S2.
    case I2S0_M, I2S1_M, I2S2_M
}
