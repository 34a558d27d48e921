/// The C extension: each encoding decodes to what the instruction that it abbreviates decodes to. Unprivileged manual,
/// chapter 16. Letters of registers x8...x15 are read with `nPrime` and the like.
let compressedQuadrant0: [Encoding] = [
    // "A 16-bit instruction with all bits zero is permanently reserved as an illegal instruction."
    encoding("C.UNIMP", "0000000000000000", "c.unimp", .system) { _ in Instruction(.illegal) },
    encoding(
        "C.ADDI4SPN", "000 iiiiiiii ddd 00", "c.addi4spn <d'>,sp,<unscaled spn>", .alu, reserved: { $0.i == 0 }
    ) {
        Instruction(.addi, d: $0.dPrime, n: 2, imm: $0.stackAddend)
    },
    encoding("C.FLD", "001 jjj nnn ii ddd 00", "c.fld <fd'>,<offset d>(<n'>)", .fpLoad) {
        Instruction(.fld, d: $0.dPrime, n: $0.nPrime, imm: $0.doubleOffset)
    },
    encoding("C.LW", "010 jjj nnn ii ddd 00", "c.lw <d'>,<offset w>(<n'>)", .load) {
        Instruction(.lw, d: $0.dPrime, n: $0.nPrime, imm: $0.wordOffset)
    },
    encoding("C.LD", "011 jjj nnn ii ddd 00", "c.ld <d'>,<offset d>(<n'>)", .load) {
        Instruction(.ld, d: $0.dPrime, n: $0.nPrime, imm: $0.doubleOffset)
    },
    encoding("C.FSD", "101 jjj nnn ii mmm 00", "c.fsd <fm'>,<offset d>(<n'>)", .fpStore) {
        Instruction(.fsd, n: $0.nPrime, m: $0.mPrime, imm: $0.doubleOffset)
    },
    encoding("C.SW", "110 jjj nnn ii mmm 00", "c.sw <m'>,<offset w>(<n'>)", .store) {
        Instruction(.sw, n: $0.nPrime, m: $0.mPrime, imm: $0.wordOffset)
    },
    encoding("C.SD", "111 jjj nnn ii mmm 00", "c.sd <m'>,<offset d>(<n'>)", .store) {
        Instruction(.sd, n: $0.nPrime, m: $0.mPrime, imm: $0.doubleOffset)
    },
]

