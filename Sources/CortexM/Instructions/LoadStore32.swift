import Bits

/// The 32-bit loads and stores of a single register. DDI 0403E.e A5.3.7 to A5.3.10.
let loadStore32: [Encoding] =
    singleAccesses("STR", "000 10 0", isLoad: false, .init(.strImm, .strPre, .strPost, .strReg))
    + singleAccesses("STRH", "000 01 0", isLoad: false, .init(.strhImm, .strhPre, .strhPost, .strhReg))
    + singleAccesses("STRB", "000 00 0", isLoad: false, .init(.strbImm, .strbPre, .strbPost, .strbReg))
    + singleAccesses("LDR", "000 10 1", isLoad: true, .init(.ldrImm, .ldrPre, .ldrPost, .ldrReg))
    + singleAccesses("LDRH", "000 01 1", isLoad: true, .init(.ldrhImm, .ldrhPre, .ldrhPost, .ldrhReg))
    + singleAccesses("LDRB", "000 00 1", isLoad: true, .init(.ldrbImm, .ldrbPre, .ldrbPost, .ldrbReg))
    + singleAccesses("LDRSH", "100 01 1", isLoad: true, .init(.ldrshImm, .ldrshPre, .ldrshPost, .ldrshReg))
    + singleAccesses("LDRSB", "100 00 1", isLoad: true, .init(.ldrsbImm, .ldrsbPre, .ldrsbPost, .ldrsbReg))

/// One kind of access in its four ways of making the address.
private struct Forms {
    let offset, preIndexed, postIndexed, register: Operation

    init(_ offset: Operation, _ preIndexed: Operation, _ postIndexed: Operation, _ register: Operation) {
        self.offset = offset
        self.preIndexed = preIndexed
        self.postIndexed = postIndexed
        self.register = register
    }
}

