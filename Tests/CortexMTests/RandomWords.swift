import Bits

@testable import CortexM

/// A small generator whose sequence is the same on every host: Steele, Lea, Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA 2014.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension EncodingDiagram {
    /// Ones where the field's letter stands.
    func mask(of letter: UInt8) -> UInt32 {
        (0..<UInt32(width)).reduce(0) { field(letter, of: 1 << $1) != 0 ? $0 | 1 << $1 : $0 }
    }
}

extension Encoding {
    /// A word that the diagram draws, with random fields; some of them all zeros or all ones, which often mean
    /// something special.
    func randomWord(_ random: inout SplitMix) -> UInt32 {
        var word = diagram.value
        for letter in diagram.letters {
            let mask = diagram.mask(of: letter)
            switch random.next() % 8 {
            case 0: break
            case 1: word |= mask
            default: word |= UInt32(truncatingIfNeeded: random.next()) & mask
            }
        }
        return word
    }

    func fields(_ word: UInt32, at address: UInt32 = 0x1000, itState: UInt8 = 0) -> Fields {
        Fields(word: word, diagram: diagram, address: address, itState: itState)
    }

    /// Everything that the fields decide.
    func meaning(of word: UInt32) -> String {
        let fields = fields(word)
        let decoded = decode(fields)
        return "\(decoded) \(text(fields)) \(isUnpredictable(fields))"
    }
}
