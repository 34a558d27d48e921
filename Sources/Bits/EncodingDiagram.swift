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
        let shift: UInt32
        let width: UInt32

        /// Ones where it stands.
        var bits: UInt32 { (UInt32.max >> (32 - width)) << shift }
    }

    /// The pieces of the fields, from left to right.
    private let runs: [Run]

    /// - Parameter picture: `0`, `1`, ASCII letters and spaces; 16 or 32 bits.
    public init(_ picture: String) {
        var letters = Array(picture.utf8)
        letters.removeAll { $0 == UInt8(ascii: " ") }
        width = letters.count
        precondition(width == 16 || width == 32, "an encoding has 16 or 32 bits: \(picture)")
        var mask: UInt32 = 0
        var value: UInt32 = 0
        var runs: [Run] = []
        var end = 0
        while end < width {
            let start = end
            let letter = letters[start]
            repeat { end += 1 } while end < width && letters[end] == letter
            let run = Run(letter: letter, shift: UInt32(width - end), width: UInt32(end - start))
            switch letter {
            case UInt8(ascii: "0"): mask |= run.bits
            case UInt8(ascii: "1"):
                mask |= run.bits
                value |= run.bits
            default:
                precondition(letter < 128, "fields are named by ASCII letters: \(picture)")
                runs.append(run)
            }
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
