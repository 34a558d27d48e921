/// Floating-point loads, stores and moves to and from core registers. DDI 0403E.e A6.5 to A6.7, and A7.7.235 to
/// A7.7.257.
///
/// There are sixteen D registers: D, N or M is zero where it is the upper bit of a D register's number.
let floatingPointTransfers: [Encoding] = [
    // Loads and stores: `d` is the first S register, `n` the base. For multiples `x` is the number of words, `a` says
    // whether the base is written back, and `imm` is what it changes by.
    composite(
        "VLDR (literal) T2", "1110 1101 U D 01 1111 dddd 1010 iiiiiiii", "vldr{c} <Sd>, [pc<, #±i*4>]", .fpLoad
    ) {
        Decoded(Instruction(.vldrLiteral, d: $0.sd, n: constantAddress, imm: $0.alignedPC &+ $0.signedWords))
    },
    encoding("VLDR T2", "1110 1101 U D 01 nnnn dddd 1010 iiiiiiii", "vldr{c} <Sd>, [<Rn><, #±i*4>]", .fpLoad) {
        Instruction(.vldr, d: $0.sd, n: $0.n, imm: $0.signedWords)
    },
    composite(
        "VLDR (literal) T1", "1110 1101 U 0 01 1111 dddd 1011 iiiiiiii", "vldr{c} <Dd>, [pc<, #±i*4>]", .fpLoadDouble
    ) {
        Decoded(
            Instruction(.movImm, d: constantAddress, imm: $0.alignedPC),
            Instruction(.vldrDouble, d: $0.dd, n: constantAddress, imm: $0.signedWords))
    },
    encoding("VLDR T1", "1110 1101 U 0 01 nnnn dddd 1011 iiiiiiii", "vldr{c} <Dd>, [<Rn><, #±i*4>]", .fpLoadDouble) {
        Instruction(.vldrDouble, d: $0.dd, n: $0.n, imm: $0.signedWords)
    },
    encoding(
        "VSTR T2", "1110 1101 U D 00 nnnn dddd 1010 iiiiiiii", "vstr{c} <Sd>, [<Rn><, #±i*4>]", .fpStore,
        unpredictable: { $0.n == 15 }
    ) {
        Instruction(.vstr, d: $0.sd, n: $0.n, imm: $0.signedWords)
    },
    encoding(
        "VSTR T1", "1110 1101 U 0 00 nnnn dddd 1011 iiiiiiii", "vstr{c} <Dd>, [<Rn><, #±i*4>]", .fpStoreDouble,
        unpredictable: { $0.n == 15 }
    ) {
        Instruction(.vstrDouble, d: $0.dd, n: $0.n, imm: $0.signedWords)
    },

    encoding(
        "VLDM T2 increment after", "1110 110 01 D W 1 nnnn dddd 1010 iiiiiiii", "vldmia{c} <Rn><W?!>, <singles>",
        .fpLoadMultiple, unpredictable: badSingles
    ) {
        multiple(.vldmia, $0, d: $0.sd)
    },
    encoding(
        "VLDM T2 decrement before", "1110 110 10 D 1 1 nnnn dddd 1010 iiiiiiii", "vldmdb{c} <Rn>!, <singles>",
        .fpLoadMultiple, unpredictable: badSingles
    ) {
        multiple(.vldmdb, $0, d: $0.sd, isDecrement: true)
    },
    encoding(
        "VPOP T2", "1110 110 01 D 1 1 1101 dddd 1010 iiiiiiii", "vpop{c} <singles>", .fpLoadMultiple,
        unpredictable: badSingles
    ) {
        multiple(.vldmia, $0, d: $0.sd, base: 13)
    },
    encoding(
        "VSTM T2 increment after", "1110 110 01 D W 0 nnnn dddd 1010 iiiiiiii", "vstmia{c} <Rn><W?!>, <singles>",
        .fpStoreMultiple, unpredictable: badSingles
    ) {
        multiple(.vstmia, $0, d: $0.sd)
    },
    encoding(
        "VSTM T2 decrement before", "1110 110 10 D 1 0 nnnn dddd 1010 iiiiiiii", "vstmdb{c} <Rn>!, <singles>",
        .fpStoreMultiple, unpredictable: badSingles
    ) {
        multiple(.vstmdb, $0, d: $0.sd, isDecrement: true)
    },
    encoding(
        "VPUSH T2", "1110 110 10 D 1 0 1101 dddd 1010 iiiiiiii", "vpush{c} <singles>", .fpStoreMultiple,
        unpredictable: badSingles
    ) {
        multiple(.vpush, $0, d: $0.sd, base: 13, isDecrement: true)
    },
    encoding(
        "VLDM T1 increment after", "1110 110 01 0 W 1 nnnn dddd 1011 iiiiiii 0", "vldmia{c} <Rn><W?!>, <doubles>",
        .fpLoadMultiple, unpredictable: badDoubles
    ) {
        multiple(.vldmia, $0, d: $0.dd)
    },
    encoding(
        "VLDM T1 decrement before", "1110 110 10 0 1 1 nnnn dddd 1011 iiiiiii 0", "vldmdb{c} <Rn>!, <doubles>",
        .fpLoadMultiple, unpredictable: badDoubles
    ) {
        multiple(.vldmdb, $0, d: $0.dd, isDecrement: true)
    },
    encoding(
        "VPOP T1", "1110 110 01 0 1 1 1101 dddd 1011 iiiiiii 0", "vpop{c} <doubles>", .fpLoadMultiple,
        unpredictable: badDoubles
    ) {
        multiple(.vldmia, $0, d: $0.dd, base: 13)
    },
    encoding(
        "VSTM T1 increment after", "1110 110 01 0 W 0 nnnn dddd 1011 iiiiiii 0", "vstmia{c} <Rn><W?!>, <doubles>",
        .fpStoreMultiple, unpredictable: badDoubles
    ) {
        multiple(.vstmia, $0, d: $0.dd)
    },
    encoding(
        "VSTM T1 decrement before", "1110 110 10 0 1 0 nnnn dddd 1011 iiiiiii 0", "vstmdb{c} <Rn>!, <doubles>",
        .fpStoreMultiple, unpredictable: badDoubles
    ) {
        multiple(.vstmdb, $0, d: $0.dd, isDecrement: true)
    },
    encoding(
        "VPUSH T1", "1110 110 10 0 1 0 1101 dddd 1011 iiiiiii 0", "vpush{c} <doubles>", .fpStoreMultiple,
        unpredictable: badDoubles
    ) {
        multiple(.vpush, $0, d: $0.dd, base: 13, isDecrement: true)
    },
    // With an odd count the base moves by a word more than is transferred.
    encoding(
        "FLDMX T1 increment after", "1110 110 01 0 W 1 nnnn dddd 1011 iiiiiii 1", "fldmiax{c} <Rn><W?!>, <doubles>",
        .fpLoadMultiple, unpredictable: badDoubles
    ) {
        multiple(.vldmia, $0, d: $0.dd, extraWord: true)
    },
    encoding(
        "FLDMX T1 decrement before", "1110 110 10 0 1 1 nnnn dddd 1011 iiiiiii 1", "fldmdbx{c} <Rn>!, <doubles>",
        .fpLoadMultiple, unpredictable: badDoubles
    ) {
        multiple(.vldmdb, $0, d: $0.dd, isDecrement: true, extraWord: true)
    },
    encoding(
        "FSTMX T1 increment after", "1110 110 01 0 W 0 nnnn dddd 1011 iiiiiii 1", "fstmiax{c} <Rn><W?!>, <doubles>",
        .fpStoreMultiple, unpredictable: badDoubles
    ) {
        multiple(.vstmia, $0, d: $0.dd, extraWord: true)
    },
    encoding(
        "FSTMX T1 decrement before", "1110 110 10 0 1 0 nnnn dddd 1011 iiiiiii 1", "fstmdbx{c} <Rn>!, <doubles>",
        .fpStoreMultiple, unpredictable: badDoubles
    ) {
        multiple($0.n == 13 ? .vpush : .vstmdb, $0, d: $0.dd, isDecrement: true, extraWord: true)
    },

    // One word: to an S register `d` from the core register `n`, or to a core register `d` from the S register `n`.
    encoding(
        "VMOV (core register to single) T1", "1110 1110 000 0 nnnn tttt 1010 N 00 1 0000", "vmov{c} <Sn>, <Rt>",
        .fpMoveCore, unpredictable: { badOperand($0.t) }
    ) {
        Instruction(.vmovFromCore, d: $0.sn, n: $0.t)
    },
    encoding(
        "VMOV (single to core register) T1", "1110 1110 000 1 nnnn tttt 1010 N 00 1 0000", "vmov{c} <Rt>, <Sn>",
        .fpMoveCore, unpredictable: { badOperand($0.t) }
    ) {
        Instruction(.vmovToCore, d: $0.t, n: $0.sn)
    },
    encoding(
        "VMOV (core register to scalar) T1", "1110 1110 00 x 0 dddd tttt 1011 0 00 1 0000",
        "vmov{c}.32 <Dd>[<x>], <Rt>", .fpMoveCore, unpredictable: { badOperand($0.t) }
    ) {
        Instruction(.vmovFromCore, d: $0.dd + UInt8($0["x"]), n: $0.t)
    },
    encoding(
        "VMOV (scalar to core register) T1", "1110 1110 00 x 1 nnnn tttt 1011 0 00 1 0000",
        "vmov{c}.32 <Rt>, <Dn>[<x>]", .fpMoveCore, unpredictable: { badOperand($0.t) }
    ) {
        Instruction(.vmovToCore, d: $0.t, n: UInt8($0["n"] << 1 + $0["x"]))
    },

    // Two words: to the S registers `d` and `m` from the core registers `n` and `a`, or to the core registers `d` and
    // `a` from the S registers `n` and `m`.
    encoding(
        "VMOV (two core registers to two singles) T1", "1110 1100 010 0 uuuu tttt 1010 00 M 1 mmmm",
        "vmov{c} <Sm>, <Sm1>, <Rt>, <Rt2>", .fpMoveCorePair, unpredictable: badPair
    ) {
        Instruction(.vmovFromCorePair, d: $0.sm, n: $0.t, m: ($0.sm + 1) & 31, a: UInt8($0["u"]))
    },
    encoding(
        "VMOV (two singles to two core registers) T1", "1110 1100 010 1 uuuu tttt 1010 00 M 1 mmmm",
        "vmov{c} <Rt>, <Rt2>, <Sm>, <Sm1>", .fpMoveCorePair, unpredictable: { badPair($0) || $0.t == $0["u"] }
    ) {
        Instruction(.vmovToCorePair, d: $0.t, n: $0.sm, m: ($0.sm + 1) & 31, a: UInt8($0["u"]))
    },
    encoding(
        "VMOV (two core registers to double) T1", "1110 1100 010 0 uuuu tttt 1011 00 0 1 mmmm",
        "vmov{c} <Dm>, <Rt>, <Rt2>", .fpMoveCorePair, unpredictable: badPair
    ) {
        Instruction(.vmovFromCorePair, d: $0.dm, n: $0.t, m: $0.dm + 1, a: UInt8($0["u"]))
    },
    encoding(
        "VMOV (double to two core registers) T1", "1110 1100 010 1 uuuu tttt 1011 00 0 1 mmmm",
        "vmov{c} <Rt>, <Rt2>, <Dm>", .fpMoveCorePair, unpredictable: { badPair($0) || $0.t == $0["u"] }
    ) {
        Instruction(.vmovToCorePair, d: $0.t, n: $0.dm, m: $0.dm + 1, a: UInt8($0["u"]))
    },

    encoding(
        "VMSR T1", "1110 1110 1110 0001 tttt 1010 0 00 1 0000", "vmsr{c} fpscr, <Rt>", .fpStatus,
        unpredictable: { badOperand($0.t) }
    ) {
        Instruction(.vmsr, n: $0.t)
    },
    encoding(
        "VMRS T1", "1110 1110 1111 0001 tttt 1010 0 00 1 0000", "vmrs{c} <Rt>, fpscr", .fpStatus,
        unpredictable: { $0.t == 13 }
    ) {
        Instruction(.vmrs, d: $0.t)
    },
    encoding("VMRS T1 to flags", "1110 1110 1111 0001 1111 1010 0 00 1 0000", "vmrs{c} APSR_nzcv, fpscr", .fpStatus) {
        _ in
        Instruction(.vmrsFlags)
    },
]

