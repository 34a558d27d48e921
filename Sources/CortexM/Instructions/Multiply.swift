/// The operations of multiplication, named as in `Operation`, `i` being the record. DDI 0403E.e A7.7.
extension Execution {
    // MARK: 32 and 64-bit results

    @inline(always) func mla(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &* r[i.m] &+ r[i.a] }
    @inline(always) func mls(_ i: Instruction.Pointer) { r[i.d] = r[i.a] &- r[i.n] &* r[i.m] }

    @inline(always) func smull(_ i: Instruction.Pointer) { setLong(i, UInt64(bitPattern: signedProduct(i))) }
    @inline(always) func umull(_ i: Instruction.Pointer) { setLong(i, unsignedProduct(i)) }
    @inline(always) func smlal(_ i: Instruction.Pointer) {
        setLong(i, long(i) &+ UInt64(bitPattern: signedProduct(i)))
    }
    @inline(always) func umlal(_ i: Instruction.Pointer) { setLong(i, long(i) &+ unsignedProduct(i)) }
    @inline(always) func umaal(_ i: Instruction.Pointer) {
        setLong(i, unsignedProduct(i) &+ UInt64(r[i.a]) &+ UInt64(r[i.d]))
    }

    // MARK: Halfwords: B is the bottom one, T the top one

    @inline(always) func smulbb(_ i: Instruction.Pointer) { r[i.d] = word(bottom(i.n) &* bottom(i.m)) }
    @inline(always) func smulbt(_ i: Instruction.Pointer) { r[i.d] = word(bottom(i.n) &* top(i.m)) }
    @inline(always) func smultb(_ i: Instruction.Pointer) { r[i.d] = word(top(i.n) &* bottom(i.m)) }
    @inline(always) func smultt(_ i: Instruction.Pointer) { r[i.d] = word(top(i.n) &* top(i.m)) }
    @inline(always) func smlabb(_ i: Instruction.Pointer) { accumulate(i, bottom(i.n) &* bottom(i.m)) }
    @inline(always) func smlabt(_ i: Instruction.Pointer) { accumulate(i, bottom(i.n) &* top(i.m)) }
    @inline(always) func smlatb(_ i: Instruction.Pointer) { accumulate(i, top(i.n) &* bottom(i.m)) }
    @inline(always) func smlatt(_ i: Instruction.Pointer) { accumulate(i, top(i.n) &* top(i.m)) }
    @inline(always) func smulwb(_ i: Instruction.Pointer) { r[i.d] = word(wordTimes(i, bottom(i.m))) }
    @inline(always) func smulwt(_ i: Instruction.Pointer) { r[i.d] = word(wordTimes(i, top(i.m))) }
    @inline(always) func smlawb(_ i: Instruction.Pointer) { accumulate(i, wordTimes(i, bottom(i.m))) }
    @inline(always) func smlawt(_ i: Instruction.Pointer) { accumulate(i, wordTimes(i, top(i.m))) }
    @inline(always) func smlalbb(_ i: Instruction.Pointer) { accumulateLong(i, bottom(i.n) &* bottom(i.m)) }
    @inline(always) func smlalbt(_ i: Instruction.Pointer) { accumulateLong(i, bottom(i.n) &* top(i.m)) }
    @inline(always) func smlaltb(_ i: Instruction.Pointer) { accumulateLong(i, top(i.n) &* bottom(i.m)) }
    @inline(always) func smlaltt(_ i: Instruction.Pointer) { accumulateLong(i, top(i.n) &* top(i.m)) }

    // MARK: Dual halfwords: X exchanges those of the second operand

    @inline(always) func smuad(_ i: Instruction.Pointer) { saturatingFlag(i, straight(i).sum) }
    @inline(always) func smuadx(_ i: Instruction.Pointer) { saturatingFlag(i, crossed(i).sum) }
    @inline(always) func smusd(_ i: Instruction.Pointer) { saturatingFlag(i, straight(i).difference) }
    @inline(always) func smusdx(_ i: Instruction.Pointer) { saturatingFlag(i, crossed(i).difference) }
    @inline(always) func smlad(_ i: Instruction.Pointer) { saturatingFlag(i, straight(i).sum &+ signed(i.a)) }
    @inline(always) func smladx(_ i: Instruction.Pointer) { saturatingFlag(i, crossed(i).sum &+ signed(i.a)) }
    @inline(always) func smlsd(_ i: Instruction.Pointer) { saturatingFlag(i, straight(i).difference &+ signed(i.a)) }
    @inline(always) func smlsdx(_ i: Instruction.Pointer) { saturatingFlag(i, crossed(i).difference &+ signed(i.a)) }
    @inline(always) func smlald(_ i: Instruction.Pointer) { accumulateLong(i, straight(i).sum) }
    @inline(always) func smlaldx(_ i: Instruction.Pointer) { accumulateLong(i, crossed(i).sum) }
    @inline(always) func smlsld(_ i: Instruction.Pointer) { accumulateLong(i, straight(i).difference) }
    @inline(always) func smlsldx(_ i: Instruction.Pointer) { accumulateLong(i, crossed(i).difference) }

