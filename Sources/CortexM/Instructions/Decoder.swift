import Bits

/// Every encoding of the architecture, in the order of the manual's tables.
let allEncodings: [Encoding] =
    dataProcessing16 + loadStore16 + miscellaneous16 + branches
    + dataProcessingImmediate + saturation + dataProcessingRegister + packing + extensions + parallelArithmetic
    + multiplications + longMultiplications + divisions
    + loadStore32 + memoryHints + loadStoreMultiple + system32
    + floatingPointDataProcessing + floatingPointTransfers

/// Finds the encoding of an instruction word.
struct Decoder: Sendable {
    /// Of the whole architecture.
    static let all = Decoder()

    let encodings: [Encoding]
    private let table: EncodingTable

    init(_ encodings: [Encoding] = allEncodings) {
        self.encodings = encodings
        table = EncodingTable(
            encodings.map(\.diagram), precedence: { encodings[$0].precedence }, selectedBits: 9
        ) { $0.bits(28, 20) }
    }

    /// Whether a first halfword begins a 32-bit instruction. DDI 0403E.e A5.1.
    static func isWide(_ halfword: UInt32) -> Bool { halfword >> 11 >= 0b11101 }

    /// The encoding of `word`, which holds a 32-bit instruction's first halfword in its upper half.
    func encoding(of word: UInt32, isWide: Bool) -> Encoding? { index(of: word, isWide: isWide).map { encodings[$0] } }

    /// Its place among the encodings.
    func index(of word: UInt32, isWide: Bool) -> Int? { table.index(of: word, isWide: isWide) }
}

extension Encoding {
    /// Among the encodings that draw a word the one with the highest precedence is meant: the one that fixes most of
    /// it, unless the manual says otherwise.
    var precedence: Int { diagram.mask.nonzeroBitCount + (takesPrecedence ? 32 : 0) }
}
