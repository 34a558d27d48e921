/// The floating-point data-processing encodings. DDI 0403E.e A6.4, table A6-4, and A7.7.225 to A7.7.254.
///
/// In their records `d`, `n` and `m` are S register numbers. One with a single operand has it in `m`, and in `n` as
/// well, so that `n` and `m` always tell what is read.
let floatingPointDataProcessing: [Encoding] = [
    encoding(
        "VMLA T2", "1110 1110 0 D 00 nnnn dddd 1010 N 0 M 0 mmmm", "vmla{c}.f32 <Sd>, <Sn>, <Sm>", .fpMac,
        three(.vmla)),
    encoding(
        "VMLS T2", "1110 1110 0 D 00 nnnn dddd 1010 N 1 M 0 mmmm", "vmls{c}.f32 <Sd>, <Sn>, <Sm>", .fpMac,
        three(.vmls)),
    encoding(
        "VNMLS T1", "1110 1110 0 D 01 nnnn dddd 1010 N 0 M 0 mmmm", "vnmls{c}.f32 <Sd>, <Sn>, <Sm>", .fpMac,
        three(.vnmls)),
    encoding(
        "VNMLA T1", "1110 1110 0 D 01 nnnn dddd 1010 N 1 M 0 mmmm", "vnmla{c}.f32 <Sd>, <Sn>, <Sm>", .fpMac,
        three(.vnmla)),
    encoding(
        "VMUL T2", "1110 1110 0 D 10 nnnn dddd 1010 N 0 M 0 mmmm", "vmul{c}.f32 <Sd>, <Sn>, <Sm>", .fpAlu,
        three(.vmul)),
    encoding(
        "VNMUL T2", "1110 1110 0 D 10 nnnn dddd 1010 N 1 M 0 mmmm", "vnmul{c}.f32 <Sd>, <Sn>, <Sm>", .fpAlu,
        three(.vnmul)),
    encoding(
        "VADD T2", "1110 1110 0 D 11 nnnn dddd 1010 N 0 M 0 mmmm", "vadd{c}.f32 <Sd>, <Sn>, <Sm>", .fpAlu,
        three(.vadd)),
    encoding(
        "VSUB T2", "1110 1110 0 D 11 nnnn dddd 1010 N 1 M 0 mmmm", "vsub{c}.f32 <Sd>, <Sn>, <Sm>", .fpAlu,
        three(.vsub)),
    encoding(
        "VDIV T1", "1110 1110 1 D 00 nnnn dddd 1010 N 0 M 0 mmmm", "vdiv{c}.f32 <Sd>, <Sn>, <Sm>", .fpDivide,
        three(.vdiv)),
    encoding(
        "VFNMS T1", "1110 1110 1 D 01 nnnn dddd 1010 N 0 M 0 mmmm", "vfnms{c}.f32 <Sd>, <Sn>, <Sm>", .fpMac,
        three(.vfnms)),
    encoding(
        "VFNMA T1", "1110 1110 1 D 01 nnnn dddd 1010 N 1 M 0 mmmm", "vfnma{c}.f32 <Sd>, <Sn>, <Sm>", .fpMac,
        three(.vfnma)),
    encoding(
        "VFMA T1", "1110 1110 1 D 10 nnnn dddd 1010 N 0 M 0 mmmm", "vfma{c}.f32 <Sd>, <Sn>, <Sm>", .fpMac,
        three(.vfma)),
    encoding(
        "VFMS T1", "1110 1110 1 D 10 nnnn dddd 1010 N 1 M 0 mmmm", "vfms{c}.f32 <Sd>, <Sn>, <Sm>", .fpMac,
        three(.vfms)),

    encoding("VMOV (immediate) T1", "1110 1110 1 D 11 iiii dddd 1010 0 0 0 0 iiii", "vmov{c}.f32 <Sd>, #<i>", .fpMove) {
        Instruction(.vmovImm, d: $0.sd, imm: VFPExpandImm($0.i))
    },
    encoding(
        "VMOV (register) T2", "1110 1110 1 D 11 0000 dddd 1010 0 1 M 0 mmmm", "vmov{c}.f32 <Sd>, <Sm>", .fpMove,
        two(.vmovReg)),
    encoding("VABS T1", "1110 1110 1 D 11 0000 dddd 1010 1 1 M 0 mmmm", "vabs{c}.f32 <Sd>, <Sm>", .fpMove, two(.vabs)),
    encoding("VNEG T1", "1110 1110 1 D 11 0001 dddd 1010 0 1 M 0 mmmm", "vneg{c}.f32 <Sd>, <Sm>", .fpMove, two(.vneg)),
    encoding(
        "VSQRT T1", "1110 1110 1 D 11 0001 dddd 1010 1 1 M 0 mmmm", "vsqrt{c}.f32 <Sd>, <Sm>", .fpSqrt, two(.vsqrt)),

    // The halves: `x` is how far the half is from bit 0.
    encoding(
        "VCVTB T1 to single", "1110 1110 1 D 11 0010 dddd 1010 0 1 M 0 mmmm", "vcvtb{c}.f32.f16 <Sd>, <Sm>", .fpAlu,
        two(.vcvtFromHalf, x: 0)),
    encoding(
        "VCVTT T1 to single", "1110 1110 1 D 11 0010 dddd 1010 1 1 M 0 mmmm", "vcvtt{c}.f32.f16 <Sd>, <Sm>", .fpAlu,
        two(.vcvtFromHalf, x: 16)),
    encoding(
        "VCVTB T1 to half", "1110 1110 1 D 11 0011 dddd 1010 0 1 M 0 mmmm", "vcvtb{c}.f16.f32 <Sd>, <Sm>", .fpAlu,
        two(.vcvtToHalf, x: 0)),
    encoding(
        "VCVTT T1 to half", "1110 1110 1 D 11 0011 dddd 1010 1 1 M 0 mmmm", "vcvtt{c}.f16.f32 <Sd>, <Sm>", .fpAlu,
        two(.vcvtToHalf, x: 16)),

    // A comparison has its operands in `n` and `m`; no S register is written.
    encoding("VCMP T1", "1110 1110 1 D 11 0100 dddd 1010 0 1 M 0 mmmm", "vcmp{c}.f32 <Sd>, <Sm>", .fpAlu) {
        Instruction(.vcmp, n: $0.sd, m: $0.sm)
    },
    encoding("VCMPE T1", "1110 1110 1 D 11 0100 dddd 1010 1 1 M 0 mmmm", "vcmpe{c}.f32 <Sd>, <Sm>", .fpAlu) {
        Instruction(.vcmpe, n: $0.sd, m: $0.sm)
    },
    encoding("VCMP T2", "1110 1110 1 D 11 0101 dddd 1010 0 1 0 0 0000", "vcmp{c}.f32 <Sd>, #0.0", .fpAlu) {
        Instruction(.vcmpZero, n: $0.sd, m: $0.sd)
    },
    encoding("VCMPE T2", "1110 1110 1 D 11 0101 dddd 1010 1 1 0 0 0000", "vcmpe{c}.f32 <Sd>, #0.0", .fpAlu) {
        Instruction(.vcmpeZero, n: $0.sd, m: $0.sd)
    },

    encoding(
        "VCVT T1 from unsigned", "1110 1110 1 D 11 1000 dddd 1010 0 1 M 0 mmmm", "vcvt{c}.f32.u32 <Sd>, <Sm>", .fpAlu,
        two(.vcvtFromU32)),
    encoding(
        "VCVT T1 from signed", "1110 1110 1 D 11 1000 dddd 1010 1 1 M 0 mmmm", "vcvt{c}.f32.s32 <Sd>, <Sm>", .fpAlu,
        two(.vcvtFromS32)),
    encoding(
        "VCVTR T1 to unsigned", "1110 1110 1 D 11 1100 dddd 1010 0 1 M 0 mmmm", "vcvtr{c}.u32.f32 <Sd>, <Sm>", .fpAlu,
        two(.vcvtrToU32)),
    encoding(
        "VCVT T1 to unsigned", "1110 1110 1 D 11 1100 dddd 1010 1 1 M 0 mmmm", "vcvt{c}.u32.f32 <Sd>, <Sm>", .fpAlu,
        two(.vcvtToU32)),
    encoding(
        "VCVTR T1 to signed", "1110 1110 1 D 11 1101 dddd 1010 0 1 M 0 mmmm", "vcvtr{c}.s32.f32 <Sd>, <Sm>", .fpAlu,
        two(.vcvtrToS32)),
    encoding(
        "VCVT T1 to signed", "1110 1110 1 D 11 1101 dddd 1010 1 1 M 0 mmmm", "vcvt{c}.s32.f32 <Sd>, <Sm>", .fpAlu,
        two(.vcvtToS32)),

    // Fixed point: `x` is the number of fraction bits, `a` says whether the number is unsigned.
    fixedPoint("from s16", "0 1 0 dddd 1010 0", "vcvt{c}.f32.s16 <Sd>, <Sd>, #<16-i*2-j>", width: 16, .vcvtFromFixed16),
    fixedPoint("from u16", "0 1 1 dddd 1010 0", "vcvt{c}.f32.u16 <Sd>, <Sd>, #<16-i*2-j>", width: 16, .vcvtFromFixed16),
    fixedPoint("from s32", "0 1 0 dddd 1010 1", "vcvt{c}.f32.s32 <Sd>, <Sd>, #<32-i*2-j>", width: 32, .vcvtFromFixed32),
    fixedPoint("from u32", "0 1 1 dddd 1010 1", "vcvt{c}.f32.u32 <Sd>, <Sd>, #<32-i*2-j>", width: 32, .vcvtFromFixed32),
    fixedPoint("to s16", "1 1 0 dddd 1010 0", "vcvt{c}.s16.f32 <Sd>, <Sd>, #<16-i*2-j>", width: 16, .vcvtToFixed16),
    fixedPoint("to u16", "1 1 1 dddd 1010 0", "vcvt{c}.u16.f32 <Sd>, <Sd>, #<16-i*2-j>", width: 16, .vcvtToFixed16),
    fixedPoint("to s32", "1 1 0 dddd 1010 1", "vcvt{c}.s32.f32 <Sd>, <Sd>, #<32-i*2-j>", width: 32, .vcvtToFixed32),
    fixedPoint("to u32", "1 1 1 dddd 1010 1", "vcvt{c}.u32.f32 <Sd>, <Sd>, #<32-i*2-j>", width: 32, .vcvtToFixed32),
]