    // MARK: The most significant word: R rounds it

    @inline(always) func smmul(_ i: Instruction.Pointer) { r[i.d] = highWord(signedProduct(i)) }
    @inline(always) func smmulr(_ i: Instruction.Pointer) { r[i.d] = highWord(signedProduct(i) &+ 0x8000_0000) }
    @inline(always) func smmla(_ i: Instruction.Pointer) { r[i.d] = highWord(shiftedUp(i) &+ signedProduct(i)) }
    @inline(always) func smmlar(_ i: Instruction.Pointer) {
        r[i.d] = highWord(shiftedUp(i) &+ signedProduct(i) &+ 0x8000_0000)
    }
    @inline(always) func smmls(_ i: Instruction.Pointer) { r[i.d] = highWord(shiftedUp(i) &- signedProduct(i)) }
    @inline(always) func smmlsr(_ i: Instruction.Pointer) {
        r[i.d] = highWord(shiftedUp(i) &- signedProduct(i) &+ 0x8000_0000)
    }

    // MARK: Sums of absolute differences

    @inline(always) func usad8(_ i: Instruction.Pointer) { r[i.d] = absoluteDifferences(i) }
    @inline(always) func usada8(_ i: Instruction.Pointer) { r[i.d] = r[i.a] &+ absoluteDifferences(i) }

    @inline(always)
    private func absoluteDifferences(_ i: Instruction.Pointer) -> UInt32 {
        let x = r[i.n]
        let y = r[i.m]
        let low = absolute(x & 0xFF, y & 0xFF) &+ absolute(x &>> 8 & 0xFF, y &>> 8 & 0xFF)
        return low &+ absolute(x &>> 16 & 0xFF, y &>> 16 & 0xFF) &+ absolute(x &>> 24, y &>> 24)
    }

    @inline(always)
    private func absolute(_ x: UInt32, _ y: UInt32) -> UInt32 { x > y ? x &- y : y &- x }

    // MARK: Operands

    @inline(always)
    private func signed(_ register: Int) -> Int64 { Int64(Int32(bitPattern: r[register])) }
    @inline(always)
    private func bottom(_ register: Int) -> Int64 { Int64(Int16(truncatingIfNeeded: r[register])) }
    @inline(always)
    private func top(_ register: Int) -> Int64 { Int64(Int32(bitPattern: r[register]) &>> 16) }

    @inline(always)
    private func signedProduct(_ i: Instruction.Pointer) -> Int64 { signed(i.n) &* signed(i.m) }
    @inline(always)
    private func unsignedProduct(_ i: Instruction.Pointer) -> UInt64 { UInt64(r[i.n]) &* UInt64(r[i.m]) }

    /// The top 32 bits of the 48-bit product of a word and a halfword.
    @inline(always)
    private func wordTimes(_ i: Instruction.Pointer, _ half: Int64) -> Int64 { (signed(i.n) &* half) &>> 16 }

    /// The products of both pairs of halfwords, added and subtracted.
    private typealias Pair = (sum: Int64, difference: Int64)

    @inline(always)
    private func straight(_ i: Instruction.Pointer) -> Pair {
        let product1 = bottom(i.n) &* bottom(i.m)
        let product2 = top(i.n) &* top(i.m)
        return (product1 &+ product2, product1 &- product2)
    }
    @inline(always)
    private func crossed(_ i: Instruction.Pointer) -> Pair {
        let product1 = bottom(i.n) &* top(i.m)
        let product2 = top(i.n) &* bottom(i.m)
        return (product1 &+ product2, product1 &- product2)
    }

    /// The accumulator of the most significant word multiplications.
    @inline(always)
    private func shiftedUp(_ i: Instruction.Pointer) -> Int64 { Int64(bitPattern: UInt64(r[i.a]) &<< 32) }

    /// RdHi:RdLo.
    @inline(always)
    private func long(_ i: Instruction.Pointer) -> UInt64 { UInt64(r[i.a]) &<< 32 | UInt64(r[i.d]) }

    // MARK: Results

    @inline(always)
    private func word(_ value: Int64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
    @inline(always)
    private func highWord(_ value: Int64) -> UInt32 { UInt32(truncatingIfNeeded: value &>> 32) }

    @inline(always)
    private func setLong(_ i: Instruction.Pointer, _ value: UInt64) {
        r[i.a] = UInt32(truncatingIfNeeded: value &>> 32)
        r[i.d] = UInt32(truncatingIfNeeded: value)
    }

    @inline(always)
    private func accumulate(_ i: Instruction.Pointer, _ product: Int64) { saturatingFlag(i, product &+ signed(i.a)) }

    @inline(always)
    private func accumulateLong(_ i: Instruction.Pointer, _ value: Int64) {
        setLong(i, long(i) &+ UInt64(bitPattern: value))
    }

    /// The low word; Q is set if that is not the whole value.
    @inline(always)
    private func saturatingFlag(_ i: Instruction.Pointer, _ value: Int64) {
        let result = Int32(truncatingIfNeeded: value)
        if _slowPath(Int64(result) != value) { state.pointee.q = 1 }
        r[i.d] = UInt32(bitPattern: result)
    }
}