let compressedQuadrant1: [Encoding] = [
    encoding("C.NOP", "000 j 00000 iiiii 01", "c.addi zero,<imm6>", .alu) { _ in
        Instruction(.li, d: discarded)
    },
    encoding("C.ADDI", "000 j ddddd iiiii 01", "c.addi <d>,<imm6>", .alu) { addImmediate($0.d, $0.d, $0.imm6) },
    encoding("C.ADDIW", "001 j ddddd iiiii 01", "c.addiw <d>,<imm6>", .alu, reserved: { $0.d == 0 }) {
        Instruction(.addiw, d: $0.d, n: $0.d, imm: $0.imm6)
    },
    encoding("C.LI", "010 j ddddd iiiii 01", "c.li <d>,<imm6>", .alu) {
        Instruction(.li, d: destination($0.d), imm: $0.imm6)
    },
    encoding("C.ADDI16SP", "011 j 00010 iiiii 01", "c.addi16sp sp,<addi16sp>", .alu, reserved: { $0.imm6 == 0 }) {
        Instruction(.addi, d: 2, n: 2, imm: $0.stackAdjustment)
    },
    encoding("C.LUI", "011 j ddddd iiiii 01", "c.lui <d>,<hex lui>", .alu, reserved: { $0.imm6 == 0 }) {
        Instruction(.li, d: destination($0.d), imm: $0.imm6 << 12)
    },
    encoding("C.SRLI", "100 j 00 ddd iiiii 01", "c.srli <d'>,<hex shift>", .alu) {
        Instruction(.srli, d: $0.dPrime, n: $0.dPrime, imm: $0.shift6)
    },
    encoding("C.SRAI", "100 j 01 ddd iiiii 01", "c.srai <d'>,<hex shift>", .alu) {
        Instruction(.srai, d: $0.dPrime, n: $0.dPrime, imm: $0.shift6)
    },
    encoding("C.ANDI", "100 j 10 ddd iiiii 01", "c.andi <d'>,<imm6>", .alu) {
        Instruction(.andi, d: $0.dPrime, n: $0.dPrime, imm: $0.imm6)
    },
    twoOperands("C.SUB", "100 0 11 ddd 00 mmm 01", .sub), twoOperands("C.XOR", "100 0 11 ddd 01 mmm 01", .xor),
    twoOperands("C.OR", "100 0 11 ddd 10 mmm 01", .or), twoOperands("C.AND", "100 0 11 ddd 11 mmm 01", .and),
    twoOperands("C.SUBW", "100 1 11 ddd 00 mmm 01", .subw), twoOperands("C.ADDW", "100 1 11 ddd 01 mmm 01", .addw),
    encoding("C.J", "101 iiiiiiiiiii 01", "c.j <label>", .jump) { jump(0, $0.target($0.jumpOffset)) },
    encoding("C.BEQZ", "110 jjj nnn iiiii 01", "c.beqz <n'>,<label>", .branch) {
        Instruction(.beq, n: $0.nPrime, m: 0, imm: $0.target($0.branchOffset))
    },
    encoding("C.BNEZ", "111 jjj nnn iiiii 01", "c.bnez <n'>,<label>", .branch) {
        Instruction(.bne, n: $0.nPrime, m: 0, imm: $0.target($0.branchOffset))
    },
]

let compressedQuadrant2: [Encoding] = [
    encoding("C.SLLI", "000 j ddddd iiiii 10", "c.slli <d>,<hex shift>", .alu) {
        Instruction(.slli, d: destination($0.d), n: $0.d, imm: $0.shift6)
    },
    encoding("C.FLDSP", "001 j ddddd iiiii 10", "c.fldsp <fd>,<stack d>(sp)", .fpLoad) {
        Instruction(.fld, d: $0.d, n: 2, imm: $0.stackDoubleOffset)
    },
    encoding("C.LWSP", "010 j ddddd iiiii 10", "c.lwsp <d>,<stack w>(sp)", .load, reserved: { $0.d == 0 }) {
        Instruction(.lw, d: $0.d, n: 2, imm: $0.stackWordOffset)
    },
    encoding("C.LDSP", "011 j ddddd iiiii 10", "c.ldsp <d>,<stack d>(sp)", .load, reserved: { $0.d == 0 }) {
        Instruction(.ld, d: $0.d, n: 2, imm: $0.stackDoubleOffset)
    },
    encoding("C.JR", "100 0 nnnnn 00000 10", "c.jr <n>", .jumpRegister, reserved: { $0.n == 0 }) {
        jumpRegister(0, $0.n, 0)
    },
    encoding("C.MV", "100 0 ddddd mmmmm 10", "c.mv <d>,<m>", .alu, reserved: { $0.m == 0 }) {
        Instruction(.mv, d: destination($0.d), n: $0.m)
    },
    encoding("C.EBREAK", "100 1 00000 00000 10", "c.ebreak", .system) { _ in Instruction(.ebreak) },
    encoding("C.JALR", "100 1 nnnnn 00000 10", "c.jalr <n>", .jumpRegister) { jumpRegister(1, $0.n, 0) },
    encoding("C.ADD", "100 1 ddddd mmmmm 10", "c.add <d>,<m>", .alu) {
        Instruction(.add, d: destination($0.d), n: $0.d, m: $0.m)
    },
    encoding("C.FSDSP", "101 iiiiii mmmmm 10", "c.fsdsp <fm>,<stack store d>(sp)", .fpStore) {
        Instruction(.fsd, n: 2, m: $0.m, imm: $0.stackDoubleStore)
    },
    encoding("C.SWSP", "110 iiiiii mmmmm 10", "c.swsp <m>,<stack store w>(sp)", .store) {
        Instruction(.sw, n: 2, m: $0.m, imm: $0.stackWordStore)
    },
    encoding("C.SDSP", "111 iiiiii mmmmm 10", "c.sdsp <m>,<stack store d>(sp)", .store) {
        Instruction(.sd, n: 2, m: $0.m, imm: $0.stackDoubleStore)
    },
]

