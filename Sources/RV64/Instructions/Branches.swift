import Engine

/// Jumps and conditional branches. Unprivileged manual, section 2.5.
let branches: [Encoding] = [
    encoding("JAL", "iiiiiiiiiiiiiiiiiiii ddddd 1101111", "jal <d>,<label>", .jump) { jump($0.d, $0.target($0.immJ)) },
    encoding("JALR", "iiiiiiiiiiii nnnnn 000 ddddd 1100111", "jalr <d>,<immI>(<n>)", .jumpRegister) {
        jumpRegister($0.d, $0.n, $0.immI)
    },
    branch("BEQ", "000", .beq), branch("BNE", "001", .bne), branch("BLT", "100", .blt), branch("BGE", "101", .bge),
    branch("BLTU", "110", .bltu), branch("BGEU", "111", .bgeu),
]

private func branch(_ name: String, _ funct3: String, _ operation: Operation) -> Encoding {
    encoding(
        name, "jjjjjjj mmmmm nnnnn \(funct3) iiiii 1100011", "\(name.lowercased()) <n>,<m>,<label>", .branch
    ) {
        Instruction(operation, n: $0.n, m: $0.m, imm: $0.target($0.immB))
    }
}

/// JAL; one that links is a call.
func jump(_ d: UInt8, _ target: Int32) -> Instruction {
    Instruction(d == 0 ? .j : .jal, d: destination(d), x: isLink(d) ? JumpKind.call : JumpKind.jump, imm: target)
}

func jumpRegister(_ d: UInt8, _ n: UInt8, _ offset: Int32) -> Instruction {
    let kind = isLink(d) ? JumpKind.call : isLink(n) && d == 0 ? JumpKind.return : JumpKind.jump
    return Instruction(.jalr, d: destination(d), n: n, x: kind, imm: offset)
}

/// x1 and x5 are the link registers. Unprivileged manual, section 2.5.1, table of return-address prediction hints.
private func isLink(_ register: UInt8) -> Bool { register == 1 || register == 5 }

/// What a jump is to those who follow calls.
enum JumpKind {
    static let jump: UInt16 = 0
    static let call: UInt16 = 1
    static let `return`: UInt16 = 2
}

/// The operations of branches, and how the run loop goes from block to block. A method that answers `false` has the
/// run loop left: the next block is not known yet, or it might overrun the deadline.
extension Execution {
    /// Enters a block: its static cycles are paid at once.
    @inline(always)
    mutating func enter(_ target: Block.Pointer) -> Bool {
        let left = budget &- target.pointee.cycles
        guard _fastPath(left >= target.pointee.slack) else {
            state.pointee.pc = UInt64(target.pointee.pc)
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
        if _slowPath(target.pointee.fetched != state.pointee.fetchEpoch) { return fetch(target) }
        if _slowPath(target.pointee.entry != nil) {
            state.pointee.departure = .translated
            return false
        }
        return true
    }

    /// Lines of the block may be missing in the instruction cache.
    @inline(always)
    private mutating func fetch(_ target: Block.Pointer) -> Bool {
        flush()
        fetchBlock(state, target)
        budget = state.pointee.budget
        guard _slowPath(budget < target.pointee.slack) else { return true }
        state.pointee.departure = .entered
        return false
    }

    @inline(always)
    mutating func fallThrough() -> Bool {
        if _fastPath(block.pointee.next != nil), let next = block.pointee.next { return enter(next) }
        state.pointee.pc = UInt64(block.pointee.end)
        state.pointee.departure = .fallThrough
        return false
    }

    /// To the constant target of the branch at the block's end.
    @inline(always)
    mutating func goToTaken(_ i: Instruction.Pointer) -> Bool {
        if _fastPath(block.pointee.taken != nil), let taken = block.pointee.taken { return enter(taken) }
        state.pointee.pc = UInt64(i.target)
        state.pointee.departure = .taken
        return false
    }

    /// To an address that only the run can tell.
    @inline(always)
    mutating func go(to address: UInt64) -> Bool {
        if _fastPath(address >> 32 == 0),
            let target = state.pointee.codeMap.block(at: UInt32(truncatingIfNeeded: address))
        {
            return enter(target)
        }
        state.pointee.pc = address
        state.pointee.departure = .indirect
        return false
    }

    @inline(always)
    mutating func conditional(_ i: Instruction.Pointer, _ holds: Bool) -> Bool {
        predict(i, holds)
        return holds ? goToTaken(i) : fallThrough()
    }

    @inline(always) mutating func beq(_ i: Instruction.Pointer) -> Bool { conditional(i, r[i.n] == r[i.m]) }
    @inline(always) mutating func bne(_ i: Instruction.Pointer) -> Bool { conditional(i, r[i.n] != r[i.m]) }
    @inline(always) mutating func blt(_ i: Instruction.Pointer) -> Bool {
        conditional(i, signed(r[i.n]) < signed(r[i.m]))
    }
    @inline(always) mutating func bge(_ i: Instruction.Pointer) -> Bool {
        conditional(i, signed(r[i.n]) >= signed(r[i.m]))
    }
    @inline(always) mutating func bltu(_ i: Instruction.Pointer) -> Bool { conditional(i, r[i.n] < r[i.m]) }
    @inline(always) mutating func bgeu(_ i: Instruction.Pointer) -> Bool { conditional(i, r[i.n] >= r[i.m]) }

    /// JAL to x0. A jump into another function is a tail call, which the observer wants to know.
    @inline(always) mutating func j(_ i: Instruction.Pointer) -> Bool {
        predictJump(i)
        if _slowPath(i.pointee.a != 0) { note(target: i.target, returnAddress: JournalEntry.jump) }
        return goToTaken(i)
    }

    @inline(always) mutating func jal(_ i: Instruction.Pointer) -> Bool {
        let back = block.pointee.end
        r[i.d] = UInt64(back)
        predictJump(i)
        if _fastPath(i.x == JumpKind.call) {
            pushReturn(back)
            note(target: i.target, returnAddress: back)
        }
        return goToTaken(i)
    }

    @inline(always) mutating func jalr(_ i: Instruction.Pointer) -> Bool {
        let target = (r[i.n] &+ i.imm) & ~1
        let back = block.pointee.end
        r[i.d] = UInt64(back)
        predictIndirect(i, UInt32(truncatingIfNeeded: target), back)
        switch i.x {
        case JumpKind.call: note(target: UInt32(truncatingIfNeeded: target), returnAddress: back)
        case JumpKind.return: note(target: UInt32(truncatingIfNeeded: target), returnAddress: JournalEntry.return)
        default: note(target: UInt32(truncatingIfNeeded: target), returnAddress: JournalEntry.jump)
        }
        return go(to: target)
    }

    /// Writes a call, a return or a jump into the journal.
    @inline(always)
    private mutating func note(target: UInt32, returnAddress: UInt32) {
        let entry = state.pointee.journal
        entry.pointee = JournalEntry(
            cycle: state.pointee.deadline &- budget, target: target, returnAddress: returnAddress,
            sp: UInt32(truncatingIfNeeded: r[2]), function: block.pointee.function)
        state.pointee.journal = entry + 1
        if _slowPath(entry + 1 == state.pointee.journalEnd) { drainJournal(state) }
    }
}
