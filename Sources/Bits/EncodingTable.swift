/// Finds which of many diagrams draws an instruction word: by table for 16 bits, by a short list for 32.
public struct EncodingTable: Sendable {
    /// What a diagram fixes.
    private struct Pattern: Sendable {
        let mask: UInt32
        let value: UInt32
    }

    private let patterns: [Pattern]
    /// The diagram by halfword; -1 where nothing is defined.
    private let narrow: [Int16]
    /// Candidates by the selected bits of the word, the one that is meant before the others.
    private let wide: [[Int16]]
    private let select: @Sendable (UInt32) -> UInt32

    /// - Parameters:
    ///   - diagrams: at most 32767.
    ///   - precedence: tells, of two diagrams that draw the same word, which is meant: the one with the higher number,
    ///     or else the one that stands later.
    ///   - selectedBits: how many bits `select` returns.
    ///   - select: moves those bits of a 32-bit word together that tell most diagrams apart.
    public init(
        _ diagrams: [EncodingDiagram], precedence: (_ index: Int) -> Int, selectedBits: UInt32,
        select: @escaping @Sendable (UInt32) -> UInt32
    ) {
        var narrow = [Int16](repeating: -1, count: 1 << 16)
        var wide = [[Int16]](repeating: [], count: 1 << selectedBits)
        let precedence = diagrams.indices.map(precedence)
        // The one that is meant first: where it stands nobody else is put.
        for index in diagrams.indices.sorted(by: { (precedence[$0], $0) > (precedence[$1], $1) }) {
            let diagram = diagrams[index]
            if diagram.width == 16 {
                EncodingTable.forEach(of: ~diagram.mask & 0xFFFF) { free in
                    let halfword = Int(diagram.value | free)
                    if narrow[halfword] < 0 { narrow[halfword] = Int16(index) }
                }
            } else {
                let value = select(diagram.value)
                EncodingTable.forEach(of: ~select(diagram.mask) & (1 << selectedBits - 1)) { free in
                    wide[Int(value | free)].append(Int16(index))
                }
            }
        }
        patterns = diagrams.map { Pattern(mask: $0.mask, value: $0.value) }
        self.narrow = narrow
        self.wide = wide
        self.select = select
    }

    /// Calls `visit` with every word that has no bits but some of these.
    private static func forEach(of bits: UInt32, _ visit: (UInt32) -> Void) {
        var some = bits
        while true {
            visit(some)
            if some == 0 { return }
            some = (some - 1) & bits
        }
    }

    /// The place in the list of the diagram that draws `word`; `nil` if none does.
    ///
    /// - Parameter isWide: whether the word has 32 bits; the upper half of one of 16 bits is ignored.
    public func index(of word: UInt32, isWide: Bool) -> Int? {
        guard isWide else {
            let index = narrow[Int(word & 0xFFFF)]
            return index < 0 ? nil : Int(index)
        }
        for index in wide[Int(select(word))] {
            let pattern = patterns[Int(index)]
            if word & pattern.mask == pattern.value { return Int(index) }
        }
        return nil
    }
}