private func twoOperands(_ name: String, _ diagram: String, _ operation: Operation) -> Encoding {
    encoding(name, diagram, "\(name.lowercased()) <d'>,<m'>", .alu) {
        Instruction(operation, d: $0.dPrime, n: $0.dPrime, m: $0.mPrime)
    }
}

/// The scrambled immediates of compressed instructions: the manual draws, for each, which bit of the value each bit of
/// the word is.
extension Fields {
    private var j: UInt32 { self["j"] }

    /// imm[5] and imm[4:0], signed.
    var imm6: Int32 { Int32(bitPattern: (j << 5 | i).signExtended(from: 6)) }
    var shift6: Int32 { Int32(j << 5 | i) }
    /// nzuimm[5:4|9:6|2|3].
    var stackAddend: Int32 {
        Int32(i.bits(7, 6) << 4 | i.bits(5, 2) << 6 | i.bits(1, 1) << 2 | i.bits(0, 0) << 3)
    }
    /// nzimm[9], then nzimm[4|6|8:7|5].
    var stackAdjustment: Int32 {
        let low = i.bits(4, 4) << 4 | i.bits(3, 3) << 6 | i.bits(2, 1) << 7 | i.bits(0, 0) << 5
        return Int32(bitPattern: (j << 9 | low).signExtended(from: 10))
    }
    /// uimm[5:3], then uimm[2|6].
    var wordOffset: Int32 { Int32(j << 3 | i.bits(1, 1) << 2 | i.bits(0, 0) << 6) }
    /// uimm[5:3], then uimm[7:6].
    var doubleOffset: Int32 { Int32(j << 3 | i << 6) }
    /// uimm[5], then uimm[4:2|7:6].
    var stackWordOffset: Int32 { Int32(j << 5 | i.bits(4, 2) << 2 | i.bits(1, 0) << 6) }
    /// uimm[5], then uimm[4:3|8:6].
    var stackDoubleOffset: Int32 { Int32(j << 5 | i.bits(4, 3) << 3 | i.bits(2, 0) << 6) }
    /// uimm[5:2|7:6].
    var stackWordStore: Int32 { Int32(i.bits(5, 2) << 2 | i.bits(1, 0) << 6) }
    /// uimm[5:3|8:6].
    var stackDoubleStore: Int32 { Int32(i.bits(5, 3) << 3 | i.bits(2, 0) << 6) }
    /// imm[11|4|9:8|10|6|7|3:1|5].
    var jumpOffset: Int32 {
        let high = i.bits(10, 10) << 11 | i.bits(9, 9) << 4 | i.bits(8, 7) << 8 | i.bits(6, 6) << 10
        let low = i.bits(5, 5) << 6 | i.bits(4, 4) << 7 | i.bits(3, 1) << 1 | i.bits(0, 0) << 5
        return Int32(bitPattern: (high | low).signExtended(from: 12))
    }
    /// imm[8|4:3], then imm[7:6|2:1|5].
    var branchOffset: Int32 {
        let high = j.bits(2, 2) << 8 | j.bits(1, 0) << 3
        let low = i.bits(4, 3) << 6 | i.bits(2, 1) << 1 | i.bits(0, 0) << 5
        return Int32(bitPattern: (high | low).signExtended(from: 9))
    }
}
