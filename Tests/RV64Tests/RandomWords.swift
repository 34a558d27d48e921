import Bits
import TestSupport

@testable import RV64

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
