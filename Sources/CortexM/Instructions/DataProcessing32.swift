import Bits

/// The 32-bit data-processing encodings with an immediate. DDI 0403E.e A5.3.1 and A5.3.3.
let dataProcessingImmediate: [Encoding] = [
    encoding(
        "TST (immediate) T1", "11110 i 0 0000 1 nnnn 0 iii 1111 iiiiiiii", "tst{c}.w <Rn>, #<const>", .compare,
        unpredictable: { badOperand($0.n) }
    ) {
        logical(.andImm, .andsImm, $0, d: shiftedOperand, flags: true)
    },
    encoding(
        "AND (immediate) T1", "11110 i 0 0000 S nnnn 0 iii dddd iiiiiiii", "and{S}{c}.w <Rd>, <Rn>, #<const>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) }
    ) {
        logical(.andImm, .andsImm, $0, d: $0.d, flags: $0.setsFlags)
    },
    encoding(
        "BIC (immediate) T1", "11110 i 0 0001 S nnnn 0 iii dddd iiiiiiii", "bic{S}{c}.w <Rd>, <Rn>, #<const>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) }
    ) {
        logical(.andImm, .andsImm, $0, d: $0.d, flags: $0.setsFlags, inverted: true)
    },
    encoding(
        "MOV (immediate) T2", "11110 i 0 0010 S 1111 0 iii dddd iiiiiiii", "mov{S}{c}.w <Rd>, #<const>", .alu,
        unpredictable: { badOperand($0.d) }
    ) {
        logical(.movImm, .movsImm, $0, d: $0.d, flags: $0.setsFlags)
    },
    encoding(
        "ORR (immediate) T1", "11110 i 0 0010 S nnnn 0 iii dddd iiiiiiii", "orr{S}{c}.w <Rd>, <Rn>, #<const>", .alu,
        unpredictable: { badOperand($0.d) || $0.n == 13 }
    ) {
        logical(.orrImm, .orrsImm, $0, d: $0.d, flags: $0.setsFlags)
    },
    encoding(
        "MVN (immediate) T1", "11110 i 0 0011 S 1111 0 iii dddd iiiiiiii", "mvn{S}{c}.w <Rd>, #<const>", .alu,
        unpredictable: { badOperand($0.d) }
    ) {
        logical(.movImm, .movsImm, $0, d: $0.d, flags: $0.setsFlags, inverted: true)
    },
    encoding(
        "ORN (immediate) T1", "11110 i 0 0011 S nnnn 0 iii dddd iiiiiiii", "orn{S}{c} <Rd>, <Rn>, #<const>", .alu,
        unpredictable: { badOperand($0.d) || $0.n == 13 }
    ) {
        logical(.orrImm, .orrsImm, $0, d: $0.d, flags: $0.setsFlags, inverted: true)
    },
    encoding(
        "TEQ (immediate) T1", "11110 i 0 0100 1 nnnn 0 iii 1111 iiiiiiii", "teq{c} <Rn>, #<const>", .compare,
        unpredictable: { badOperand($0.n) }
    ) {
        logical(.eorImm, .eorsImm, $0, d: shiftedOperand, flags: true)
    },
    encoding(
        "EOR (immediate) T1", "11110 i 0 0100 S nnnn 0 iii dddd iiiiiiii", "eor{S}{c}.w <Rd>, <Rn>, #<const>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) }
    ) {
        logical(.eorImm, .eorsImm, $0, d: $0.d, flags: $0.setsFlags)
    },
    encoding(
        "CMN (immediate) T1", "11110 i 0 1000 1 nnnn 0 iii 1111 iiiiiiii", "cmn{c}.w <Rn>, #<const>", .compare,
        unpredictable: { $0.n == 15 }
    ) {
        Instruction(.addsImm, d: shiftedOperand, n: $0.n, imm: ThumbExpandImm($0.i))
    },
    encoding(
        "ADD (immediate) T3", "11110 i 0 1000 S nnnn 0 iii dddd iiiiiiii", "add{S}{c}.w <Rd>, <Rn>, #<const>", .alu,
        unpredictable: badSum
    ) {
        Instruction($0.setsFlags ? .addsImm : .addImm, d: $0.d, n: $0.n, imm: ThumbExpandImm($0.i))
    },
    encoding(
        "ADC (immediate) T1", "11110 i 0 1010 S nnnn 0 iii dddd iiiiiiii", "adc{S}{c}.w <Rd>, <Rn>, #<const>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) }
    ) {
        Instruction($0.setsFlags ? .adcsImm : .adcImm, d: $0.d, n: $0.n, imm: ThumbExpandImm($0.i))
    },
    encoding(
        "SBC (immediate) T1", "11110 i 0 1011 S nnnn 0 iii dddd iiiiiiii", "sbc{S}{c}.w <Rd>, <Rn>, #<const>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) }
    ) {
        Instruction($0.setsFlags ? .adcsImm : .adcImm, d: $0.d, n: $0.n, imm: ~ThumbExpandImm($0.i))
    },
    encoding(
        "CMP (immediate) T2", "11110 i 0 1101 1 nnnn 0 iii 1111 iiiiiiii", "cmp{c}.w <Rn>, #<const>", .compare,
        unpredictable: { $0.n == 15 }
    ) {
        subtract(shiftedOperand, $0.n, ThumbExpandImm($0.i), settingFlags: true)
    },
    encoding(
        "SUB (immediate) T3", "11110 i 0 1101 S nnnn 0 iii dddd iiiiiiii", "sub{S}{c}.w <Rd>, <Rn>, #<const>", .alu,
        unpredictable: badSum
    ) {
        subtract($0.d, $0.n, ThumbExpandImm($0.i), settingFlags: $0.setsFlags)
    },
    encoding(
        "RSB (immediate) T2", "11110 i 0 1110 S nnnn 0 iii dddd iiiiiiii", "rsb{S}{c} <Rd>, <Rn>, #<const>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) }
    ) {
        Instruction($0.setsFlags ? .rsbsImm : .rsbImm, d: $0.d, n: $0.n, imm: ThumbExpandImm($0.i))
    },

    // Plain binary immediate: A5.3.3.
    encoding(
        "ADR T3", "11110 i 1 0000 0 1111 0 iii dddd iiiiiiii", "addw{c} <Rd>, pc, #<i>", .alu,
        unpredictable: { badOperand($0.d) }
    ) {
        Instruction(.movImm, d: $0.d, imm: $0.alignedPC &+ $0.i)
    },
    encoding(
        "ADD (immediate) T4", "11110 i 1 0000 0 nnnn 0 iii dddd iiiiiiii", "addw{c} <Rd>, <Rn>, #<i>", .alu,
        unpredictable: badSum
    ) {
        Instruction(.addImm, d: $0.d, n: $0.n, imm: $0.i)
    },
    encoding(
        "MOV (immediate) T3", "11110 i 1 0010 0 jjjj 0 iii dddd iiiiiiii", "movw{c} <Rd>, #<j*4096+i>", .alu,
        unpredictable: { badOperand($0.d) }
    ) {
        Instruction(.movImm, d: $0.d, imm: $0["j"] << 12 | $0.i)
    },
    encoding(
        "ADR T2", "11110 i 1 0101 0 1111 0 iii dddd iiiiiiii", "subw{c} <Rd>, pc, #<i>", .alu,
        unpredictable: { badOperand($0.d) }
    ) {
        Instruction(.movImm, d: $0.d, imm: $0.alignedPC &- $0.i)
    },
    encoding(
        "SUB (immediate) T4", "11110 i 1 0101 0 nnnn 0 iii dddd iiiiiiii", "subw{c} <Rd>, <Rn>, #<i>", .alu,
        unpredictable: badSum
    ) {
        subtract($0.d, $0.n, $0.i, settingFlags: false)
    },
    encoding(
        "MOVT T1", "11110 i 1 0110 0 jjjj 0 iii dddd iiiiiiii", "movt{c} <Rd>, #<j*4096+i>", .alu,
        unpredictable: { badOperand($0.d) }
    ) {
        Instruction(.movt, d: $0.d, imm: ($0["j"] << 12 | $0.i) << 16)
    },
    encoding(
        "SBFX T1", "11110 0 1 1010 0 nnnn 0 iii dddd ii 0 wwwww", "sbfx{c} <Rd>, <Rn>, #<i>, #<w+1>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) || $0.i + $0["w"] > 31 }
    ) {
        Instruction(.sbfx, d: $0.d, n: $0.n, a: UInt8($0.i), x: UInt16($0["w"] + 1))
    },
    encoding(
        "BFC T1", "11110 0 1 1011 0 1111 0 iii dddd ii 0 wwwww", "bfc{c} <Rd>, #<i>, #<w-i+1>", .alu,
        unpredictable: { badOperand($0.d) || $0["w"] < $0.i }
    ) {
        Instruction(.andImm, d: $0.d, n: $0.d, imm: ~fieldMask($0))
    },
    encoding(
        "BFI T1", "11110 0 1 1011 0 nnnn 0 iii dddd ii 0 wwwww", "bfi{c} <Rd>, <Rn>, #<i>, #<w-i+1>", .alu,
        unpredictable: { badOperand($0.d) || $0.n == 13 || $0["w"] < $0.i }
    ) {
        Instruction(.bfi, d: $0.d, n: $0.n, a: UInt8($0.i), imm: fieldMask($0))
    },
    encoding(
        "UBFX T1", "11110 0 1 1110 0 nnnn 0 iii dddd ii 0 wwwww", "ubfx{c} <Rd>, <Rn>, #<i>, #<w+1>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) || $0.i + $0["w"] > 31 }
    ) {
        Instruction(.ubfx, d: $0.d, n: $0.n, a: UInt8($0.i), imm: UInt32.max >> (31 - $0["w"]))
    },
]