/// The encodings that all single loads and stores share.
///
/// - Parameter bits: sign, size and direction, as they stand in the encoding; the fourth bit of the first group, which
///   chooses the 12-bit positive offset, is put in here.
private func singleAccesses(_ name: String, _ bits: String, isLoad: Bool, _ forms: Forms) -> [Encoding] {
    let mnemonic = name.lowercased()
    let isWord = name == "LDR" || name == "STR"
    let sign = bits.prefix(1)
    let size = bits.dropFirst(4)
    let head = "1111100 \(sign)"
    let timing = isLoad ? TimingClass.load : .store

    /// Only LDR may load the PC; a narrower load of register 15 is a preload hint, a store of it UNPREDICTABLE.
    @Sendable func badTarget(_ f: Fields) -> Bool {
        if !isLoad && f.n == 15 { return true }
        if f.t == 15 { return !(isLoad && isWord) || f.inITBlock && !f.lastInITBlock }
        return f.t == 13 && !isWord
    }
    @Sendable func access(_ f: Fields, _ instruction: Instruction) -> Decoded {
        // A store with the PC as base is UNDEFINED.
        if !isLoad && f.n == 15 { return Decoded(Instruction(.udf)) }
        guard isLoad, isWord, f.t == 15 else { return Decoded(instruction) }
        var load = instruction
        load.d = loadedPC
        return Decoded(load, then: Instruction(.loadedPC))
    }

    var encodings = [
        composite(
            "\(name) (immediate) wide", "\(head) 1 \(size) nnnn tttt iiiiiiiiiiii",
            "\(mnemonic){c}.w <Rt>, [<Rn><, #i>]", timing, unpredictable: { badTarget($0) }
        ) {
            access($0, Instruction(forms.offset, d: $0.t, n: $0.n, imm: $0.i))
        },
        composite(
            "\(name) (immediate) negative", "\(head) 0 \(size) nnnn tttt 1100 iiiiiiii",
            "\(mnemonic){c}.w <Rt>, [<Rn><, #-i>]", timing, unpredictable: { badTarget($0) }
        ) {
            access($0, Instruction(forms.offset, d: $0.t, n: $0.n, imm: 0 &- $0.i))
        },
        composite(
            "\(name) (immediate) post-indexed", "\(head) 0 \(size) nnnn tttt 10 U 1 iiiiiiii",
            "\(mnemonic){c}.w <Rt>, [<Rn>], #<±i>", timing, unpredictable: { badTarget($0) || $0.n == $0.t }
        ) {
            access($0, Instruction(forms.postIndexed, d: $0.t, n: $0.n, imm: signed($0)))
        },
        composite(
            "\(name) (immediate) pre-indexed", "\(head) 0 \(size) nnnn tttt 11 U 1 iiiiiiii",
            "\(mnemonic){c}.w <Rt>, [<Rn><, #±i>]!", timing, unpredictable: { badTarget($0) || $0.n == $0.t }
        ) {
            access($0, Instruction(forms.preIndexed, d: $0.t, n: $0.n, imm: signed($0)))
        },
        composite(
            "\(name)T", "\(head) 0 \(size) nnnn tttt 1110 iiiiiiii", "\(mnemonic)t{c} <Rt>, [<Rn><, #i>]", timing,
            unpredictable: { badOperand($0.t) || $0.n == 15 }
        ) {
            if $0.n == 15 { return Decoded(Instruction(.udf)) }
            return Decoded(
                Instruction(.unprivilegedAccess, imm: 1),
                Instruction(forms.offset, d: $0.t, n: $0.n, imm: $0.i),
                then: Instruction(.unprivilegedAccess, imm: 0))
        },
        composite(
            "\(name) (register) wide", "\(head) 0 \(size) nnnn tttt 000000 yy mmmm",
            "\(mnemonic){c}.w <Rt>, [<Rn>, <Rm><, lsl #y>]", isLoad ? .load : .storeRegister,
            unpredictable: { badTarget($0) || badOperand($0.m) }
        ) {
            access($0, Instruction(forms.register, d: $0.t, n: $0.n, m: $0.m, x: UInt16($0["y"])))
        },
    ]
    if isLoad {
        // With the PC as base every form is the literal one.
        var literal =
            composite(
                "\(name) (literal) wide", "\(head) U \(size) 1111 tttt iiiiiiiiiiii",
                "\(mnemonic){c}.w <Rt>, [pc<, #±i>]", timing, unpredictable: { badTarget($0) }
            ) {
                let address = $0["U"] == 1 ? $0.alignedPC &+ $0.i : $0.alignedPC &- $0.i
                var load = Instruction(forms.offset, d: $0.t, n: constantAddress, imm: address)
                if isWord { load = Instruction(.ldrLiteral, d: $0.t, imm: address) }
                if isWord { return access($0, load) }
                return Decoded(Instruction(.movImm, d: constantAddress, imm: 0), load)
            }
        literal.takesPrecedence = true
        encodings.append(literal)
    }
    return encodings
}

/// The register behind the architectural ones that takes a loaded PC.
let loadedPC: UInt8 = 17
/// The register behind the architectural ones that is the base of a constant address.
let constantAddress: UInt8 = 18

private func signed(_ fields: Fields) -> UInt32 {
    fields["U"] == 1 ? fields.i : 0 &- fields.i
}

/// Preload hints and the other unallocated memory hints execute as NOP. DDI 0403E.e A5.3.8 and A5.3.9.
let memoryHints: [Encoding] = preloads + literalPreloads

