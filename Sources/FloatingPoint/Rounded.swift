extension BinaryFormat {
    /// The value of the format for a number that is not zero.
    ///
    /// - Parameters:
    ///   - significand: not zero. If it stands for a longer one, bit 0 is set for whatever was cut off, and it has at
    ///     least two bits more than the format's precision.
    ///   - exponent: the number is `significand` times two to this power.
    func round(
        _ isNegative: Bool, _ significand: UInt128, _ exponent: Int, _ environment: inout FloatEnvironment
    ) -> UInt64 {
        let leadingZeros = significand.leadingZeroBitCount
        let normalized = significand << UInt128(leadingZeros)
        let leading = exponent + 127 - leadingZeros
        let isDenormal = leading < minimumExponent
        let rounding = environment.rounding

        // The fraction and its leading one go down to the format's place; a denormal further.
        let drop = 127 - fractionBits
        let (whole, isInexact) = normalized.rounded(
            off: isDenormal ? drop + minimumExponent - leading : drop, rounding, isNegative: isNegative)
        // The leading one adds 1 to the exponent field beside it, and so does a carry out of the fraction.
        let below = isDenormal ? 0 : leading - minimumExponent
        guard below + Int(truncatingIfNeeded: whole >> UInt128(fractionBits)) < exponentEnd else {
            return overflow(isNegative, &environment)
        }
        if isInexact {
            environment.flags.insert(.inexact)
            if isDenormal, isTiny(normalized, leading, isNegative, environment) {
                environment.flags.insert(.underflow)
            }
        }
        return zero(isNegative: isNegative) | UInt64(below) << UInt64(fractionBits) + UInt64(whole)
    }

    /// The first exponent field that no number has.
    private var exponentEnd: Int { hasInfinities ? largestExponent : largestExponent + 1 }

    private func overflow(_ isNegative: Bool, _ environment: inout FloatEnvironment) -> UInt64 {
        guard hasInfinities else {
            environment.flags.insert(.invalid)
            return infinity(isNegative: isNegative) | fractionMask
        }
        environment.flags.formUnion([.overflow, .inexact])
        let toInfinity = environment.rounding.overflowsToInfinity(isNegative: isNegative)
        return infinity(isNegative: isNegative) - (toInfinity ? 0 : 1)
    }

    /// Whether a number below the smallest normal one is tiny.
    private func isTiny(
        _ normalized: UInt128, _ leading: Int, _ isNegative: Bool, _ environment: FloatEnvironment
    ) -> Bool {
        switch environment.tininess {
        case .beforeRounding:
            return true
        case .afterRounding:
            // With the precision of a normal number it may round up to the smallest of them.
            let (whole, _) = normalized.rounded(off: 127 - fractionBits, environment.rounding, isNegative: isNegative)
            return leading + Int(truncatingIfNeeded: whole >> UInt128(fractionBits + 1)) < minimumExponent
        }
    }
}

extension UInt128 {
    /// Without its low `bits` bits, rounded as the magnitude of a number of that sign.
    func rounded(off bits: Int, _ rounding: Rounding, isNegative: Bool) -> (whole: UInt128, isInexact: Bool) {
        let (whole, error) = cutOff(bits)
        let up = rounding.increments(error: error, isOdd: whole & 1 == 1, isNegative: isNegative)
        return (up ? whole + 1 : whole, error != 0)
    }

    /// Without its low `bits` bits, and how much that lost in halves of the last place: 0 nothing, 1 less than a half,
    /// 2 a half, 3 more.
    private func cutOff(_ bits: Int) -> (whole: UInt128, error: Int) {
        if bits <= 0 { return (self, 0) }
        if bits > 128 { return (0, self == 0 ? 0 : 1) }
        let half: UInt128 = 1 << UInt128(bits - 1)
        let lost = self & (half | (half - 1))
        return (bits == 128 ? 0 : self >> UInt128(bits), lost == 0 ? 0 : lost < half ? 1 : lost == half ? 2 : 3)
    }

    /// Moved down by `bits`, with bit 0 set if ones were lost.
    func shiftedRightSticky(_ bits: Int) -> UInt128 {
        let (whole, error) = cutOff(bits)
        return error == 0 ? whole : whole | 1
    }
}
