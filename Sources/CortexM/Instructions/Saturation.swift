/// The saturating operations, named as in `Operation`, `i` being the record. DDI 0403E.e A7.7; SatQ() is A2.2.1's.
/// What did not fit sets Q.
extension Execution {
    /// SSAT: `x` is the number of bits to saturate to.
    @inline(always) func ssat(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(bitPattern: signedSatQ(Int32(bitPattern: r[i.n]), i.x))
    }
    @inline(always) func usat(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(bitPattern: unsignedSatQ(Int32(bitPattern: r[i.n]), i.x))
    }
    @inline(always) func ssat16(_ i: Instruction.Pointer) {
        let n = Halves(signed: r[i.n])
        r[i.d] = Halves(low: signedSatQ(n.low, i.x), high: signedSatQ(n.high, i.x)).word
    }
    @inline(always) func usat16(_ i: Instruction.Pointer) {
        let n = Halves(signed: r[i.n])
        r[i.d] = Halves(low: unsignedSatQ(n.low, i.x), high: unsignedSatQ(n.high, i.x)).word
    }

    @inline(always) func qadd(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(bitPattern: sumSatQ(Int32(bitPattern: r[i.m]), Int32(bitPattern: r[i.n])))
    }
    @inline(always) func qsub(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(bitPattern: differenceSatQ(Int32(bitPattern: r[i.m]), Int32(bitPattern: r[i.n])))
    }
    @inline(always) func qdadd(_ i: Instruction.Pointer) {
        let n = Int32(bitPattern: r[i.n])
        r[i.d] = UInt32(bitPattern: sumSatQ(Int32(bitPattern: r[i.m]), sumSatQ(n, n)))
    }
    @inline(always) func qdsub(_ i: Instruction.Pointer) {
        let n = Int32(bitPattern: r[i.n])
        r[i.d] = UInt32(bitPattern: differenceSatQ(Int32(bitPattern: r[i.m]), sumSatQ(n, n)))
    }

    /// SignedSatQ() to 1...32 bits.
    @inline(always)
    private func signedSatQ(_ value: Int32, _ bits: UInt16) -> Int32 {
        let highest = Int32.max &>> (32 &- Int32(bits))
        return limited(value, ~highest, highest)
    }

    /// UnsignedSatQ() to 0...31 bits.
    @inline(always)
    private func unsignedSatQ(_ value: Int32, _ bits: UInt16) -> Int32 {
        limited(value, 0, 1 &<< Int32(bits) &- 1)
    }

    @inline(always)
    private func limited(_ value: Int32, _ lowest: Int32, _ highest: Int32) -> Int32 {
        let result = value < lowest ? lowest : value > highest ? highest : value
        if result != value { state.pointee.q = 1 }
        return result
    }

    @inline(always)
    private func sumSatQ(_ x: Int32, _ y: Int32) -> Int32 {
        let (sum, overflow) = x.addingReportingOverflow(y)
        return overflow ? overflowed(towards: x) : sum
    }

    @inline(always)
    private func differenceSatQ(_ x: Int32, _ y: Int32) -> Int32 {
        let (difference, overflow) = x.subtractingReportingOverflow(y)
        return overflow ? overflowed(towards: x) : difference
    }

    /// The limit that a sum or difference passed, which lies on the side of its first operand.
    @inline(always)
    private func overflowed(towards x: Int32) -> Int32 {
        state.pointee.q = 1
        return x < 0 ? .min : .max
    }
}

/// The saturating encodings. DDI 0403E.e A5.3.3 and A5.3.15.
let saturation: [Encoding] = [
    composite(
        "SSAT T1", "11110 0 1 100 y 0 nnnn 0 iii dddd ii 0 wwwww", "ssat{c} <Rd>, #<w+1>, <Rn><, shift>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) }
    ) {
        saturating(.ssat, $0, to: UInt16($0["w"] + 1))
    },
    encoding(
        "SSAT16 T1", "11110 0 1 100 1 0 nnnn 0 000 dddd 00 0 wwwww", "ssat16{c} <Rd>, #<w+1>, <Rn>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) || $0["w"] > 15 }
    ) {
        Instruction(.ssat16, d: $0.d, n: $0.n, x: UInt16($0["w"] & 15 + 1))
    },
    composite(
        "USAT T1", "11110 0 1 110 y 0 nnnn 0 iii dddd ii 0 wwwww", "usat{c} <Rd>, #<w>, <Rn><, shift>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) }
    ) {
        saturating(.usat, $0, to: UInt16($0["w"]))
    },
    encoding(
        "USAT16 T1", "11110 0 1 110 1 0 nnnn 0 000 dddd 00 0 wwwww", "usat16{c} <Rd>, #<w>, <Rn>", .alu,
        unpredictable: { badOperand($0.d) || badOperand($0.n) || $0["w"] > 15 }
    ) {
        Instruction(.usat16, d: $0.d, n: $0.n, x: UInt16($0["w"] & 15))
    },
    saturatingSum("QADD T1", "00", .qadd),
    saturatingSum("QDADD T1", "01", .qdadd),
    saturatingSum("QSUB T1", "10", .qsub),
    saturatingSum("QDSUB T1", "11", .qdsub),
]

/// SSAT and USAT shift their operand left, or right arithmetically.
private func saturating(_ operation: Operation, _ fields: Fields, to bits: UInt16) -> Decoded {
    let (type, amount) = SRType.decode(type: fields["y"] << 1, imm5: fields.i)
    if amount == 0 { return Decoded(Instruction(operation, d: fields.d, n: fields.n, x: bits)) }
    return Decoded(
        Instruction(type.operation(settingCarry: false), d: shiftedOperand, m: fields.n, x: UInt16(amount)),
        Instruction(operation, d: fields.d, n: shiftedOperand, x: bits))
}

private func saturatingSum(_ name: String, _ op2: String, _ operation: Operation) -> Encoding {
    encoding(
        name, "11111 010 1000 nnnn 1111 dddd 10 \(op2) mmmm", "\(name.dropLast(3).lowercased()){c} <Rd>, <Rm>, <Rn>",
        .alu, unpredictable: badOperands
    ) {
        Instruction(operation, d: $0.d, n: $0.n, m: $0.m)
    }
}
