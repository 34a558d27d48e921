import Bits

@testable import RV64

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
    /// The letter of bits that the hart ignores.
    static let ignored = UInt8(ascii: "x")

    /// A word that the diagram draws, with random fields; some of them all zeros, one, or all ones, which often mean
    /// something special, or equal to another field.
    func randomWord(_ random: inout SplitMix) -> UInt32 {
        var word = diagram.value
        var last: UInt32 = 0
        for letter in diagram.letters {
            var value: UInt32 =
                switch random.next() % 8 {
                case 0: 0
                case 1: .max
                case 2: 1
                case 3: last
                default: UInt32(truncatingIfNeeded: random.next())
                }
            last = value
            let mask = diagram.mask(of: letter)
            for position in 0..<UInt32(diagram.width) where mask & 1 << position != 0 {
                word |= (value & 1) << position
                value >>= 1
            }
        }
        return word
    }

    func fields(_ word: UInt32, at address: UInt32 = 0x1000) -> Fields {
        Fields(word: word, diagram: diagram, address: address)
    }

    /// Everything that the fields decide.
    func meaning(of word: UInt32) -> String {
        let fields = fields(word)
        return "\(decode(fields)) \(text(fields)) \(isReserved(fields))"
    }
}
