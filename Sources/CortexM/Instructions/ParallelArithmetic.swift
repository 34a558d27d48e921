/// Parallel addition and subtraction of the halfwords or bytes of two registers, named as in `Operation`, `i` being the
/// record. DDI 0403E.e A7.7.
///
/// Each has two steps: the lanes of both operands become lanes of exact results, which are then cut to size (S, U:
/// setting GE), saturated (Q, UQ; the Q flag stays as it is) or halved (SH, UH).
extension Execution {
    // MARK: Signed

    @inline(always) func sadd16(_ i: Instruction.Pointer) { setSigned(i, sums(signed16(i))) }
    @inline(always) func sasx(_ i: Instruction.Pointer) { setSigned(i, asx(signed16(i))) }
    @inline(always) func ssax(_ i: Instruction.Pointer) { setSigned(i, sax(signed16(i))) }
    @inline(always) func ssub16(_ i: Instruction.Pointer) { setSigned(i, differences(signed16(i))) }
    @inline(always) func sadd8(_ i: Instruction.Pointer) { setSigned(i, sums(signed8(i))) }
    @inline(always) func ssub8(_ i: Instruction.Pointer) { setSigned(i, differences(signed8(i))) }

    // MARK: Signed, saturating

    @inline(always) func qadd16(_ i: Instruction.Pointer) { setSaturated(i, sums(signed16(i))) }
    @inline(always) func qasx(_ i: Instruction.Pointer) { setSaturated(i, asx(signed16(i))) }
    @inline(always) func qsax(_ i: Instruction.Pointer) { setSaturated(i, sax(signed16(i))) }
    @inline(always) func qsub16(_ i: Instruction.Pointer) { setSaturated(i, differences(signed16(i))) }
    @inline(always) func qadd8(_ i: Instruction.Pointer) { setSaturated(i, sums(signed8(i))) }
    @inline(always) func qsub8(_ i: Instruction.Pointer) { setSaturated(i, differences(signed8(i))) }

    // MARK: Signed, halving

    @inline(always) func shadd16(_ i: Instruction.Pointer) { setHalved(i, sums(signed16(i))) }
    @inline(always) func shasx(_ i: Instruction.Pointer) { setHalved(i, asx(signed16(i))) }
    @inline(always) func shsax(_ i: Instruction.Pointer) { setHalved(i, sax(signed16(i))) }
    @inline(always) func shsub16(_ i: Instruction.Pointer) { setHalved(i, differences(signed16(i))) }
    @inline(always) func shadd8(_ i: Instruction.Pointer) { setHalved(i, sums(signed8(i))) }
    @inline(always) func shsub8(_ i: Instruction.Pointer) { setHalved(i, differences(signed8(i))) }

    // MARK: Unsigned

    @inline(always) func uadd16(_ i: Instruction.Pointer) { setUnsigned(i, sums(unsigned16(i)), subtracted: 0) }
    @inline(always) func uasx(_ i: Instruction.Pointer) { setUnsigned(i, asx(unsigned16(i)), subtracted: 0b0011) }
    @inline(always) func usax(_ i: Instruction.Pointer) { setUnsigned(i, sax(unsigned16(i)), subtracted: 0b1100) }
    @inline(always) func usub16(_ i: Instruction.Pointer) {
        setUnsigned(i, differences(unsigned16(i)), subtracted: 0b1111)
    }
    @inline(always) func uadd8(_ i: Instruction.Pointer) { setUnsigned(i, sums(unsigned8(i)), subtracted: 0) }
    @inline(always) func usub8(_ i: Instruction.Pointer) {
        setUnsigned(i, differences(unsigned8(i)), subtracted: 0b1111)
    }

    // MARK: Unsigned, saturating

    @inline(always) func uqadd16(_ i: Instruction.Pointer) { setSaturatedUnsigned(i, sums(unsigned16(i))) }
    @inline(always) func uqasx(_ i: Instruction.Pointer) { setSaturatedUnsigned(i, asx(unsigned16(i))) }
    @inline(always) func uqsax(_ i: Instruction.Pointer) { setSaturatedUnsigned(i, sax(unsigned16(i))) }
    @inline(always) func uqsub16(_ i: Instruction.Pointer) { setSaturatedUnsigned(i, differences(unsigned16(i))) }
    @inline(always) func uqadd8(_ i: Instruction.Pointer) { setSaturatedUnsigned(i, sums(unsigned8(i))) }
    @inline(always) func uqsub8(_ i: Instruction.Pointer) { setSaturatedUnsigned(i, differences(unsigned8(i))) }

    // MARK: Unsigned, halving

