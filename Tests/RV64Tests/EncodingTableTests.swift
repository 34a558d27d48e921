import Bits
import TestSupport
import Testing

@testable import RV64

/// The tables of encodings, checked as tables.
@Suite struct EncodingTableTests {
    @Test("No two encodings overlap unless one refines the other")
    func refinements() {
        for (one, other) in overlaps(allEncodings.map(\.diagram)).unstated {
            Issue.record("\(allEncodings[one].name) and \(allEncodings[other].name)")
        }
    }

    @Test("No two encodings are drawn alike, and no two have the same name")
    func distinct() {
        for (one, other) in overlaps(allEncodings.map(\.diagram)).alike {
            Issue.record("\(allEncodings[one].name) and \(allEncodings[other].name)")
        }
        #expect(Set(allEncodings.map(\.name)).count == allEncodings.count)
    }

    /// "All the 32-bit instructions in the base ISA have their lowest two bits set to 11." Unprivileged manual, 1.5.
    @Test("The lowest two bits tell the width")
    func widths() {
        for encoding in allEncodings {
            #expect(Decoder.isWide(encoding.diagram.value) == (encoding.diagram.width == 32), "\(encoding.name)")
            #expect(encoding.diagram.mask & 3 == 3, "\(encoding.name)")
        }
    }

    @Test("Every placeholder of a syntax is known")
    func placeholders() {
        let syntaxes = allEncodings.map(\.syntax) + aliases.values.flatMap { $0 }.map(\.syntax)
        for syntax in syntaxes {
            for case .text(let text) in syntax.pieces {
                #expect(!text.contains("<") && !text.contains(">"), "\(text)")
            }
        }
    }

    @Test("Every placeholder is used by some syntax")
    func usedPlaceholders() {
        var used: Set<String> = []
        for encoding in allEncodings {
            for case .placeholder(let placeholder) in encoding.syntax.pieces { used.insert(placeholder.rawValue) }
        }
        for placeholder in Syntax.Placeholder.allCases {
            #expect(used.contains(placeholder.rawValue), "\(placeholder.rawValue)")
        }
    }

    /// A field matters if changing it changes what is printed, what is decoded, or whether that is reserved.
    @Test("Every field letter is used, but for bits that are ignored")
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
                let isMode = encoding.name == "FENCE" && letter == UInt8(ascii: "f")
                #expect(isUsed != (letter == Encoding.ignored || isMode), "\(encoding.name): \(Unicode.Scalar(letter))")
            }
        }
    }

    @Test("Every encoding is reached by some word that is not reserved")
    func reached() {
        let decoder = Decoder()
        var random = SplitMix(seed: 2)
        for encoding in allEncodings {
            let isReached = (0..<256).contains { _ in
                let word = encoding.randomWord(&random)
                return decoder.encoding(of: word)?.name == encoding.name && !encoding.isReserved(encoding.fields(word))
            }
            #expect(isReached, "\(encoding.name)")
        }
    }

    /// Every operation of an instruction is what some encoding decodes to.
    @Test("Every operation is reached by some encoding")
    func operations() {
        var random = SplitMix(seed: 4)
        var reached: Set<Operation> = [.fallThrough, .stop, .notify, .checkStack, .fpContext, .fetchFault]
        for encoding in allEncodings {
            for _ in 0..<256 {
                let fields = encoding.fields(encoding.randomWord(&random))
                if !encoding.isReserved(fields) { reached.insert(encoding.decode(fields).operation) }
            }
        }
        for operation in Operation.allCases { #expect(reached.contains(operation), "\(operation)") }
    }

    @Test("Every timing class is of some encoding")
    func timings() {
        for timing in TimingClass.allCases {
            #expect(allEncodings.contains { $0.timing == timing }, "\(timing)")
        }
    }

    @Test("The decoder finds the most specific encoding")
    func mostSpecific() {
        let decoder = Decoder()
        var random = SplitMix(seed: 3)
        for encoding in allEncodings {
            for _ in 0..<32 {
                let word = encoding.randomWord(&random)
                let width = encoding.diagram.width
                let best = allEncodings.filter { $0.diagram.width == width && $0.diagram.matches(word) }
                    .max { $0.diagram.mask.nonzeroBitCount < $1.diagram.mask.nonzeroBitCount }
                #expect(decoder.encoding(of: word)?.name == best?.name)
            }
        }
    }

    @Test("A destination is never x0 itself: what is written there is thrown away")
    func zeroRegister() {
        var random = SplitMix(seed: 5)
        for encoding in allEncodings {
            let writesFloat: Set<TimingClass> = [
                .fpLoad, .fpSingle, .fpDouble, .fpDivideSingle, .fpDivideDouble, .fpSquareRootSingle,
                .fpSquareRootDouble, .fpConvert, .fpMove, .fpFromInteger, .fpStore, .store, .branch, .fence, .fenceI,
                .system,
            ]
            guard !writesFloat.contains(encoding.timing) else { continue }
            for _ in 0..<64 {
                let fields = encoding.fields(encoding.randomWord(&random))
                if encoding.isReserved(fields) { continue }
                #expect(encoding.decode(fields).d != 0 || encoding.decode(fields).operation == .j, "\(encoding.name)")
            }
        }
    }

    @Test("Every alias is of an encoding that there is, and some word has it")
    func aliasesApply() {
        for (name, forms) in aliases.sorted(by: { $0.key < $1.key }) {
            guard let encoding = allEncodings.first(where: { $0.name == name }) else {
                Issue.record("no encoding \(name)")
                continue
            }
            var unseen = Set(forms.indices)
            for word in EncodingTableTests.words(of: encoding.diagram) {
                let fields = encoding.fields(word)
                if let index = forms.firstIndex(where: { $0.applies(fields) }) { unseen.remove(index) }
                if unseen.isEmpty { break }
            }
            #expect(unseen.isEmpty, "\(name): \(unseen.sorted().map { forms[$0].syntax.pieces })")
        }
    }

    /// The words of a diagram whose fields are numbers that mean something: registers x0, ra and another, immediates of
    /// all zeros and all ones, -1 of a byte, the sets of a fence, control registers of the floating-point unit and of
    /// the counters.
    private static func words(of diagram: EncodingDiagram) -> some Sequence<UInt32> {
        let numbers: [UInt32] = [0, 1, 2, 3, 8, 15, 255, 0xC00, 0xC01, 0xC02]
        let fields = diagram.letters.filter { $0 != Encoding.ignored }.map { letter in
            let largest = UInt32.max >> UInt32(32 - diagram.width(of: letter))
            return (letter: Unicode.Scalar(letter), values: numbers.filter { $0 < largest } + [largest])
        }
        return (0..<fields.reduce(1) { $0 * $1.values.count }).lazy.map { number in
            var (word, rest) = (diagram.value, number)
            for (letter, values) in fields {
                word = diagram.setting(letter, to: values[rest % values.count], in: word)
                rest /= values.count
            }
            return word
        }
    }
}
