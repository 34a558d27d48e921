/// The floating point of RISC-V's F and D: canonical NaNs, tininess after rounding, IEEE 754-2008 for the rest.
/// The RISC-V Instruction Set Manual, volume I, chapters 11 and 12.
///
/// Each function takes bit patterns and raises flags in `flags`, whose bits are those of `fflags`: NX 1, UF 2, OF 4,
/// DZ 8, NV 16. It never clears one.
public enum RISCVFloat {
    // MARK: Single precision

    /// FADD.S.
    @inlinable
    public static func add32(_ a: UInt32, _ b: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.add(Float.self, a, b, rm, &flags)
    }

    /// FSUB.S.
    @inlinable
    public static func sub32(_ a: UInt32, _ b: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.sub(Float.self, a, b, rm, &flags)
    }

    /// FMUL.S.
    @inlinable
    public static func mul32(_ a: UInt32, _ b: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.mul(Float.self, a, b, rm, &flags)
    }

    /// FDIV.S.
    @inlinable
    public static func div32(_ a: UInt32, _ b: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.div(Float.self, a, b, rm, &flags)
    }

    /// FSQRT.S.
    @inlinable
    public static func sqrt32(_ a: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.sqrt(Float.self, a, rm, &flags)
    }

    /// FMADD.S: `a` times `b` plus `c`. The caller negates operands for its relatives.
    @inlinable
    public static func fma32(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ rm: Rounding, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.fma(a, b, c, rm, &flags)
    }

    /// FMIN.S, since version 2.2.
    @inlinable
    public static func min32(_ a: UInt32, _ b: UInt32, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.min(Float.self, a, b, &flags)
    }

    /// FMAX.S, since version 2.2.
    @inlinable
    public static func max32(_ a: UInt32, _ b: UInt32, _ flags: inout UInt32) -> UInt32 {
        RISCVArithmetic.max(Float.self, a, b, &flags)
    }

    /// FEQ.S, a quiet comparison.
    @inlinable
    public static func eq32(_ a: UInt32, _ b: UInt32, _ flags: inout UInt32) -> Bool {
        RISCVArithmetic.isEqual(Float.self, a, b, &flags)
    }

    /// FLT.S, a signalling comparison.
    @inlinable
    public static func lt32(_ a: UInt32, _ b: UInt32, _ flags: inout UInt32) -> Bool {
        RISCVArithmetic.isLess(Float.self, a, b, &flags)
    }

    /// FLE.S, a signalling comparison.
    @inlinable
    public static func le32(_ a: UInt32, _ b: UInt32, _ flags: inout UInt32) -> Bool {
        RISCVArithmetic.isLessOrEqual(Float.self, a, b, &flags)
    }

    /// FCLASS.S: one bit of ten.
    @inlinable
    public static func classify32(_ a: UInt32) -> UInt64 {
        RISCVReference.classify(Float.format, UInt64(a))
    }

    // MARK: Double precision

    /// FADD.D.
    @inlinable
    public static func add64(_ a: UInt64, _ b: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.add(Double.self, a, b, rm, &flags)
    }

    /// FSUB.D.
    @inlinable
    public static func sub64(_ a: UInt64, _ b: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.sub(Double.self, a, b, rm, &flags)
    }

    /// FMUL.D.
    @inlinable
    public static func mul64(_ a: UInt64, _ b: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.mul(Double.self, a, b, rm, &flags)
    }

    /// FDIV.D.
    @inlinable
    public static func div64(_ a: UInt64, _ b: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.div(Double.self, a, b, rm, &flags)
    }

    /// FSQRT.D.
    @inlinable
    public static func sqrt64(_ a: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.sqrt(Double.self, a, rm, &flags)
    }

    /// FMADD.D: `a` times `b` plus `c`. The caller negates operands for its relatives.
    @inlinable
    public static func fma64(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.fma(a, b, c, rm, &flags)
    }

    /// FMIN.D, since version 2.2.
    @inlinable
    public static func min64(_ a: UInt64, _ b: UInt64, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.min(Double.self, a, b, &flags)
    }

    /// FMAX.D, since version 2.2.
    @inlinable
    public static func max64(_ a: UInt64, _ b: UInt64, _ flags: inout UInt32) -> UInt64 {
        RISCVArithmetic.max(Double.self, a, b, &flags)
    }

    /// FEQ.D, a quiet comparison.
    @inlinable
    public static func eq64(_ a: UInt64, _ b: UInt64, _ flags: inout UInt32) -> Bool {
        RISCVArithmetic.isEqual(Double.self, a, b, &flags)
    }

    /// FLT.D, a signalling comparison.
    @inlinable
    public static func lt64(_ a: UInt64, _ b: UInt64, _ flags: inout UInt32) -> Bool {
        RISCVArithmetic.isLess(Double.self, a, b, &flags)
    }

    /// FLE.D, a signalling comparison.
    @inlinable
    public static func le64(_ a: UInt64, _ b: UInt64, _ flags: inout UInt32) -> Bool {
        RISCVArithmetic.isLessOrEqual(Double.self, a, b, &flags)
    }

    /// FCLASS.D: one bit of ten.
    @inlinable
    public static func classify64(_ a: UInt64) -> UInt64 {
        RISCVReference.classify(Double.format, UInt64(a))
    }
}
