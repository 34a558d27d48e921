/// The operations of data processing: one method each, named as in `Operation`, `i` being the record.
extension Execution {
    // MARK: Moves

    @inline(always) func movImm(_ i: Instruction.Pointer) { r[i.d] = i.imm }
    @inline(always) func movReg(_ i: Instruction.Pointer) { r[i.d] = r[i.m] }
    @inline(always) func mvnReg(_ i: Instruction.Pointer) { r[i.d] = ~r[i.m] }
    @inline(always) func movt(_ i: Instruction.Pointer) { r[i.d] = r[i.d] & 0xFFFF | i.imm }
    @inline(always) mutating func movsImm(_ i: Instruction.Pointer) { logicalResult(i, i.imm) }
    @inline(always) mutating func movsReg(_ i: Instruction.Pointer) { result(i, r[i.m]) }
    @inline(always) mutating func mvnsReg(_ i: Instruction.Pointer) { result(i, ~r[i.m]) }

    // MARK: Arithmetic

    @inline(always) func addImm(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &+ i.imm }
    @inline(always) func addReg(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &+ r[i.m] }
    @inline(always) func adcImm(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &+ i.imm &+ c }
    @inline(always) func adcReg(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &+ r[i.m] &+ c }
    @inline(always) func subReg(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &- r[i.m] }
    @inline(always) func sbcReg(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &+ ~r[i.m] &+ c }
    @inline(always) func rsbImm(_ i: Instruction.Pointer) { r[i.d] = i.imm &- r[i.n] }
    @inline(always) func rsbReg(_ i: Instruction.Pointer) { r[i.d] = r[i.m] &- r[i.n] }

    @inline(always) mutating func addsImm(_ i: Instruction.Pointer) {
        r[i.d] = AddWithCarrySettingFlags(r[i.n], i.imm, 0)
    }
    @inline(always) mutating func addsReg(_ i: Instruction.Pointer) {
        r[i.d] = AddWithCarrySettingFlags(r[i.n], r[i.m], 0)
    }
    @inline(always) mutating func adcsImm(_ i: Instruction.Pointer) {
        r[i.d] = AddWithCarrySettingFlags(r[i.n], i.imm, c)
    }
    @inline(always) mutating func adcsReg(_ i: Instruction.Pointer) {
        r[i.d] = AddWithCarrySettingFlags(r[i.n], r[i.m], c)
    }
    @inline(always) mutating func subsImm(_ i: Instruction.Pointer) { r[i.d] = difference(r[i.n], i.imm) }
    @inline(always) mutating func subsReg(_ i: Instruction.Pointer) { r[i.d] = difference(r[i.n], r[i.m]) }
    @inline(always) mutating func sbcsReg(_ i: Instruction.Pointer) {
        r[i.d] = AddWithCarrySettingFlags(r[i.n], ~r[i.m], c)
    }
    @inline(always) mutating func rsbsImm(_ i: Instruction.Pointer) { r[i.d] = difference(i.imm, r[i.n]) }
    @inline(always) mutating func rsbsReg(_ i: Instruction.Pointer) { r[i.d] = difference(r[i.m], r[i.n]) }

    /// AddWithCarry(x, NOT y, 1), in the form that a host subtracts in.
    @inline(always)
    private mutating func difference(_ x: UInt32, _ y: UInt32) -> UInt32 {
        let result = x &- y
        setNZ(result)
        c = x >= y ? 1 : 0
        v = (x ^ y) & (x ^ result)
        return result
    }

    // MARK: Logic

