/// A camera module on the digital video port: its registers, as the firmware reaches them over SCCB, and its picture.
///
/// Registers keep what is written; only the identification reads as the real part's. Which picture size or format the
/// firmware configures has no effect: the picture is fitted to the size that the video port is set to.
public final class ImageSensor {
    /// The parts that Kendryte boards carry.
    public enum Model: Sendable {
        /// OmniVision OV2640: manufacturer 0x7FA2, product 0x2642, registers in two banks that 0xFF selects.
        case OV2640
        /// GalaxyCore GC0328: chip 0x9D, registers in two pages that 0xFE selects.
        case GC0328

        /// The SCCB address with its write bit clear.
        var address: UInt8 {
            switch self {
            case .OV2640: 0x60
            case .GC0328: 0x42
            }
        }

        /// The register that selects a bank.
        var bankRegister: UInt8 {
            switch self {
            case .OV2640: 0xFF
            case .GC0328: 0xFE
            }
        }

        /// What identifies the part: bank (`nil` for any), register, value.
        var identification: [(bank: UInt8?, register: UInt8, value: UInt8)] {
            switch self {
            case .OV2640: [(1, 0x0A, 0x26), (1, 0x0B, 0x42), (1, 0x1C, 0x7F), (1, 0x1D, 0xA2)]
            case .GC0328: [(nil, 0xF0, 0x9D)]
            }
        }
    }

    public let model: Model
    /// What the camera sees; `nil` when nothing is in front of it, which is black.
    public var picture: Picture?

    private var registers: [UInt16: UInt8] = [:]
    private var bank: UInt8 = 0
    private var pointer: UInt8 = 0

    public init(model: Model, picture: Picture? = nil) {
        self.model = model
        self.picture = picture
    }

    /// Takes a write transfer, without the device address: a register number, and perhaps its value.
    func write(_ bytes: [UInt8]) {
        guard let register = bytes.first else { return }
        pointer = register
        guard bytes.count > 1 else { return }
        if register == model.bankRegister { bank = bytes[1] & 1 }
        registers[place(register)] = bytes[1]
    }

    /// Answers a read transfer.
    func read() -> UInt8 {
        for (bank, register, value) in model.identification
        where register == pointer && (bank == nil || bank == self.bank) {
            return value
        }
        return registers[place(pointer)] ?? 0
    }

    private func place(_ register: UInt8) -> UInt16 {
        register == model.bankRegister ? UInt16(register) : UInt16(bank) << 8 | UInt16(register)
    }
}