private let preloads: [Encoding] = [
    encoding("PLD (immediate) T1", "1111100 0 1 00 1 nnnn 1111 iiiiiiiiiiii", "pld{c} [<Rn><, #i>]", .hint) { _ in
        Instruction(.nop)
    },
    encoding("PLD (immediate) T2", "1111100 0 0 00 1 nnnn 1111 1100 iiiiiiii", "pld{c} [<Rn><, #-i>]", .hint) { _ in
        Instruction(.nop)
    },
    encoding(
        "PLD (register) T1", "1111100 0 0 00 1 nnnn 1111 000000 yy mmmm", "pld{c} [<Rn>, <Rm><, lsl #y>]", .hint,
        unpredictable: { badOperand($0.m) }
    ) { _ in Instruction(.nop) },
    encoding("PLI (immediate) T1", "1111100 1 1 00 1 nnnn 1111 iiiiiiiiiiii", "pli{c} [<Rn><, #i>]", .hint) { _ in
        Instruction(.nop)
    },
    encoding("PLI (immediate) T2", "1111100 1 0 00 1 nnnn 1111 1100 iiiiiiii", "pli{c} [<Rn><, #-i>]", .hint) { _ in
        Instruction(.nop)
    },
    encoding(
        "PLI (register) T1", "1111100 1 0 00 1 nnnn 1111 000000 yy mmmm", "pli{c} [<Rn>, <Rm><, lsl #y>]", .hint,
        unpredictable: { badOperand($0.m) }
    ) { _ in Instruction(.nop) },
]

private let literalPreloads: [Encoding] = [
    encoding("PLD (literal) T1", "1111100 0 U 00 1 1111 1111 iiiiiiiiiiii", "pld{c} [pc<, #±i>]", .hint) { _ in
        Instruction(.nop)
    },
    encoding("PLI (literal) T3", "1111100 1 U 00 1 1111 1111 iiiiiiiiiiii", "pli{c} [pc<, #±i>]", .hint) { _ in
        Instruction(.nop)
    },
].map {
    var literal = $0
    literal.takesPrecedence = true
    return literal
}

