/// The assembler syntax of an encoding, as GNU objdump prints it, with placeholders for what the fields hold.
///
/// | placeholder | stands for |
/// | --- | --- |
/// | `{c}` | the condition, inside an IT block |
/// | `{s}` | the condition inside an IT block, `s` outside |
/// | `{S}` | `s` if the field S is set |
/// | `<Rd>`, `<Rt2>`, `<RdLo>`, ... | a general register |
/// | `<Sd>`, `<Dd>`, ... | a floating-point register, numbered d:D or D:d; `<Sm1>`: the one behind `<Sm>` |
/// | `<i>`, `<i*4>`, `<w-i+1>`, `<i or 32>` | a number; `or 32`: instead of zero |
/// | `<, lsl #y>` | the same in text, left out when the number is zero |
/// | `<, shift>` | the constant shift in the fields y and i, left out when there is none |
/// | `<const>` | ThumbExpandImm(i) |
/// | `<W?!>`, `<p?id:ie>` | a text if the field is set, and one if it is not |
/// | `<±i>`, `<, #±i*4>` | a number that is negative unless the field U is set |
/// | `<label>` | the target of a branch |
/// | `<list>`, `<list lr>`, `<list pc>` | the registers in the field r, and one more for the field e |
/// | `<singles>`, `<doubles>` | as many floating-point registers as i says, from Sd or Dd on |
/// | `<base not in list>` | `!` unless Rn is one of the registers in the field r |
/// | `<cond c>`, `<then x c>`, `<option o>`, `<instruction option o>`, `<sysm>`, `<hex i>` | what the name says |
struct Syntax: Sendable {
    enum Piece: Sendable, Equatable {
        case text(String)
        case condition
        case conditionOrS
        case register(Unicode.Scalar)
        case single(Unicode.Scalar, behind: UInt32)
        case double(Unicode.Scalar)
        case number(Number)
        case optional(String, Number)
        case shift
        case modifiedImmediate
        case choice(Unicode.Scalar, String, String)
        case label
        case list(extra: UInt32)
        case singles
        case doubles
        case writebackUnlessLoaded
        case conditionField(Unicode.Scalar)
        case thenElse(mask: Unicode.Scalar, condition: Unicode.Scalar)
        case barrierOption(Unicode.Scalar)
        case instructionBarrierOption
        case specialRegister
        case hexadecimal(Unicode.Scalar)
    }

    let pieces: [Piece]

