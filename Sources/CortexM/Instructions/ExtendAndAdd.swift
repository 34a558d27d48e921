/// Extension with addition and extension of two bytes at once, named as in `Operation`, `i` being the record. The
/// rotation of Rm has its own record. DDI 0403E.e A7.7.182 and following.
extension Execution {
    @inline(always) func sxtab(_ i: Instruction.Pointer) {
        r[i.d] = r[i.n] &+ UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: r[i.m])))
    }
    @inline(always) func sxtah(_ i: Instruction.Pointer) {
        r[i.d] = r[i.n] &+ UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: r[i.m])))
    }
    @inline(always) func uxtab(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &+ r[i.m] & 0xFF }
    @inline(always) func uxtah(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &+ r[i.m] & 0xFFFF }

    @inline(always) func sxtb16(_ i: Instruction.Pointer) { r[i.d] = signedBytes(i).word }
    @inline(always) func uxtb16(_ i: Instruction.Pointer) { r[i.d] = r[i.m] & 0x00FF_00FF }
    @inline(always) func sxtab16(_ i: Instruction.Pointer) {
        let n = Halves(unsigned: r[i.n])
        let m = signedBytes(i)
        r[i.d] = Halves(low: n.low &+ m.low, high: n.high &+ m.high).word
    }
    @inline(always) func uxtab16(_ i: Instruction.Pointer) {
        let n = Halves(unsigned: r[i.n])
        let m = Halves(unsigned: r[i.m] & 0x00FF_00FF)
        r[i.d] = Halves(low: n.low &+ m.low, high: n.high &+ m.high).word
    }

    /// Bytes 0 and 2 of Rm.
    @inline(always)
    private func signedBytes(_ i: Instruction.Pointer) -> Halves {
        Halves(
            low: Int32(Int8(truncatingIfNeeded: r[i.m])), high: Int32(Int8(truncatingIfNeeded: r[i.m] &>> 16)))
    }
}

/// The 32-bit extensions, with a rotation of their operand and with an addition. DDI 0403E.e A5.3.12.
let extensions: [Encoding] = [
    extend("SXTH T2", "000", "sxth{c}.w", .sxth),
    extendAndAdd("SXTAH T1", "000", .sxtah),
    extend("UXTH T2", "001", "uxth{c}.w", .uxth),
    extendAndAdd("UXTAH T1", "001", .uxtah),
    extend("SXTB16 T1", "010", "sxtb16{c}", .sxtb16),
    extendAndAdd("SXTAB16 T1", "010", .sxtab16),
    extend("UXTB16 T1", "011", "uxtb16{c}", .uxtb16),
    extendAndAdd("UXTAB16 T1", "011", .uxtab16),
    extend("SXTB T2", "100", "sxtb{c}.w", .sxtb),
    extendAndAdd("SXTAB T1", "100", .sxtab),
    extend("UXTB T2", "101", "uxtb{c}.w", .uxtb),
    extendAndAdd("UXTAB T1", "101", .uxtab),
]

private func extend(_ name: String, _ op1: String, _ mnemonic: String, _ operation: Operation) -> Encoding {
    composite(
        name, "11111 010 0 \(op1) 1111 1111 dddd 10 rr mmmm", "\(mnemonic) <Rd>, <Rm><, ror #r*8>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.m) }
    ) {
        rotated(operation, $0)
    }
}

private func extendAndAdd(_ name: String, _ op1: String, _ operation: Operation) -> Encoding {
    composite(
        name, "11111 010 0 \(op1) nnnn 1111 dddd 10 rr mmmm",
        "\(name.dropLast(3).lowercased()){c} <Rd>, <Rn>, <Rm><, ror #r*8>", .alu,
        unpredictable: { badOperand($0.d) || $0.n == 13 || badOperand($0.m) }
    ) {
        rotated(operation, $0)
    }
}

/// An operation on Rm rotated right by whole bytes.
private func rotated(_ operation: Operation, _ fields: Fields) -> Decoded {
    let rotation = UInt16(fields["r"]) * 8
    if rotation == 0 { return Decoded(Instruction(operation, d: fields.d, n: fields.n, m: fields.m)) }
    return Decoded(
        Instruction(.rorImm, d: shiftedOperand, m: fields.m, x: rotation),
        Instruction(operation, d: fields.d, n: fields.n, m: shiftedOperand))
}
