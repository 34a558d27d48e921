/// Which request reaches which channel of which stream (RM0090 tables 42 and 43), for the peripherals modelled here.
enum DMARequestMap {
    struct Place: Equatable {
        let controller: String
        let stream: Int
        let channel: Int
    }

    /// The places of the request with this name, such as `USART2_TX`.
    static func places(of request: String) -> [Place] { table[request] ?? [] }

    private static let table: [String: [Place]] = {
        var table: [String: [Place]] = [:]
        for (controller, rows) in [("DMA1", DMA1), ("DMA2", DMA2)] {
            for (channel, row) in rows.enumerated() {
                for (stream, names) in row.enumerated() {
                    for name in names.split(separator: " ") {
                        table[String(name), default: []].append(
                            Place(controller: controller, stream: stream, channel: channel))
                    }
                }
            }
        }
        return table
    }()

    /// Rows are channels, columns streams, as in the manual.
    private static let DMA1: [[String]] = [
        ["", "", "", "", "", "", "", ""],
        ["", "", "TIM7_UP", "", "TIM7_UP", "", "", ""],
        ["TIM4_CH1", "", "", "TIM4_CH2", "", "", "TIM4_UP", "TIM4_CH3"],
        ["", "TIM2_UP TIM2_CH3", "", "", "", "TIM2_CH1", "TIM2_CH2 TIM2_CH4", "TIM2_UP TIM2_CH4"],
        [
            "UART5_RX", "USART3_RX", "UART4_RX", "USART3_TX", "UART4_TX", "USART2_RX", "USART2_TX", "UART5_TX",
        ],
        ["", "", "TIM3_CH4 TIM3_UP", "", "TIM3_CH1", "TIM3_CH2", "", "TIM3_CH3"],
        ["TIM5_CH3 TIM5_UP", "TIM5_CH4", "TIM5_CH1", "TIM5_CH4", "TIM5_CH2", "", "TIM5_UP", ""],
        ["", "TIM6_UP", "", "", "USART3_TX", "", "", ""],
    ]

    private static let DMA2: [[String]] = [
        ["", "", "TIM8_CH1 TIM8_CH2 TIM8_CH3", "", "", "", "TIM1_CH1 TIM1_CH2 TIM1_CH3", ""],
        ["", "", "", "", "", "", "", ""],
        ["", "", "", "", "", "", "", ""],
        ["", "", "", "", "", "", "", ""],
        ["", "", "USART1_RX", "", "", "USART1_RX", "", "USART1_TX"],
        ["", "USART6_RX", "USART6_RX", "", "", "", "USART6_TX", "USART6_TX"],
        ["", "TIM1_CH1", "TIM1_CH2", "TIM1_CH1", "TIM1_CH4", "TIM1_UP", "TIM1_CH3", ""],
        ["", "TIM8_UP", "TIM8_CH1", "TIM8_CH2", "TIM8_CH3", "", "", "TIM8_CH4"],
    ]
}
