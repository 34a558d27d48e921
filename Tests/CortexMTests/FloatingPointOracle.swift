@testable import CortexM

/// What a correctly rounded result is, worked out in the host's double precision: independent of the reference's
/// integers. Exact numbers of more than 53 bits come as doubles rounded to odd, which any later rounding to half the
/// bits or less cannot tell from the exact number (Boldo and Melquiond, "Emulation of a FMA and correctly rounded
/// sums", 2008).
enum Oracle {
    struct Answer: Equatable, CustomStringConvertible {
        var bits: UInt32
        var flags: UInt32
        var description: String { "0x" + String(bits, radix: 16) + " flags 0x" + String(flags, radix: 16) }
    }

    static let rules: [FloatingPointRoundingRule] = [.toNearestOrEven, .up, .down, .towardZero]

    /// The rounding rule that FPSCR.RMode stands for.
    static func rule(_ fpscr: UInt32) -> FloatingPointRoundingRule { rules[Int(fpscr >> 22 & 3)] }

    /// The single-precision answer for a number that is not zero.
    static func single(_ exact: Double, _ fpscr: UInt32) -> Answer {
        let sign: UInt32 = exact < 0 ? 0x8000_0000 : 0
        if exact.magnitude < 0x1p-126, fpscr & 1 << 24 != 0 { return Answer(bits: sign, flags: FPSCR.UFC) }
        let (rounded, isInexact) = round(exact, fractionBits: 23, minimumExponent: -126, rule(fpscr))
        var flags: UInt32 = isInexact ? FPSCR.IXC : 0
        if isInexact, exact.magnitude < 0x1p-126 { flags |= FPSCR.UFC }
        if rounded.magnitude >= 0x1p128 {
            let largest = Double(Float.greatestFiniteMagnitude)
            let limited = limit(exact, largest, rule(fpscr))
            return Answer(bits: Float(limited).bitPattern, flags: FPSCR.OFC | FPSCR.IXC)
        }
        return Answer(bits: Float(rounded).bitPattern | sign, flags: flags)
    }

    /// The half-precision answer for a number that is not zero.
    static func half(_ exact: Double, _ fpscr: UInt32) -> Answer {
        let sign: UInt32 = exact < 0 ? 0x8000 : 0
        let (rounded, isInexact) = round(exact, fractionBits: 10, minimumExponent: -14, rule(fpscr))
        var flags: UInt32 = isInexact ? FPSCR.IXC : 0
        if isInexact, exact.magnitude < 0x1p-14 { flags |= FPSCR.UFC }
        let isAlternative = fpscr & 1 << 26 != 0
        if isAlternative, rounded.magnitude >= 0x1p17 { return Answer(bits: sign | 0x7FFF, flags: FPSCR.IOC) }
        if !isAlternative, rounded.magnitude >= 0x1p16 {
            let isInfinite = limit(exact, 1, rule(fpscr)).isInfinite
            return Answer(bits: sign | (isInfinite ? 0x7C00 : 0x7BFF), flags: FPSCR.OFC | FPSCR.IXC)
        }
        let magnitude = rounded.magnitude
        if magnitude < 0x1p-14 { return Answer(bits: sign | UInt32(magnitude * 0x1p24), flags: flags) }
        let exponent = Int(magnitude.exponent)
        let fraction = UInt32((magnitude.significand - 1) * 1024)
        return Answer(bits: sign | UInt32(exponent + 15) << 10 | fraction, flags: flags)
    }

    /// Scales the last place to one and rounds to an integer.
    private static func round(
        _ exact: Double, fractionBits: Int, minimumExponent: Int, _ rule: FloatingPointRoundingRule
    ) -> (Double, isInexact: Bool) {
        let lastPlace = max(Int(exact.exponent), minimumExponent) - fractionBits
        let scaled = Double(sign: .plus, exponent: -lastPlace, significand: exact)
        let rounded = scaled.rounded(rule)
        return (Double(sign: .plus, exponent: lastPlace, significand: rounded), rounded != scaled)
    }

    private static func limit(_ exact: Double, _ largest: Double, _ rule: FloatingPointRoundingRule) -> Double {
        let toInfinity =
            switch rule {
            case .toNearestOrEven: true
            case .up: exact > 0
            case .down: exact < 0
            default: false
            }
        return (toInfinity ? .infinity : largest) * (exact < 0 ? -1 : 1)
    }

    /// `value` plus something smaller than its last place, rounded to odd.
    static func toOdd(_ value: Double, _ rest: Double) -> Double {
        if rest == 0 || value.bitPattern & 1 == 1 { return value }
        return rest > 0 ? value.nextUp : value.nextDown
    }

    static func sum(_ a: Double, _ b: Double) -> Double {
        // Knuth's TwoSum: what the addition lost, exactly.
        let sum = a + b
        let part = sum - a
        return toOdd(sum, (a - (sum - part)) + (b - part))
    }

    static func quotient(_ a: Double, _ b: Double) -> Double {
        let quotient = a / b
        let rest = a.addingProduct(-quotient, b)
        return toOdd(quotient, b < 0 ? -rest : rest)
    }

    static func squareRoot(_ a: Double) -> Double {
        let root = a.squareRoot()
        return toOdd(root, a.addingProduct(-root, root))
    }
}
