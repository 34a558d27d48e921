/// The buses of the STM32F4 whose peripherals the RCC clocks and resets, one set of registers each.
public enum ClockDomain: Int, CaseIterable, Sendable {
    case AHB1, AHB2, AHB3, APB1, APB2
}

/// Where a peripheral's bits are in `RCC_xxxENR` and `RCC_xxxRSTR`.
public struct ClockControl: Equatable, Sendable {
    public let domain: ClockDomain
    /// In `RCC_xxxENR`; with several bits, one is enough.
    public let enable: UInt32
    /// In `RCC_xxxRSTR`.
    public let reset: UInt32
    /// Whether it counts in the timer clock, which is twice PCLK when the APB prescaler is not 1 (RM0090 7.2).
    public let isTimer: Bool

    private init(_ domain: ClockDomain, enable: UInt32, reset: UInt32, isTimer: Bool = false) {
        self.domain = domain
        self.enable = enable
        self.reset = reset
        self.isTimer = isTimer
    }

    private init(_ domain: ClockDomain, _ bit: UInt32, isTimer: Bool = false) {
        self.init(domain, enable: 1 << bit, reset: 1 << bit, isTimer: isTimer)
    }

    /// The bits of the peripheral with this name; `nil` when the RCC has none for it, because its clock never stops.
    public static func named(_ name: String) -> ClockControl? { table[name] }

    /// RM0090 7.3.5 to 7.3.14, with the bits of the F42x/F43x where the F40x has none.
    private static let table: [String: ClockControl] = {
        var table: [String: ClockControl] = [
            "CRC": ClockControl(.AHB1, 12),
            "BKPSRAM": ClockControl(.AHB1, enable: 1 << 18, reset: 0),
            "DMA1": ClockControl(.AHB1, 21), "DMA2": ClockControl(.AHB1, 22), "DMA2D": ClockControl(.AHB1, 23),
            "ETH": ClockControl(.AHB1, enable: 0xF << 25, reset: 1 << 25),
            "OTG_HS": ClockControl(.AHB1, enable: 3 << 29, reset: 1 << 29),
            "DCMI": ClockControl(.AHB2, 0), "CRYP": ClockControl(.AHB2, 4), "HASH": ClockControl(.AHB2, 5),
            "RNG": ClockControl(.AHB2, 6), "OTG_FS": ClockControl(.AHB2, 7),
            "FSMC": ClockControl(.AHB3, 0),
            "TIM2": ClockControl(.APB1, 0, isTimer: true), "TIM3": ClockControl(.APB1, 1, isTimer: true),
            "TIM4": ClockControl(.APB1, 2, isTimer: true), "TIM5": ClockControl(.APB1, 3, isTimer: true),
            "TIM6": ClockControl(.APB1, 4, isTimer: true), "TIM7": ClockControl(.APB1, 5, isTimer: true),
            "TIM12": ClockControl(.APB1, 6, isTimer: true), "TIM13": ClockControl(.APB1, 7, isTimer: true),
            "TIM14": ClockControl(.APB1, 8, isTimer: true), "WWDG": ClockControl(.APB1, 11),
            "SPI2": ClockControl(.APB1, 14), "SPI3": ClockControl(.APB1, 15),
            "I2S2ext": ClockControl(.APB1, 14), "I2S3ext": ClockControl(.APB1, 15),
            "USART2": ClockControl(.APB1, 17), "USART3": ClockControl(.APB1, 18),
            "UART4": ClockControl(.APB1, 19), "UART5": ClockControl(.APB1, 20),
            "I2C1": ClockControl(.APB1, 21), "I2C2": ClockControl(.APB1, 22), "I2C3": ClockControl(.APB1, 23),
            "CAN1": ClockControl(.APB1, 25), "CAN2": ClockControl(.APB1, 26),
            "PWR": ClockControl(.APB1, 28), "DAC": ClockControl(.APB1, 29),
            "UART7": ClockControl(.APB1, 30), "UART8": ClockControl(.APB1, 31),
            "TIM1": ClockControl(.APB2, 0, isTimer: true), "TIM8": ClockControl(.APB2, 1, isTimer: true),
            "USART1": ClockControl(.APB2, 4), "USART6": ClockControl(.APB2, 5),
            "ADC": ClockControl(.APB2, enable: 7 << 8, reset: 1 << 8),
            "SDIO": ClockControl(.APB2, 11), "SPI1": ClockControl(.APB2, 12), "SPI4": ClockControl(.APB2, 13),
            "SYSCFG": ClockControl(.APB2, 14),
            "TIM9": ClockControl(.APB2, 16, isTimer: true), "TIM10": ClockControl(.APB2, 17, isTimer: true),
            "TIM11": ClockControl(.APB2, 18, isTimer: true),
            "SPI5": ClockControl(.APB2, 20), "SPI6": ClockControl(.APB2, 21),
        ]
        for (index, letter) in "ABCDEFGHIJK".enumerated() {
            table["GPIO\(letter)"] = ClockControl(.AHB1, UInt32(index))
        }
        return table
    }()
}
