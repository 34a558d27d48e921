import BlockForms
import Engine
import Profile
import Translator

/// Branches, and how one block goes to the next: see `Branches`.
extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func jump(_ i: Instruction.Pointer) -> Bool {
        let target = Place.temporary(0)
        switch i.pointee.operation {
        case .b:
            if i.pointee.a != 0 { note(i, target: .constant(Int64(i.imm)), returnAddress: JournalEntry.jump) }
            goToTaken(i)
        case .bl:
            link()
            note(i, target: .constant(Int64(i.imm)), returnAddress: block.pointee.end)
            goToTaken(i, isCall: true)
        case .bx where i.m == 14: `return`(i, i.m)
        case .bx: interwork(i, i.m)
        case .loadedPC: `return`(i, Int(CortexM.loadedPC))
        case .blxReg:
            add(.binary(.move, target, .slot(i.m), .slot(i.m)))
            link()
            checkThumb(i)
            note(i, target: .temporary(0), returnAddress: block.pointee.end)
            goToAddress(i, isCall: true)
        case .branchTo:
            add(.binary(.and, target, .slot(i.m), .constant(-2)))
            add(.store(.uint32, .temporary(0), .state(StateOffset.pc)))
            note(i, target: .temporary(0), returnAddress: JournalEntry.jump)
            goToAddress(i)
        case .cbz, .cbnz:
            let taken = newLabel()
            add(.branchIfZero(i.pointee.operation == .cbz, .slot(i.n), taken))
            conditional(i, taken)
        default:
            guard let condition = i.pointee.operation.branchCondition else { return false }
            let taken = newLabel()
            branch(condition, taken)
            conditional(i, taken)
        }
        return true
    }

    private mutating func conditional(_ i: Instruction.Pointer, _ taken: Label) {
        let flags = pending
        materialise()
        pending = []
        fallThrough(i)
        pending = flags
        add(.label(taken))
        goToTaken(i, refill: Int(i.x & 0xFF), alignment: Int(i.x >> 8))
    }

    /// Puts the return address into LR.
    private mutating func link() {
        let address = Operand.constant(Int64(Int32(bitPattern: block.pointee.end | 1)))
        add(.binary(.move, .slot(14), address, address))
    }

    /// To what is probably the return address of the last call.
    private mutating func `return`(_ i: Instruction.Pointer, _ register: Int) {
        let elsewhere = outOfLine { $0.interwork(i, register) }
        add(.binary(.move, .temporary(0), .slot(register), .slot(register)))
        add(.checkReturn(.temporary(0), otherwise: elsewhere))
        add(.binary(.and, .temporary(0), .temporary(0), .constant(-2)))
        note(i, target: .temporary(0), returnAddress: JournalEntry.return)
        add(.returnCode(record: UInt(bitPattern: i)))
    }

    private mutating func interwork(_ i: Instruction.Pointer, _ register: Int) {
        add(.binary(.move, .temporary(0), .slot(register), .slot(register)))
        let leaving = outOfLine { $0.leaveThumb(i) }
        add(.branch(.greaterOrEqualUnsigned, .temporary(0), .constant(0xF000_0000), leaving))
        checkThumb(i)
        note(i, target: .temporary(0), returnAddress: JournalEntry.return)
        goToAddress(i)
    }

    /// Takes bit 0, which must be set, from the target in temporary 0.
    private mutating func checkThumb(_ i: Instruction.Pointer) {
        let leaving = outOfLine { $0.leaveThumb(i) }
        add(.binary(.and, .temporary(1), .temporary(0), .constant(1)))
        add(.branchIfZero(true, .temporary(1), leaving))
        add(.binary(.and, .temporary(0), .temporary(0), .constant(-2)))
        // Where the next block is looked for, it is wherever the code is left.
        add(.store(.uint32, .temporary(0), .state(StateOffset.pc)))
    }

    private mutating func leaveThumb(_ i: Instruction.Pointer) {
        add(.store(.uint32, .temporary(0), .state(StateOffset.pc)))
        leave(i, .interworking)
    }

    /// TBB and TBH.
    mutating func tableBranch(_ i: Instruction.Pointer) {
        let isWide = i.pointee.operation == .tbh
        let slow = outOfLine {
            $0.add(.call(RuntimeHelper.finish.call(i)))
            $0.leave(i, .indirect)
        }
        let address: GuestAddress
        if i.n == 15 {
            let index = Int(shiftedOperand)
            add(.binary(.shiftLeft, .slot(index), .slot(i.m), .constant(isWide ? 1 : 0)))
            address = .offset(index, i.imm)
        } else {
            address = .indexed(i.n, i.m, shift: isWide ? 1 : 0)
        }
        let follow = Follow(cycles: Int32(i.x >> 15), account: account(.busSlave))
        let type: MemoryType = isWide ? .uint16 : .uint8
        let back = newLabel()
        let isInFlash = waiting.map { i.n == 15 && i.imm &- $0.memory.base < $0.memory.size } ?? false
        let other = outOfLine {
            if isInFlash {
                $0.add(.load(type, .temporary(0), address, follow: follow, slow: slow))
            } else {
                $0.waitingLoad(i, type, .temporary(0), address, slow: slow, elsewhere: slow)
            }
            $0.add(.jump(back))
        }
        if isInFlash {
            waitingLoad(i, type, .temporary(0), address, slow: slow, elsewhere: other)
        } else {
            add(.load(type, .temporary(0), address, follow: follow, slow: other))
        }
        add(.label(back))
        add(.binary(.shiftLeft, .temporary(0), .temporary(0), .constant(1)))
        add(.binary(.add, .temporary(0), .temporary(0), .constant(Int64(Int32(bitPattern: i.imm)))))
        add(.store(.uint32, .temporary(0), .state(StateOffset.pc)))
        goToAddress(i)
    }

    // MARK: Going on

    mutating func fallThrough(_ i: Instruction.Pointer) {
        guard let known = block.pointee.next else {
            return goUnknown(i, BlockOffset.next, block.pointee.end, .fallThrough)
        }
        go(i, known, extra: 0) { _ in }
    }

    /// - Parameters: what it costs, in cycles.
    private mutating func goToTaken(
        _ i: Instruction.Pointer, refill: Int = 0, alignment: Int = 0, isCall: Bool = false
    ) {
        func charge(_ translation: inout BlockTranslation) {
            translation.charge(refill, to: .refill)
            translation.charge(alignment, to: .fetchAlign)
        }
        guard let known = block.pointee.taken else {
            charge(&self)
            return goUnknown(i, BlockOffset.taken, i.imm, .taken, isCall: isCall)
        }
        go(i, known, extra: refill + alignment, isCall: isCall, charge)
    }

    /// To a block that is known by now, which is built in: when links are cut, all code is forgotten.
    ///
    /// - Parameters:
    ///   - extra: what is to be charged to this block yet, in cycles, which is paid together with the next.
    ///   - charge: charges it by itself.
    private mutating func go(
        _ i: Instruction.Pointer, _ known: Block.Pointer, extra: Int, isCall: Bool = false,
        _ charge: (inout BlockTranslation) -> Void
    ) {
        let late = outOfLine {
            $0.materialise()
            charge(&$0)
            let address = Int64(Int32(bitPattern: known.pointee.pc))
            $0.add(.store(.uint32, .constant(address), .state(StateOffset.pc)))
            $0.leave(i, .budget)
        }
        let cycles = Int64(known.pointee.cycles + extra)
        add(.branch(.less, .budget, .constant(cycles + Int64(known.pointee.slack)), late))
        add(.binary(.subtract, .doubleword, .budget, .budget, .constant(cycles)))
        if extra != 0 { account(charge) }
        if known == block {
            add(.jump(loops ? again : start))
        } else {
            add(.move(.temporary(0), .constant(Int64(Int(bitPattern: known)))))
            enter(.at(temporary: 0, staysInLines(known) ? BlockOffset.codeAside : BlockOffset.code), isCall: isCall)
        }
    }

    /// Only the accounts of a charge.
    private mutating func account(_ charge: (inout BlockTranslation) -> Void) {
        paysFromBudget = false
        charge(&self)
        paysFromBudget = true
    }

    /// Through a link of this block that may be known when the code runs.
    private mutating func goUnknown(
        _ i: Instruction.Pointer, _ link: Int, _ pc: UInt32, _ departure: Departure, isCall: Bool = false
    ) {
        let unknown = outOfLine {
            $0.add(.store(.uint32, .constant(Int64(Int32(bitPattern: pc))), .state(StateOffset.pc)))
            $0.leave(i, departure)
        }
        add(.load(.int64, .temporary(0), .absolute(block.field(link))))
        add(.branch(.equal, .temporary(0), .constant(0), unknown))
        goTo(i, isCall: isCall)
    }

    /// To the block that temporary 0 points to: its static cycles are paid at once.
    private mutating func goTo(_ i: Instruction.Pointer, isCall: Bool) {
        let late = outOfLine {
            $0.add(.load(.uint32, .temporary(1), .at(temporary: 0, BlockOffset.pc)))
            $0.add(.store(.uint32, .temporary(1), .state(StateOffset.pc)))
            $0.leave(i, .budget)
        }
        add(Ways.pay(late: late))
        enter(.at(temporary: 0, BlockOffset.code), isCall: isCall)
    }

    /// Goes to the code of a block that is paid for. A call has the way on from its return behind it, if that is known.
    private mutating func enter(_ code: HostAddress, isCall: Bool) {
        let end = block.pointee.end
        guard isCall, let back = state.pointee.codeMap.block(at: end) else { return add(.goTo(code)) }
        add(.callCode(code, returnAddress: end | 1))
        let late = outOfLine {
            $0.add(.store(.uint32, .constant(Int64(Int32(bitPattern: end))), .state(StateOffset.pc)))
            $0.add(.store(.uint8, .constant(Departure.budget.tag), .state(StateOffset.departure)))
            $0.add(.leaveReturn)
        }
        let cycles = Int64(back.pointee.cycles)
        add(.branch(.less, .budget, .constant(cycles + Int64(back.pointee.slack)), late))
        add(.binary(.subtract, .doubleword, .budget, .budget, .constant(cycles)))
        add(.move(.temporary(0), .constant(Int64(Int(bitPattern: back)))))
        add(.goTo(.at(temporary: 0, BlockOffset.code)))
    }

    /// To the address in temporary 0, which is in the state as well, through the code map.
    private mutating func goToAddress(_ i: Instruction.Pointer, isCall: Bool = false) {
        let unknown = outOfLine { $0.leave(i, .indirect) }
        add(Ways.lookUp(in: state.pointee.codeMap, unknown: unknown))
        goTo(i, isCall: isCall)
    }

    // MARK: The journal

    private static let journal = Journal(
        next: StateOffset.journal, end: StateOffset.journalEnd, deadline: StateOffset.deadline, sp: .slot(13))

    /// Writes a call, a return or a jump into the journal.
    private mutating func note(_ i: Instruction.Pointer, target: Operand, returnAddress: UInt32) {
        let back = newLabel()
        let full = outOfLine {
            $0.add(.call(RuntimeHelper.drain.call(i)))
            if case .temporary = target { $0.add(.load(.uint32, .temporary(0), .state(StateOffset.pc))) }
            $0.add(.jump(back))
        }
        add(
            BlockTranslation.journal.note(
                target: target, returnAddress: returnAddress, function: block.pointee.function, full: full))
        add(.label(back))
    }
}
