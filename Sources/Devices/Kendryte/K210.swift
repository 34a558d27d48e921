import Bits
import Machine

/// The peripherals of the K210, built from their descriptions, wired to each other and placed on the chip's bus. The
/// memories must be on the bus already.
public final class K210 {
    /// The neural network accelerator as the rest of the chip sees it.
    public struct Accelerator {
        public let peripheral: any Peripheral
        /// Asserted while results are to be taken away.
        public let request: DMARequest
        /// To be called when its clock runs again.
        public let clockDidStart: () -> Void

        public init(peripheral: any Peripheral, request: DMARequest, clockDidStart: @escaping () -> Void) {
            self.peripheral = peripheral
            self.request = request
            self.clockDidStart = clockDidStart
        }
    }

    public let platform: RISCVPlatform
    public let sysctl: SYSCTL
    public private(set) var serialPorts: [String: SerialPort]
    public private(set) var dmac: DMAC?
    public private(set) var fpioa: FPIOA?
    public private(set) var gpio: KendryteGPIO?
    public private(set) var gpiohs: GPIOHS?
    public private(set) var dvp: DVP?
    /// By name: `SPI0`.
    public private(set) var masters: [String: SPI] = [:]
    /// What hangs on SPI0 of Kendryte's and Sipeed's boards.
    public private(set) var screen: LCD?

    private let chip: Chip
    private var requests: [DMARequest] = []

    /// - Parameters:
    ///   - descriptions: one `k210-sysctl`, `riscv-clint` and `riscv-plic` at least.
    ///   - harts: what interrupts the harts.
    ///   - accelerator: makes the KPU with a name, given its interrupt and its clock in Hz at the moment.
    public init(
        _ descriptions: [DeviceDescription], chip: Chip, harts: [HartLines],
        accelerator: (_ name: String, InterruptLine, _ hertz: @escaping () -> Double) -> Accelerator
    ) throws(DeviceError) {
        self.chip = chip
        platform = try RISCVPlatform(descriptions, chip: chip, harts: harts)
        serialPorts = platform.serialPorts
        let controller = try DeviceDescription.one(.sysctl, of: descriptions)
        sysctl = SYSCTL(name: controller.name, chip: chip, IN0: Double(controller.option("in0")))
        for description in platform.others { try place(description, accelerator) }
        wire()
    }

    // MARK: Making

    private func place(
        _ description: DeviceDescription,
        _ accelerator: (_ name: String, InterruptLine, _ hertz: @escaping () -> Double) -> Accelerator
    ) throws(DeviceError) {
        let peripheral = try make(description, accelerator)
        guard let block = KendryteBlock(named: description.name) else {
            chip.bus.add(peripheral, at: description.base, size: description.size)
            return
        }
        sysctl.connectReset(block, to: peripheral)
        chip.bus.add(sysctl.gate(peripheral, block), at: description.base, size: description.size)
    }