    @inline(always) func andImm(_ i: Instruction.Pointer) { r[i.d] = r[i.n] & i.imm }
    @inline(always) func andReg(_ i: Instruction.Pointer) { r[i.d] = r[i.n] & r[i.m] }
    @inline(always) func orrImm(_ i: Instruction.Pointer) { r[i.d] = r[i.n] | i.imm }
    @inline(always) func orrReg(_ i: Instruction.Pointer) { r[i.d] = r[i.n] | r[i.m] }
    @inline(always) func eorImm(_ i: Instruction.Pointer) { r[i.d] = r[i.n] ^ i.imm }
    @inline(always) func eorReg(_ i: Instruction.Pointer) { r[i.d] = r[i.n] ^ r[i.m] }
    @inline(always) func bicReg(_ i: Instruction.Pointer) { r[i.d] = r[i.n] & ~r[i.m] }
    @inline(always) func ornReg(_ i: Instruction.Pointer) { r[i.d] = r[i.n] | ~r[i.m] }
    @inline(always) mutating func andsImm(_ i: Instruction.Pointer) { logicalResult(i, r[i.n] & i.imm) }
    @inline(always) mutating func andsReg(_ i: Instruction.Pointer) { result(i, r[i.n] & r[i.m]) }
    @inline(always) mutating func orrsImm(_ i: Instruction.Pointer) { logicalResult(i, r[i.n] | i.imm) }
    @inline(always) mutating func orrsReg(_ i: Instruction.Pointer) { result(i, r[i.n] | r[i.m]) }
    @inline(always) mutating func eorsImm(_ i: Instruction.Pointer) { logicalResult(i, r[i.n] ^ i.imm) }
    @inline(always) mutating func eorsReg(_ i: Instruction.Pointer) { result(i, r[i.n] ^ r[i.m]) }
    @inline(always) mutating func bicsReg(_ i: Instruction.Pointer) { result(i, r[i.n] & ~r[i.m]) }
    @inline(always) mutating func ornsReg(_ i: Instruction.Pointer) { result(i, r[i.n] | ~r[i.m]) }

    /// A result that sets N and Z.
    @inline(always)
    mutating func result(_ i: Instruction.Pointer, _ value: UInt32) {
        setNZ(value)
        r[i.d] = value
    }

    /// A result that sets N and Z, and C where the expansion of the constant says so.
    @inline(always)
    private mutating func logicalResult(_ i: Instruction.Pointer, _ value: UInt32) {
        if i.x != CarryOut.unchanged.rawValue { c = UInt32(i.x &- CarryOut.cleared.rawValue) }
        result(i, value)
    }

    // MARK: Shifts by a constant

    @inline(always) func lslImm(_ i: Instruction.Pointer) { r[i.d] = r[i.m] &<< UInt32(i.x) }
    @inline(always) func lsrImm(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(truncatingIfNeeded: UInt64(r[i.m]) &>> UInt64(i.x))
    }
    @inline(always) func asrImm(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(truncatingIfNeeded: Int64(Int32(bitPattern: r[i.m])) &>> Int64(i.x))
    }
    @inline(always) func rorImm(_ i: Instruction.Pointer) { r[i.d] = rotatedRight(r[i.m], UInt32(i.x)) }
    @inline(always) func rrx(_ i: Instruction.Pointer) { r[i.d] = r[i.m] &>> 1 | c &<< 31 }

    @inline(always) mutating func lslsImm(_ i: Instruction.Pointer) {
        let wide = UInt64(r[i.m]) &<< UInt64(i.x)
        c = UInt32(truncatingIfNeeded: wide &>> 32) & 1
        result(i, UInt32(truncatingIfNeeded: wide))
    }
    @inline(always) mutating func lsrsImm(_ i: Instruction.Pointer) {
        let value = UInt64(r[i.m])
        c = UInt32(truncatingIfNeeded: value &>> UInt64(i.x &- 1)) & 1
        result(i, UInt32(truncatingIfNeeded: value &>> UInt64(i.x)))
    }
    @inline(always) mutating func asrsImm(_ i: Instruction.Pointer) {
        let value = Int64(Int32(bitPattern: r[i.m]))
        c = UInt32(truncatingIfNeeded: value &>> Int64(i.x &- 1)) & 1
        result(i, UInt32(truncatingIfNeeded: value &>> Int64(i.x)))
    }
    @inline(always) mutating func rorsImm(_ i: Instruction.Pointer) {
        let value = rotatedRight(r[i.m], UInt32(i.x))
        c = value &>> 31
        result(i, value)
    }
    @inline(always) mutating func rrxs(_ i: Instruction.Pointer) {
        let value = r[i.m]
        let rotated = value &>> 1 | c &<< 31
        c = value & 1
        result(i, rotated)
    }

    // MARK: Shifts by a register: the amount is its low byte. DDI 0403E.e A7.4.2.

