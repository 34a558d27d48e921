import Bits

extension EncodingDiagram {
    /// Ones where the field's letter stands.
    public func mask(of letter: UInt8) -> UInt32 {
        (0..<UInt32(width)).reduce(0) { field(letter, of: 1 << $1) != 0 ? $0 | 1 << $1 : $0 }
    }

    /// `word` with another value in a field, of which the lowest bits count.
    public func setting(_ letter: Unicode.Scalar, to value: UInt32, in word: UInt32) -> UInt32 {
        let letter = UInt8(ascii: letter)
        var word = word
        var bit = UInt32(width(of: letter))
        for position in (0..<UInt32(width)).reversed() where field(letter, of: 1 << position) != 0 {
            bit -= 1
            word = word & ~(1 << position) | (value >> bit & 1) << position
        }
        return word
    }
}

/// The pairs of diagrams that draw the same words although neither refines the other, and those that are drawn alike,
/// by their places in the list.
public func overlaps(_ diagrams: [EncodingDiagram]) -> (unstated: [(Int, Int)], alike: [(Int, Int)]) {
    var unstated: [(Int, Int)] = []
    var alike: [(Int, Int)] = []
    for (index, one) in diagrams.enumerated() {
        for place in diagrams.indices.dropFirst(index + 1) where one.overlaps(diagrams[place]) {
            let other = diagrams[place]
            if !one.refines(other), !other.refines(one) { unstated.append((index, place)) }
            if one.mask == other.mask { alike.append((index, place)) }
        }
    }
    return (unstated, alike)
}
