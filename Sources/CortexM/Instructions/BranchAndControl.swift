import Bits

/// Branches. DDI 0403E.e A5.2.6, A5.2.7, A5.3.4.
let branches: [Encoding] = [
    encoding("B T1", "1101 cccc iiiiiiii", "b<cond c>.n <label>", .branchConditional, unpredictable: \.inITBlock) {
        Instruction(.branch(on: UInt8($0["c"])), imm: target($0, ($0.i << 1).signExtended(from: 9)))
    },
    encoding("B T2", "11100 iiiiiiiiiii", "b{c}.n <label>", .branch, unpredictable: notLastInIT) {
        Instruction(.b, imm: target($0, ($0.i << 1).signExtended(from: 12)))
    },
    encoding(
        "B T3", "11110 s cccc iiiiii 10 j 0 k iiiiiiiiiii", "b<cond c>.w <label>", .branchConditional,
        unpredictable: { $0.inITBlock || $0["c"] >= 14 }
    ) {
        // With these conditions it is no branch; what is defined there, other encodings draw.
        if $0["c"] >= 14 { return Instruction(.udf) }
        let offset = $0["s"] << 20 | $0["k"] << 19 | $0["j"] << 18 | $0.i << 1
        return Instruction(.branch(on: UInt8($0["c"])), imm: target($0, offset.signExtended(from: 21)))
    },
    encoding("B T4", "11110 s iiiiiiiiii 10 j 1 k iiiiiiiiiii", "b{c}.w <label>", .branch, unpredictable: notLastInIT) {
        Instruction(.b, imm: target($0, longOffset($0)))
    },
    encoding(
        "BL T1", "11110 s iiiiiiiiii 11 j 1 k iiiiiiiiiii", "bl{c} <label>", .branchLink, unpredictable: notLastInIT
    ) {
        Instruction(.bl, x: 1, imm: target($0, longOffset($0)))
    },
    encoding(
        "BX T1", "010001 11 0 mmmm 000", "bx{c} <Rm>", .branchRegister, unpredictable: { notLastInIT($0) || $0.m == 15 }
    ) {
        Instruction(.bx, m: $0.m)
    },
    encoding(
        "BLX (register) T1", "010001 11 1 mmmm 000", "blx{c} <Rm>", .branchLinkRegister,
        unpredictable: { notLastInIT($0) || $0.m == 15 }
    ) {
        Instruction(.blxReg, m: $0.m)
    },
    encoding("CBZ T1", "1011 0 0 i 1 iiiii nnn", "cbz <Rn>, <label>", .branchConditional, unpredictable: \.inITBlock) {
        Instruction(.cbz, n: $0.n, imm: $0.address &+ 4 &+ $0.i << 1)
    },
    encoding("CBNZ T1", "1011 1 0 i 1 iiiii nnn", "cbnz <Rn>, <label>", .branchConditional, unpredictable: \.inITBlock)
    {
        Instruction(.cbnz, n: $0.n, imm: $0.address &+ 4 &+ $0.i << 1)
    },
]

private func target(_ fields: Fields, _ offset: UInt32) -> UInt32 { fields.address &+ 4 &+ offset }

private func longOffset(_ fields: Fields) -> UInt32 {
    let s = fields["s"]
    let i1 = ~(fields["j"] ^ s) & 1
    let i2 = ~(fields["k"] ^ s) & 1
    return (s << 24 | i1 << 23 | i2 << 22 | fields.i << 1).signExtended(from: 25)
}

private let notLastInIT: @Sendable (Fields) -> Bool = { $0.inITBlock && !$0.lastInITBlock }

