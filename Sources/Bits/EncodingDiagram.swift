/// An instruction encoding as the architecture manual draws it: a row of bits, each `0`, `1`, or a letter that names
/// the field it belongs to. Spaces are for the eye.
///
///     0001 100 mmm nnn ddd
///
/// A field whose letter stands in several places is put together from left to right.
public struct EncodingDiagram: Sendable {
    /// Width of the encoding: 16 or 32.
    public let width: Int
    /// Ones where the diagram fixes a bit.
    public let mask: UInt32
    /// The fixed bits.
    public let value: UInt32
    /// One contiguous piece of a field.
    private struct Run {
        let letter: UInt8
        var shift: UInt32
        var width: UInt32
    }

    /// The pieces of the fields, from left to right.
    private let runs: [Run]

    /// - Parameter picture: `0`, `1`, ASCII letters and spaces; 16 or 32 bits.
    public init(_ picture: String) {
        width = picture.utf8.reduce(0) { $1 == UInt8(ascii: " ") ? $0 : $0 + 1 }
        precondition(width == 16 || width == 32, "an encoding has 16 or 32 bits: \(picture)")
        var mask: UInt32 = 0
        var value: UInt32 = 0
        var runs: [Run] = []
        var position = UInt32(width)
        var previous: UInt8 = 0
        for character in picture.utf8 where character != UInt8(ascii: " ") {
            position -= 1
            switch character {
            case UInt8(ascii: "0"), UInt8(ascii: "1"):
                mask |= 1 << position
                if character == UInt8(ascii: "1") { value |= 1 << position }
            default:
                precondition(character < 128, "fields are named by ASCII letters: \(picture)")
                if character == previous {
                    runs[runs.count - 1].shift = position
                    runs[runs.count - 1].width += 1
                } else {
                    runs.append(Run(letter: character, shift: position, width: 1))
                }
            }
            previous = character
        }
        self.mask = mask
        self.value = value
        self.runs = runs
    }

    /// The letters that stand in the diagram, in order of first appearance.
    public var letters: [UInt8] {
        runs.reduce(into: []) { if !$0.contains($1.letter) { $0.append($1.letter) } }
    }

    /// Whether `word` is drawn by this diagram.
    @inlinable
    public func matches(_ word: UInt32) -> Bool { word & mask == value }

    /// The value of a field in `word`; zero if the diagram has no such field.
    public func field(_ letter: UInt8, of word: UInt32) -> UInt32 {
        var result: UInt32 = 0
        for run in runs where run.letter == letter {
            result = result << run.width | (word >> run.shift) & (UInt32.max >> (32 - run.width))
        }
        return result
    }

    /// How many bits a field has; zero if the diagram has no such field.
    public func width(of letter: UInt8) -> Int {
        runs.reduce(0) { $1.letter == letter ? $0 + Int($1.width) : $0 }
    }

    /// Whether some word is drawn by both diagrams.
    public func overlaps(_ other: EncodingDiagram) -> Bool {
        width == other.width && (value ^ other.value) & mask & other.mask == 0
    }

    /// Whether every word of this diagram is drawn by the other, too: this one is a special case of it.
    public func refines(_ other: EncodingDiagram) -> Bool {
        width == other.width && mask & other.mask == other.mask && value & other.mask == other.value
    }
}
