/// The assembler syntax of an encoding, as GNU objdump prints it without aliases: a mnemonic, a space, operands, with
/// placeholders in angle brackets for what the fields hold.
///
/// | placeholder | stands for |
/// | --- | --- |
/// | `<d>`, `<n>`, `<m>` | an integer register; `<d'>`: of x8 to x15 |
/// | `<fd>`, `<fn>`, `<fm>`, `<fa>`, `<fd'>` | a floating-point register |
/// | `<label>` | the target of a branch |
/// | others | what the name says |
struct Syntax: Sendable {
    enum Piece: Sendable, Equatable {
        case text(String)
        case placeholder(Placeholder)
    }

    enum Placeholder: String, Sendable, CaseIterable {
        case d, n, m
        case dPrime = "d'"
        case nPrime = "n'"
        case mPrime = "m'"
        case fd, fn, fm, fa
        case fdPrime = "fd'"
        case fmPrime = "fm'"
        case immI, immS, label, csr, order
        case hexImmediate = "hex i"
        case number = "number n"
        case predecessors = "fence p"
        case successors = "fence s"
        /// A rounding mode, left out when it is the dynamic one.
        case round
        /// The same, of an instruction that never rounds: left out when it is 0.
        case exactRound = "exact round"
        case imm6
        case hexShift = "hex shift"
        case hexUpper = "hex lui"
        case stackAddend = "unscaled spn"
        case stackAdjustment = "addi16sp"
        case wordOffset = "offset w"
        case doubleOffset = "offset d"
        case stackWordOffset = "stack w"
        case stackDoubleOffset = "stack d"
        case stackWordStore = "stack store w"
        case stackDoubleStore = "stack store d"
    }

    let pieces: [Piece]

    init(_ text: String) {
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">"),
            let placeholder = Placeholder(rawValue: String(rest[start..<end].dropFirst()))
        {
            if start > rest.startIndex { pieces.append(.text(String(rest[..<start]))) }
            pieces.append(.placeholder(placeholder))
            rest = rest[end...].dropFirst()
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }
}