/// The 32-bit loads and stores of several registers. DDI 0403E.e A5.3.5 and A5.3.6.
let loadStoreMultiple: [Encoding] = [
    encoding(
        "STM T2", "11101 00 010 W 0 nnnn rrrrrrrrrrrrrrrr", "stmia{c}.w <Rn><W?!>, <list>", .storeMultiple,
        unpredictable: badStoreList
    ) {
        Instruction(.stmia, n: $0.n, a: UInt8($0["W"]), x: UInt16($0["r"]))
    },
    composite(
        "LDM T2", "11101 00 010 W 1 nnnn rrrrrrrrrrrrrrrr", "ldmia{c}.w <Rn><W?!>, <list>", .loadMultiple,
        unpredictable: badLoadList
    ) {
        loadMultiple(.ldmia, n: $0.n, writeback: $0["W"] == 1, list: $0["r"])
    },
    composite(
        "POP T2", "11101 00 010 1 1 1101 rrrrrrrrrrrrrrrr", "ldmia{c}.w sp!, <list>", .loadMultiple,
        unpredictable: badLoadList
    ) {
        loadMultiple(.ldmia, n: 13, writeback: true, list: $0["r"])
    },
    encoding(
        "STMDB T1", "11101 00 100 W 0 nnnn rrrrrrrrrrrrrrrr", "stmdb{c} <Rn><W?!>, <list>", .storeMultiple,
        unpredictable: badStoreList
    ) {
        Instruction(.stmdb, n: $0.n, a: UInt8($0["W"]), x: UInt16($0["r"]))
    },
    encoding(
        "PUSH T2", "11101 00 100 1 0 1101 rrrrrrrrrrrrrrrr", "stmdb{c} sp!, <list>", .storeMultiple,
        unpredictable: badStoreList
    ) {
        Instruction(.push, n: 13, a: 1, x: UInt16($0["r"]))
    },
    composite(
        "LDMDB T1", "11101 00 100 W 1 nnnn rrrrrrrrrrrrrrrr", "ldmdb{c} <Rn><W?!>, <list>", .loadMultiple,
        unpredictable: badLoadList
    ) {
        loadMultiple(.ldmdb, n: $0.n, writeback: $0["W"] == 1, list: $0["r"])
    },

    encoding(
        "STRD (immediate) T1 offset", "11101 00 1 U 1 0 0 nnnn tttt uuuu iiiiiiii",
        "strd{c} <Rt>, <Rt2>, [<Rn><, #±i*4>]", .storeDual,
        unpredictable: { badOperand($0.t) || badOperand(second($0)) || $0.n == 15 }
    ) {
        Instruction(.strdImm, d: $0.t, n: $0.n, a: second($0), imm: signedWords($0))
    },
    encoding(
        "STRD (immediate) T1 pre-indexed", "11101 00 1 U 1 1 0 nnnn tttt uuuu iiiiiiii",
        "strd{c} <Rt>, <Rt2>, [<Rn><, #±i*4>]!", .storeDual, unpredictable: badStorePair
    ) {
        Instruction(.strdPre, d: $0.t, n: $0.n, a: second($0), imm: signedWords($0))
    },
    encoding(
        "STRD (immediate) T1 post-indexed", "11101 00 0 U 1 1 0 nnnn tttt uuuu iiiiiiii",
        "strd{c} <Rt>, <Rt2>, [<Rn>], #<±i*4>", .storeDual, unpredictable: badStorePair
    ) {
        Instruction(.strdPost, d: $0.t, n: $0.n, a: second($0), imm: signedWords($0))
    },
    composite(
        "LDRD (literal) T1", "11101 00 1 U 1 0 1 1111 tttt uuuu iiiiiiii", "ldrd{c} <Rt>, <Rt2>, [pc<, #±i*4>]",
        .loadDual,
        unpredictable: { badOperand($0.t) || badOperand(second($0)) || $0.t == second($0) || $0.address & 3 != 0 }
    ) {
        Decoded(
            Instruction(.movImm, d: constantAddress, imm: $0.alignedPC),
            Instruction(.ldrdImm, d: $0.t, n: constantAddress, a: second($0), imm: signedWords($0)))
    },
    encoding(
        "LDRD (immediate) T1 offset", "11101 00 1 U 1 0 1 nnnn tttt uuuu iiiiiiii",
        "ldrd{c} <Rt>, <Rt2>, [<Rn><, #±i*4>]", .loadDual,
        unpredictable: { badOperand($0.t) || badOperand(second($0)) || $0.t == second($0) }
    ) {
        Instruction(.ldrdImm, d: $0.t, n: $0.n, a: second($0), imm: signedWords($0))
    },
    encoding(
        "LDRD (immediate) T1 pre-indexed", "11101 00 1 U 1 1 1 nnnn tttt uuuu iiiiiiii",
        "ldrd{c} <Rt>, <Rt2>, [<Rn><, #±i*4>]!", .loadDual, unpredictable: badLoadPair
    ) {
        Instruction(.ldrdPre, d: $0.t, n: $0.n, a: second($0), imm: signedWords($0))
    },
    encoding(
        "LDRD (immediate) T1 post-indexed", "11101 00 0 U 1 1 1 nnnn tttt uuuu iiiiiiii",
        "ldrd{c} <Rt>, <Rt2>, [<Rn>], #<±i*4>", .loadDual, unpredictable: badLoadPair
    ) {
        Instruction(.ldrdPost, d: $0.t, n: $0.n, a: second($0), imm: signedWords($0))
    },

    encoding(
        "STREX T1", "11101 00 0 0 1 0 0 nnnn tttt dddd iiiiiiii", "strex{c} <Rd>, <Rt>, [<Rn><, #i*4>]", .exclusive,
        unpredictable: badExclusiveStore
    ) {
        Instruction(.strex, d: $0.d, n: $0.n, a: $0.t, imm: $0.i << 2)
    },
    encoding(
        "LDREX T1", "11101 00 0 0 1 0 1 nnnn tttt 1111 iiiiiiii", "ldrex{c} <Rt>, [<Rn><, #i*4>]", .exclusive,
        unpredictable: { badOperand($0.t) || $0.n == 15 }
    ) {
        Instruction(.ldrex, d: $0.t, n: $0.n, imm: $0.i << 2)
    },
    encoding(
        "STREXB T1", "11101 00 0 1 1 0 0 nnnn tttt 1111 0100 dddd", "strexb{c} <Rd>, <Rt>, [<Rn>]", .exclusive,
        unpredictable: badExclusiveStore
    ) {
        Instruction(.strexb, d: $0.d, n: $0.n, a: $0.t)
    },
    encoding(
        "STREXH T1", "11101 00 0 1 1 0 0 nnnn tttt 1111 0101 dddd", "strexh{c} <Rd>, <Rt>, [<Rn>]", .exclusive,
        unpredictable: badExclusiveStore
    ) {
        Instruction(.strexh, d: $0.d, n: $0.n, a: $0.t)
    },
    encoding(
        "LDREXB T1", "11101 00 0 1 1 0 1 nnnn tttt 1111 0100 1111", "ldrexb{c} <Rt>, [<Rn>]", .exclusive,
        unpredictable: { badOperand($0.t) || $0.n == 15 }
    ) {
        Instruction(.ldrexb, d: $0.t, n: $0.n)
    },
    encoding(
        "LDREXH T1", "11101 00 0 1 1 0 1 nnnn tttt 1111 0101 1111", "ldrexh{c} <Rt>, [<Rn>]", .exclusive,
        unpredictable: { badOperand($0.t) || $0.n == 15 }
    ) {
        Instruction(.ldrexh, d: $0.t, n: $0.n)
    },

    encoding(
        "TBB T1", "11101 00 0 1 1 0 1 nnnn 1111 0000 0000 mmmm", "tbb{c} [<Rn>, <Rm>]", .tableBranch,
        unpredictable: { $0.n == 13 || badOperand($0.m) || $0.inITBlock && !$0.lastInITBlock }
    ) {
        Instruction(.tbb, n: $0.n, m: $0.m, imm: $0.address &+ 4)
    },
    encoding(
        "TBH T1", "11101 00 0 1 1 0 1 nnnn 1111 0000 0001 mmmm", "tbh{c} [<Rn>, <Rm>, lsl #1]", .tableBranch,
        unpredictable: { $0.n == 13 || badOperand($0.m) || $0.inITBlock && !$0.lastInITBlock }
    ) {
        Instruction(.tbh, n: $0.n, m: $0.m, imm: $0.address &+ 4)
    },
]

