import FloatingPoint
import TestSupport

/// Operands that are hard: extremes, few ones or few zeros, neighbours of one another, results in the middle between
/// two numbers or at either end of the format. Always the same for a seed.
struct Operands: RandomNumberGenerator {
    private var random: SplitMix
    private let fractionBits: UInt64
    private let exponentBits: UInt64

    /// - Parameter width: of the format: 32 or 64.
    init(width: Int, seed: UInt64) {
        random = SplitMix(seed: seed)
        (fractionBits, exponentBits) = width == 32 ? (23, 8) : (52, 11)
    }

    mutating func next() -> UInt64 { random.next() }

    /// Three operands for one operation.
    mutating func three() -> (UInt64, UInt64, UInt64) {
        let a = value()
        let b = next() % 4 == 0 ? neighbour(of: a) : value()
        let c = next() % 4 == 0 ? neighbour(of: product(a, b)) : value()
        return (a, b, c)
    }

    /// An integer of any length, with runs of ones and zeros, or next to a number that a format holds.
    mutating func integer() -> UInt64 {
        let length = next() % 65
        let base = length == 64 ? next() : next() & ((1 << length) &- 1)
        switch next() % 4 {
        case 0: return base
        case 1: return (UInt64.max >> (next() & 63)) << (next() & 63)
        case 2: return (1 << (next() & 63)) &+ next() % 5 &- 2
        default: return 0 &- base
        }
    }

    private mutating func value() -> UInt64 {
        let largest: UInt64 = 1 << exponentBits - 1
        let bias = largest >> 1
        let exponent: UInt64 =
            switch next() % 10 {
            case 0: 0
            case 1: largest
            case 2: next() % 3
            case 3: largest &- next() % 4
            case 4, 5: bias &+ next() % 70 &- 4
            case 6: bias &- next() % 60
            case 7: bias / 2 &+ next() % 8 &- 4
            default: next() & largest
            }
        let sign: UInt64 = (next() & 1) << (fractionBits + exponentBits)
        return sign | exponent << fractionBits | fraction()
    }

    private mutating func fraction() -> UInt64 {
        let mask: UInt64 = 1 << fractionBits - 1
        let run = (mask >> (next() % (fractionBits + 1))) << (next() % (fractionBits + 1))
        switch next() % 6 {
        case 0: return 0
        case 1: return mask & (0 &- next() % 4)
        case 2: return run & mask
        case 3: return 1 << (next() % fractionBits) | next() % 4
        default: return next() & mask
        }
    }

    /// Much the same magnitude, either sign; or further down by about the precision.
    private mutating func neighbour(of value: UInt64) -> UInt64 {
        let down = next() & 1 == 0 ? 0 : (fractionBits - 2 + next() % 5) << fractionBits
        let near = value &+ next() % 9 &- 4 &- down
        return (near ^ (next() & 1) << (fractionBits + exponentBits))
            & (UInt64.max >> (63 - fractionBits - exponentBits))
    }

    /// About the product: the difference of the two is what a fused operation must not lose.
    private func product(_ a: UInt64, _ b: UInt64) -> UInt64 {
        if fractionBits == 52 { return (Double(bitPattern: a) * Double(bitPattern: b)).bitPattern }
        let single = Float(bitPattern: UInt32(truncatingIfNeeded: a)) * Float(bitPattern: UInt32(truncatingIfNeeded: b))
        return UInt64(single.bitPattern)
    }
}
