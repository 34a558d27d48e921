/// The operations of single stores: four ways to make the address for each width. DDI 0403E.e A7.7.158 to A7.7.168.
extension Execution {
    // MARK: STR

    @inline(always) mutating func strImm(_ i: Instruction.Pointer) -> Bool {
        store32(r[i.n] &+ i.imm, r[i.d], i) == 0
    }
    @inline(always) mutating func strPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        return completeStore(i, store32(address, r[i.d], i), base: address)
    }
    @inline(always) mutating func strPost(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n]
        return completeStore(i, store32(address, r[i.d], i), base: address &+ i.imm)
    }
    @inline(always) mutating func strReg(_ i: Instruction.Pointer) -> Bool {
        store32(indexed(i), r[i.d], i) == 0
    }

    // MARK: STRH

    @inline(always) mutating func strhImm(_ i: Instruction.Pointer) -> Bool {
        store16(r[i.n] &+ i.imm, r[i.d], i) == 0
    }
    @inline(always) mutating func strhPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        return completeStore(i, store16(address, r[i.d], i), base: address)
    }
    @inline(always) mutating func strhPost(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n]
        return completeStore(i, store16(address, r[i.d], i), base: address &+ i.imm)
    }
    @inline(always) mutating func strhReg(_ i: Instruction.Pointer) -> Bool {
        store16(indexed(i), r[i.d], i) == 0
    }

    // MARK: STRB

    @inline(always) mutating func strbImm(_ i: Instruction.Pointer) -> Bool {
        store8(r[i.n] &+ i.imm, r[i.d], i) == 0
    }
    @inline(always) mutating func strbPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        return completeStore(i, store8(address, r[i.d], i), base: address)
    }
    @inline(always) mutating func strbPost(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n]
        return completeStore(i, store8(address, r[i.d], i), base: address &+ i.imm)
    }
    @inline(always) mutating func strbReg(_ i: Instruction.Pointer) -> Bool {
        store8(indexed(i), r[i.d], i) == 0
    }
}
