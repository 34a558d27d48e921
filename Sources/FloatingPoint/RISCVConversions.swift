/// Conversions, as `RISCVArithmetic` has arithmetic. What needs no rounding is the same in every rounding mode.
extension RISCVArithmetic {
    /// FCVT.W and FCVT.L, as a register holds the result.
    @inlinable
    @inline(__always)
    static func toSigned<F: HostFloat>(
        _: F.Type, _ a: F.Pattern, width: Int, _ rm: Rounding, _ flags: inout UInt32
    ) -> UInt64 {
        let x = F(bitPattern: a)
        // Half of the range, so that rounding cannot leave it.
        let limit: F = width == 64 ? 0x1p62 : 0x1p30
        if _fastPath(x >= -limit && x <= limit) {
            var integer = x.signedInteger
            let rest = x - F(integer)
            if rest != 0 {
                flags |= 1
                if awayFromZero(rest, isOdd: integer & 1 != 0, rm) { integer += rest < 0 ? -1 : 1 }
            }
            return UInt64(bitPattern: integer)
        }
        return RISCVReference.toInteger(F.format, UInt64(a), width: width, isSigned: true, rm, &flags)
    }

    /// FCVT.WU and FCVT.LU, as a register holds the result.
    @inlinable
    @inline(__always)
    static func toUnsigned<F: HostFloat>(
        _: F.Type, _ a: F.Pattern, width: Int, _ rm: Rounding, _ flags: inout UInt32
    ) -> UInt64 {
        let x = F(bitPattern: a)
        // Half of the range, so that rounding cannot leave it and a register holds it without a sign.
        let limit: F = width == 64 ? 0x1p62 : 0x1p30
        if _fastPath(x >= 0 && x <= limit) {
            var integer = x.signedInteger
            let rest = x - F(integer)
            if rest != 0 {
                flags |= 1
                if awayFromZero(rest, isOdd: integer & 1 != 0, rm) { integer += 1 }
            }
            return UInt64(bitPattern: integer)
        }
        return RISCVReference.toInteger(F.format, UInt64(a), width: width, isSigned: false, rm, &flags)
    }

    /// Whether an integer that a value was cut off to has to be the next one.
    ///
    /// - Parameter rest: what was cut off, not zero.
    @inlinable
    @inline(__always)
    static func awayFromZero<F: HostFloat>(_ rest: F, isOdd: Bool, _ rm: Rounding) -> Bool {
        if rm == .RTZ { return false }
        let size = rest.magnitude
        return rm.increments(error: size < 0.5 ? 1 : size == 0.5 ? 2 : 3, isOdd: isOdd, isNegative: rest < 0)
    }

    @inlinable
    @inline(__always)
    static func fromSigned<F: HostFloat>(_: F.Type, _ value: Int64, _ rm: Rounding, _ flags: inout UInt32) -> F.Pattern
    {
        let result = F(value)
        if result < 0x1p63, result.signedInteger == value { return result.bitPattern }
        if rm == .RNE {
            flags |= 1
            return result.bitPattern
        }
        let reference = RISCVReference.fromInteger(
            F.format, isNegative: value < 0, magnitude: value.magnitude, rm, &flags)
        return F.Pattern(truncatingIfNeeded: reference)
    }

    @inlinable
    @inline(__always)
    static func fromUnsigned<F: HostFloat>(
        _: F.Type, _ value: UInt64, _ rm: Rounding, _ flags: inout UInt32
    ) -> F.Pattern {
        let result = F(value)
        if result < 0x1p64, result.unsignedInteger == value { return result.bitPattern }
        if rm == .RNE {
            flags |= 1
            return result.bitPattern
        }
        let reference = RISCVReference.fromInteger(F.format, isNegative: false, magnitude: value, rm, &flags)
        return F.Pattern(truncatingIfNeeded: reference)
    }

    /// FCVT.S.D.
    @inlinable
    @inline(__always)
    static func single(_ a: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        let x = Double(bitPattern: a)
        let result = Float(x)
        if result.isPlain || x == 0 {
            if Double(result) == x { return result.bitPattern }
            if rm == .RNE {
                flags |= 1
                return result.bitPattern
            }
        }
        return UInt32(truncatingIfNeeded: RISCVReference.convert(.binary32, a, from: .binary64, rm, &flags))
    }

    /// FCVT.D.S, which is exact.
    @inlinable
    @inline(__always)
    static func double(_ a: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        let x = Float(bitPattern: a)
        if x == x { return Double(x).bitPattern }
        return RISCVReference.convert(.binary64, UInt64(a), from: .binary32, rm, &flags)
    }
}
