/// Conversions, as `RISCVArithmetic` has arithmetic. What needs no rounding is the same in every rounding mode.
extension RISCVArithmetic {
    /// FCVT.W and FCVT.L, as a register holds the result.
    @inlinable
    @inline(__always)
    static func toSigned<F: HostFloat>(
        _: F.Type, _ a: F.Pattern, width: Int, _ rm: Rounding, _ flags: inout UInt32
    ) -> UInt64 {
        let x = F(bitPattern: a)
        if x >= -0x1p63, x < 0x1p63 {
            let integer = Int64(x)
            if width == 64 || integer == Int64(Int32(truncatingIfNeeded: integer)) {
                if F(integer) == x { return UInt64(bitPattern: integer) }
                if rm == .RTZ {
                    flags |= 1
                    return UInt64(bitPattern: integer)
                }
            }
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
        if x > -1, x < 0x1p64 {
            let integer = UInt64(x)
            if width == 64 || integer <= UInt64(UInt32.max) {
                let register = width == 64 ? integer : UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: integer)))
                if F(integer) == x { return register }
                if rm == .RTZ {
                    flags |= 1
                    return register
                }
            }
        }
        return RISCVReference.toInteger(F.format, UInt64(a), width: width, isSigned: false, rm, &flags)
    }

    @inlinable
    @inline(__always)
    static func fromSigned<F: HostFloat>(_: F.Type, _ value: Int64, _ rm: Rounding, _ flags: inout UInt32) -> F.Pattern
    {
        let result = F(value)
        if result < 0x1p63, Int64(result) == value { return result.bitPattern }
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
        if result < 0x1p64, UInt64(result) == value { return result.bitPattern }
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
