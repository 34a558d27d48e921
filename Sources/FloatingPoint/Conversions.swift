/// Comparisons, and conversions between formats and integers. IEEE 754-2008 5.4 to 5.11.
extension BinaryFormat {
    /// How two values are ordered.
    @frozen
    public enum Order: Sendable {
        case less, equal, greater, unordered
    }

    /// Compares two values. Zeros are equal whatever their signs.
    ///
    /// - Parameter isSignalling: whether a quiet NaN is an invalid operation, as a signalling one always is.
    public func compare(
        _ a: UInt64, _ b: UInt64, isSignalling: Bool, _ environment: inout FloatEnvironment
    ) -> Order {
        let x = unpack(a)
        let y = unpack(b)
        if x.isNaN || y.isNaN {
            if isSignalling || x.kind == .signallingNaN || y.kind == .signallingNaN {
                environment.flags.insert(.invalid)
            }
            return .unordered
        }
        let (first, second) = (rank(a), rank(b))
        return first == second ? .equal : first < second ? .less : .greater
    }

    /// A number that grows with the value; both zeros are 0.
    private func rank(_ bits: UInt64) -> Int64 {
        let magnitude = Int64(bits & ~signBit)
        return bits & signBit != 0 ? -magnitude : magnitude
    }

    /// The smaller or the larger of two values; a NaN only if both are. Minus zero is below plus zero.
    /// IEEE 754-2019 9.6, minimumNumber and maximumNumber.
    public func extremum(
        _ a: UInt64, _ b: UInt64, isMaximum: Bool, _ environment: inout FloatEnvironment
    ) -> UInt64 {
        let x = unpack(a)
        let y = unpack(b)
        if x.kind == .signallingNaN || y.kind == .signallingNaN { environment.flags.insert(.invalid) }
        if x.isNaN { return y.isNaN ? canonicalNaN : b }
        if y.isNaN { return a }
        let (first, second) = (rank(a), rank(b))
        let isFirstLess = first < second || first == second && x.isNegative
        return isFirstLess == isMaximum ? b : a
    }

    /// The value of this format for one of another.
    public func convert(
        _ bits: UInt64, from format: BinaryFormat, _ environment: inout FloatEnvironment
    ) -> UInt64 {
        let value = format.unpack(bits)
        switch value.kind {
        case .zero: return zero(isNegative: value.isNegative)
        case .infinity: return infinity(isNegative: value.isNegative)
        case .denormal, .normal: return round(value.isNegative, value.significand, value.exponent, &environment)
        case .quietNaN, .signallingNaN:
            if value.kind == .signallingNaN { environment.flags.insert(.invalid) }
            return quieted(bits, from: format, environment)
        }
    }

    /// The value for the integer `magnitude`, or its negative, divided by two to the power `fractionBits`.
    public func fromInteger(
        isNegative: Bool, magnitude: UInt64, fractionBits: Int = 0, _ environment: inout FloatEnvironment
    ) -> UInt64 {
        if magnitude == 0 { return 0 }
        return round(isNegative, UInt128(magnitude), -fractionBits, &environment)
    }

    /// A value times two to the power `fractionBits` as an integer of `width` bits, rounded and saturated.
    ///
    /// - Parameters:
    ///   - width: 1 to 64.
    ///   - fractionBits: 0 to 32.
    /// - Returns: the integer, extended to 64 bits as its sign asks for; `nil` for a NaN. That and a saturated result
    ///   are invalid operations, and not inexact.
    public func toInteger(
        _ bits: UInt64, width: Int, isSigned: Bool, fractionBits: Int = 0, _ environment: inout FloatEnvironment
    ) -> UInt64? {
        let value = unpack(bits)
        let isNegative = value.isNegative
        var magnitude: UInt128 = 0
        var isInexact = false
        switch value.kind {
        case .quietNaN, .signallingNaN:
            environment.flags.insert(.invalid)
            return nil
        case .zero:
            return 0
        case .infinity:
            magnitude = 1 << 127
        case .denormal, .normal:
            let exponent = value.exponent + fractionBits
            if exponent > 0 {
                // Here the significand has all its bits: another 65 saturate any result.
                magnitude = value.significand << UInt128(min(exponent, 65))
            } else {
                (magnitude, isInexact) = value.significand.rounded(
                    off: -exponent, environment.rounding, isNegative: isNegative)
            }
        }
        let limit: UInt128 =
            isSigned
            ? isNegative ? 1 << UInt128(width - 1) : 1 << UInt128(width - 1) - 1
            : isNegative ? 0 : 1 << UInt128(width) - 1
        if magnitude > limit {
            environment.flags.insert(.invalid)
            magnitude = limit
        } else if isInexact {
            environment.flags.insert(.inexact)
        }
        let result = UInt64(truncatingIfNeeded: magnitude)
        return isNegative ? 0 &- result : result
    }
}
