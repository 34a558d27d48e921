/// Conversions between formats. DDI 0403E.e A2.5.14.

/// FPToFixed(): a single-precision value as a fixed-point number, saturated.
///
/// - Parameters:
///   - width: bits of the result, 16 or 32; a signed one is extended to 32.
///   - fractionBits: how many of them are below the point, 0 to `width`.
///   - rounding: what FPSCR asks for, or towards zero.
func FPToFixed(
    _ operand: UInt32, width: Int, fractionBits: Int, isUnsigned: Bool, rounding: Rounding, _ fpscr: inout UInt32
) -> UInt32 {
    let value = FPUnpack(operand, &fpscr)
    let smallest: Int64 = isUnsigned ? 0 : -1 << Int64(width - 1)
    let largest: Int64 = 1 << Int64(isUnsigned ? width : width - 1) - 1
    var integer: Int64 = 0
    var isInexact = false
    switch value.type {
    case .QNaN, .SNaN:
        FPProcessException(.InvalidOp, &fpscr)
        return 0
    case .Zero:
        return 0
    case .Infinity:
        integer = .max
    case .Nonzero:
        let exponent = value.exponent + fractionBits
        if exponent >= 0 {
            // Here the mantissa has 24 bits: another 20 saturate any result.
            integer = Int64(value.mantissa << UInt64(min(exponent, 20)))
        } else {
            let (whole, error) = value.mantissa.cutOff(-exponent)
            let up = rounding.increments(error: error, isOdd: whole & 1 == 1, isNegative: value.isNegative)
            integer = Int64(whole) + (up ? 1 : 0)
            isInexact = error != 0
        }
    }
    if value.isNegative { integer = -integer }
    let saturated = min(max(integer, smallest), largest)
    if saturated != integer {
        FPProcessException(.InvalidOp, &fpscr)
    } else if isInexact {
        FPProcessException(.Inexact, &fpscr)
    }
    return UInt32(truncatingIfNeeded: saturated)
}

/// FixedToFP(): a fixed-point number as a single-precision value.
///
/// - Parameters:
///   - operand: the number, extended to 64 bits.
///   - roundsToNearest: whatever FPSCR asks for.
func FixedToFP(_ operand: Int64, fractionBits: Int, roundsToNearest: Bool, _ fpscr: inout UInt32) -> UInt32 {
    if operand == 0 { return 0 }
    var control = roundsToNearest ? fpscr & ~FPSCR.RMode : fpscr
    let result = FPRound(operand < 0, operand.magnitude, -fractionBits, &control)
    fpscr |= control & ~FPSCR.RMode
    return result
}

/// FPHalfToSingle().
func FPHalfToSingle(_ operand: UInt16, _ fpscr: inout UInt32) -> UInt32 {
    let value = FPUnpack(operand, fpscr)
    switch value.type {
    case .Nonzero: return FPRound(value.isNegative, value.mantissa, value.exponent, &fpscr)
    case .Zero: return FPZero(value.isNegative)
    case .Infinity: return FPInfinity(value.isNegative)
    case .QNaN, .SNaN:
        if value.type == .SNaN { FPProcessException(.InvalidOp, &fpscr) }
        if fpscr & FPSCR.DN != 0 { return FPDefaultNaN() }
        return FPZero(value.isNegative) | 0x7FC0_0000 | UInt32(operand & 0x1FF) << 13
    }
}

/// FPSingleToHalf().
func FPSingleToHalf(_ operand: UInt32, _ fpscr: inout UInt32) -> UInt16 {
    let value = FPUnpack(operand, &fpscr)
    let sign: UInt16 = value.isNegative ? 0x8000 : 0
    let isAlternative = fpscr & FPSCR.AHP != 0
    switch value.type {
    case .Nonzero: return FPRoundToHalf(value.isNegative, value.mantissa, value.exponent, &fpscr)
    case .Zero: return sign
    case .Infinity:
        guard isAlternative else { return sign | 0x7C00 }
        FPProcessException(.InvalidOp, &fpscr)
        return sign | 0x7FFF
    case .QNaN, .SNaN:
        if value.type == .SNaN || isAlternative { FPProcessException(.InvalidOp, &fpscr) }
        if isAlternative { return sign }
        if fpscr & FPSCR.DN != 0 { return 0x7E00 }
        return sign | 0x7E00 | UInt16(operand >> 13 & 0x1FF)
    }
}