/// The 32-bit data-processing encodings with a (shifted) register. DDI 0403E.e A5.3.11 and A5.3.12.
let dataProcessingRegister: [Encoding] = [
    composite(
        "TST (register) T2", "11101 01 0000 1 nnnn 0 iii 1111 ii yy mmmm", "tst{c}.w <Rn>, <Rm><, shift>", .compare,
        unpredictable: { badOperand($0.n) || badOperand($0.m) }
    ) {
        shifted(.andReg, .andsReg, $0, d: shiftedOperand, n: $0.n, flags: true)
    },
    composite(
        "AND (register) T2", "11101 01 0000 S nnnn 0 iii dddd ii yy mmmm", "and{S}{c}.w <Rd>, <Rn>, <Rm><, shift>",
        .alu, unpredictable: badOperands
    ) {
        shifted(.andReg, .andsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },
    composite(
        "BIC (register) T2", "11101 01 0001 S nnnn 0 iii dddd ii yy mmmm", "bic{S}{c}.w <Rd>, <Rn>, <Rm><, shift>",
        .alu, unpredictable: badOperands
    ) {
        shifted(.bicReg, .bicsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },
    composite(
        "MOV (register) T3", "11101 01 0010 S 1111 0 000 dddd 00 00 mmmm", "mov{S}{c}.w <Rd>, <Rm>", .alu,
        unpredictable: {
            $0.setsFlags ? badOperand($0.d) || badOperand($0.m) : $0.d == 15 || $0.m == 15 || $0.d == 13 && $0.m == 13
        }
    ) {
        Decoded(Instruction($0.setsFlags ? .movsReg : .movReg, d: $0.d, m: $0.m))
    },
    composite(
        "LSL (immediate) T2", "11101 01 0010 S 1111 0 iii dddd ii 00 mmmm", "mov{S}{c}.w <Rd>, <Rm>, lsl #<i>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.m) }
    ) {
        Decoded(Instruction($0.setsFlags ? .lslsImm : .lslImm, d: $0.d, m: $0.m, x: UInt16($0.i)))
    },
    composite(
        "LSR (immediate) T2", "11101 01 0010 S 1111 0 iii dddd ii 01 mmmm", "mov{S}{c}.w <Rd>, <Rm>, lsr #<i or 32>",
        .alu, unpredictable: { badOperand($0.d) || badOperand($0.m) }
    ) {
        Decoded(Instruction($0.setsFlags ? .lsrsImm : .lsrImm, d: $0.d, m: $0.m, x: $0.i == 0 ? 32 : UInt16($0.i)))
    },
    composite(
        "ASR (immediate) T2", "11101 01 0010 S 1111 0 iii dddd ii 10 mmmm", "mov{S}{c}.w <Rd>, <Rm>, asr #<i or 32>",
        .alu, unpredictable: { badOperand($0.d) || badOperand($0.m) }
    ) {
        Decoded(Instruction($0.setsFlags ? .asrsImm : .asrImm, d: $0.d, m: $0.m, x: $0.i == 0 ? 32 : UInt16($0.i)))
    },
    composite(
        "RRX T1", "11101 01 0010 S 1111 0 000 dddd 00 11 mmmm", "mov{S}{c}.w <Rd>, <Rm>, rrx", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.m) }
    ) {
        Decoded(Instruction($0.setsFlags ? .rrxs : .rrx, d: $0.d, m: $0.m))
    },
    composite(
        "ROR (immediate) T1", "11101 01 0010 S 1111 0 iii dddd ii 11 mmmm", "mov{S}{c}.w <Rd>, <Rm>, ror #<i>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.m) }
    ) {
        Decoded(Instruction($0.setsFlags ? .rorsImm : .rorImm, d: $0.d, m: $0.m, x: UInt16($0.i)))
    },
    composite(
        "ORR (register) T2", "11101 01 0010 S nnnn 0 iii dddd ii yy mmmm", "orr{S}{c}.w <Rd>, <Rn>, <Rm><, shift>",
        .alu, unpredictable: { badOperand($0.d) || $0.n == 13 || badOperand($0.m) }
    ) {
        shifted(.orrReg, .orrsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },
    composite(
        "MVN (register) T2", "11101 01 0011 S 1111 0 iii dddd ii yy mmmm", "mvn{S}{c}.w <Rd>, <Rm><, shift>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.m) }
    ) {
        shifted(.mvnReg, .mvnsReg, $0, d: $0.d, n: 0, flags: $0.setsFlags)
    },
    composite(
        "ORN (register) T1", "11101 01 0011 S nnnn 0 iii dddd ii yy mmmm", "orn{S}{c} <Rd>, <Rn>, <Rm><, shift>", .alu,
        unpredictable: { badOperand($0.d) || $0.n == 13 || badOperand($0.m) }
    ) {
        shifted(.ornReg, .ornsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },
    composite(
        "TEQ (register) T1", "11101 01 0100 1 nnnn 0 iii 1111 ii yy mmmm", "teq{c} <Rn>, <Rm><, shift>", .compare,
        unpredictable: { badOperand($0.n) || badOperand($0.m) }
    ) {
        shifted(.eorReg, .eorsReg, $0, d: shiftedOperand, n: $0.n, flags: true)
    },
    composite(
        "EOR (register) T2", "11101 01 0100 S nnnn 0 iii dddd ii yy mmmm", "eor{S}{c}.w <Rd>, <Rn>, <Rm><, shift>",
        .alu, unpredictable: badOperands
    ) {
        shifted(.eorReg, .eorsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },
    composite(
        "CMN (register) T2", "11101 01 1000 1 nnnn 0 iii 1111 ii yy mmmm", "cmn{c}.w <Rn>, <Rm><, shift>", .compare,
        unpredictable: { $0.n == 15 || badOperand($0.m) }
    ) {
        shifted(.addReg, .addsReg, $0, d: shiftedOperand, n: $0.n, flags: true)
    },
    composite(
        "ADD (register) T3", "11101 01 1000 S nnnn 0 iii dddd ii yy mmmm", "add{S}{c}.w <Rd>, <Rn>, <Rm><, shift>",
        .alu, unpredictable: badShiftedSum
    ) {
        shifted(.addReg, .addsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },
    composite(
        "ADC (register) T2", "11101 01 1010 S nnnn 0 iii dddd ii yy mmmm", "adc{S}{c}.w <Rd>, <Rn>, <Rm><, shift>",
        .alu, unpredictable: badOperands
    ) {
        shifted(.adcReg, .adcsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },
    composite(
        "SBC (register) T2", "11101 01 1011 S nnnn 0 iii dddd ii yy mmmm", "sbc{S}{c}.w <Rd>, <Rn>, <Rm><, shift>",
        .alu, unpredictable: badOperands
    ) {
        shifted(.sbcReg, .sbcsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },
    composite(
        "CMP (register) T3", "11101 01 1101 1 nnnn 0 iii 1111 ii yy mmmm", "cmp{c}.w <Rn>, <Rm><, shift>", .compare,
        unpredictable: { $0.n == 15 || badOperand($0.m) }
    ) {
        shifted(.subReg, .subsReg, $0, d: shiftedOperand, n: $0.n, flags: true)
    },
    composite(
        "SUB (register) T2", "11101 01 1101 S nnnn 0 iii dddd ii yy mmmm", "sub{S}{c}.w <Rd>, <Rn>, <Rm><, shift>",
        .alu, unpredictable: badShiftedSum
    ) {
        shifted(.subReg, .subsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },
    composite(
        "RSB (register) T1", "11101 01 1110 S nnnn 0 iii dddd ii yy mmmm", "rsb{S}{c} <Rd>, <Rn>, <Rm><, shift>", .alu,
        unpredictable: badOperands
    ) {
        shifted(.rsbReg, .rsbsReg, $0, d: $0.d, n: $0.n, flags: $0.setsFlags)
    },

    // Shifts by a register: A5.3.12.
    encoding(
        "LSL (register) T2", "11111 010 0 00 S nnnn 1111 dddd 0000 mmmm", "lsl{S}{c}.w <Rd>, <Rn>, <Rm>", .alu,
        unpredictable: badOperands
    ) {
        Instruction($0.setsFlags ? .lslsReg : .lslReg, d: $0.d, n: $0.n, m: $0.m)
    },
    encoding(
        "LSR (register) T2", "11111 010 0 01 S nnnn 1111 dddd 0000 mmmm", "lsr{S}{c}.w <Rd>, <Rn>, <Rm>", .alu,
        unpredictable: badOperands
    ) {
        Instruction($0.setsFlags ? .lsrsReg : .lsrReg, d: $0.d, n: $0.n, m: $0.m)
    },
    encoding(
        "ASR (register) T2", "11111 010 0 10 S nnnn 1111 dddd 0000 mmmm", "asr{S}{c}.w <Rd>, <Rn>, <Rm>", .alu,
        unpredictable: badOperands
    ) {
        Instruction($0.setsFlags ? .asrsReg : .asrReg, d: $0.d, n: $0.n, m: $0.m)
    },
    encoding(
        "ROR (register) T2", "11111 010 0 11 S nnnn 1111 dddd 0000 mmmm", "ror{S}{c}.w <Rd>, <Rn>, <Rm>", .alu,
        unpredictable: badOperands
    ) {
        Instruction($0.setsFlags ? .rorsReg : .rorReg, d: $0.d, n: $0.n, m: $0.m)
    },
]

/// The stack pointer and the PC are no operands of most 32-bit encodings.
func badOperand(_ register: UInt8) -> Bool { register == 13 || register == 15 }

let badOperands: @Sendable (Fields) -> Bool = { badOperand($0.d) || badOperand($0.n) || badOperand($0.m) }

/// ADD and SUB may use SP as the base, and as the destination only with SP as the base.
let badSum: @Sendable (Fields) -> Bool = { $0.d == 15 || $0.n == 15 || $0.d == 13 && $0.n != 13 }

/// ADD and SUB (SP plus/minus register): the shift is at most LSL #3 when the destination is SP.
let badShiftedSum: @Sendable (Fields) -> Bool = {
    badSum($0) || badOperand($0.m) || $0.d == 13 && ($0["y"] != 0 || $0.i > 3)
}

private func fieldMask(_ fields: Fields) -> UInt32 {
    let low = fields.i
    let high = max(fields["w"], low)
    return UInt32.max << low & UInt32.max >> (31 - high)
}

/// A logical operation or move with a modified immediate, which may define the carry flag.
private func logical(
    _ plain: Operation, _ setting: Operation, _ fields: Fields, d: UInt8, flags: Bool, inverted: Bool = false
) -> Instruction {
    let constant = ThumbExpandImm(fields.i)
    return Instruction(
        flags ? setting : plain, d: d, n: fields.n, x: CarryOut(ofThumbExpandImm: fields.i).rawValue,
        imm: inverted ? ~constant : constant)
}

/// An operation whose second operand is shifted by a constant. The shifter's carry matters to logical operations that
/// set the flags; arithmetic ones compute their own from the carry that was there before.
private func shifted(
    _ plain: Operation, _ setting: Operation, _ fields: Fields, d: UInt8, n: UInt8, flags: Bool
) -> Decoded {
    let (type, amount) = SRType.decode(type: fields["y"], imm5: fields.i)
    let operation = flags ? setting : plain
    if type == .lsl, amount == 0 { return Decoded(Instruction(operation, d: d, n: n, m: fields.m)) }
    let setsCarry = flags && setting.takesCarryFromShifter
    return Decoded(
        Instruction(
            type.operation(settingCarry: setsCarry), d: shiftedOperand, m: fields.m, x: UInt16(amount)),
        Instruction(operation, d: d, n: n, m: shiftedOperand))
}
