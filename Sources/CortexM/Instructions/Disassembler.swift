import Bits

/// Instructions as text: what GNU objdump prints for them, without its comments and symbols.
public struct Disassembler: Sendable {
    private let decoder: Decoder
    /// By place of the encoding.
    private let syntaxes: [Syntax]

    public init() { self.init(.all) }

    init(_ encodings: [Encoding]) { self.init(Decoder(encodings)) }

    private init(_ decoder: Decoder) {
        self.decoder = decoder
        syntaxes = decoder.encodings.map(\.syntax)
    }

    /// The instruction that begins at `address`: mnemonic, a tab, operands. What no encoding draws is given as data,
    /// with the assembler's `.inst`.
    ///
    /// - Parameters:
    ///   - first: the halfword at `address`.
    ///   - second: the one behind it; used only by a 32-bit instruction.
    ///   - itState: ITSTATE when the instruction executes: zero outside an IT block.
    public func text(_ first: UInt16, _ second: UInt16, at address: UInt32, itState: UInt8 = 0) -> String {
        let isWide = Decoder.isWide(UInt32(first))
        let word = isWide ? UInt32(first) << 16 | UInt32(second) : UInt32(first)
        guard let index = decoder.index(of: word, isWide: isWide) else {
            return isWide ? ".inst.w\t0x\(hexadecimal(word, 8))" : ".inst.n\t0x\(hexadecimal(word, 4))"
        }
        let encoding = decoder.encodings[index]
        return encoding.text(
            Fields(word: word, diagram: encoding.diagram, address: address, itState: itState), syntaxes[index])
    }
}

extension Encoding {
    /// Assembler syntax as GNU objdump prints it, read anew each time: only who prints instructions needs it.
    var syntax: Syntax { Syntax(syntaxText) }

    /// The instruction as text.
    func text(_ fields: Fields, _ syntax: Syntax? = nil) -> String {
        let line = (syntax ?? self.syntax).pieces.map { text(of: $0, fields) }.joined()
        guard let space = line.firstIndex(of: " ") else { return line }
        return line[..<space] + "\t" + line[line.index(after: space)...]
    }

    private func text(of piece: Syntax.Piece, _ fields: Fields) -> String {
        switch piece {
        case .text(let text): return text
        case .condition: return fields.inITBlock ? conditionName(UInt32(fields.itState) >> 4) : ""
        case .conditionOrS: return fields.inITBlock ? conditionName(UInt32(fields.itState) >> 4) : "s"
        case .register(let letter): return registerName(fields[letter])
        case .single(let letter, let behind): return "s\(single(letter, fields) + behind)"
        case .double(let letter): return "d\(double(letter, fields))"
        case .singles: return registerRange("s", single("d", fields), fields.i)
        case .doubles: return registerRange("d", double("d", fields), fields.i)
        case .number(let number): return String(number.value(fields))
        case .optional(let text, let number):
            let value = number.value(fields)
            return value == 0 ? "" : text + String(value)
        case .shift: return shift(fields)
        case .modifiedImmediate: return String(ThumbExpandImm(fields.i))
        case .choice(let letter, let set, let clear): return fields[letter] != 0 ? set : clear
        case .label: return "0x" + String(decode(fields).instruction.imm, radix: 16)
        case .list(let extra): return registerList(fields["r"] | (extra == 0 ? 0 : fields["e"] << extra))
        case .writebackUnlessLoaded: return fields["r"] >> fields["n"] & 1 == 0 ? "!" : ""
        case .conditionField(let letter): return conditionName(fields[letter])
        case .thenElse(let mask, let condition): return thenElse(fields[mask], fields[condition])
        case .barrierOption(let letter): return barrierOption(fields[letter])
        case .instructionBarrierOption: return fields["o"] == 15 ? "sy" : "#\(fields["o"])"
        case .specialRegister: return specialRegister(fields)
        case .hexadecimal(let letter): return "0x" + hexadecimal(fields[letter], 4)
        }
    }

