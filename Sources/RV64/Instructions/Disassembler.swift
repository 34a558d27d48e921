import Bits

/// Instructions as text: what GNU objdump prints for them, without its comments and symbols.
public struct Disassembler: Sendable {
    private let decoder = Decoder.all
    /// By place of the encoding.
    private let syntaxes = Decoder.all.encodings.map(\.syntax)
    private let usesAliases: Bool

    /// - Parameter usesAliases: whether forms with a name of their own are called by it, `ret` for `jalr zero,0(ra)`;
    ///   otherwise it is objdump's `-M no-aliases`.
    public init(usesAliases: Bool = true) { self.usesAliases = usesAliases }

    /// The instruction that begins at `address`: mnemonic, a tab, operands. What no encoding draws is given as data.
    ///
    /// - Parameter word: its first halfword in the lower half; the upper half is ignored in a 16-bit instruction.
    public func text(_ word: UInt32, at address: UInt32) -> String {
        let bits = Decoder.isWide(word) ? word : word & 0xFFFF
        guard let index = decoder.index(of: bits) else { return data(bits) }
        let encoding = decoder.encodings[index]
        let fields = Fields(word: bits, diagram: encoding.diagram, address: address)
        if encoding.isReserved(fields) { return data(bits) }
        let alias = usesAliases ? aliases[encoding.name]?.first { $0.applies(fields) } : nil
        return encoding.text(fields, alias?.syntax ?? syntaxes[index])
    }

    private func data(_ word: UInt32) -> String {
        (Decoder.isWide(word) ? ".4byte\t" : ".2byte\t") + "0x" + String(word, radix: 16)
    }
}

extension Encoding {
    /// Assembler syntax as GNU objdump prints it without aliases, read anew each time: only who prints instructions
    /// needs it.
    var syntax: Syntax { Syntax(syntaxText) }

    /// The instruction as text.
    ///
    /// - Parameter syntax: that of the encoding, or of the form that it has.
    func text(_ fields: Fields, _ syntax: Syntax? = nil) -> String {
        let line = (syntax ?? self.syntax).pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .placeholder(let placeholder): text(of: placeholder, fields)
            }
        }.joined()
        guard let space = line.firstIndex(of: " ") else { return line }
        return line[..<space] + "\t" + line[line.index(after: space)...]
    }

    private func text(of placeholder: Syntax.Placeholder, _ fields: Fields) -> String {
        switch placeholder {
        case .d: integerName(fields.d)
        case .n: integerName(fields.n)
        case .m: integerName(fields.m)
        case .dPrime: integerName(fields.dPrime)
        case .nPrime: integerName(fields.nPrime)
        case .mPrime: integerName(fields.mPrime)
        case .fd: floatName(fields.d)
        case .fn: floatName(fields.n)
        case .fm: floatName(fields.m)
        case .fa: floatName(fields.a)
        case .fdPrime: floatName(fields.dPrime)
        case .fmPrime: floatName(fields.mPrime)
        case .immI: String(fields.immI)
        case .immS: String(fields.immS)
        case .label: "0x" + String(decode(fields).target, radix: 16)
        case .csr: csrName(UInt16(fields.i)) ?? "0x" + String(fields.i, radix: 16)
        case .order: (fields["q"] != 0 ? (fields["s"] != 0 ? ".aqrl" : ".aq") : (fields["s"] != 0 ? ".rl" : ""))
        case .hexImmediate: "0x" + String(fields.i, radix: 16)
        case .number: String(fields.n)
        case .predecessors: accessKinds(fields["p"])
        case .successors: accessKinds(fields["s"])
        case .round: fields.rounding == 7 ? "" : "," + roundingName(fields.rounding)
        case .exactRound: fields.rounding == 0 ? "" : "," + roundingName(fields.rounding)
        case .imm6: String(fields.imm6)
        case .hexShift: "0x" + String(fields.shift6, radix: 16)
        case .hexUpper: "0x" + String(UInt32(bitPattern: fields.imm6) & 0xFFFFF, radix: 16)
        case .stackAddend: String(fields.stackAddend)
        case .stackAdjustment: String(fields.stackAdjustment)
        case .wordOffset: String(fields.wordOffset)
        case .doubleOffset: String(fields.doubleOffset)
        case .stackWordOffset: String(fields.stackWordOffset)
        case .stackDoubleOffset: String(fields.stackDoubleOffset)
        case .stackWordStore: String(fields.stackWordStore)
        case .stackDoubleStore: String(fields.stackDoubleStore)
        }
    }
}

private func integerName(_ register: UInt8) -> String { Hart.registerNames[Int(register & 31)] }

/// The names of the procedure call standard, f0 to f31.
private func floatName(_ register: UInt8) -> String {
    switch register & 31 {
    case 0...7: "ft\(register & 31)"
    case 8, 9: "fs\(register - 8)"
    case 10...17: "fa\(register - 10)"
    case 18...27: "fs\(register - 16)"
    default: "ft\((register & 31) - 20)"
    }
}

/// i, o, r, w: what a fence orders.
private func accessKinds(_ bits: UInt32) -> String {
    let kinds = zip([3, 2, 1, 0], ["i", "o", "r", "w"]).filter { bits.bit($0.0) }.map(\.1).joined()
    return kinds.isEmpty ? "unknown" : kinds
}

private func roundingName(_ mode: UInt16) -> String {
    let names = ["rne", "rtz", "rdn", "rup", "rmm", "unknown", "unknown", "dyn"]
    return names[Int(mode & 7)]
}
