import Bits

/// Every encoding of the architecture, in the order of the manual's tables.
let allEncodings: [Encoding] =
    dataProcessing16 + loadStore16 + miscellaneous16 + branches
    + dataProcessingImmediate + saturation + dataProcessingRegister + packing + extensions + parallelArithmetic
    + multiplications + longMultiplications + divisions
    + loadStore32 + memoryHints + loadStoreMultiple + system32
    + floatingPointDataProcessing + floatingPointTransfers

/// Finds the encoding of an instruction word: by table for 16 bits, by a short list for 32.
struct Decoder: Sendable {
    private let encodings: [Encoding]
    /// Index into `encodings` by halfword; -1 where nothing is defined.
    private let narrow: [Int16]
    /// Candidates by bits 28...20 of the word, the most specific first.
    private let wide: [[Int16]]

    init(_ encodings: [Encoding] = allEncodings) {
        self.encodings = encodings
        var narrow = [Int16](repeating: -1, count: 1 << 16)
        var wide = [[Int16]](repeating: [], count: 1 << 9)
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
                let mask = diagram.mask >> 20 & 0x1FF
                for bucket in 0..<UInt32(1 << 9) where bucket & mask == diagram.value >> 20 & 0x1FF {
                    wide[Int(bucket)].insert(Int16(index), at: 0)
                }
            }
        }
        self.narrow = narrow
        self.wide = wide
    }

    /// Whether a first halfword begins a 32-bit instruction. DDI 0403E.e A5.1.
    static func isWide(_ halfword: UInt32) -> Bool { halfword >> 11 >= 0b11101 }

    /// The encoding of `word`, which holds a 32-bit instruction's first halfword in its upper half.
    func encoding(of word: UInt32, isWide: Bool) -> Encoding? {
        if !isWide {
            let index = narrow[Int(word & 0xFFFF)]
            return index < 0 ? nil : encodings[Int(index)]
        }
        for index in wide[Int(word >> 20 & 0x1FF)] where encodings[Int(index)].diagram.matches(word) {
            return encodings[Int(index)]
        }
        return nil
    }
}

extension Encoding {
    /// Among the encodings that draw a word the one with the highest precedence is meant: the one that fixes most of
    /// it, unless the manual says otherwise.
    var precedence: Int { diagram.mask.nonzeroBitCount + (takesPrecedence ? 32 : 0) }
}