    @inline(always) func lslReg(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(truncatingIfNeeded: UInt64(r[i.n]) << UInt64(r[i.m] & 0xFF))
    }
    @inline(always) func lsrReg(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(truncatingIfNeeded: UInt64(r[i.n]) >> UInt64(r[i.m] & 0xFF))
    }
    @inline(always) func asrReg(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(truncatingIfNeeded: Int64(Int32(bitPattern: r[i.n])) >> Int64(r[i.m] & 0xFF))
    }
    @inline(always) func rorReg(_ i: Instruction.Pointer) { r[i.d] = rotatedRight(r[i.n], r[i.m]) }

    @inline(always) mutating func lslsReg(_ i: Instruction.Pointer) {
        let amount = UInt64(r[i.m] & 0xFF)
        let wide = UInt64(r[i.n]) << amount
        if amount != 0 { c = UInt32(truncatingIfNeeded: wide &>> 32) & 1 }
        result(i, UInt32(truncatingIfNeeded: wide))
    }
    @inline(always) mutating func lsrsReg(_ i: Instruction.Pointer) {
        let amount = UInt64(r[i.m] & 0xFF)
        let value = UInt64(r[i.n])
        if amount != 0 { c = UInt32(truncatingIfNeeded: value >> (amount &- 1)) & 1 }
        result(i, UInt32(truncatingIfNeeded: value >> amount))
    }
    @inline(always) mutating func asrsReg(_ i: Instruction.Pointer) {
        let amount = Int64(r[i.m] & 0xFF)
        let value = Int64(Int32(bitPattern: r[i.n]))
        if amount != 0 { c = UInt32(truncatingIfNeeded: value >> (amount &- 1)) & 1 }
        result(i, UInt32(truncatingIfNeeded: value >> amount))
    }
    @inline(always) mutating func rorsReg(_ i: Instruction.Pointer) {
        let value = rotatedRight(r[i.n], r[i.m])
        if r[i.m] & 0xFF != 0 { c = value &>> 31 }
        result(i, value)
    }

    // MARK: Bit fields, extension, reversal

    @inline(always) func bfi(_ i: Instruction.Pointer) {
        r[i.d] = r[i.d] & ~i.imm | (r[i.n] &<< UInt32(i.a)) & i.imm
    }
    @inline(always) func ubfx(_ i: Instruction.Pointer) { r[i.d] = (r[i.n] &>> UInt32(i.a)) & i.imm }
    @inline(always) func sbfx(_ i: Instruction.Pointer) {
        let left = 32 &- Int32(i.x)
        let field = Int32(bitPattern: r[i.n] &>> UInt32(i.a))
        r[i.d] = UInt32(bitPattern: (field &<< left) &>> left)
    }
    @inline(always) func sxtb(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: r[i.m])))
    }
    @inline(always) func sxth(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: r[i.m])))
    }
    @inline(always) func uxtb(_ i: Instruction.Pointer) { r[i.d] = r[i.m] & 0xFF }
    @inline(always) func uxth(_ i: Instruction.Pointer) { r[i.d] = r[i.m] & 0xFFFF }
    @inline(always) func rev(_ i: Instruction.Pointer) { r[i.d] = r[i.m].byteSwapped }
    @inline(always) func rev16(_ i: Instruction.Pointer) { r[i.d] = rotatedRight(r[i.m].byteSwapped, 16) }
    @inline(always) func revsh(_ i: Instruction.Pointer) {
        r[i.d] = UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: r[i.m]).byteSwapped))
    }

    // MARK: Multiplication

    @inline(always) func mul(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &* r[i.m] }
    @inline(always) mutating func muls(_ i: Instruction.Pointer) { result(i, r[i.n] &* r[i.m]) }
}

@inline(always)
func rotatedRight(_ value: UInt32, _ amount: UInt32) -> UInt32 {
    value &>> amount | value &<< (0 &- amount)
}

/// The operands of the record under a pointer, as indices into the registers.
extension Instruction.Pointer {
    var d: Int { @inline(always) get { Int(pointee.d) } }
    var n: Int { @inline(always) get { Int(pointee.n) } }
    var m: Int { @inline(always) get { Int(pointee.m) } }
    var a: Int { @inline(always) get { Int(pointee.a) } }
    var x: UInt16 { @inline(always) get { pointee.x } }
    var imm: UInt32 { @inline(always) get { pointee.imm } }
}
