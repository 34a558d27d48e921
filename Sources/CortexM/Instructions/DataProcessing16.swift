/// The 16-bit data-processing encodings. DDI 0403E.e A5.2.1 to A5.2.3.
///
/// Outside an IT block most of them set the flags; inside they do not.
let dataProcessing16: [Encoding] = [
    // Shift (immediate), add, subtract, move, and compare: A5.2.1.
    encoding("LSL (immediate) T1", "000 00 iiiii mmm ddd", "lsl{s} <Rd>, <Rm>, #<i>", .alu) {
        $0.i == 0
            ? Instruction(.movsReg, d: $0.d, m: $0.m)
            : Instruction($0.inITBlock ? .lslImm : .lslsImm, d: $0.d, m: $0.m, x: UInt16($0.i))
    },
    encoding("MOV (register) T2", "000 00 00000 mmm ddd", "movs <Rd>, <Rm>", .alu, unpredictable: \.inITBlock) {
        Instruction(.movsReg, d: $0.d, m: $0.m)
    },
    encoding("LSR (immediate) T1", "000 01 iiiii mmm ddd", "lsr{s} <Rd>, <Rm>, #<i or 32>", .alu) {
        Instruction($0.inITBlock ? .lsrImm : .lsrsImm, d: $0.d, m: $0.m, x: $0.i == 0 ? 32 : UInt16($0.i))
    },
    encoding("ASR (immediate) T1", "000 10 iiiii mmm ddd", "asr{s} <Rd>, <Rm>, #<i or 32>", .alu) {
        Instruction($0.inITBlock ? .asrImm : .asrsImm, d: $0.d, m: $0.m, x: $0.i == 0 ? 32 : UInt16($0.i))
    },
    encoding("ADD (register) T1", "000 11 0 0 mmm nnn ddd", "add{s} <Rd>, <Rn>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .addReg : .addsReg, d: $0.d, n: $0.n, m: $0.m)
    },
    encoding("SUB (register) T1", "000 11 0 1 mmm nnn ddd", "sub{s} <Rd>, <Rn>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .subReg : .subsReg, d: $0.d, n: $0.n, m: $0.m)
    },
    encoding("ADD (immediate) T1", "000 11 1 0 iii nnn ddd", "add{s} <Rd>, <Rn>, #<i>", .alu) {
        Instruction($0.inITBlock ? .addImm : .addsImm, d: $0.d, n: $0.n, imm: $0.i)
    },
    encoding("SUB (immediate) T1", "000 11 1 1 iii nnn ddd", "sub{s} <Rd>, <Rn>, #<i>", .alu) {
        subtract($0.d, $0.n, $0.i, settingFlags: !$0.inITBlock)
    },
    encoding("MOV (immediate) T1", "001 00 ddd iiiiiiii", "mov{s} <Rd>, #<i>", .alu) {
        Instruction($0.inITBlock ? .movImm : .movsImm, d: $0.d, imm: $0.i)
    },
    encoding("CMP (immediate) T1", "001 01 nnn iiiiiiii", "cmp{c} <Rn>, #<i>", .compare) {
        subtract(shiftedOperand, $0.n, $0.i, settingFlags: true)
    },
    encoding("ADD (immediate) T2", "001 10 ddd iiiiiiii", "add{s} <Rd>, #<i>", .alu) {
        Instruction($0.inITBlock ? .addImm : .addsImm, d: $0.d, n: $0.d, imm: $0.i)
    },
    encoding("SUB (immediate) T2", "001 11 ddd iiiiiiii", "sub{s} <Rd>, #<i>", .alu) {
        subtract($0.d, $0.d, $0.i, settingFlags: !$0.inITBlock)
    },

    // Data processing: A5.2.2.
    encoding("AND (register) T1", "010000 0000 mmm ddd", "and{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .andReg : .andsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("EOR (register) T1", "010000 0001 mmm ddd", "eor{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .eorReg : .eorsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("LSL (register) T1", "010000 0010 mmm ddd", "lsl{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .lslReg : .lslsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("LSR (register) T1", "010000 0011 mmm ddd", "lsr{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .lsrReg : .lsrsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("ASR (register) T1", "010000 0100 mmm ddd", "asr{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .asrReg : .asrsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("ADC (register) T1", "010000 0101 mmm ddd", "adc{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .adcReg : .adcsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("SBC (register) T1", "010000 0110 mmm ddd", "sbc{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .sbcReg : .sbcsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("ROR (register) T1", "010000 0111 mmm ddd", "ror{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .rorReg : .rorsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("TST (register) T1", "010000 1000 mmm nnn", "tst{c} <Rn>, <Rm>", .compare) {
        Instruction(.andsReg, d: shiftedOperand, n: $0.n, m: $0.m)
    },
    encoding("RSB (immediate) T1", "010000 1001 nnn ddd", "neg{s} <Rd>, <Rn>", .alu) {
        Instruction($0.inITBlock ? .rsbImm : .rsbsImm, d: $0.d, n: $0.n, imm: 0)
    },
    encoding("CMP (register) T1", "010000 1010 mmm nnn", "cmp{c} <Rn>, <Rm>", .compare) {
        Instruction(.subsReg, d: shiftedOperand, n: $0.n, m: $0.m)
    },
    encoding("CMN (register) T1", "010000 1011 mmm nnn", "cmn{c} <Rn>, <Rm>", .compare) {
        Instruction(.addsReg, d: shiftedOperand, n: $0.n, m: $0.m)
    },
    encoding("ORR (register) T1", "010000 1100 mmm ddd", "orr{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .orrReg : .orrsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("MUL T1", "010000 1101 nnn ddd", "mul{s} <Rd>, <Rn>", .multiply) {
        Instruction($0.inITBlock ? .mul : .muls, d: $0.d, n: $0.n, m: $0.d)
    },
    encoding("BIC (register) T1", "010000 1110 mmm ddd", "bic{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .bicReg : .bicsReg, d: $0.d, n: $0.d, m: $0.m)
    },
    encoding("MVN (register) T1", "010000 1111 mmm ddd", "mvn{s} <Rd>, <Rm>", .alu) {
        Instruction($0.inITBlock ? .mvnReg : .mvnsReg, d: $0.d, m: $0.m)
    },

    // Special data instructions: A5.2.3.
    composite(
        "ADD (register) T2", "010001 00 d mmmm ddd", "add{c} <Rd>, <Rm>", .alu,
        unpredictable: { $0.d == 15 && ($0.m == 15 || $0.inITBlock && !$0.lastInITBlock) }
    ) {
        guard $0.d == 15 else {
            return Decoded(readingPC($0, $0.d, $0.m), Instruction(.addReg, d: $0.d, n: $0.d, m: $0.m))
        }
        return Decoded(
            readingPC($0, 15), Instruction(.addReg, d: shiftedOperand, n: 15, m: $0.m),
            then: Instruction(.branchTo, m: shiftedOperand))
    },
    encoding(
        "CMP (register) T2", "010001 01 n mmmm nnn", "cmp{c} <Rn>, <Rm>", .compare,
        unpredictable: { $0.n == 15 || $0.m == 15 || $0.n < 8 && $0.m < 8 }
    ) {
        Instruction(.subsReg, d: shiftedOperand, n: $0.n, m: $0.m)
    },
    composite(
        "MOV (register) T1", "010001 10 d mmmm ddd", "mov{c} <Rd>, <Rm>", .alu,
        unpredictable: { $0.d == 15 && $0.inITBlock && !$0.lastInITBlock }
    ) {
        guard $0.d == 15 else {
            return Decoded(readingPC($0, $0.m), Instruction(.movReg, d: $0.d, m: $0.m))
        }
        return Decoded(readingPC($0, $0.m), Instruction(.branchTo, m: $0.m))
    },
]

/// SUB and CMP with a constant. Without flags it is an addition of the negative.
func subtract(_ d: UInt8, _ n: UInt8, _ constant: UInt32, settingFlags: Bool) -> Instruction {
    settingFlags
        ? Instruction(.subsImm, d: d, n: n, imm: constant)
        : Instruction(.addImm, d: d, n: n, imm: 0 &- constant)
}

/// The record that makes the PC readable as a register, if one of the operands is the PC.
func readingPC(_ fields: Fields, _ operands: UInt8...) -> Instruction? {
    operands.contains(15) ? Instruction(.movImm, d: 15, imm: fields.address &+ 4) : nil
}
