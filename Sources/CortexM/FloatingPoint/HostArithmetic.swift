/// Single-precision arithmetic by the host's floating-point unit, for the operands and results that both machines treat
/// alike. Each function answers `nil` where it cannot tell that the architecture's answer, flags included, is the same;
/// tests hold it against the reference in `Arithmetic`.
///
/// Bit patterns are cast: in a function as large as the run loop the compiler would call the accessors of `Float`.
enum HostArithmetic {
    /// Whether FPSCR lets the host compute: round to nearest, no flush-to-zero, and Inexact already recorded, so that
    /// nobody needs to know whether a result is exact. Which NaN is the answer does not matter: none is taken from the
    /// host.
    @inline(always)
    static func applies(_ fpscr: UInt32) -> Bool {
        fpscr & (FPSCR.RMode | FPSCR.FZ | FPSCR.IXC) == FPSCR.IXC
    }

    /// Whether a result is a normal number that did not become one by rounding: no exception but Inexact comes with it,
    /// and none of its operands was infinite or a NaN. Denormal operands have no exception outside flush-to-zero.
    @inline(always)
    private static func isPlain(_ result: Float) -> Bool {
        // Above the smallest normal number and below infinity.
        FPAbs(bits(result)) &- 0x0080_0001 < 0x7F80_0000 - 0x0080_0001
    }

    @inline(always)
    private static func isZero(_ operand: UInt32) -> Bool { operand << 1 == 0 }

    @inline(always)
    private static func float(_ operand: UInt32) -> Float { cast(operand, to: Float.self) }

    @inline(always)
    private static func bits(_ value: Float) -> UInt32 { cast(value, to: UInt32.self) }

    @inline(always)
    private static func cast<From, To>(_ value: From, to type: To.Type) -> To { unsafeBitCast(value, to: type) }

    /// FPAdd(). A sum that is zero is exact.
    @inline(always)
    static func add(_ op1: UInt32, _ op2: UInt32) -> UInt32? {
        let result = float(op1) + float(op2)
        return isPlain(result) || result == 0 ? bits(result) : nil
    }

    /// FPSub().
    @inline(always)
    static func sub(_ op1: UInt32, _ op2: UInt32) -> UInt32? {
        let result = float(op1) - float(op2)
        return isPlain(result) || result == 0 ? bits(result) : nil
    }

    /// FPMul(). A product that is zero is exact if a factor is zero; otherwise it has underflowed.
    @inline(always)
    static func mul(_ op1: UInt32, _ op2: UInt32) -> UInt32? {
        let result = float(op1) * float(op2)
        return isPlain(result) || result == 0 && (isZero(op1) || isZero(op2)) ? bits(result) : nil
    }

    /// FPDiv(). Zero divided by a number is zero.
    @inline(always)
    static func div(_ op1: UInt32, _ op2: UInt32) -> UInt32? {
        let result = float(op1) / float(op2)
        return isPlain(result) || result == 0 && isZero(op1) ? bits(result) : nil
    }

    /// FPSqrt().
    @inline(always)
    static func sqrt(_ operand: UInt32) -> UInt32? {
        let result = float(operand).squareRoot()
        return isPlain(result) || result == 0 ? bits(result) : nil
    }

    /// FPMul(), then FPAdd().
    @inline(always)
    static func mulThenAdd(_ addend: UInt32, _ op1: UInt32, _ op2: UInt32, negatesProduct: Bool) -> UInt32? {
        guard let product = mul(op1, op2) else { return nil }
        return add(addend, negatesProduct ? FPNeg(product) : product)
    }

    /// FPMulAdd(). In double precision the product is exact and the sum is rounded once too often; that is harmless
    /// unless it fell in the middle between two single-precision numbers.
    @inline(always)
    static func mulAdd(_ addend: UInt32, _ op1: UInt32, _ op2: UInt32) -> UInt32? {
        let sum = Double(float(op1)) * Double(float(op2)) + Double(float(addend))
        let result = Float(sum)
        guard cast(sum, to: UInt64.self) & 0x1FFF_FFFF != 0x1000_0000 else { return nil }
        return isPlain(result) || sum == 0 ? bits(result) : nil
    }

    /// FPCompare() of operands that are no NaNs, outside flush-to-zero mode.
    @inline(always)
    static func compare(_ op1: UInt32, _ op2: UInt32) -> UInt32? {
        let value1 = float(op1)
        let value2 = float(op2)
        if value1 < value2 { return 0b1000 << 28 }
        if value1 > value2 { return 0b0010 << 28 }
        return value1 == value2 ? 0b0110 << 28 : nil
    }

    /// FPToFixed() to a signed integer, towards zero.
    @inline(always)
    static func toSigned(_ operand: UInt32) -> UInt32? {
        let value = float(operand)
        guard value >= -0x1p31 && value < 0x1p31 else { return nil }
        return UInt32(bitPattern: Int32(value))
    }

    /// FPToFixed() to an unsigned integer, towards zero.
    @inline(always)
    static func toUnsigned(_ operand: UInt32) -> UInt32? {
        let value = float(operand)
        guard value > -1 && value < 0x1p32 else { return nil }
        return UInt32(value)
    }

    /// FixedToFP() of an integer.
    @inline(always)
    static func fromSigned(_ operand: UInt32) -> UInt32 { bits(Float(Int32(bitPattern: operand))) }

    @inline(always)
    static func fromUnsigned(_ operand: UInt32) -> UInt32 { bits(Float(operand)) }
}
