/// The 16-bit loads and stores. DDI 0403E.e A5.2.4, A5.2.5 and A7.7.
let loadStore16: [Encoding] = [
    encoding("LDR (literal) T1", "01001 ttt iiiiiiii", "ldr{c} <Rt>, [pc, #<i*4>]", .load) {
        Instruction(.ldrLiteral, d: $0.t, imm: $0.alignedPC &+ $0.i << 2)
    },

    encoding(
        "STR (register) T1", "0101 000 mmm nnn ttt", "str{c} <Rt>, [<Rn>, <Rm>]", .storeRegister, register(.strReg)),
    encoding(
        "STRH (register) T1", "0101 001 mmm nnn ttt", "strh{c} <Rt>, [<Rn>, <Rm>]", .storeRegister, register(.strhReg)),
    encoding(
        "STRB (register) T1", "0101 010 mmm nnn ttt", "strb{c} <Rt>, [<Rn>, <Rm>]", .storeRegister, register(.strbReg)),
    encoding("LDRSB (register) T1", "0101 011 mmm nnn ttt", "ldrsb{c} <Rt>, [<Rn>, <Rm>]", .load, register(.ldrsbReg)),
    encoding("LDR (register) T1", "0101 100 mmm nnn ttt", "ldr{c} <Rt>, [<Rn>, <Rm>]", .load, register(.ldrReg)),
    encoding("LDRH (register) T1", "0101 101 mmm nnn ttt", "ldrh{c} <Rt>, [<Rn>, <Rm>]", .load, register(.ldrhReg)),
    encoding("LDRB (register) T1", "0101 110 mmm nnn ttt", "ldrb{c} <Rt>, [<Rn>, <Rm>]", .load, register(.ldrbReg)),
    encoding("LDRSH (register) T1", "0101 111 mmm nnn ttt", "ldrsh{c} <Rt>, [<Rn>, <Rm>]", .load, register(.ldrshReg)),

    encoding("STR (immediate) T1", "011 0 0 iiiii nnn ttt", "str{c} <Rt>, [<Rn>, #<i*4>]", .store) {
        Instruction(.strImm, d: $0.t, n: $0.n, imm: $0.i << 2)
    },
    encoding("LDR (immediate) T1", "011 0 1 iiiii nnn ttt", "ldr{c} <Rt>, [<Rn>, #<i*4>]", .load) {
        Instruction(.ldrImm, d: $0.t, n: $0.n, imm: $0.i << 2)
    },
    encoding("STRB (immediate) T1", "011 1 0 iiiii nnn ttt", "strb{c} <Rt>, [<Rn>, #<i>]", .store) {
        Instruction(.strbImm, d: $0.t, n: $0.n, imm: $0.i)
    },
    encoding("LDRB (immediate) T1", "011 1 1 iiiii nnn ttt", "ldrb{c} <Rt>, [<Rn>, #<i>]", .load) {
        Instruction(.ldrbImm, d: $0.t, n: $0.n, imm: $0.i)
    },
    encoding("STRH (immediate) T1", "1000 0 iiiii nnn ttt", "strh{c} <Rt>, [<Rn>, #<i*2>]", .store) {
        Instruction(.strhImm, d: $0.t, n: $0.n, imm: $0.i << 1)
    },
    encoding("LDRH (immediate) T1", "1000 1 iiiii nnn ttt", "ldrh{c} <Rt>, [<Rn>, #<i*2>]", .load) {
        Instruction(.ldrhImm, d: $0.t, n: $0.n, imm: $0.i << 1)
    },
    encoding("STR (immediate) T2", "1001 0 ttt iiiiiiii", "str{c} <Rt>, [sp, #<i*4>]", .store) {
        Instruction(.strImm, d: $0.t, n: 13, imm: $0.i << 2)
    },
    encoding("LDR (immediate) T2", "1001 1 ttt iiiiiiii", "ldr{c} <Rt>, [sp, #<i*4>]", .load) {
        Instruction(.ldrImm, d: $0.t, n: 13, imm: $0.i << 2)
    },

    encoding(
        "STM T1", "1100 0 nnn rrrrrrrr", "stmia{c} <Rn>!, <list>", .storeMultiple,
        unpredictable: { $0["r"] == 0 || writesBackStoredBase($0) }
    ) {
        Instruction(.stmia, n: $0.n, a: 1, x: UInt16($0["r"]))
    },
    encoding(
        "LDM T1", "1100 1 nnn rrrrrrrr", "ldmia{c} <Rn><base not in list>, <list>", .loadMultiple,
        unpredictable: { $0["r"] == 0 }
    ) {
        Instruction(.ldmia, n: $0.n, a: $0["r"] >> $0.n & 1 == 0 ? 1 : 0, x: UInt16($0["r"]))
    },
    encoding(
        "PUSH T1", "1011 0 10 e rrrrrrrr", "push{c} <list lr>", .storeMultiple,
        unpredictable: { $0["r"] == 0 && $0["e"] == 0 }
    ) {
        Instruction(.push, n: 13, a: 1, x: UInt16($0["e"] << 14 | $0["r"]))
    },
    composite(
        "POP T1", "1011 1 10 e rrrrrrrr", "pop{c} <list pc>", .loadMultiple,
        unpredictable: { $0["r"] == 0 && $0["e"] == 0 || $0["e"] == 1 && $0.inITBlock && !$0.lastInITBlock }
    ) {
        loadMultiple(.ldmia, n: 13, writeback: true, list: $0["e"] << 15 | $0["r"])
    },
]

private func register(_ operation: Operation) -> @Sendable (Fields) -> Instruction {
    { Instruction(operation, d: $0.t, n: $0.n, m: $0.m) }
}

/// STM with writeback of a base that is stored, but not first: the stored value is UNKNOWN.
private func writesBackStoredBase(_ fields: Fields) -> Bool {
    let list = fields["r"]
    return list >> fields.n & 1 == 1 && list & ((1 << fields.n) - 1) != 0
}

/// LDM or POP; with the PC in its list it is a branch, too.
func loadMultiple(_ operation: Operation, n: UInt8, writeback: Bool, list: UInt32) -> Decoded {
    let loadsPC = list >> 15 == 1
    return Decoded(
        Instruction(operation, n: n, a: writeback ? 1 : 0, x: UInt16(list)),
        then: loadsPC ? Instruction(.loadedPC) : nil)
}