private func second(_ fields: Fields) -> UInt8 { UInt8(fields["u"]) }

private func signedWords(_ fields: Fields) -> UInt32 {
    fields["U"] == 1 ? fields.i << 2 : 0 &- fields.i << 2
}

private let badStoreList: @Sendable (Fields) -> Bool = {
    let list = $0["r"]
    return $0.n == 15 || list.nonzeroBitCount < 2 || list & 0xA000 != 0 || $0["W"] == 1 && list >> $0.n & 1 == 1
}

private let badLoadList: @Sendable (Fields) -> Bool = {
    let list = $0["r"]
    return $0.n == 15 || list.nonzeroBitCount < 2 || list.bit(13) || list.bit(15) && list.bit(14)
        || list.bit(15) && $0.inITBlock && !$0.lastInITBlock
        || ($0["W"] == 1 || $0.n == 13) && list >> $0.n & 1 == 1
}

private let badStorePair: @Sendable (Fields) -> Bool = {
    badOperand($0.t) || badOperand(second($0)) || $0.n == 15 || $0.n == $0.t || $0.n == second($0)
}

private let badLoadPair: @Sendable (Fields) -> Bool = { badStorePair($0) || $0.t == second($0) }

private let badExclusiveStore: @Sendable (Fields) -> Bool = {
    badOperand($0.d) || badOperand($0.t) || $0.n == 15 || $0.d == $0.n || $0.d == $0.t
}
