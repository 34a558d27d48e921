/// The operations of single loads: four ways to make the address for each width. DDI 0403E.e A7.7.42 to A7.7.65.
extension Execution {
    @inline(always) mutating func ldrLiteral(_ i: Instruction.Pointer) -> Bool {
        let loaded = load32(i.imm, i)
        return complete(i, loaded, plain(loaded))
    }

    // MARK: LDR

    @inline(always) mutating func ldrImm(_ i: Instruction.Pointer) -> Bool {
        let loaded = load32(r[i.n] &+ i.imm, i)
        return complete(i, loaded, plain(loaded))
    }
    @inline(always) mutating func ldrPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        let loaded = load32(address, i)
        return complete(i, loaded, plain(loaded), base: address)
    }
    @inline(always) mutating func ldrPost(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n]
        let loaded = load32(address, i)
        return complete(i, loaded, plain(loaded), base: address &+ i.imm)
    }
    @inline(always) mutating func ldrReg(_ i: Instruction.Pointer) -> Bool {
        let loaded = load32(indexed(i), i)
        return complete(i, loaded, plain(loaded))
    }

    // MARK: LDRH

    @inline(always) mutating func ldrhImm(_ i: Instruction.Pointer) -> Bool {
        let loaded = load16(r[i.n] &+ i.imm, i)
        return complete(i, loaded, plain(loaded))
    }
    @inline(always) mutating func ldrhPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        let loaded = load16(address, i)
        return complete(i, loaded, plain(loaded), base: address)
    }
    @inline(always) mutating func ldrhPost(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n]
        let loaded = load16(address, i)
        return complete(i, loaded, plain(loaded), base: address &+ i.imm)
    }
    @inline(always) mutating func ldrhReg(_ i: Instruction.Pointer) -> Bool {
        let loaded = load16(indexed(i), i)
        return complete(i, loaded, plain(loaded))
    }

    // MARK: LDRB

    @inline(always) mutating func ldrbImm(_ i: Instruction.Pointer) -> Bool {
        let loaded = load8(r[i.n] &+ i.imm, i)
        return complete(i, loaded, plain(loaded))
    }
    @inline(always) mutating func ldrbPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        let loaded = load8(address, i)
        return complete(i, loaded, plain(loaded), base: address)
    }
    @inline(always) mutating func ldrbPost(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n]
        let loaded = load8(address, i)
        return complete(i, loaded, plain(loaded), base: address &+ i.imm)
    }
    @inline(always) mutating func ldrbReg(_ i: Instruction.Pointer) -> Bool {
        let loaded = load8(indexed(i), i)
        return complete(i, loaded, plain(loaded))
    }

    // MARK: LDRSH

    @inline(always) mutating func ldrshImm(_ i: Instruction.Pointer) -> Bool {
        let loaded = load16(r[i.n] &+ i.imm, i)
        return complete(i, loaded, signedHalfword(loaded))
    }
    @inline(always) mutating func ldrshPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        let loaded = load16(address, i)
        return complete(i, loaded, signedHalfword(loaded), base: address)
    }
    @inline(always) mutating func ldrshPost(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n]
        let loaded = load16(address, i)
        return complete(i, loaded, signedHalfword(loaded), base: address &+ i.imm)
    }
    @inline(always) mutating func ldrshReg(_ i: Instruction.Pointer) -> Bool {
        let loaded = load16(indexed(i), i)
        return complete(i, loaded, signedHalfword(loaded))
    }

    // MARK: LDRSB

    @inline(always) mutating func ldrsbImm(_ i: Instruction.Pointer) -> Bool {
        let loaded = load8(r[i.n] &+ i.imm, i)
        return complete(i, loaded, signedByte(loaded))
    }
    @inline(always) mutating func ldrsbPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        let loaded = load8(address, i)
        return complete(i, loaded, signedByte(loaded), base: address)
    }
    @inline(always) mutating func ldrsbPost(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n]
        let loaded = load8(address, i)
        return complete(i, loaded, signedByte(loaded), base: address &+ i.imm)
    }
    @inline(always) mutating func ldrsbReg(_ i: Instruction.Pointer) -> Bool {
        let loaded = load8(indexed(i), i)
        return complete(i, loaded, signedByte(loaded))
    }
}
