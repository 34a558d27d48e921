/// The conversions of F and D. Those to integers give what a register holds: 32 bits are sign-extended, unsigned ones
/// too. Results out of range saturate, a NaN as plus infinity does, and raise NV alone.
extension RISCVFloat {
    /// FCVT.S.D.
    @inlinable
    public static func f32FromF64(_ a: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.single(a, rm, &flags)
    }

    /// FCVT.D.S, which is exact.
    @inlinable
    public static func f64FromF32(_ a: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.double(a, rm, &flags)
    }

    /// FCVT.W.S.
    @inlinable
    public static func int32FromF32(_ a: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.toSigned(Float.self, a, width: 32, rm, &flags)
    }

    /// FCVT.L.S.
    @inlinable
    public static func int64FromF32(_ a: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.toSigned(Float.self, a, width: 64, rm, &flags)
    }

    /// FCVT.WU.S.
    @inlinable
    public static func uint32FromF32(_ a: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.toUnsigned(Float.self, a, width: 32, rm, &flags)
    }

    /// FCVT.LU.S.
    @inlinable
    public static func uint64FromF32(_ a: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.toUnsigned(Float.self, a, width: 64, rm, &flags)
    }

    /// FCVT.S.W.
    @inlinable
    public static func f32FromInt32(_ value: Int32, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.fromSigned(Float.self, Int64(value), rm, &flags)
    }

    /// FCVT.S.L.
    @inlinable
    public static func f32FromInt64(_ value: Int64, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.fromSigned(Float.self, value, rm, &flags)
    }

    /// FCVT.S.WU.
    @inlinable
    public static func f32FromUInt32(_ value: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.fromUnsigned(Float.self, UInt64(value), rm, &flags)
    }

    /// FCVT.S.LU.
    @inlinable
    public static func f32FromUInt64(_ value: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.fromUnsigned(Float.self, value, rm, &flags)
    }

    /// FCVT.W.D.
    @inlinable
    public static func int32FromF64(_ a: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.toSigned(Double.self, a, width: 32, rm, &flags)
    }

    /// FCVT.L.D.
    @inlinable
    public static func int64FromF64(_ a: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.toSigned(Double.self, a, width: 64, rm, &flags)
    }

    /// FCVT.WU.D.
    @inlinable
    public static func uint32FromF64(_ a: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.toUnsigned(Double.self, a, width: 32, rm, &flags)
    }

    /// FCVT.LU.D.
    @inlinable
    public static func uint64FromF64(_ a: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.toUnsigned(Double.self, a, width: 64, rm, &flags)
    }

    /// FCVT.D.W.
    @inlinable
    public static func f64FromInt32(_ value: Int32, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.fromSigned(Double.self, Int64(value), rm, &flags)
    }

    /// FCVT.D.L.
    @inlinable
    public static func f64FromInt64(_ value: Int64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.fromSigned(Double.self, value, rm, &flags)
    }

    /// FCVT.D.WU.
    @inlinable
    public static func f64FromUInt32(_ value: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.fromUnsigned(Double.self, UInt64(value), rm, &flags)
    }

    /// FCVT.D.LU.
    @inlinable
    public static func f64FromUInt64(_ value: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.fromUnsigned(Double.self, value, rm, &flags)
    }
}