extension Fields {
    /// The first of the two S registers that a D register is made of.
    fileprivate var dd: UInt8 { UInt8(self["d"] << 1) }
    fileprivate var dm: UInt8 { UInt8(self["m"] << 1) }
    fileprivate var signedWords: UInt32 { self["U"] == 1 ? i << 2 : 0 &- i << 2 }
}

/// A load or store of several registers.
///
/// - Parameters:
///   - base: the base register, written back, where the diagram fixes it.
///   - extraWord: for FLDMX and FSTMX, whose diagrams keep bit 0 of the count to themselves.
private func multiple(
    _ operation: Operation, _ fields: Fields, d: UInt8, base: UInt8? = nil, isDecrement: Bool = false,
    extraWord: Bool = false
) -> Instruction {
    // For doubles the diagram fixes bit 0 of the number of words.
    let words = fields.diagram.width(of: UInt8(ascii: "i")) == 7 ? fields.i << 1 : fields.i
    let change = words << 2 + (extraWord ? 4 : 0)
    return Instruction(
        operation, d: d, n: base ?? fields.n, a: base != nil || isDecrement || fields["W"] == 1 ? 1 : 0,
        x: UInt16(min(words, 32 - UInt32(d))), imm: isDecrement ? 0 &- change : change)
}

private let badSingles: @Sendable (Fields) -> Bool = {
    $0.n == 15 || $0.i == 0 || UInt32($0.sd) + $0.i > 32
}

private let badDoubles: @Sendable (Fields) -> Bool = {
    $0.n == 15 || $0.i == 0 || $0["d"] + $0.i > 16
}

private let badPair: @Sendable (Fields) -> Bool = {
    badOperand($0.t) || badOperand(UInt8($0["u"])) || $0.sm == 31
}