/// Extensions, byte reversal, stack adjustment and other 16-bit encodings. DDI 0403E.e A5.2.5.
let miscellaneous16: [Encoding] = [
    encoding("ADR T1", "1010 0 ddd iiiiiiii", "add{c} <Rd>, pc, #<i*4>", .alu) {
        Instruction(.movImm, d: $0.d, imm: $0.alignedPC &+ $0.i << 2)
    },
    encoding("ADD (SP plus immediate) T1", "1010 1 ddd iiiiiiii", "add{c} <Rd>, sp, #<i*4>", .alu) {
        Instruction(.addImm, d: $0.d, n: 13, imm: $0.i << 2)
    },
    encoding("ADD (SP plus immediate) T2", "1011 0000 0 iiiiiii", "add{c} sp, #<i*4>", .alu) {
        Instruction(.addImm, d: 13, n: 13, imm: $0.i << 2)
    },
    encoding("SUB (SP minus immediate) T1", "1011 0000 1 iiiiiii", "sub{c} sp, #<i*4>", .alu) {
        Instruction(.addImm, d: 13, n: 13, imm: 0 &- $0.i << 2)
    },
    encoding("SXTH T1", "1011 0010 00 mmm ddd", "sxth{c} <Rd>, <Rm>", .alu) { Instruction(.sxth, d: $0.d, m: $0.m) },
    encoding("SXTB T1", "1011 0010 01 mmm ddd", "sxtb{c} <Rd>, <Rm>", .alu) { Instruction(.sxtb, d: $0.d, m: $0.m) },
    encoding("UXTH T1", "1011 0010 10 mmm ddd", "uxth{c} <Rd>, <Rm>", .alu) { Instruction(.uxth, d: $0.d, m: $0.m) },
    encoding("UXTB T1", "1011 0010 11 mmm ddd", "uxtb{c} <Rd>, <Rm>", .alu) { Instruction(.uxtb, d: $0.d, m: $0.m) },
    encoding("REV T1", "1011 1010 00 mmm ddd", "rev{c} <Rd>, <Rm>", .alu) { Instruction(.rev, d: $0.d, m: $0.m) },
    encoding("REV16 T1", "1011 1010 01 mmm ddd", "rev16{c} <Rd>, <Rm>", .alu) { Instruction(.rev16, d: $0.d, m: $0.m) },
    encoding("REVSH T1", "1011 1010 11 mmm ddd", "revsh{c} <Rd>, <Rm>", .alu) { Instruction(.revsh, d: $0.d, m: $0.m) },

    encoding(
        "CPS T1", "1011 0110 011 p 0 0 a f", "cps<p?id:ie> <a?i><f?f>", .changeState,
        unpredictable: { $0.inITBlock || $0["a"] | $0["f"] == 0 }
    ) {
        Instruction(.cps, a: UInt8($0["p"]), x: UInt16($0["a"] << 1 | $0["f"]))
    },
    encoding("BKPT T1", "1011 1110 iiiiiiii", "bkpt <hex i>", .exceptionCall) { Instruction(.bkpt, imm: $0.i) },
    encoding("SVC T1", "1101 1111 iiiiiiii", "svc{c} <i>", .exceptionCall) { Instruction(.svc, imm: $0.i) },
    encoding("UDF T1", "1101 1110 iiiiiiii", "udf{c} #<i>", .exceptionCall) { _ in Instruction(.udf) },
    encoding("UDF T2", "111101111111 iiii 1010 jjjjjjjjjjjj", "udf{c}.w #<i*4096+j>", .exceptionCall) { _ in
        Instruction(.udf)
    },

    encoding("IT T1", "1011 1111 cccc xxxx", "i<then x c> <cond c>", .it, unpredictable: badIT) {
        Instruction(.it, x: UInt16($0["c"] << 4 | $0["x"]))
    },
    encoding("NOP T1", "1011 1111 0000 0000", "nop{c}", .hint) { _ in Instruction(.nop) },
    encoding("YIELD T1", "1011 1111 0001 0000", "yield{c}", .hint) { _ in Instruction(.nop) },
    encoding("WFE T1", "1011 1111 0010 0000", "wfe{c}", .hint) { _ in Instruction(.wfe) },
    encoding("WFI T1", "1011 1111 0011 0000", "wfi{c}", .hint) { _ in Instruction(.wfi) },
    encoding("SEV T1", "1011 1111 0100 0000", "sev{c}", .hint) { _ in Instruction(.sev) },
    encoding("NOP T1 (unallocated hint)", "1011 1111 hhhh 0000", "nop{c} {<h>}", .hint) { _ in Instruction(.nop) },
]

