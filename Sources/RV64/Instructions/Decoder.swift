import Bits

/// Finds the encoding of an instruction word.
struct Decoder: Sendable {
    /// Of the whole architecture.
    static let all = Decoder()

    let encodings: [Encoding]
    private let table: EncodingTable

    init(_ encodings: [Encoding] = allEncodings) {
        self.encodings = encodings
        // funct3 and the opcode.
        table = EncodingTable(
            encodings.map(\.diagram), precedence: { encodings[$0].precedence }, selectedBits: 8
        ) { $0.bits(14, 12) << 5 | $0.bits(6, 2) }
    }

    /// Whether a first halfword begins a 32-bit instruction. Unprivileged manual, section 1.5.
    static func isWide(_ halfword: UInt32) -> Bool { halfword & 3 == 3 }

    /// The encoding of `word`, whose upper half is ignored in a 16-bit instruction.
    func encoding(of word: UInt32) -> Encoding? { index(of: word).map { encodings[$0] } }

    /// Its place among the encodings.
    func index(of word: UInt32) -> Int? { table.index(of: word, isWide: Decoder.isWide(word)) }

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
