/// FPRound(): the single-precision value for a number that is not zero. DDI 0403E.e A2.5.9.
///
/// - Parameters:
///   - mantissa: not zero. If it stands for a longer one, bit 0 is set for whatever was cut off, and it has at least
///     26 significant bits.
///   - exponent: the number is `mantissa` times two to this power.
func FPRound(_ isNegative: Bool, _ mantissa: UInt64, _ exponent: Int, _ fpscr: inout UInt32) -> UInt32 {
    let parts = RoundedParts(isNegative, mantissa, exponent, minimumExponent: -126, fractionBits: 23, fpscr)
    if fpscr & FPSCR.FZ != 0, parts.isTiny {
        // Flush-to-zero says so by Underflow alone.
        FPProcessException(.Underflow, &fpscr)
        return FPZero(isNegative)
    }
    if parts.isTiny, parts.isInexact { FPProcessException(.Underflow, &fpscr) }
    guard parts.biasedExponent < 0xFF else {
        FPProcessException(.Overflow, &fpscr)
        FPProcessException(.Inexact, &fpscr)
        let toInfinity = Rounding(of: fpscr).overflowsToInfinity(isNegative: isNegative)
        return toInfinity ? FPInfinity(isNegative) : FPInfinity(isNegative) - 1
    }
    if parts.isInexact { FPProcessException(.Inexact, &fpscr) }
    return FPZero(isNegative) | parts.packed
}

/// FPRound() to half precision, in the format that FPSCR.AHP selects. Flush-to-zero does not apply.
/// DDI 0403E.e A2.5.9.
func FPRoundToHalf(_ isNegative: Bool, _ mantissa: UInt64, _ exponent: Int, _ fpscr: inout UInt32) -> UInt16 {
    let parts = RoundedParts(isNegative, mantissa, exponent, minimumExponent: -14, fractionBits: 10, fpscr)
    let sign: UInt16 = isNegative ? 0x8000 : 0
    if parts.isTiny, parts.isInexact { FPProcessException(.Underflow, &fpscr) }
    if fpscr & FPSCR.AHP != 0 {
        guard parts.biasedExponent < 0x20 else {
            // The largest number, and no Inexact.
            FPProcessException(.InvalidOp, &fpscr)
            return sign | 0x7FFF
        }
    } else if parts.biasedExponent >= 0x1F {
        FPProcessException(.Overflow, &fpscr)
        FPProcessException(.Inexact, &fpscr)
        let toInfinity = Rounding(of: fpscr).overflowsToInfinity(isNegative: isNegative)
        return sign | (toInfinity ? 0x7C00 : 0x7BFF)
    }
    if parts.isInexact { FPProcessException(.Inexact, &fpscr) }
    return sign | UInt16(parts.packed)
}

/// A number rounded to a format, before its overflow is dealt with.
private struct RoundedParts {
    /// Zero for a denormal.
    let biasedExponent: Int
    /// Biased exponent and fraction, side by side; meaningful if the exponent is within the format.
    let packed: UInt32
    /// Below the smallest normal number before rounding.
    let isTiny: Bool
    let isInexact: Bool

    init(
        _ isNegative: Bool, _ mantissa: UInt64, _ exponent: Int, minimumExponent: Int, fractionBits: Int,
        _ fpscr: UInt32
    ) {
        let leadingZeros = mantissa.leadingZeroBitCount
        let normalized = mantissa << UInt64(leadingZeros)
        let unbiased = exponent + 63 - leadingZeros
        isTiny = unbiased < minimumExponent

        // The fraction and its leading one go down to the format's place; a denormal further.
        let drop = 63 - fractionBits + (isTiny ? minimumExponent - unbiased : 0)
        let (whole, error) = normalized.cutOff(drop)
        isInexact = error != 0
        var integer = whole
        if Rounding(of: fpscr).increments(error: error, isOdd: whole & 1 == 1, isNegative: isNegative) { integer += 1 }

        // The leading one adds 1 to the exponent field beside it, and so does a carry out of the fraction.
        let below = isTiny ? 0 : unbiased - minimumExponent
        biasedExponent = below + Int(integer >> UInt64(fractionBits))
        packed = UInt32(truncatingIfNeeded: below << fractionBits + Int(integer))
    }
}

extension UInt64 {
    /// Without its low `bits` bits, and how much that lost in halves of the last place: 0 nothing, 1 less than a half,
    /// 2 a half, 3 more.
    func cutOff(_ bits: Int) -> (whole: UInt64, error: UInt32) {
        if bits <= 0 { return (self, 0) }
        if bits > 64 { return (0, self == 0 ? 0 : 1) }
        let half: UInt64 = 1 << UInt64(bits - 1)
        let lost = bits == 64 ? self : self & (half << 1 - 1)
        let error: UInt32 = lost == 0 ? 0 : lost < half ? 1 : lost == half ? 2 : 3
        return (bits == 64 ? 0 : self >> UInt64(bits), error)
    }

    /// Moved down by `bits`, with bit 0 set if ones were lost.
    func shiftedRightSticky(_ bits: Int) -> UInt64 {
        let (whole, error) = cutOff(bits)
        return error == 0 ? whole : whole | 1
    }
}