    init(_ text: String) {
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let start = rest.firstIndex(where: { $0 == "<" || $0 == "{" }) {
            let isSuffix = text[start] == "{"
            let end = rest[start...].firstIndex(of: isSuffix ? "}" : ">") ?? rest.endIndex
            let inside = String(rest[start..<end].dropFirst())
            if start > rest.startIndex { pieces.append(.text(String(rest[..<start]))) }
            if let piece = isSuffix ? Syntax.suffix(inside) : Syntax.placeholder(inside) {
                pieces.append(piece)
                rest = rest[end...].dropFirst()
            } else {
                pieces.append(.text(String(text[start])))
                rest = rest[start...].dropFirst()
            }
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    /// What stands in braces; other braces are printed.
    private static func suffix(_ name: String) -> Piece? {
        switch name {
        case "c": .condition
        case "s": .conditionOrS
        case "S": .choice("S", "s", "")
        default: nil
        }
    }

    private static func placeholder(_ name: String) -> Piece? {
        switch name {
        case "const": return .modifiedImmediate
        case ", shift": return .shift
        case "label": return .label
        case "list": return .list(extra: 0)
        case "list lr": return .list(extra: 14)
        case "list pc": return .list(extra: 15)
        case "base not in list": return .writebackUnlessLoaded
        case "instruction option o": return .instructionBarrierOption
        case "sysm": return .specialRegister
        case "singles": return .singles
        case "doubles": return .doubles
        case "Sm1": return .single("m", behind: 1)
        case "RdLo": return .register("l")
        case "RdHi": return .register("h")
        case "Rt2": return .register("u")
        default: break
        }
        let scalars = Array(name.unicodeScalars)
        if scalars.count == 2 {
            switch scalars[0] {
            case "R": return .register(scalars[1])
            case "S": return .single(scalars[1], behind: 0)
            case "D": return .double(scalars[1])
            default: break
            }
        }
        let words = name.split(separator: " ").map(String.init)
        if words.count >= 2, let letter = words[1].unicodeScalars.first {
            switch words[0] {
            case "cond": return .conditionField(letter)
            case "option": return .barrierOption(letter)
            case "hex": return .hexadecimal(letter)
            case "then":
                if words.count == 3, let condition = words[2].unicodeScalars.first {
                    return .thenElse(mask: letter, condition: condition)
                }
            default: break
            }
        }
        if scalars.count >= 2, scalars[1] == "?" {
            let texts = name.dropFirst(2).split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            return .choice(scalars[0], texts[0], texts.count > 1 ? texts[1] : "")
        }
        if let number = Number(name) { return .number(number) }
        if let mark = name.firstIndex(of: "#"), let number = Number(String(name[name.index(after: mark)...])) {
            return .optional(String(name[...mark]), number)
        }
        return nil
    }

    /// The fields that the syntax shows.
    var letters: [Unicode.Scalar] {
        pieces.flatMap { piece -> [Unicode.Scalar] in
            switch piece {
            case .text, .condition, .conditionOrS, .label, .specialRegister: []
            case .register(let letter), .double(let letter), .conditionField(let letter), .barrierOption(let letter),
                .hexadecimal(let letter), .choice(let letter, _, _):
                [letter]
            case .single(let letter, _): [letter, Syntax.upper(letter)]
            case .singles: ["d", "D", "i"]
            case .doubles: ["d", "i"]
            case .number(let number), .optional(_, let number):
                number.terms.map(\.letter) + (number.isSigned ? ["U"] : [])
            case .shift: ["y", "i"]
            case .modifiedImmediate: ["i"]
            case .list(let extra): extra == 0 ? ["r"] : ["r", "e"]
            case .writebackUnlessLoaded: ["r", "n"]
            case .instructionBarrierOption: ["o"]
            case .thenElse(let mask, let condition): [mask, condition]
            }
        }
    }

    /// The letter of the odd bit of a floating-point register: D for d.
    static func upper(_ letter: Unicode.Scalar) -> Unicode.Scalar {
        letter.properties.uppercaseMapping.unicodeScalars.first ?? letter
    }
}

/// A sum of fields, each times a constant: `i*4`, `w-i+1`, `i or 32`, `±i`.
struct Number: Sendable, Equatable {
    struct Term: Sendable, Equatable {
        let factor: Int
        let letter: Unicode.Scalar
    }

    let terms: [Term]
    let constant: Int
    /// What zero stands for.
    let zero: Int
    /// Whether the field U tells the sign.
    let isSigned: Bool

    init?(_ text: String) {
        isSigned = text.first == "±"
        let parts = text.drop { $0 == "±" }.split(separator: " ")
        guard let sum = parts.first else { return nil }
        var zero = 0
        if parts.count == 3, parts[1] == "or", let value = Int(parts[2]) {
            zero = value
        } else if parts.count != 1 {
            return nil
        }
        var terms: [Term] = []
        var constant = 0
        for signed in sum.replacing("-", with: "+-").split(separator: "+") {
            let sign = signed.first == "-" ? -1 : 1
            let factors = signed.drop { $0 == "-" }.split(separator: "*")
            guard let first = factors.first?.unicodeScalars, let letter = first.first else { return nil }
            if let value = Int(String(first)) {
                constant += sign * value
            } else {
                guard first.count == 1, letter.properties.isAlphabetic else { return nil }
                var factor = sign
                if factors.count == 2 {
                    guard let value = Int(factors[1]) else { return nil }
                    factor *= value
                }
                terms.append(Term(factor: factor, letter: letter))
            }
        }
        guard !terms.isEmpty else { return nil }
        self.terms = terms
        self.constant = constant
        self.zero = zero
    }

    func value(_ fields: Fields) -> Int {
        let sum = terms.reduce(constant) { $0 + $1.factor * Int(fields[$1.letter]) }
        if isSigned, fields["U"] == 0 { return -sum }
        return sum == 0 ? zero : sum
    }
}
