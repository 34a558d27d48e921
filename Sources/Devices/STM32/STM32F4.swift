import Bits
import Machine

/// The peripherals of an STM32F405/407, built from their descriptions, wired to each other and placed on the chip's
/// bus. The memories must be on the bus already.
public final class STM32F4 {
    public let rcc: RCC
    public let flash: FLASH
    /// By name: `GPIOA`, `USART2`, `TIM6`, `DMA2`.
    public private(set) var ports: [String: GPIO] = [:]
    public private(set) var serialPorts: [String: SerialPort] = [:]
    public private(set) var usarts: [String: USART] = [:]
    public private(set) var timers: [String: TIM] = [:]
    public private(set) var controllers: [String: DMA] = [:]
    public private(set) var exti: EXTI?

    private let chip: Chip
    private var syscfg: SYSCFG?

    /// - Parameters:
    ///   - descriptions: one `stm32f4-rcc` and one `stm32f4-flash` at least.
    ///   - line: the input of the interrupt controller with a number; asked once for each that is used.
    public init(
        _ descriptions: [DeviceDescription], chip: Chip, line: @escaping (Int) -> InterruptLine
    ) throws(DeviceError) {
        try STM32F4.check(descriptions)
        let clockControl = try DeviceDescription.one(.rcc, of: descriptions)
        let flashInterface = try DeviceDescription.one(.flash, of: descriptions)
        guard let (memory, _) = chip.bus.memory(at: STM32F4.flashBase) else {
            throw .noMemory(device: flashInterface.name, address: STM32F4.flashBase)
        }
        self.chip = chip
        let inputs = SharedInputs(line)
        rcc = RCC(
            name: clockControl.name, chip: chip, HSE: Double(clockControl.option("hse")),
            LSE: Double(clockControl.option("lse")), interrupt: inputs.interrupt("global", of: clockControl))
        flash = FLASH(
            name: flashInterface.name, chip: chip, memory: memory,
            interrupt: inputs.interrupt("global", of: flashInterface))
        memory.program = { [unowned flash] address, value, width throws(BusError) in
            try flash.program(address, value, width)
        }
        for description in descriptions { try place(description, inputs) }
        wire()
    }

    private static let flashBase: UInt32 = 0x0800_0000

    // MARK: Checks

    private static func check(_ descriptions: [DeviceDescription]) throws(DeviceError) {
        try DeviceDescription.check(descriptions)
        for kind in [DeviceKind.pwr, .exti, .syscfg] {
            let count = descriptions.filter { $0.kind == kind }.count
            guard count <= 1 else { throw .notOne(kind, count: count) }
        }
    }

    // MARK: Making

    private func place(_ description: DeviceDescription, _ inputs: SharedInputs) throws(DeviceError) {
        let control = ClockControl.named(description.name)
        let clock = control.map(rcc.clock) ?? PeripheralClock()
        let peripheral = try make(description, clock, inputs)
        guard let control else {
            chip.bus.add(peripheral, at: description.base, size: description.size)
            return
        }
        rcc.connectReset(control, to: peripheral)
        let gate = ClockGate(peripheral, clock: clock, notices: chip.notices)
        chip.bus.add(gate, at: description.base, size: description.size)
    }

    private func make(
        _ description: DeviceDescription, _ clock: PeripheralClock, _ inputs: SharedInputs
    ) throws(DeviceError) -> any Peripheral {
        let name = description.name
        switch description.kind {
        case .rcc: return rcc
        case .flash: return flash
        case .pwr:
            let pwr = PWR(name: name, notices: chip.notices)
            rcc.isBackupDomainWritable = { pwr.isBackupDomainWritable }
            return pwr
        case .gpio:
            let port = GPIO(name: name, chip: chip)
            ports[name] = port
            return port
        case .exti:
            var lines: [String: InterruptLine] = [:]
            for interrupt in description.interrupts.keys {
                lines[interrupt] = inputs.interrupt(interrupt, of: description)
            }
            let exti = EXTI(name: name, notices: chip.notices, interrupts: lines)
            self.exti = exti
            return exti
        case .syscfg:
            let syscfg = SYSCFG(name: name, chip: chip)
            self.syscfg = syscfg
            return syscfg
        case .dma:
            var lines: [Int: InterruptLine] = [:]
            for stream in 0..<8 { lines[stream] = inputs.interrupt("stream\(stream)", of: description) }
            let controller = DMA(
                name: name, chip: chip, canCopyMemory: description.option("memory-to-memory") != 0, interrupts: lines)
            controllers[name] = controller
            return controller
        case .usart:
            let port = SerialPort()
            let usart = USART(
                name: name, chip: chip, clock: clock, port: port,
                interrupt: inputs.interrupt("global", of: description))
            serialPorts[name] = port
            usarts[name] = usart
            return usart
        case .timer:
            let timer = try makeTimer(description, clock, inputs)
            timers[name] = timer
            return timer
        case .crc: return CRC(name: name, notices: chip.notices)
        case .rng:
            let rcc = rcc
            let rng = RNG(
                name: name, chip: chip, seed: UInt64(bitPattern: Int64(description.option("seed"))),
                PLL48CLK: { [unowned rcc] in rcc.PLL48CLK }, interrupt: inputs.interrupt("global", of: description))
            rcc.observe { [unowned rng] in rng.clockChanged() }
            return rng
        case .iwdg:
            let watchdog = IWDG(name: name, chip: chip)
            watchdog.onStart = { [unowned rcc] in rcc.forceLSI() }
            watchdog.onTimeout = resetter(.independentWatchdog)
            return watchdog
        case .wwdg:
            let watchdog = WWDG(
                name: name, chip: chip, clock: clock, interrupt: inputs.interrupt("global", of: description))
            watchdog.onTimeout = resetter(.windowWatchdog)
            return watchdog
        case .dbgmcu:
            let identity = description.option("idcode")
            guard let identity = UInt32(exactly: identity) else {
                throw .badOption(device: name, name: "idcode", value: identity)
            }
            return DBGMCU(name: name, notices: chip.notices, identity: identity)
        case .signature:
            let size = description.option("flash-kilobytes")
            guard let kilobytes = UInt16(exactly: size) else {
                throw .badOption(device: name, name: "flash-kilobytes", value: size)
            }
            return DeviceSignature(name: name, flashKilobytes: kilobytes)
        case .unmodelled: return Unmodelled(name: name, notices: chip.notices)
        case .clint, .plic, .sifiveUART, .sysctl, .fpioa, .gpiohs, .kendryteGPIO, .kendryteUART, .kendryteTimer, .wdt,
            .rtc, .dmac, .kpu, .kendryteSPI, .kendryteI2C, .kendryteI2S, .dvp, .sha256, .aes, .fft, .otp:
            throw .otherFamily(device: name, kind: description.kind)
        }
    }

