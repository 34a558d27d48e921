/// Multiply, multiply accumulate, and absolute difference. DDI 0403E.e A5.3.16.
let multiplications: [Encoding] =
    [
        product("MUL T2", "000", "0000", "mul{c}.w", .multiply, .mul),
        accumulation("MLA T1", "000", "0000", "mla{c}", .mla),
        accumulation("MLS T1", "000", "0001", "mls{c}", accumulatorNeverPC: true, .mls),
    ]
    + halves("BB", "0000", .smulbb, .smlabb)
    + halves("BT", "0001", .smulbt, .smlabt)
    + halves("TB", "0010", .smultb, .smlatb)
    + halves("TT", "0011", .smultt, .smlatt)
    + dual("010", ("SMUAD", .smuad, .smuadx), ("SMLAD", .smlad, .smladx))
    + [
        product("SMULWB T1", "011", "0000", "smulwb{c}", .multiply, .smulwb),
        product("SMULWT T1", "011", "0001", "smulwt{c}", .multiply, .smulwt),
        accumulation("SMLAWB T1", "011", "0000", "smlawb{c}", .smlawb),
        accumulation("SMLAWT T1", "011", "0001", "smlawt{c}", .smlawt),
    ]
    + dual("100", ("SMUSD", .smusd, .smusdx), ("SMLSD", .smlsd, .smlsdx))
    + [
        product("SMMUL T1", "101", "0000", "smmul{c}", .multiply, .smmul),
        product("SMMULR T1", "101", "0001", "smmulr{c}", .multiply, .smmulr),
        accumulation("SMMLA T1", "101", "0000", "smmla{c}", .smmla),
        accumulation("SMMLAR T1", "101", "0001", "smmlar{c}", .smmlar),
        accumulation("SMMLS T1", "110", "0000", "smmls{c}", accumulatorNeverPC: true, .smmls),
        accumulation("SMMLSR T1", "110", "0001", "smmlsr{c}", accumulatorNeverPC: true, .smmlsr),
        product("USAD8 T1", "111", "0000", "usad8{c}", .alu, .usad8),
        accumulation("USADA8 T1", "111", "0000", "usada8{c}", .usada8),
    ]

/// Long multiply and multiply accumulate. DDI 0403E.e A5.3.17.
let longMultiplications: [Encoding] = [
    long("SMULL T1", "000", "0000", .smull),
    long("UMULL T1", "010", "0000", .umull),
    long("SMLAL T1", "100", "0000", .smlal),
    long("SMLALBB T1", "100", "1000", .smlalbb),
    long("SMLALBT T1", "100", "1001", .smlalbt),
    long("SMLALTB T1", "100", "1010", .smlaltb),
    long("SMLALTT T1", "100", "1011", .smlaltt),
    long("SMLALD T1", "100", "1100", .smlald),
    long("SMLALDX T1", "100", "1101", .smlaldx),
    long("SMLSLD T1", "101", "1100", .smlsld),
    long("SMLSLDX T1", "101", "1101", .smlsldx),
    long("UMLAL T1", "110", "0000", .umlal),
    long("UMAAL T1", "110", "0110", .umaal),
]

/// The product of Rn and Rm: bits 15:12 are ones where an accumulator would stand.
private func product(
    _ name: String, _ op1: String, _ op2: String, _ mnemonic: String, _ timing: TimingClass, _ operation: Operation
) -> Encoding {
    encoding(
        name, "11111 0110 \(op1) nnnn 1111 dddd \(op2) mmmm", "\(mnemonic) <Rd>, <Rn>, <Rm>", timing,
        unpredictable: badOperands
    ) {
        Instruction(operation, d: $0.d, n: $0.n, m: $0.m)
    }
}

/// A product and Ra. Where Ra is the PC most of these are the plain product instead.
private func accumulation(
    _ name: String, _ op1: String, _ op2: String, _ mnemonic: String, accumulatorNeverPC: Bool = false,
    _ operation: Operation
) -> Encoding {
    let timing: TimingClass = operation == .usada8 ? .alu : .multiplyAccumulate
    return encoding(
        name, "11111 0110 \(op1) nnnn aaaa dddd \(op2) mmmm", "\(mnemonic) <Rd>, <Rn>, <Rm>, <Ra>", timing,
        unpredictable: { badOperands($0) || $0["a"] == 13 || accumulatorNeverPC && $0["a"] == 15 }
    ) {
        Instruction(operation, d: $0.d, n: $0.n, m: $0.m, a: UInt8($0["a"]))
    }
}

/// SMULxy and SMLAxy: the first letter chooses the halfword of Rn, the second that of Rm.
private func halves(
    _ letters: String, _ op2: String, _ multiply: Operation, _ accumulate: Operation
) -> [Encoding] {
    [
        product("SMUL\(letters) T1", "001", op2, "smul\(letters.lowercased()){c}", .multiply, multiply),
        accumulation("SMLA\(letters) T1", "001", op2, "smla\(letters.lowercased()){c}", accumulate),
    ]
}

/// A dual multiplication with and without accumulator, each with and without exchange of the halfwords of Rm.
private func dual(
    _ op1: String, _ plain: (String, Operation, Operation), _ accumulating: (String, Operation, Operation)
) -> [Encoding] {
    [
        product("\(plain.0) T1", op1, "0000", "\(plain.0.lowercased()){c}", .multiply, plain.1),
        product("\(plain.0)X T1", op1, "0001", "\(plain.0.lowercased())x{c}", .multiply, plain.2),
        accumulation("\(accumulating.0) T1", op1, "0000", "\(accumulating.0.lowercased()){c}", accumulating.1),
        accumulation("\(accumulating.0)X T1", op1, "0001", "\(accumulating.0.lowercased())x{c}", accumulating.2),
    ]
}

/// A 64-bit result in RdHi:RdLo.
private func long(_ name: String, _ op1: String, _ op2: String, _ operation: Operation) -> Encoding {
    encoding(
        name, "11111 0111 \(op1) nnnn llll hhhh \(op2) mmmm",
        "\(name.dropLast(3).lowercased()){c} <RdLo>, <RdHi>, <Rn>, <Rm>", .multiplyLong,
        unpredictable: {
            badOperand($0.n) || badOperand($0.m) || badOperand(UInt8($0["l"])) || badOperand(UInt8($0["h"]))
                || $0["l"] == $0["h"]
        }
    ) {
        Instruction(operation, d: UInt8($0["l"]), n: $0.n, m: $0.m, a: UInt8($0["h"]))
    }
}
