import Engine

/// The operations of branches, and how the run loop goes from block to block. A method that answers `false` has the
/// run loop left: the next block is not known yet, or it might overrun the deadline.
extension Execution {
    /// Enters a block: its static cycles are paid at once.
    @inline(always)
    mutating func enter(_ target: Block.Pointer) -> Bool {
        let left = budget &- target.pointee.cycles
        guard _fastPath(left >= target.pointee.slack) else {
            state.pointee.pc = target.pointee.pc
            state.pointee.departure = .budget
            return false
        }
        budget = left
        block = target
        ip = target.pointee.records.assumingMemoryBound(to: Instruction.self)
        let count = target.pointee.count &+ 1
        target.pointee.count = count
        if _slowPath(count == 1) {
            state.pointee.dirty.pointee = target
            state.pointee.dirty += 1
        }
        return true
    }

    @inline(always)
    mutating func fallThrough() -> Bool {
        if _fastPath(block.pointee.next != nil), let next = block.pointee.next { return enter(next) }
        state.pointee.pc = block.pointee.end
        state.pointee.departure = .fallThrough
        return false
    }

    /// To the constant target of the branch at the block's end.
    @inline(always)
    mutating func goToTaken(_ i: Instruction.Pointer) -> Bool {
        if _fastPath(block.pointee.taken != nil), let taken = block.pointee.taken { return enter(taken) }
        state.pointee.pc = i.imm
        state.pointee.departure = .taken
        return false
    }

    /// To an address that only the run can tell.
    @inline(always)
    mutating func go(to address: UInt32) -> Bool {
        if _fastPath(state.pointee.codeMap.block(at: address) != nil),
            let target = state.pointee.codeMap.block(at: address)
        {
            return enter(target)
        }
        state.pointee.pc = address
        state.pointee.departure = .indirect
        return false
    }

    /// A conditional branch that is taken pays for the refill; its static price is that of falling through.
    @inline(always)
    mutating func conditional(_ i: Instruction.Pointer, _ holds: Bool) -> Bool {
        guard holds else { return fallThrough() }
        charge(Int(i.x & 0xFF), to: .refill)
        if _slowPath(i.x > 0xFF) { charge(Int(i.x &>> 8), to: .fetchAlign) }
        return goToTaken(i)
    }

    @inline(always) mutating func beq(_ i: Instruction.Pointer) -> Bool { conditional(i, isZ) }
    @inline(always) mutating func bne(_ i: Instruction.Pointer) -> Bool { conditional(i, !isZ) }
    @inline(always) mutating func bcs(_ i: Instruction.Pointer) -> Bool { conditional(i, isC) }
    @inline(always) mutating func bcc(_ i: Instruction.Pointer) -> Bool { conditional(i, !isC) }
    @inline(always) mutating func bmi(_ i: Instruction.Pointer) -> Bool { conditional(i, isN) }
    @inline(always) mutating func bpl(_ i: Instruction.Pointer) -> Bool { conditional(i, !isN) }
    @inline(always) mutating func bvs(_ i: Instruction.Pointer) -> Bool { conditional(i, isV) }
    @inline(always) mutating func bvc(_ i: Instruction.Pointer) -> Bool { conditional(i, !isV) }
    @inline(always) mutating func bhi(_ i: Instruction.Pointer) -> Bool { conditional(i, isC && !isZ) }
    @inline(always) mutating func bls(_ i: Instruction.Pointer) -> Bool { conditional(i, !isC || isZ) }
    @inline(always) mutating func bge(_ i: Instruction.Pointer) -> Bool { conditional(i, isN == isV) }
    @inline(always) mutating func blt(_ i: Instruction.Pointer) -> Bool { conditional(i, isN != isV) }
    @inline(always) mutating func bgt(_ i: Instruction.Pointer) -> Bool { conditional(i, !isZ && isN == isV) }
    @inline(always) mutating func ble(_ i: Instruction.Pointer) -> Bool { conditional(i, isZ || isN != isV) }
    @inline(always) mutating func cbz(_ i: Instruction.Pointer) -> Bool { conditional(i, r[i.n] == 0) }
    @inline(always) mutating func cbnz(_ i: Instruction.Pointer) -> Bool { conditional(i, r[i.n] != 0) }

    /// B. A branch into another function is a tail call, which the observer wants to know.
    @inline(always) mutating func b(_ i: Instruction.Pointer) -> Bool {
        if _slowPath(i.pointee.a != 0) { note(target: i.imm, returnAddress: JournalEntry.jump) }
        return goToTaken(i)
    }

