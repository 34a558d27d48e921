import Machine

/// The CRC calculation unit (RM0090 chapter 4): CRC-32 with polynomial 0x04C11DB7, whole words, most significant bit
/// first, without inversion at the end. A word takes 4 cycles of HCLK; a core that reads `DR` sooner is not held up
/// here.
public final class CRC: RegisterMap {
    public enum Register: UInt32 {
        case DR = 0x00, IDR = 0x04, CR = 0x08
    }

    public let name: String
    public let notices: Notices
    private var DR = UInt32.max
    private var IDR: UInt32 = 0

    public init(name: String = "CRC", notices: Notices) {
        self.name = name
        self.notices = notices
    }

    public func reset() {
        DR = .max
        IDR = 0
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .DR: DR
        case .IDR: IDR
        case .CR: 0
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .DR:
            DR ^= value
            for _ in 0..<32 { DR = DR << 1 ^ (DR >> 31 == 0 ? 0 : 0x04C1_1DB7) }
        case .IDR: IDR = IDR.merging(value, lanes: lanes) & 0xFF
        case .CR where value & 1 != 0: DR = .max
        case .CR: break
        }
    }
}
