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
    /// The letters that stand in the diagram, in order of first appearance.
    public let letters: [UInt8]

    /// One contiguous piece of a field.
    struct Run: Sendable {
        let shift: UInt32
        let width: UInt32
    }

    /// The pieces of each field, from left to right; indexed by ASCII code.
    private let runs: [[Run]]

    /// - Parameter picture: `0`, `1`, ASCII letters and spaces; 16 or 32 bits.
    public init(_ picture: String) {
        let bits = picture.utf8.filter { $0 != UInt8(ascii: " ") }
        precondition(bits.count == 16 || bits.count == 32, "an encoding has 16 or 32 bits: \(picture)")
        width = bits.count
        var mask: UInt32 = 0
        var value: UInt32 = 0
        var letters: [UInt8] = []
        var runs = [[Run]](repeating: [], count: 128)
        var previous: UInt8 = 0
        for (index, character) in bits.enumerated() {
            let position = UInt32(bits.count - 1 - index)
            switch character {
            case UInt8(ascii: "0"), UInt8(ascii: "1"):
                mask |= 1 << position
                if character == UInt8(ascii: "1") { value |= 1 << position }
            default:
                precondition(character < 128, "fields are named by ASCII letters: \(picture)")
                if !letters.contains(character) { letters.append(character) }
                if character == previous, let last = runs[Int(character)].popLast() {
                    runs[Int(character)].append(Run(shift: position, width: last.width + 1))
                } else {
                    runs[Int(character)].append(Run(shift: position, width: 1))
                }
            }
            previous = character
        }
        self.mask = mask
        self.value = value
        self.letters = letters
        self.runs = runs
    }

    /// Whether `word` is drawn by this diagram.
    @inlinable
    public func matches(_ word: UInt32) -> Bool { word & mask == value }

    /// The value of a field in `word`; zero if the diagram has no such field.
    public func field(_ letter: UInt8, of word: UInt32) -> UInt32 {
        var result: UInt32 = 0
        for run in runs[Int(letter)] {
            result = result << run.width | (word >> run.shift) & (UInt32.max >> (32 - run.width))
        }
        return result
    }

    /// How many bits a field has; zero if the diagram has no such field.
    public func width(of letter: UInt8) -> Int {
        runs[Int(letter)].reduce(0) { $0 + Int($1.width) }
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
