import Bits
import TestSupport
import Testing

@testable import CortexM

/// The tables of encodings, checked as tables.
struct EncodingTableTests {
    @Test("No two encodings overlap unless one refines the other")
    func refinements() {
        for (first, second) in overlaps(allEncodings.map(\.diagram)).unstated {
            let (one, other) = (allEncodings[first], allEncodings[second])
            // Where both leave bits free that the other fixes, the words they share must be another's: one that refines
            // both.
            let stated =
                one.takesPrecedence != other.takesPrecedence
                || allEncodings.contains {
                    $0.diagram.refines(one.diagram) && $0.diagram.refines(other.diagram)
                        && $0.diagram.mask == one.diagram.mask | other.diagram.mask
                }
            #expect(stated, "\(one.name) and \(other.name)")
        }
    }

    @Test("No two encodings are drawn alike")
    func distinct() {
        for (one, other) in overlaps(allEncodings.map(\.diagram)).alike {
            Issue.record("\(allEncodings[one].name) and \(allEncodings[other].name)")
        }
    }

    @Test("Names are unique")
    func names() {
        #expect(Set(allEncodings.map(\.name)).count == allEncodings.count)
    }

    @Test("Every placeholder of the syntax has a field")
    func placeholders() {
        for encoding in allEncodings {
            for letter in encoding.syntax.letters
            where encoding.diagram.width(of: UInt8(ascii: letter)) == 0 {
                Issue.record("\(encoding.name): no field \(letter)")
            }
            for case .text(let text) in encoding.syntax.pieces {
                #expect(!text.contains("<") && !text.contains(">"), "\(encoding.name): \(text)")
            }
        }
    }

    /// A field matters if changing it changes what is printed, what is decoded, or whether that is predictable.
    @Test("Every field letter is used")
    func fields() {
        var random = SplitMix(seed: 1)
        for encoding in allEncodings {
            for letter in encoding.diagram.letters {
                let isUsed = (0..<64).contains { _ in
                    let word = encoding.randomWord(&random)
                    let mask = encoding.diagram.mask(of: letter)
                    let changed = word & ~mask | UInt32(truncatingIfNeeded: random.next()) & mask
                    return encoding.meaning(of: word) != encoding.meaning(of: changed)
                }
                #expect(isUsed, "\(encoding.name): \(Unicode.Scalar(letter))")
            }
        }
    }

    @Test("Every encoding is reached by some word")
    func reached() {
        let decoder = Decoder()
        var random = SplitMix(seed: 2)
        for encoding in allEncodings {
            let isReached = (0..<256).contains { _ in
                let word = encoding.randomWord(&random)
                return decoder.encoding(of: word, isWide: encoding.diagram.width == 32)?.name == encoding.name
            }
            #expect(isReached, "\(encoding.name)")
        }
    }

    /// The one that fixes most of the word, unless the manual has it give way: "SEE LDR (literal)".
    @Test("The decoder finds the most specific encoding")
    func mostSpecific() {
        let decoder = Decoder()
        var random = SplitMix(seed: 3)
        for encoding in allEncodings {
            for _ in 0..<32 {
                let word = encoding.randomWord(&random)
                let width = encoding.diagram.width
                let found = decoder.encoding(of: word, isWide: width == 32)
                let best = allEncodings.filter { $0.diagram.width == width && $0.diagram.matches(word) }
                    .max { $0.precedence < $1.precedence }
                #expect(found?.name == best?.name)
            }
        }
    }

    /// DDI 0403E.e A5.2.5: opcodes 0110 (but for CPS), 0111, 1000 and 101010x of the miscellaneous instructions. Where
    /// bits that should be zero are not the manual says UNPREDICTABLE; we say UNDEFINED: BX, BLX, CPS.
    @Test("16-bit halfwords that the manual leaves undefined, and only those, are undefined")
    func narrowSpace() {
        let decoder = Decoder()
        var wrong: [UInt32] = []
        for halfword in UInt32(0)..<0xE800 {
            let isDefined = decoder.encoding(of: halfword, isWide: false) != nil
            if isDefined == Self.isUndefined(halfword) { wrong.append(halfword) }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(20).map { String($0, radix: 16) })")
    }

    private static func isUndefined(_ halfword: UInt32) -> Bool {
        switch halfword {
        case 0xB660..<0xB680: halfword & 0xC != 0
        case 0xB600..<0xB900, 0xBA80..<0xBAC0: true
        case 0x4700..<0x4800: halfword & 7 != 0
        default: false
        }
    }
}
