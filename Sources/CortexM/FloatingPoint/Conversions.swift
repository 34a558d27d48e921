import FloatingPoint

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
    let value = flushed(operand, &fpscr)
    return inEnvironment(&fpscr) { environment in
        environment.rounding = rounding
        let integer = BinaryFormat.binary32.toInteger(
            value, width: width, isSigned: !isUnsigned, fractionBits: fractionBits, &environment)
        // A NaN becomes zero.
        return UInt32(truncatingIfNeeded: integer ?? 0)
    }
}

/// FixedToFP(): a fixed-point number as a single-precision value.
///
/// - Parameters:
///   - operand: the number, extended to 64 bits.
///   - roundsToNearest: whatever FPSCR asks for.
func FixedToFP(_ operand: Int64, fractionBits: Int, roundsToNearest: Bool, _ fpscr: inout UInt32) -> UInt32 {
    inEnvironment(&fpscr) { environment in
        if roundsToNearest { environment.rounding = .RNE }
        let value = BinaryFormat.binary32.fromInteger(
            isNegative: operand < 0, magnitude: operand.magnitude, fractionBits: fractionBits, &environment)
        return UInt32(truncatingIfNeeded: value)
    }
}

/// FPHalfToSingle(). Half-precision denormals are never flushed.
func FPHalfToSingle(_ operand: UInt16, _ fpscr: inout UInt32) -> UInt32 {
    let half = halfPrecision(fpscr)
    return inEnvironment(&fpscr) {
        UInt32(truncatingIfNeeded: BinaryFormat.binary32.convert(UInt64(operand), from: half, &$0))
    }
}

/// FPSingleToHalf(). The result is never flushed.
func FPSingleToHalf(_ operand: UInt32, _ fpscr: inout UInt32) -> UInt16 {
    let value = flushed(operand, &fpscr)
    if fpscr & FPSCR.AHP != 0, FPAbs(operand) >= FPInfinity(false) {
        // The alternative format has neither infinities nor NaNs.
        fpscr |= FPSCR.IOC
        let sign = UInt16(truncatingIfNeeded: operand >> 16 & 0x8000)
        return FPAbs(operand) == FPInfinity(false) ? sign | 0x7FFF : sign
    }
    let half = halfPrecision(fpscr)
    let result = inEnvironment(&fpscr) {
        UInt32(truncatingIfNeeded: half.convert(value, from: .binary32, &$0))
    }
    return UInt16(truncatingIfNeeded: result)
}

/// The format that FPSCR.AHP selects. DDI 0403E.e A2.5.5.
private func halfPrecision(_ fpscr: UInt32) -> BinaryFormat {
    fpscr & FPSCR.AHP != 0 ? .alternativeHalf : .binary16
}
