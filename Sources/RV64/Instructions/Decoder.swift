import Bits

/// Finds the encoding of an instruction word: by table for 16 bits, by a short list for 32.
struct Decoder: Sendable {
    private let encodings: [Encoding]
    /// Index into `encodings` by halfword; -1 where nothing is defined.
    private let narrow: [Int16]
    /// Candidates by bits 14...12 and 6...2 of the word, the most specific first.
    private let wide: [[Int16]]

    init(_ encodings: [Encoding] = allEncodings) {
        self.encodings = encodings
        var narrow = [Int16](repeating: -1, count: 1 << 16)
        var wide = [[Int16]](repeating: [], count: 1 << 8)
        let byGenerality = encodings.indices.sorted {
            (encodings[$0].precedence, $0) < (encodings[$1].precedence, $1)
        }
        for index in byGenerality {
            let diagram = encodings[index].diagram
            if diagram.width == 16 {
                var free = ~diagram.mask & 0xFFFF
                let all = free
                while true {
                    narrow[Int(diagram.value | free)] = Int16(index)
                    if free == 0 { break }
                    free = (free - 1) & all
                }
            } else {
                let mask = Decoder.bucket(of: diagram.mask)
                for bucket in 0..<UInt32(1 << 8) where bucket & mask == Decoder.bucket(of: diagram.value) {
                    wide[Int(bucket)].insert(Int16(index), at: 0)
                }
            }
        }
        self.narrow = narrow
        self.wide = wide
    }

    private static func bucket(of word: UInt32) -> UInt32 { word.bits(14, 12) << 5 | word.bits(6, 2) }

    /// Whether a first halfword begins a 32-bit instruction. Unprivileged manual, section 1.5.
    static func isWide(_ halfword: UInt32) -> Bool { halfword & 3 == 3 }

    /// The encoding of `word`, whose upper half is ignored in a 16-bit instruction.
    func encoding(of word: UInt32) -> Encoding? {
        if !Decoder.isWide(word) {
            let index = narrow[Int(word & 0xFFFF)]
            return index < 0 ? nil : encodings[Int(index)]
        }
        for index in wide[Int(Decoder.bucket(of: word))] where encodings[Int(index)].diagram.matches(word) {
            return encodings[Int(index)]
        }
        return nil
    }

    /// What a word decodes to, and its encoding; a word that is no instruction decodes to `.illegal`.
    func decode(_ word: UInt32, at address: UInt32) -> (record: Instruction, encoding: Encoding?) {
        if let encoding = encoding(of: word) {
            let fields = Fields(word: word, diagram: encoding.diagram, address: address)
            if !encoding.isReserved(fields) { return (encoding.decode(fields), encoding) }
        }
        return (Instruction(.illegal), nil)
    }
}

extension Encoding {
    /// Among the encodings that draw a word, the one that fixes most of it is meant.
    var precedence: Int { diagram.mask.nonzeroBitCount }
}
