import Bits
import TestSupport

@testable import CortexM

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
