/// The kinds of peripherals that can be built, by the name that a target file uses.
public enum DeviceKind: String, CaseIterable, Sendable {
    case rcc = "stm32f4-rcc"
    case flash = "stm32f4-flash"
    case pwr = "stm32f4-pwr"
    case gpio = "stm32f4-gpio"
    case exti = "stm32f4-exti"
    case syscfg = "stm32f4-syscfg"
    case dma = "stm32f4-dma"
    case usart = "stm32-usart"
    case timer = "stm32-timer"
    case crc = "stm32-crc"
    case rng = "stm32-rng"
    case iwdg = "stm32-iwdg"
    case wwdg = "stm32-wwdg"
    case dbgmcu = "stm32-dbgmcu"
    case signature = "stm32-signature"
    case clint = "riscv-clint"
    case plic = "riscv-plic"
    case sifiveUART = "sifive-uart"
    case sysctl = "k210-sysctl"
    case fpioa = "k210-fpioa"
    case gpiohs = "k210-gpiohs"
    case kendryteGPIO = "k210-gpio"
    case kendryteUART = "k210-uart"
    case kendryteTimer = "k210-timer"
    case wdt = "k210-wdt"
    case rtc = "k210-rtc"
    case dmac = "k210-dmac"
    case kpu = "k210-kpu"
    case kendryteSPI = "k210-spi"
    case kendryteI2C = "k210-i2c"
    case kendryteI2S = "k210-i2s"
    case dvp = "k210-dvp"
    case sha256 = "k210-sha256"
    case aes = "k210-aes"
    case fft = "k210-fft"
    case otp = "k210-otp"
    /// Keeps what is written, and says so.
    case unmodelled = "unmodelled"

    /// The interrupts that a peripheral of this kind has; none of them must be given.
    public var interruptNames: [String] {
        switch self {
        case .rcc, .flash, .usart, .rng, .wwdg: ["global"]
        case .timer: ["global", "update", "compare", "trigger", "break"]
        case .exti: EXTI.groups.map(\.name)
        case .dma: (0..<8).map { "stream\($0)" }
        case .sifiveUART, .kendryteGPIO, .kendryteUART, .wdt, .rtc, .kpu, .kendryteSPI, .kendryteI2C, .kendryteI2S,
            .dvp, .fft:
            ["global"]
        case .gpiohs: (0..<32).map { "pin\($0)" }
        case .kendryteTimer: ["a", "b"]
        case .dmac: (0..<6).map { "channel\($0)" }
        case .pwr, .gpio, .syscfg, .crc, .iwdg, .dbgmcu, .signature, .clint, .plic, .sysctl, .fpioa, .sha256, .aes,
            .otp:
            []
        case .unmodelled: []
        }
    }

    /// The options that a peripheral of this kind has, with what they are when they are not given.
    public var options: [String: Int] {
        switch self {
        case .rcc: ["hse": 8_000_000, "lse": 32_768]
        case .timer: ["bits": 16, "channels": 4, "advanced": 0]
        case .dma: ["memory-to-memory": 0]
        case .rng: ["seed": 0]
        case .dbgmcu: ["idcode": 0x1001_6413]
        case .signature: ["flash-kilobytes": 1024]
        case .clint: ["divisor": 1]
        case .plic: ["sources": 31]
        case .sysctl: ["in0": 26_000_000]
        case .flash, .pwr, .gpio, .exti, .syscfg, .usart, .crc, .iwdg, .wwdg, .sifiveUART, .fpioa, .gpiohs,
            .kendryteGPIO, .kendryteUART, .kendryteTimer, .wdt, .rtc, .dmac, .kpu, .kendryteSPI, .kendryteI2C,
            .kendryteI2S, .dvp, .sha256, .aes, .fft, .otp, .unmodelled:
            [:]
        }
    }
}

/// One peripheral of a chip, as a target file describes it.
public struct DeviceDescription: Equatable, Sendable {
    /// As in the reference manual; the RCC's clock and reset bits and the DMA requests are found by it.
    public var name: String
    public var kind: DeviceKind
    public var base: UInt32
    /// Bytes of the address map that it takes.
    public var size: UInt32
    /// Numbers of the chip's interrupts (from 0, as in the manual's vector table) by `DeviceKind.interruptNames`.
    public var interrupts: [String: Int]
    /// Values for some of `DeviceKind.options`.
    public var options: [String: Int]

    public init(
        name: String, kind: DeviceKind, base: UInt32, size: UInt32, interrupts: [String: Int] = [:],
        options: [String: Int] = [:]
    ) {
        self.name = name
        self.kind = kind
        self.base = base
        self.size = size
        self.interrupts = interrupts
        self.options = options
    }
}

/// Why a chip cannot be built from its descriptions.
public enum DeviceError: Error, Equatable, Sendable {
    case duplicateName(String)
    /// Empty, not a multiple of four, or beyond the end of the address space.
    case badRange(String)
    case overlap(String, String)
    /// The chip needs exactly one peripheral of this kind.
    case notOne(DeviceKind, count: Int)
    case unknownInterrupt(device: String, name: String, known: [String])
    /// Not 0 to 239, what an NVIC can have.
    case badInterruptNumber(device: String, name: String, number: Int)
    case unknownOption(device: String, name: String, known: [String])
    case badOption(device: String, name: String, value: Int)
    /// The chip's family has no peripherals of this kind.
    case otherFamily(device: String, kind: DeviceKind)
    /// A peripheral that is known by its name has none of these.
    case unknownName(device: String, known: [String])
    /// No memory answers where the peripheral needs one.
    case noMemory(device: String, address: UInt32)
}

extension DeviceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .duplicateName(let name): "two peripherals are named \(name)"
        case .badRange(let name): "\(name) has an impossible base or size"
        case .overlap(let a, let b): "\(a) and \(b) overlap"
        case .notOne(let kind, let count): "the chip has \(count) peripherals of type \(kind.rawValue), not one"
        case .unknownInterrupt(let device, let name, let known):
            "\(device) has no interrupt \(name); it has \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .badInterruptNumber(let device, let name, let number):
            "interrupt \(name) of \(device) has the impossible number \(number)"
        case .unknownOption(let device, let name, let known):
            "\(device) has no option \(name); it has \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .badOption(let device, let name, let value): "option \(name) of \(device) cannot be \(value)"
        case .otherFamily(let device, let kind):
            "\(device) has the type \(kind.rawValue), which belongs to chips of another family"
        case .unknownName(let device, let known):
            "there is no clock for a peripheral named \(device); the chip knows \(known.joined(separator: ", "))"
        case .noMemory(let device, let address):
            "\(device) needs a memory at 0x\(String(address, radix: 16)), and there is none"
        }
    }
}