    @inline(always) mutating func bl(_ i: Instruction.Pointer) -> Bool {
        let back = block.pointee.end
        r[14] = back | 1
        note(target: i.imm, returnAddress: back)
        return goToTaken(i)
    }

    @inline(always) mutating func blxReg(_ i: Instruction.Pointer) -> Bool {
        let target = r[i.m]
        guard _fastPath(target & 1 != 0) else { return leaveThumb(i, target) }
        let back = block.pointee.end
        r[14] = back | 1
        note(target: target & ~1, returnAddress: back)
        return go(to: target & ~1)
    }

    /// BX: a return, or a jump. An address that says EXC_RETURN is one only in Handler mode. DDI 0403E.e B1.5.8.
    @inline(always) mutating func bx(_ i: Instruction.Pointer) -> Bool { interwork(i, r[i.m]) }

    /// What BXWritePC() does with an address that a load put into the PC.
    @inline(always) mutating func loadedPC(_ i: Instruction.Pointer) -> Bool {
        interwork(i, r[Int(CortexM.loadedPC)])
    }

    @inline(always)
    private mutating func interwork(_ i: Instruction.Pointer, _ target: UInt32) -> Bool {
        guard _fastPath(target & 1 != 0 && target < 0xF000_0000) else { return leaveThumb(i, target) }
        note(target: target & ~1, returnAddress: JournalEntry.return)
        return go(to: target & ~1)
    }

    /// BranchWritePC(): bit 0 is ignored.
    @inline(always) mutating func branchTo(_ i: Instruction.Pointer) -> Bool {
        note(target: r[i.m] & ~1, returnAddress: JournalEntry.jump)
        return go(to: r[i.m] & ~1)
    }

    /// An exception return, or a branch to an address without the Thumb bit: the processor decides.
    @inline(always)
    private func leaveThumb(_ i: Instruction.Pointer, _ target: UInt32) -> Bool {
        state.pointee.pc = target
        if i.pointee.operation == .blxReg { r[14] = block.pointee.end | 1 }
        state.pointee.departure = .interworking
        return false
    }

    @inline(always) mutating func tbb(_ i: Instruction.Pointer) -> Bool {
        let loaded = load8((i.n == 15 ? i.imm : r[i.n]) &+ r[i.m], i)
        if _slowPath(loaded &>> 32 != 0) { return interruptedTable(i, loaded) }
        return go(to: i.imm &+ 2 &* plain(loaded))
    }

    @inline(always) mutating func tbh(_ i: Instruction.Pointer) -> Bool {
        let loaded = load16((i.n == 15 ? i.imm : r[i.n]) &+ 2 &* r[i.m], i)
        if _slowPath(loaded &>> 32 != 0) { return interruptedTable(i, loaded) }
        return go(to: i.imm &+ 2 &* plain(loaded))
    }

    /// A table in a device's registers: complete, but the device asked for attention. The branch itself is done, so
    /// the run goes on at its target.
    @inline(always)
    private func interruptedTable(_ i: Instruction.Pointer, _ loaded: Loaded) -> Bool {
        if loaded & Execution.faulted == 0 {
            state.pointee.pc = i.imm &+ 2 &* plain(loaded)
            state.pointee.departure = .indirect
        }
        return false
    }

    /// Writes a call, a return or a jump into the journal.
    @inline(always)
    private mutating func note(target: UInt32, returnAddress: UInt32) {
        let entry = state.pointee.journal
        entry.pointee = JournalEntry(
            cycle: state.pointee.deadline &- budget, target: target, returnAddress: returnAddress, sp: r[13],
            function: block.pointee.function)
        state.pointee.journal = entry + 1
        if _slowPath(entry + 1 == state.pointee.journalEnd) { drainJournal(state) }
    }

    // MARK: Conditional execution

    /// Passes over the instructions of an IT block whose condition does not hold: each takes one cycle all the same.
    @inline(always)
    mutating func skip(_ i: Instruction.Pointer, unless holds: Bool) {
        guard !holds else {
            ip = i + 1
            return
        }
        if _slowPath(i.imm != 0) { refundSkipped(i) }
        ip = i + 1 + Int(i.x)
    }

    /// Gives back what the skipped instructions would have taken beyond one cycle each.
    @inline(always)
    private mutating func refundSkipped(_ i: Instruction.Pointer) {
        charge(-Int(i.imm & 0xFF), to: .loadUse)
        charge(-Int(i.imm &>> 8 & 0xFF), to: .refill)
        charge(-Int(i.imm &>> 16 & 0xFF), to: .fp)
        charge(-Int(i.imm &>> 24 & 0xFF), to: .issue)
    }
}