extension Fields {
    /// UInt(Vd:D), UInt(Vn:N), UInt(Vm:M): the S registers of an encoding.
    var sd: UInt8 { UInt8(self["d"] << 1 | self["D"]) }
    var sn: UInt8 { UInt8(self["n"] << 1 | self["N"]) }
    var sm: UInt8 { UInt8(self["m"] << 1 | self["M"]) }
    /// UInt(imm4:i): what a fixed-point conversion takes from its width.
    fileprivate var integerBits: UInt32 { self["i"] << 1 | self["j"] }
}

private func three(_ operation: Operation) -> @Sendable (Fields) -> Instruction {
    { Instruction(operation, d: $0.sd, n: $0.sn, m: $0.sm) }
}

private func two(_ operation: Operation, x: UInt16 = 0) -> @Sendable (Fields) -> Instruction {
    { Instruction(operation, d: $0.sd, n: $0.sm, m: $0.sm, x: x) }
}

/// VCVT between floating-point and fixed-point.
///
/// - Parameter bits: from `op` to `sx` in the diagram; `op` says whether the result is fixed-point, U whether that is
///   unsigned.
private func fixedPoint(
    _ name: String, _ bits: String, _ syntax: String, width: UInt32, _ operation: Operation
) -> Encoding {
    let isUnsigned: UInt8 = bits.dropFirst(4).hasPrefix("1") ? 1 : 0
    return encoding(
        "VCVT (fixed-point) T1 \(name)", "1110 1110 1 D 11 1 \(bits) 1 j 0 iiii", syntax, .fpAlu,
        unpredictable: { $0.integerBits > width }
    ) {
        let fractionBits = width - min($0.integerBits, width)
        return Instruction(operation, d: $0.sd, n: $0.sd, m: $0.sd, a: isUnsigned, x: UInt16(fractionBits))
    }
}