    private func make(
        _ description: DeviceDescription,
        _ accelerator: (_ name: String, InterruptLine, _ hertz: @escaping () -> Double) -> Accelerator
    ) throws(DeviceError) -> any Peripheral {
        let name = description.name
        func line(_ input: String = "global") throws(DeviceError) -> InterruptLine {
            try platform.line(input, of: description)
        }
        func lines(_ input: String, _ count: Int) throws(DeviceError) -> [InterruptLine] {
            var lines: [InterruptLine] = []
            for number in 0..<count { lines.append(try line("\(input)\(number)")) }
            return lines
        }
        func hertz() throws(DeviceError) -> () -> Double { try clock(of: description) }
        switch description.kind {
        case .sysctl: return sysctl
        case .fpioa: return keep(FPIOA(name: name, chip: chip), as: \.fpioa)
        case .gpiohs: return keep(GPIOHS(name: name, chip: chip, interrupts: try lines("pin", 32)), as: \.gpiohs)
        case .kendryteGPIO: return keep(KendryteGPIO(name: name, chip: chip, interrupt: try line()), as: \.gpio)
        case .kendryteUART:
            let port = SerialPort()
            serialPorts[name] = port
            let uart = UART(name: name, chip: chip, clock: try hertz(), port: port, interrupt: try line())
            requests += [uart.transmitRequest, uart.receiveRequest]
            return uart
        case .kendryteTimer:
            return TIMER(
                name: name, chip: chip, clock: try hertz(), interruptA: try line("a"), interruptB: try line("b"))
        case .wdt:
            let watchdog = WDT(name: name, chip: chip, clock: try hertz(), interrupt: try line())
            let cause: SYSCTL.ResetCause = name.hasSuffix("1") ? .WDT1 : .WDT0
            watchdog.onTimeout = { [unowned sysctl, unowned chip] in
                sysctl.recordReset(cause)
                chip.requestReset()
            }
            return watchdog
        case .rtc: return RTC(name: name, chip: chip, clock: try hertz(), interrupt: try line())
        case .dmac: return keep(DMAC(name: name, chip: chip, interrupts: try lines("channel", 6)), as: \.dmac)
        case .kpu:
            let made = accelerator(name, try line()) { [unowned sysctl] in sysctl.kpuHertz }
            requests.append(made.request)
            sysctl.onChange { [unowned sysctl] in
                if sysctl.kpuHertz > 0 { made.clockDidStart() }
            }
            return made.peripheral
        case .kendryteSPI:
            let kind: SPI.Kind = name == "SPI3" ? .flashMaster : name == "SPI2" ? .slave : .master
            let spi = SPI(name: name, chip: chip, kind: kind, clock: try hertz(), interrupt: try line())
            masters[name] = spi
            requests += [spi.transmitRequest, spi.receiveRequest]
            return spi
        case .kendryteI2C:
            let i2c = I2C(name: name, chip: chip, clock: try hertz(), interrupt: try line())
            requests += [i2c.transmitRequest, i2c.receiveRequest]
            return i2c
        case .kendryteI2S:
            let i2s = I2S(name: name, chip: chip, clock: try hertz(), interrupt: try line())
            requests += [i2s.transmitRequest, i2s.receiveRequest]
            return i2s
        case .dvp:
            let APB1 = { [unowned sysctl] in sysctl.hertz(of: .APB1) }
            return keep(DVP(name: name, chip: chip, clock: APB1, interrupt: try line()), as: \.dvp)
        case .sha256:
            let unit = SHA256Accelerator(name: name, chip: chip, clock: try hertz())
            requests.append(unit.request)
            return unit
        case .aes:
            let unit = AESAccelerator(name: name, chip: chip, clock: try hertz())
            requests.append(unit.request)
            return unit
        case .fft:
            let unit = FFTAccelerator(name: name, chip: chip, clock: try hertz(), interrupt: try line())
            requests += [unit.transmitRequest, unit.receiveRequest]
            return unit
        case .otp: return OTP(name: name, chip: chip)
        case .clint, .plic, .sifiveUART, .unmodelled, .rcc, .flash, .pwr, .gpio, .exti, .syscfg, .dma, .usart, .timer,
            .crc, .rng, .iwdg, .wwdg, .dbgmcu, .signature:
            throw .otherFamily(device: name, kind: description.kind)
        }
    }

    /// Remembers a peripheral that others are wired to.
    private func keep<Kept: Peripheral>(_ peripheral: Kept, as property: ReferenceWritableKeyPath<K210, Kept?>) -> Kept
    {
        self[keyPath: property] = peripheral
        return peripheral
    }

    /// The clock of a peripheral in Hz at the moment.
    private func clock(of description: DeviceDescription) throws(DeviceError) -> () -> Double {
        guard let block = KendryteBlock(named: description.name) else {
            throw .unknownName(device: description.name, known: KendryteBlock.allCases.map { "\($0)" })
        }
        return { [unowned sysctl] in sysctl.hertz(of: .block(block)) }
    }