    private func makeTimer(
        _ description: DeviceDescription, _ clock: PeripheralClock, _ inputs: SharedInputs
    ) throws(DeviceError) -> TIM {
        let (bits, channels) = (description.option("bits"), description.option("channels"))
        guard bits == 16 || bits == 32 else { throw .badOption(device: description.name, name: "bits", value: bits) }
        guard (0...4).contains(channels) else {
            throw .badOption(device: description.name, name: "channels", value: channels)
        }
        let isAdvanced = description.option("advanced") != 0
        let interrupts =
            description.interrupts["global"] == nil
            ? TIM.Interrupts(
                update: inputs.interrupt("update", of: description),
                compare: inputs.interrupt("compare", of: description),
                trigger: inputs.interrupt("trigger", of: description),
                break: inputs.interrupt("break", of: description))
            : TIM.Interrupts(global: inputs.interrupt("global", of: description))
        return TIM(
            name: description.name, chip: chip, clock: clock,
            features: TIM.Features(bits: bits, channels: channels, isAdvanced: isAdvanced), interrupts: interrupts)
    }

    private func resetter(_ cause: RCC.ResetCause) -> () -> Void {
        { [unowned rcc, unowned chip] in
            rcc.recordReset(cause)
            chip.requestReset()
        }
    }

    // MARK: Wiring

    private func wire() {
        flash.HCLK = { [unowned rcc] in rcc.HCLK }
        rcc.observe { [unowned flash] in flash.checkLatency() }
        wirePins()
        // In the order of their names, so that every run is alike.
        for (_, usart) in usarts.sorted(by: { $0.key < $1.key }) {
            connect([usart.transmitRequest, usart.receiveRequest])
        }
        for (_, timer) in timers.sorted(by: { $0.key < $1.key }) {
            connect([timer.updateRequest] + timer.compareRequests)
        }
    }

    private func connect(_ requests: [DMARequest]) {
        for request in requests {
            for place in DMARequestMap.places(of: request.name) {
                controllers[place.controller]?.connect(request, stream: place.stream, channel: place.channel)
            }
        }
    }

    /// Pin n of the port that `SYSCFG_EXTICR` selects drives line n of the EXTI.
    private func wirePins() {
        guard let exti, let syscfg else { return }
        let letters = Array("ABCDEFGHIJK")
        for (index, letter) in letters.enumerated() {
            guard let port = ports["GPIO\(letter)"] else { continue }
            port.onLevels = { [unowned exti, unowned syscfg] changed, levels in
                for pin in 0..<16 where changed.bit(pin) && syscfg.port(for: pin) == index {
                    exti.drive(pin, levels.bit(pin))
                }
            }
            // Pull resistors hold some pins high from the start.
            for pin in 0..<16 where syscfg.port(for: pin) == index { exti.drive(pin, port.level(pin)) }
        }
        let ports = ports
        syscfg.onSourceChange = { [unowned exti] line, port in
            guard letters.indices.contains(port), let port = ports["GPIO\(letters[port])"] else { return }
            exti.drive(line, port.level(line))
        }
    }
}

/// The inputs of the interrupt controller, each of which several peripherals may share: it is high while one of them
/// is.
private final class SharedInputs {
    private let line: (Int) -> InterruptLine
    private var inputs: [Int: Input] = [:]

    private final class Input {
        let line: InterruptLine
        var high = 0

        init(_ line: InterruptLine) { self.line = line }

        func change(_ level: Bool) {
            high += level ? 1 : -1
            line.set(high > 0)
        }
    }

    init(_ line: @escaping (Int) -> InterruptLine) { self.line = line }

    func interrupt(_ name: String, of description: DeviceDescription) -> InterruptLine {
        guard let number = description.interrupts[name] else { return .unconnected }
        let input = inputs[number] ?? Input(line(number))
        inputs[number] = input
        return InterruptLine { level in input.change(level) }
    }
}
