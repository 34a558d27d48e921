/// The F and D extensions. Unprivileged manual, chapters 11 and 12.
let floatingPointMemory: [Encoding] = [
    encoding("FLW", "iiiiiiiiiiii nnnnn 010 ddddd 0000111", "flw <fd>,<immI>(<n>)", .fpLoad) {
        Instruction(.flw, d: $0.d, n: $0.n, imm: $0.immI)
    },
    encoding("FLD", "iiiiiiiiiiii nnnnn 011 ddddd 0000111", "fld <fd>,<immI>(<n>)", .fpLoad) {
        Instruction(.fld, d: $0.d, n: $0.n, imm: $0.immI)
    },
    encoding("FSW", "jjjjjjj mmmmm nnnnn 010 iiiii 0100111", "fsw <fm>,<immS>(<n>)", .fpStore) {
        Instruction(.fsw, n: $0.n, m: $0.m, imm: $0.immS)
    },
    encoding("FSD", "jjjjjjj mmmmm nnnnn 011 iiiii 0100111", "fsd <fm>,<immS>(<n>)", .fpStore) {
        Instruction(.fsd, n: $0.n, m: $0.m, imm: $0.immS)
    },
]

let floatingPointSingle: [Encoding] = [
    arithmetic("FADD.S", "0000000", .fadds, .fpSingle), arithmetic("FSUB.S", "0000100", .fsubs, .fpSingle),
    arithmetic("FMUL.S", "0001000", .fmuls, .fpSingle), arithmetic("FDIV.S", "0001100", .fdivs, .fpDivideSingle),
    unary("FSQRT.S", "0101100 00000", .fsqrts, .fpSquareRootSingle),
    fused("FMADD.S", "00", "1000011", .fmadds, .fpSingle), fused("FMSUB.S", "00", "1000111", .fmsubs, .fpSingle),
    fused("FNMSUB.S", "00", "1001011", .fnmsubs, .fpSingle), fused("FNMADD.S", "00", "1001111", .fnmadds, .fpSingle),
    sign("FSGNJ.S", "0010000", "000", .fsgnjs), sign("FSGNJN.S", "0010000", "001", .fsgnjns),
    sign("FSGNJX.S", "0010000", "010", .fsgnjxs), sign("FMIN.S", "0010100", "000", .fmins),
    sign("FMAX.S", "0010100", "001", .fmaxs),
    compare("FEQ.S", "1010000", "010", .feqs), compare("FLT.S", "1010000", "001", .flts),
    compare("FLE.S", "1010000", "000", .fles),
    fromFloat("FCLASS.S", "1110000 00000", .fclasss), fromFloat("FMV.X.W", "1110000 00000", .fmvxw, funct3: "000"),
    toFloat("FMV.W.X", "1111000 00000", .fmvwx),
    toInteger("FCVT.W.S", "1100000 00000", .fcvtws), toInteger("FCVT.WU.S", "1100000 00001", .fcvtwus),
    toInteger("FCVT.L.S", "1100000 00010", .fcvtls), toInteger("FCVT.LU.S", "1100000 00011", .fcvtlus),
    fromInteger("FCVT.S.W", "1101000 00000", .fcvtsw), fromInteger("FCVT.S.WU", "1101000 00001", .fcvtswu),
    fromInteger("FCVT.S.L", "1101000 00010", .fcvtsl), fromInteger("FCVT.S.LU", "1101000 00011", .fcvtslu),
]

let floatingPointDouble: [Encoding] = [
    arithmetic("FADD.D", "0000001", .faddd, .fpDouble), arithmetic("FSUB.D", "0000101", .fsubd, .fpDouble),
    arithmetic("FMUL.D", "0001001", .fmuld, .fpDouble), arithmetic("FDIV.D", "0001101", .fdivd, .fpDivideDouble),
    unary("FSQRT.D", "0101101 00000", .fsqrtd, .fpSquareRootDouble),
    fused("FMADD.D", "01", "1000011", .fmaddd, .fpDouble), fused("FMSUB.D", "01", "1000111", .fmsubd, .fpDouble),
    fused("FNMSUB.D", "01", "1001011", .fnmsubd, .fpDouble), fused("FNMADD.D", "01", "1001111", .fnmaddd, .fpDouble),
    sign("FSGNJ.D", "0010001", "000", .fsgnjd), sign("FSGNJN.D", "0010001", "001", .fsgnjnd),
    sign("FSGNJX.D", "0010001", "010", .fsgnjxd), sign("FMIN.D", "0010101", "000", .fmind),
    sign("FMAX.D", "0010101", "001", .fmaxd),
    compare("FEQ.D", "1010001", "010", .feqd), compare("FLT.D", "1010001", "001", .fltd),
    compare("FLE.D", "1010001", "000", .fled),
    fromFloat("FCLASS.D", "1110001 00000", .fclassd), fromFloat("FMV.X.D", "1110001 00000", .fmvxd, funct3: "000"),
    toFloat("FMV.D.X", "1111001 00000", .fmvdx),
    toInteger("FCVT.W.D", "1100001 00000", .fcvtwd), toInteger("FCVT.WU.D", "1100001 00001", .fcvtwud),
    toInteger("FCVT.L.D", "1100001 00010", .fcvtld), toInteger("FCVT.LU.D", "1100001 00011", .fcvtlud),
    fromInteger("FCVT.D.W", "1101001 00000", .fcvtdw, isExact: true),
    fromInteger("FCVT.D.WU", "1101001 00001", .fcvtdwu, isExact: true),
    fromInteger("FCVT.D.L", "1101001 00010", .fcvtdl), fromInteger("FCVT.D.LU", "1101001 00011", .fcvtdlu),
    unary("FCVT.S.D", "0100000 00001", .fcvtsd, .fpConvert),
    unary("FCVT.D.S", "0100001 00000", .fcvtds, .fpConvert, isExact: true),
]

