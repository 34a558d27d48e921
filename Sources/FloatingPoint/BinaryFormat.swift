/// A binary interchange format: sign, exponent and fraction side by side in the low bits of a `UInt64`.
/// IEEE 754-2008 3.4.
///
/// Its operations are pure functions over such bit patterns, in integers alone: any format, any rounding, every flag.
/// Bits above the format's width are zero in results and must be zero in operands.
@frozen
public struct BinaryFormat: Sendable {
    /// Bits of the fraction: the precision without the leading one.
    public let fractionBits: Int
    /// Bits of the exponent field.
    public let exponentBits: Int
    /// Whether the largest exponent means infinities and NaNs, as the standard has it. In Arm's alternative half
    /// precision it is an exponent like any other; a number too large saturates there, as an invalid operation.
    public let hasInfinities: Bool

    @inlinable
    init(fractionBits: Int, exponentBits: Int, hasInfinities: Bool = true) {
        self.fractionBits = fractionBits
        self.exponentBits = exponentBits
        self.hasInfinities = hasInfinities
    }

    /// Half precision.
    @inlinable
    public static var binary16: BinaryFormat { BinaryFormat(fractionBits: 10, exponentBits: 5) }
    /// Arm's alternative half precision. DDI 0403E.e A2.5.5.
    @inlinable
    public static var alternativeHalf: BinaryFormat {
        BinaryFormat(fractionBits: 10, exponentBits: 5, hasInfinities: false)
    }
    /// Single precision.
    @inlinable
    public static var binary32: BinaryFormat { BinaryFormat(fractionBits: 23, exponentBits: 8) }
    /// Double precision.
    @inlinable
    public static var binary64: BinaryFormat { BinaryFormat(fractionBits: 52, exponentBits: 11) }

    /// The exponent field with all bits set.
    var largestExponent: Int { 1 << exponentBits - 1 }
    /// The exponent of the smallest normal number.
    var minimumExponent: Int { 2 - 1 << (exponentBits - 1) }
    /// What one in the last place of a denormal is worth, as a power of two.
    var lastPlace: Int { minimumExponent - fractionBits }

    var fractionMask: UInt64 { 1 << UInt64(fractionBits) - 1 }
    var quietBit: UInt64 { 1 << UInt64(fractionBits - 1) }
    /// Bit of the sign.
    var signBit: UInt64 { 1 << UInt64(fractionBits + exponentBits) }

    /// Plus or minus zero.
    public func zero(isNegative: Bool) -> UInt64 { isNegative ? signBit : 0 }
    /// Plus or minus infinity.
    public func infinity(isNegative: Bool) -> UInt64 {
        zero(isNegative: isNegative) | UInt64(largestExponent) << UInt64(fractionBits)
    }
    /// The quiet NaN with a positive sign and nothing else: RISC-V's canonical and Arm's default NaN.
    public var canonicalNaN: UInt64 { infinity(isNegative: false) | quietBit }
}

/// What a bit pattern stands for.
@frozen
public enum FloatClass: Sendable {
    case zero, denormal, normal, infinity, quietNaN, signallingNaN
}

/// A floating-point value taken apart. A number is `significand` times two to the power `exponent`, exactly; both mean
/// nothing for zeros, infinities and NaNs.
struct Unpacked {
    var kind: FloatClass
    var isNegative: Bool
    var significand: UInt128 = 0
    var exponent = 0

    var isNaN: Bool { kind == .quietNaN || kind == .signallingNaN }

    /// The same value with `leading` as the highest bit set of its significand, which must not lose bits by that.
    func normalized(leading: Int) -> Unpacked {
        var result = self
        let shift = leading - (127 - significand.leadingZeroBitCount)
        result.significand = significand << UInt128(shift)
        result.exponent -= shift
        return result
    }
}

extension BinaryFormat {
    func unpack(_ bits: UInt64) -> Unpacked {
        let isNegative = bits & signBit != 0
        let field = Int(bits >> UInt64(fractionBits)) & largestExponent
        let fraction = bits & fractionMask
        switch field {
        case 0:
            return Unpacked(
                kind: fraction == 0 ? .zero : .denormal, isNegative: isNegative, significand: UInt128(fraction),
                exponent: lastPlace)
        case largestExponent where hasInfinities:
            let nan: FloatClass = fraction & quietBit != 0 ? .quietNaN : .signallingNaN
            return Unpacked(kind: fraction == 0 ? .infinity : nan, isNegative: isNegative)
        default:
            return Unpacked(
                kind: .normal, isNegative: isNegative, significand: UInt128(fraction | 1 << UInt64(fractionBits)),
                exponent: lastPlace + field - 1)
        }
    }

    /// What kind of value `bits` is, and its sign.
    public func classify(_ bits: UInt64) -> (kind: FloatClass, isNegative: Bool) {
        let value = unpack(bits)
        return (value.kind, value.isNegative)
    }
}