    // MARK: Wiring

    private func wire() {
        if let dmac {
            dmac.requestSelect = { [unowned sysctl] in sysctl.dmaSelect($0) }
            sysctl.onDMASelect = { [unowned dmac] in dmac.reconsider() }
            for request in requests {
                if let number = K210.requestNumbers[request.name] { dmac.connect(request, number: number) }
            }
        }
        wirePins()
        wireScreen()
    }

    /// The screen is selected by SPI0_SS3, on IO36 of Sipeed's boards and on IO6 of Kendryte's KD233; its D/C pin is a
    /// GPIOHS on IO38 or IO8. kendryte-standalone-demo, lcd/main.c.
    private func wireScreen() {
        guard let master = masters["SPI0"], fpioa != nil, gpiohs != nil else { return }
        let screen = LCD(chip: chip) { [unowned self] in
            guard let fpioa = self.fpioa, let gpiohs = self.gpiohs else { return false }
            let pin = fpioa.pin(K210.SPI0_SS3) == 6 ? 8 : 38
            guard let function = fpioa.function(ofPin: pin), (24..<56).contains(function) else { return false }
            return !gpiohs.levels.bit(function - 24)
        }
        master.attach(screen, chipSelect: 3)
        self.screen = screen
    }

    /// The number of the function in the FPIOA: fpioa.h.
    private static let SPI0_SS3 = 15

    /// Puts a NOR flash with these contents on SPI3.
    public func attachFlash(_ contents: [UInt8]) {
        masters["SPI3"]?.attach(SPIFlash(chip: chip, contents: contents), chipSelect: 0)
    }

    /// Puts a camera that sees this picture on the video port.
    public func attachCamera(_ picture: Picture) {
        dvp?.sensor = ImageSensor(model: .OV2640, picture: picture)
    }

    /// A pad shows what drives it, or what its pull resistors make of it.
    private func wirePins() {
        fpioa?.padLevel = { [unowned self] pin in
            guard let fpioa = self.fpioa, let function = fpioa.function(ofPin: pin) else { return false }
            switch function {
            // GPIOHS0 to 31 and GPIO0 to 7: fpioa.h.
            case 24..<56: return self.gpiohs.map { $0.levels.bit(function - 24) } ?? false
            case 56..<64: return self.gpio.map { $0.levels.bit(function - 56) } ?? false
            default: return fpioa.pull(ofPin: pin) ?? false
            }
        }
    }

    /// `sysctl_dma_select_t` of the SDK's sysctl.h.
    static let requestNumbers: [String: Int] = {
        let names = [
            "SPI0_RX", "SPI0_TX", "SPI1_RX", "SPI1_TX", "SPI2_RX", "SPI2_TX", "SPI3_RX", "SPI3_TX", "I2C0_RX",
            "I2C0_TX",
            "I2C1_RX", "I2C1_TX", "I2C2_RX", "I2C2_TX", "UART1_RX", "UART1_TX", "UART2_RX", "UART2_TX", "UART3_RX",
            "UART3_TX", "AES_RX", "SHA_RX", "AI_RX", "FFT_RX", "FFT_TX", "I2S0_TX", "I2S0_RX", "I2S1_TX", "I2S1_RX",
            "I2S2_TX", "I2S2_RX", "I2S0_BF_DIR", "I2S0_BF_VOICE",
        ]
        return Dictionary(uniqueKeysWithValues: zip(names, 0...))
    }()
}

extension KendryteBlock {
    /// The block that a peripheral is, by its name in a target file.
    init?(named name: String) {
        switch name {
        case "KPU": self = .AI
        case "DMAC": self = .DMA
        case "SHA256": self = .SHA
        default:
            guard let block = KendryteBlock.byName[name] else { return nil }
            self = block
        }
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })
}