/// Rounding modes 5 and 6 are reserved. Unprivileged manual, table 11.1.
private func isReservedRounding(_ fields: Fields) -> Bool { fields.rounding == 5 || fields.rounding == 6 }

private func arithmetic(
    _ name: String, _ funct7: String, _ operation: Operation, _ timing: TimingClass
) -> Encoding {
    encoding(
        name, "\(funct7) mmmmm nnnnn rrr ddddd 1010011", "\(name.lowercased()) <fd>,<fn>,<fm><round>", timing,
        reserved: isReservedRounding
    ) {
        Instruction(operation, d: $0.d, n: $0.n, m: $0.m, x: $0.rounding)
    }
}

/// - Parameter isExact: nothing is ever rounded, so that the assembler leaves the rounding mode out.
private func unary(
    _ name: String, _ high: String, _ operation: Operation, _ timing: TimingClass, isExact: Bool = false
) -> Encoding {
    encoding(
        name, "\(high) nnnnn rrr ddddd 1010011",
        "\(name.lowercased()) <fd>,<fn>\(isExact ? "<exact round>" : "<round>")",
        timing, reserved: isReservedRounding
    ) {
        Instruction(operation, d: $0.d, n: $0.n, x: $0.rounding)
    }
}

private func fused(
    _ name: String, _ format: String, _ opcode: String, _ operation: Operation, _ timing: TimingClass
) -> Encoding {
    encoding(
        name, "aaaaa \(format) mmmmm nnnnn rrr ddddd \(opcode)", "\(name.lowercased()) <fd>,<fn>,<fm>,<fa><round>",
        timing, reserved: isReservedRounding
    ) {
        Instruction(operation, d: $0.d, n: $0.n, m: $0.m, a: $0.a, x: $0.rounding)
    }
}

private func sign(_ name: String, _ funct7: String, _ funct3: String, _ operation: Operation) -> Encoding {
    encoding(
        name, "\(funct7) mmmmm nnnnn \(funct3) ddddd 1010011", "\(name.lowercased()) <fd>,<fn>,<fm>", .fpMove
    ) {
        Instruction(operation, d: $0.d, n: $0.n, m: $0.m)
    }
}

private func compare(_ name: String, _ funct7: String, _ funct3: String, _ operation: Operation) -> Encoding {
    encoding(
        name, "\(funct7) mmmmm nnnnn \(funct3) ddddd 1010011", "\(name.lowercased()) <d>,<fn>,<fm>", .fpToInteger
    ) {
        Instruction(operation, d: destination($0.d), n: $0.n, m: $0.m)
    }
}

private func fromFloat(
    _ name: String, _ high: String, _ operation: Operation, funct3: String = "001"
) -> Encoding {
    encoding(name, "\(high) nnnnn \(funct3) ddddd 1010011", "\(name.lowercased()) <d>,<fn>", .fpToInteger) {
        Instruction(operation, d: destination($0.d), n: $0.n)
    }
}

private func toFloat(_ name: String, _ high: String, _ operation: Operation) -> Encoding {
    encoding(name, "\(high) nnnnn 000 ddddd 1010011", "\(name.lowercased()) <fd>,<n>", .fpFromInteger) {
        Instruction(operation, d: $0.d, n: $0.n)
    }
}

private func toInteger(_ name: String, _ high: String, _ operation: Operation) -> Encoding {
    encoding(
        name, "\(high) nnnnn rrr ddddd 1010011", "\(name.lowercased()) <d>,<fn><round>", .fpToInteger,
        reserved: isReservedRounding
    ) {
        Instruction(operation, d: destination($0.d), n: $0.n, x: $0.rounding)
    }
}

private func fromInteger(
    _ name: String, _ high: String, _ operation: Operation, isExact: Bool = false
) -> Encoding {
    encoding(
        name, "\(high) nnnnn rrr ddddd 1010011",
        "\(name.lowercased()) <fd>,<n>\(isExact ? "<exact round>" : "<round>")",
        .fpFromInteger, reserved: isReservedRounding
    ) {
        Instruction(operation, d: $0.d, n: $0.n, x: $0.rounding)
    }
}
