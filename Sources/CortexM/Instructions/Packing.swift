/// Packing, selection, reversal and counting, named as in `Operation`, `i` being the record. DDI 0403E.e A7.7.
extension Execution {
    /// The shift of PKHBT's and PKHTB's Rm has its own record.
    @inline(always) func pkhbt(_ i: Instruction.Pointer) { r[i.d] = r[i.n] & 0xFFFF | r[i.m] & 0xFFFF_0000 }
    @inline(always) func pkhtb(_ i: Instruction.Pointer) { r[i.d] = r[i.n] & 0xFFFF_0000 | r[i.m] & 0xFFFF }

    /// Each byte from Rn where its GE flag is set, from Rm where it is not.
    @inline(always) func sel(_ i: Instruction.Pointer) {
        // GE<k> goes to bit 8 * k, then fills its byte.
        let mask = (state.pointee.ge &* 0x0020_4081 & 0x0101_0101) &* 0xFF
        r[i.d] = r[i.n] & mask | r[i.m] & ~mask
    }

    @inline(always) func clz(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(truncatingIfNeeded: r[i.m].leadingZeroBitCount)
    }
    @inline(always) func rbit(_ i: Instruction.Pointer) {
        var value = r[i.m].byteSwapped
        value = value &>> 4 & 0x0F0F_0F0F | (value & 0x0F0F_0F0F) &<< 4
        value = value &>> 2 & 0x3333_3333 | (value & 0x3333_3333) &<< 2
        r[i.d] = value &>> 1 & 0x5555_5555 | (value & 0x5555_5555) &<< 1
    }
}

/// Packing and the miscellaneous operations. DDI 0403E.e A5.3.11 and A5.3.15.
let packing: [Encoding] = [
    composite(
        "PKHBT T1", "11101 01 0110 0 nnnn 0 iii dddd ii 00 mmmm", "pkhbt{c} <Rd>, <Rn>, <Rm><, lsl #i>", .alu,
        unpredictable: badOperands
    ) {
        shifting(.pkhbt, $0, .lsl, $0.i)
    },
    composite(
        "PKHTB T1", "11101 01 0110 0 nnnn 0 iii dddd ii 10 mmmm", "pkhtb{c} <Rd>, <Rn>, <Rm>, asr #<i or 32>", .alu,
        unpredictable: badOperands
    ) {
        shifting(.pkhtb, $0, .asr, $0.i == 0 ? 32 : $0.i)
    },
    encoding(
        "SEL T1", "11111 010 1010 nnnn 1111 dddd 1000 mmmm", "sel{c} <Rd>, <Rn>, <Rm>", .alu,
        unpredictable: badOperands
    ) {
        Instruction(.sel, d: $0.d, n: $0.n, m: $0.m)
    },
    rearrangement("REV T2", "01", "00", "rev{c}.w", .rev),
    rearrangement("REV16 T2", "01", "01", "rev16{c}.w", .rev16),
    rearrangement("RBIT T1", "01", "10", "rbit{c}", .rbit),
    rearrangement("REVSH T2", "01", "11", "revsh{c}.w", .revsh),
    rearrangement("CLZ T1", "11", "00", "clz{c}", .clz),
]

private func shifting(_ operation: Operation, _ fields: Fields, _ type: SRType, _ amount: UInt32) -> Decoded {
    if amount == 0 { return Decoded(Instruction(operation, d: fields.d, n: fields.n, m: fields.m)) }
    return Decoded(
        Instruction(type.operation(settingCarry: false), d: shiftedOperand, m: fields.m, x: UInt16(amount)),
        Instruction(operation, d: fields.d, n: fields.n, m: shiftedOperand))
}

/// An operation on Rm alone, which must stand in the place of Rn, too.
private func rearrangement(
    _ name: String, _ op1: String, _ op2: String, _ mnemonic: String, _ operation: Operation
) -> Encoding {
    encoding(
        name, "11111 010 10 \(op1) nnnn 1111 dddd 10 \(op2) mmmm", "\(mnemonic) <Rd>, <Rm>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.m) || $0.n != $0.m }
    ) {
        Instruction(operation, d: $0.d, m: $0.m)
    }
}