private let badIT: @Sendable (Fields) -> Bool = {
    $0.inITBlock || $0["c"] == 15 || $0["c"] == 14 && $0["x"].nonzeroBitCount != 1
}

/// System instructions and barriers in 32 bits. DDI 0403E.e A5.3.4, B5.2.
let system32: [Encoding] = [
    encoding(
        "MSR (register) T1", "11110 0 1110 0 0 nnnn 1000 kk 00 iiiiiiii", "msr{c} <sysm>, <Rn>", .moveToSpecial,
        unpredictable: { badOperand($0.n) || $0["k"] == 0 || $0["k"] != 2 && $0.i > 3 || !isSpecialRegister($0.i) }
    ) {
        Instruction(.msr, n: $0.n, a: UInt8($0["k"]), imm: $0.i)
    },
    encoding(
        "MRS T1", "11110 0 1111 1 0 1111 1000 dddd iiiiiiii", "mrs{c} <Rd>, <sysm>", .moveFromSpecial,
        unpredictable: { badOperand($0.d) || !isSpecialRegister($0.i) }
    ) {
        Instruction(.mrs, d: $0.d, imm: $0.i)
    },
    encoding("CLREX T1", "11110 0 1110 1 1 1111 1000 1111 0010 1111", "clrex{c}", .hint) { _ in Instruction(.clrex) },
    encoding("DSB T1", "11110 0 1110 1 1 1111 1000 1111 0100 oooo", "dsb{c} <option o>", .barrier) { _ in
        Instruction(.dsb)
    },
    encoding("DMB T1", "11110 0 1110 1 1 1111 1000 1111 0101 oooo", "dmb{c} <option o>", .barrier) { _ in
        Instruction(.dmb)
    },
    encoding(
        "ISB T1", "11110 0 1110 1 1 1111 1000 1111 0110 oooo", "isb{c} <instruction option o>", .instructionBarrier
    ) { Instruction(.isb, imm: $0.address &+ 4) },
    encoding("NOP T2", "11110 0 1110 1 0 1111 1000 0000 0000 0000", "nop{c}.w", .hint) { _ in Instruction(.nop) },
    encoding("YIELD T2", "11110 0 1110 1 0 1111 1000 0000 0000 0001", "yield{c}.w", .hint) { _ in Instruction(.nop) },
    encoding("WFE T2", "11110 0 1110 1 0 1111 1000 0000 0000 0010", "wfe{c}.w", .hint) { _ in Instruction(.wfe) },
    encoding("WFI T2", "11110 0 1110 1 0 1111 1000 0000 0000 0011", "wfi{c}.w", .hint) { _ in Instruction(.wfi) },
    encoding("SEV T2", "11110 0 1110 1 0 1111 1000 0000 0000 0100", "sev{c}.w", .hint) { _ in Instruction(.sev) },
    encoding("NOP T2 (unallocated hint)", "11110 0 1110 1 0 1111 1000 0000 hhhhhhhh", "nop{c}.w {<h>}", .hint) { _ in
        Instruction(.nop)
    },
    encoding("DBG T1", "11110 0 1110 1 0 1111 1000 0000 1111 oooo", "dbg{c} #<o>", .hint) { _ in Instruction(.nop) },
]

/// Whether SYSm names a register. DDI 0403E.e B5.2.2.
private func isSpecialRegister(_ sysm: UInt32) -> Bool {
    switch sysm {
    case 0...3, 5...9, 16...20: true
    default: false
    }
}