    @inline(always) func uhadd16(_ i: Instruction.Pointer) { setHalved(i, sums(unsigned16(i))) }
    @inline(always) func uhasx(_ i: Instruction.Pointer) { setHalved(i, asx(unsigned16(i))) }
    @inline(always) func uhsax(_ i: Instruction.Pointer) { setHalved(i, sax(unsigned16(i))) }
    @inline(always) func uhsub16(_ i: Instruction.Pointer) { setHalved(i, differences(unsigned16(i))) }
    @inline(always) func uhadd8(_ i: Instruction.Pointer) { setHalved(i, sums(unsigned8(i))) }
    @inline(always) func uhsub8(_ i: Instruction.Pointer) { setHalved(i, differences(unsigned8(i))) }

    // MARK: Operands

    @inline(always)
    private func signed16(_ i: Instruction.Pointer) -> (n: Halves, m: Halves) {
        (Halves(signed: r[i.n]), Halves(signed: r[i.m]))
    }
    @inline(always)
    private func unsigned16(_ i: Instruction.Pointer) -> (n: Halves, m: Halves) {
        (Halves(unsigned: r[i.n]), Halves(unsigned: r[i.m]))
    }
    @inline(always)
    private func signed8(_ i: Instruction.Pointer) -> (n: Bytes, m: Bytes) {
        (Bytes(signed: r[i.n]), Bytes(signed: r[i.m]))
    }
    @inline(always)
    private func unsigned8(_ i: Instruction.Pointer) -> (n: Bytes, m: Bytes) {
        (Bytes(unsigned: r[i.n]), Bytes(unsigned: r[i.m]))
    }

    // MARK: Sums and differences

    @inline(always)
    private func sums(_ x: (n: Halves, m: Halves)) -> Halves {
        Halves(low: x.n.low &+ x.m.low, high: x.n.high &+ x.m.high)
    }
    @inline(always)
    private func differences(_ x: (n: Halves, m: Halves)) -> Halves {
        Halves(low: x.n.low &- x.m.low, high: x.n.high &- x.m.high)
    }
    @inline(always)
    private func asx(_ x: (n: Halves, m: Halves)) -> Halves {
        Halves(low: x.n.low &- x.m.high, high: x.n.high &+ x.m.low)
    }
    @inline(always)
    private func sax(_ x: (n: Halves, m: Halves)) -> Halves {
        Halves(low: x.n.low &+ x.m.high, high: x.n.high &- x.m.low)
    }
    @inline(always)
    private func sums(_ x: (n: Bytes, m: Bytes)) -> Bytes { Bytes(lanes: x.n.lanes &+ x.m.lanes) }
    @inline(always)
    private func differences(_ x: (n: Bytes, m: Bytes)) -> Bytes { Bytes(lanes: x.n.lanes &- x.m.lanes) }

    // MARK: Results

    /// GE is set where a result is not negative.
    @inline(always)
    private func setSigned(_ i: Instruction.Pointer, _ result: Halves) {
        state.pointee.ge = result.bits(31) ^ 0b1111
        r[i.d] = result.word
    }
    @inline(always)
    private func setSigned(_ i: Instruction.Pointer, _ result: Bytes) {
        state.pointee.ge = result.bits(31) ^ 0b1111
        r[i.d] = result.word
    }

    /// GE is set where an addition carried or, among those `subtracted`, where nothing was borrowed: the bit above the
    /// lane tells either.
    @inline(always)
    private func setUnsigned(_ i: Instruction.Pointer, _ result: Halves, subtracted: UInt32) {
        state.pointee.ge = result.bits(16) ^ subtracted
        r[i.d] = result.word
    }
    @inline(always)
    private func setUnsigned(_ i: Instruction.Pointer, _ result: Bytes, subtracted: UInt32) {
        state.pointee.ge = result.bits(8) ^ subtracted
        r[i.d] = result.word
    }

    @inline(always)
    private func setSaturated(_ i: Instruction.Pointer, _ x: Halves) {
        r[i.d] = x.limited(-0x8000, 0x7FFF).word
    }
    @inline(always)
    private func setSaturated(_ i: Instruction.Pointer, _ x: Bytes) {
        r[i.d] = x.limited(-0x80, 0x7F).word
    }
    @inline(always)
    private func setSaturatedUnsigned(_ i: Instruction.Pointer, _ x: Halves) {
        r[i.d] = x.limited(0, 0xFFFF).word
    }
    @inline(always)
    private func setSaturatedUnsigned(_ i: Instruction.Pointer, _ x: Bytes) {
        r[i.d] = x.limited(0, 0xFF).word
    }

    @inline(always)
    private func setHalved(_ i: Instruction.Pointer, _ x: Halves) {
        r[i.d] = Halves(low: x.low &>> 1, high: x.high &>> 1).word
    }
    @inline(always)
    private func setHalved(_ i: Instruction.Pointer, _ x: Bytes) { r[i.d] = Bytes(lanes: x.lanes &>> 1).word }
}
