/// What kind of number a floating-point value is. DDI 0403E.e A2.5.7.
enum FPType {
    case Nonzero, Zero, Infinity, QNaN, SNaN
}

/// A floating-point value taken apart: `mantissa` times two to the power `exponent`, exactly. Both are meaningful only
/// for `.Nonzero`; zeros have a mantissa of 0.
struct Unpacked {
    var type: FPType
    var isNegative: Bool
    var mantissa: UInt64 = 0
    var exponent = 0

    var isNaN: Bool { type == .QNaN || type == .SNaN }

    /// The same value with `leading` as the highest bit set of a mantissa that is not zero.
    func normalized(leading: Int) -> Unpacked {
        var result = self
        let shift = leading - (63 - mantissa.leadingZeroBitCount)
        result.mantissa = mantissa << UInt64(shift)
        result.exponent -= shift
        return result
    }
}

/// FPUnpack() of a single-precision value: flushes denormals in flush-to-zero mode. DDI 0403E.e A2.5.7.
func FPUnpack(_ value: UInt32, _ fpscr: inout UInt32) -> Unpacked {
    let isNegative = value >> 31 == 1
    let exponent = Int(value >> 23 & 0xFF)
    let fraction = value & 0x7F_FFFF
    switch exponent {
    case 0:
        if fraction == 0 { return Unpacked(type: .Zero, isNegative: isNegative) }
        if fpscr & FPSCR.FZ != 0 {
            FPProcessException(.InputDenorm, &fpscr)
            return Unpacked(type: .Zero, isNegative: isNegative)
        }
        return Unpacked(type: .Nonzero, isNegative: isNegative, mantissa: UInt64(fraction), exponent: -149)
    case 0xFF:
        if fraction == 0 { return Unpacked(type: .Infinity, isNegative: isNegative) }
        return Unpacked(type: fraction >> 22 == 1 ? .QNaN : .SNaN, isNegative: isNegative)
    default:
        return Unpacked(
            type: .Nonzero, isNegative: isNegative, mantissa: UInt64(fraction | 1 << 23), exponent: exponent - 150)
    }
}

/// FPUnpack() of a half-precision value. Its denormals are never flushed, and the alternative format has neither
/// infinities nor NaNs. DDI 0403E.e A2.5.7.
func FPUnpack(_ value: UInt16, _ fpscr: UInt32) -> Unpacked {
    let isNegative = value >> 15 == 1
    let exponent = Int(value >> 10 & 0x1F)
    let fraction = value & 0x3FF
    switch exponent {
    case 0:
        if fraction == 0 { return Unpacked(type: .Zero, isNegative: isNegative) }
        return Unpacked(type: .Nonzero, isNegative: isNegative, mantissa: UInt64(fraction), exponent: -24)
    case 0x1F where fpscr & FPSCR.AHP == 0:
        if fraction == 0 { return Unpacked(type: .Infinity, isNegative: isNegative) }
        return Unpacked(type: fraction >> 9 == 1 ? .QNaN : .SNaN, isNegative: isNegative)
    default:
        return Unpacked(
            type: .Nonzero, isNegative: isNegative, mantissa: UInt64(fraction | 1 << 10), exponent: exponent - 25)
    }
}

// MARK: Values made by name. DDI 0403E.e A2.5.7.

func FPZero(_ isNegative: Bool) -> UInt32 { isNegative ? 0x8000_0000 : 0 }
func FPInfinity(_ isNegative: Bool) -> UInt32 { FPZero(isNegative) | 0x7F80_0000 }
func FPDefaultNaN() -> UInt32 { 0x7FC0_0000 }
@inline(always) func FPNeg(_ operand: UInt32) -> UInt32 { operand ^ 0x8000_0000 }
@inline(always) func FPAbs(_ operand: UInt32) -> UInt32 { operand & 0x7FFF_FFFF }

/// VFPExpandImm(), single precision. DDI 0403E.e A6.4.1.
func VFPExpandImm(_ imm8: UInt32) -> UInt32 {
    let exponent: UInt32 = imm8 >> 6 & 1 == 1 ? 0b0111_1100 : 0b1000_0000
    return (imm8 & 0x80) << 24 | (exponent | imm8 >> 4 & 0b11) << 23 | (imm8 & 0xF) << 19
}

// MARK: NaN operands. DDI 0403E.e A2.5.8.

/// FPProcessNaN(): the quiet NaN that a NaN operand makes of the result.
func FPProcessNaN(_ type: FPType, _ operand: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    if type == .SNaN { FPProcessException(.InvalidOp, &fpscr) }
    return fpscr & FPSCR.DN != 0 ? FPDefaultNaN() : operand | 1 << 22
}

/// FPProcessNaNs(): the result if an operand is a NaN, a signalling one before a quiet one; `nil` if none is.
func FPProcessNaNs(
    _ value1: Unpacked, _ value2: Unpacked, _ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32
) -> UInt32? {
    if value1.type == .SNaN { return FPProcessNaN(.SNaN, op1, &fpscr) }
    if value2.type == .SNaN { return FPProcessNaN(.SNaN, op2, &fpscr) }
    if value1.type == .QNaN { return FPProcessNaN(.QNaN, op1, &fpscr) }
    if value2.type == .QNaN { return FPProcessNaN(.QNaN, op2, &fpscr) }
    return nil
}

/// FPProcessNaNs3(): the same for three operands.
func FPProcessNaNs3(
    _ value1: Unpacked, _ value2: Unpacked, _ value3: Unpacked, _ op1: UInt32, _ op2: UInt32, _ op3: UInt32,
    _ fpscr: inout UInt32
) -> UInt32? {
    if value1.type == .SNaN { return FPProcessNaN(.SNaN, op1, &fpscr) }
    if value2.type == .SNaN { return FPProcessNaN(.SNaN, op2, &fpscr) }
    if value3.type == .SNaN { return FPProcessNaN(.SNaN, op3, &fpscr) }
    if value1.type == .QNaN { return FPProcessNaN(.QNaN, op1, &fpscr) }
    if value2.type == .QNaN { return FPProcessNaN(.QNaN, op2, &fpscr) }
    if value3.type == .QNaN { return FPProcessNaN(.QNaN, op3, &fpscr) }
    return nil
}
