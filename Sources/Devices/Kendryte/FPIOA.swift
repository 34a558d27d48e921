import Bits
import Machine

/// The field programmable I/O array of the K210: which of 256 functions each of the 48 pins has.
public final class FPIOA: RegisterMap {
    public enum Register: RawRepresentable {
        /// The function of a pin (0 to 47) and how its pad behaves.
        case io(Int)
        /// Bits for 32 functions each: whose input is tied to a level instead of coming from a pin, and to which.
        case tie_en(Int)
        case tie_val(Int)

        public init?(rawValue: UInt32) {
            switch rawValue {
            case 0x00..<0xC0: self = .io(Int(rawValue) / 4)
            case 0xC0..<0xE0: self = .tie_en(Int(rawValue - 0xC0) / 4)
            case 0xE0..<0x100: self = .tie_val(Int(rawValue - 0xE0) / 4)
            default: return nil
            }
        }

        public var rawValue: UInt32 {
            switch self {
            case .io(let pin): UInt32(4 * pin)
            case .tie_en(let word): 0xC0 + UInt32(4 * word)
            case .tie_val(let word): 0xE0 + UInt32(4 * word)
            }
        }
    }

    public static let pins = 48

    public let name: String
    public let notices: Notices
    /// The level on a pin, for `pad_di`; set by who knows the board.
    public var padLevel: (_ pin: Int) -> Bool = { _ in false }
    /// Told after the function of a pin changed.
    public var onRouting: () -> Void = {}

    private var io = FPIOA.resetFunctions
    private var tie_en: [UInt32] = Array(repeating: 0, count: 8)
    private var tie_val: [UInt32] = Array(repeating: 0, count: 8)

    /// After a reset IO0 to IO3 are JTAG and IO4, IO5 the boot ROM's UARTHS (datasheet, pins); the functions of the
    /// other pins are not public and taken for none. The SDK's `RESV0` is 120.
    private static let resetFunctions: [UInt32] = {
        var functions: [UInt32] = Array(repeating: 120, count: pins)
        functions.replaceSubrange(0..<6, with: [0, 1, 2, 3, 18, 19])
        return functions
    }()

    public init(name: String = "FPIOA", chip: Chip) {
        self.name = name
        notices = chip.notices
    }

    // MARK: Routing

    /// The first pin that has a function (0 to 255), if there is one.
    public func pin(_ function: Int) -> Int? {
        io.firstIndex { Int($0 & 0xFF) == function }
    }

    /// The function (0 to 255) of a pin (0 to 47).
    public func function(ofPin pin: Int) -> Int? {
        io.indices.contains(pin) ? Int(io[pin] & 0xFF) : nil
    }

    /// The level that the input of a function is tied to, if it is.
    public func tie(_ function: Int) -> Bool? {
        guard (0..<256).contains(function), tie_en[function / 32].bit(function % 32) else { return nil }
        return tie_val[function / 32].bit(function % 32)
    }

    /// What the pull resistors of a pin (0 to 47) hold it at while nothing drives it, if they do.
    public func pull(ofPin pin: Int) -> Bool? {
        guard io.indices.contains(pin) else { return nil }
        if io[pin].bit(16) { return true }
        return io[pin].bit(17) ? false : nil
    }

    // MARK: Registers

    public func reset() {
        io = FPIOA.resetFunctions
        for word in 0..<8 { (tie_en[word], tie_val[word]) = (0, 0) }
        onRouting()
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .io(let pin): io[pin] | (padLevel(pin) ? 1 << 31 : 0)
        case .tie_en(let word): tie_en[word]
        case .tie_val(let word): tie_val[word]
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .io(let pin):
            let old = io[pin]
            // Bit 18 and bits 24 to 30 are reserved, bit 31 only tells.
            io[pin] = old.merging(value, lanes: lanes) & 0x00FB_FFFF
            if io[pin] != old { onRouting() }
        case .tie_en(let word): tie_en[word] = tie_en[word].merging(value, lanes: lanes)
        case .tie_val(let word): tie_val[word] = tie_val[word].merging(value, lanes: lanes)
        }
    }
}