    private func single(_ letter: Unicode.Scalar, _ fields: Fields) -> UInt32 {
        fields[letter] << 1 | fields[Syntax.upper(letter)]
    }

    private func double(_ letter: Unicode.Scalar, _ fields: Fields) -> UInt32 {
        fields[Syntax.upper(letter)] << 4 | fields[letter]
    }

    /// The constant shift of a second operand. DDI 0403E.e A7.4.2.
    private func shift(_ fields: Fields) -> String {
        // The saturating instructions have only the upper bit of the type.
        let type = diagram.width(of: UInt8(ascii: "y")) == 1 ? fields["y"] << 1 : fields["y"]
        let (kind, amount) = SRType.decode(type: type, imm5: fields.i)
        return switch kind {
        case .lsl: amount == 0 ? "" : ", lsl #\(amount)"
        case .lsr: ", lsr #\(amount)"
        case .asr: ", asr #\(amount)"
        case .ror: ", ror #\(amount)"
        case .rrx: ", rrx"
        }
    }

    /// The letters behind IT's `i`: `t` where the mask agrees with the condition's lowest bit. DDI 0403E.e A7.3.2.
    private func thenElse(_ mask: UInt32, _ condition: UInt32) -> String {
        let count = 3 - min(mask.trailingZeroBitCount, 3)
        let others = (0..<count).map { mask >> UInt32(3 - $0) & 1 == condition & 1 ? "t" : "e" }
        return "t" + others.joined()
    }

    /// The special registers by SYSm. DDI 0403E.e B5.2.2; GNU says CPSR where the manual says APSR.
    private func specialRegister(_ fields: Fields) -> String {
        switch fields.i {
        case 0:
            guard diagram.width(of: UInt8(ascii: "k")) != 0 else { return "CPSR" }
            return "CPSR_" + (fields["k"].bit(1) ? "f" : "") + (fields["k"].bit(0) ? "s" : "")
        case 1: return "IAPSR"
        case 2: return "EAPSR"
        case 3: return "PSR"
        case 5: return "IPSR"
        case 6: return "EPSR"
        case 7: return "IEPSR"
        case 8: return "MSP"
        case 9: return "PSP"
        case 16: return "PRIMASK"
        case 17: return "BASEPRI"
        case 18: return "BASEPRI_MAX"
        case 19: return "FAULTMASK"
        case 20: return "CONTROL"
        default: return "<UNDEF: \(fields.i)>"
        }
    }
}

/// EQ to AL by number. DDI 0403E.e A7.3.
private func conditionName(_ condition: UInt32) -> String {
    let names = ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"]
    return names[Int(condition & 15)]
}

private func registerName(_ register: UInt32) -> String {
    let special = ["sl", "fp", "ip", "sp", "lr", "pc"]
    let number = Int(register & 15)
    return number < 10 ? "r\(number)" : special[number - 10]
}

private func registerList(_ list: UInt32) -> String {
    let names = (0..<UInt32(16)).filter { list.bit(Int($0)) }.map(registerName)
    return "{" + names.joined(separator: ", ") + "}"
}

/// Consecutive registers.
private func registerRange(_ kind: String, _ first: UInt32, _ count: UInt32) -> String {
    count <= 1 ? "{\(kind)\(first)}" : "{\(kind)\(first)-\(kind)\(first + count - 1)}"
}

private func barrierOption(_ option: UInt32) -> String {
    switch option {
    case 15: "sy"
    case 14: "st"
    case 13: "ld"
    case 11: "ish"
    case 10: "ishst"
    case 9: "ishld"
    case 7: "un"
    case 6: "unst"
    case 5: "nshld"
    case 3: "osh"
    case 2: "oshst"
    case 1: "oshld"
    default: "#\(option)"
    }
}

private func hexadecimal(_ value: UInt32, _ digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
