import BlockForms
import Engine
import Profile
import Translator

/// Jumps and branches, and how one block goes to the next: see `Branches` and `BranchPredictor`.
extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func jump(_ i: Instruction.Pointer) -> Bool {
        let record = i.pointee
        switch record.operation {
        case .beq, .bne, .blt, .bge, .bltu, .bgeu: branch(i, record.operation.condition)
        case .j:
            predictJump(i)
            if record.a != 0 { note(i, target: .constant(i.targetConstant), returnAddress: JournalEntry.jump) }
            goToTaken(i)
        case .jal:
            add(.move(.slot(i.d), .constant(Int64(block.pointee.end))))
            predictJump(i)
            if i.x == JumpKind.call {
                pushReturn(block.pointee.end)
                note(i, target: .constant(i.targetConstant), returnAddress: block.pointee.end)
            }
            goToTaken(i, isCall: i.x == JumpKind.call)
        case .jalr: jumpRegister(i)
        default: return false
        }
        return true
    }

    private mutating func branch(_ i: Instruction.Pointer, _ condition: Condition) {
        let taken = newLabel()
        add(.branch(condition, operand(i.pointee.n), operand(i.pointee.m), taken))
        if let loop { add(.label(loop.notTaken)) }
        predict(i, isTaken: false, owed: 0)
        fallThrough(i)
        add(.label(taken))
        let owed = isTwoSided ? 0 : predictor.pointee.bubble
        predict(i, isTaken: true, owed: owed)
        goToTaken(i, owed: owed)
    }

    private mutating func jumpRegister(_ i: Instruction.Pointer) {
        let record = i.pointee
        add(.binary(.add, .doubleword, .temporary(0), operand(record.n), .constant(Int64(record.imm))))
        add(.binary(.and, .doubleword, .temporary(0), .temporary(0), .constant(-2)))
        // Where the next block is looked for, it is wherever the code is left.
        add(.store(.int64, .temporary(0), .state(StateOffset.pc)))
        add(.move(.slot(i.d), .constant(Int64(block.pointee.end))))
        predictIndirect(i)
        let returnAddress =
            switch i.x {
            case JumpKind.call: block.pointee.end
            case JumpKind.return: JournalEntry.return
            default: JournalEntry.jump
            }
        add(.load(.int64, .temporary(0), .state(StateOffset.pc)))
        note(i, target: .temporary(0), returnAddress: returnAddress)
        guard i.x == JumpKind.return else { return goToAddress(i, isCall: i.x == JumpKind.call) }
        let elsewhere = outOfLine { $0.goToAddress(i) }
        add(.checkReturn(.temporary(0), otherwise: elsewhere))
        add(.returnCode(record: UInt(bitPattern: i)))
    }

    // MARK: Going on

    mutating func fallThrough(_ i: Instruction.Pointer) {
        let unknown = outOfLine {
            $0.add(.store(.int64, .constant(Int64($0.block.pointee.end)), .state(StateOffset.pc)))
            $0.leave(i, .fallThrough)
        }
        follow(i, block.pointee.next, BlockOffset.next, unknown: unknown)
    }

    /// - Parameter owed: cycles in the account that are not yet off the budget.
    private mutating func goToTaken(_ i: Instruction.Pointer, owed: Int = 0, isCall: Bool = false) {
        let unknown = outOfLine {
            $0.add(.store(.int64, .constant(i.targetConstant), .state(StateOffset.pc)))
            $0.leave(i, .taken)
        }
        follow(i, block.pointee.taken, BlockOffset.taken, unknown: unknown, owed: owed, isCall: isCall)
    }

    /// Through a link of this block. One that is known by now is built in: when links are cut, all host code is
    /// forgotten.
    private mutating func follow(
        _ i: Instruction.Pointer, _ target: Block.Pointer?, _ link: Int, unknown: Label, owed: Int = 0,
        isCall: Bool = false
    ) {
        guard let target else {
            if owed != 0 { add(.binary(.subtract, .doubleword, .budget, .budget, .constant(Int64(owed)))) }
            add(.load(.int64, .temporary(0), field(link)))
            add(.branch(.equal, .temporary(0), .constant(0), unknown))
            return goTo(i, isCall: isCall)
        }
        let cycles = target.pointee.cycles
        let late = outOfLine {
            $0.add(.binary(.add, .doubleword, .budget, .budget, .constant(Int64(cycles))))
            $0.add(.store(.int64, .constant(Int64(target.pointee.pc)), .state(StateOffset.pc)))
            $0.leave(i, .budget)
        }
        add(.binary(.subtract, .doubleword, .budget, .budget, .constant(Int64(cycles + owed))))
        add(.branch(.less, .budget, .constant(Int64(target.pointee.slack)), late))
        if target == block {
            goBack(i)
        } else {
            name(target)
            enter(code(of: target), isCall: isCall)
        }
    }

    /// What leads to the interpreter wants to know the block.
    private mutating func name(_ target: Block.Pointer) {
        if target.pointee.entry == nil { add(.move(.temporary(0), .constant(Int64(Int(bitPattern: target))))) }
    }

    private func code(of target: Block.Pointer) -> HostAddress {
        .absolute(target.field(BlockOffset.code))
    }

    /// Goes to the code of a block that is paid for. A call has the way on from its return behind it, if that is known.
    private mutating func enter(_ code: HostAddress, isCall: Bool) {
        let end = block.pointee.end
        guard isCall, let back = state.pointee.codeMap.block(at: end) else { return add(.goTo(code)) }
        add(.callCode(code, returnAddress: end))
        let cycles = Int64(back.pointee.cycles)
        let late = outOfLine {
            $0.add(.binary(.add, .doubleword, .budget, .budget, .constant(cycles)))
            $0.add(.store(.int64, .constant(Int64(end)), .state(StateOffset.pc)))
            $0.add(.store(.uint8, .constant(Departure.budget.tag), .state(StateOffset.departure)))
            $0.add(.leaveReturn)
        }
        add(.binary(.subtract, .doubleword, .budget, .budget, .constant(cycles)))
        add(.branch(.less, .budget, .constant(Int64(back.pointee.slack)), late))
        name(back)
        add(.goTo(self.code(of: back)))
    }

    /// To the block that temporary 0 points to: its static cycles are paid at once.
    private mutating func goTo(_ i: Instruction.Pointer, isCall: Bool) {
        let late = outOfLine {
            $0.add(.load(.uint32, .temporary(1), .at(temporary: 0, BlockOffset.pc)))
            $0.add(.store(.int64, .temporary(1), .state(StateOffset.pc)))
            $0.leave(i, .budget)
        }
        add(Ways.pay(late: late))
        enter(.at(temporary: 0, BlockOffset.code), isCall: isCall)
    }

    /// To the address in temporary 0, through the code map.
    private mutating func goToAddress(_ i: Instruction.Pointer, isCall: Bool = false) {
        let unknown = outOfLine { $0.leave(i, .indirect) }
        add(.binary(.shiftRight, .doubleword, .temporary(1), .temporary(0), .constant(32)))
        add(.branch(.notEqual, .temporary(1), .constant(0), unknown))
        add(Ways.lookUp(in: state.pointee.codeMap, unknown: unknown))
        goTo(i, isCall: isCall)
    }

    // MARK: The journal

    private static let journal = Journal(
        next: StateOffset.journal, end: StateOffset.journalEnd, deadline: StateOffset.deadline, sp: .slot(2))

    /// Writes a call, a return or a jump into the journal.
    private mutating func note(_ i: Instruction.Pointer, target: Operand, returnAddress: UInt32) {
        let back = newLabel()
        let full = outOfLine {
            $0.add(.call(RuntimeHelper.drain.call(i)))
            if case .temporary = target { $0.add(.load(.int64, .temporary(0), .state(StateOffset.pc))) }
            $0.add(.jump(back))
        }
        add(
            BlockTranslation.journal.note(
                target: target, returnAddress: returnAddress, function: block.pointee.function, full: full))
        add(.label(back))
    }

    // MARK: Prediction

    var predictor: BranchPredictor.Pointer { state.pointee.predictor }

    func address(_ i: Instruction.Pointer) -> UInt32 { block.pointee.pc &+ UInt32(i.pointee.offset) }

    /// A branch's place in the buffer.
    private func place(_ i: Instruction.Pointer) -> HostAddress {
        .absolute(UInt(bitPattern: predictor.pointee.places + BranchPredictor.index(address(i))))
    }

    func field(_ path: PartialKeyPath<BranchPredictor>) -> HostAddress {
        .absolute(UInt(bitPattern: predictor) + UInt(MemoryLayout<BranchPredictor>.offset(of: path) ?? 0))
    }

    /// - Parameter owed: how much of it is taken off the budget later.
    private mutating func mispredicted(owed: Int = 0) {
        let penalty = predictor.pointee.penalty
        guard penalty != owed else { return add(.add(Int32(truncatingIfNeeded: penalty), account(.refill))) }
        add(.binary(.subtract, .doubleword, .budget, .budget, .constant(Int64(penalty - owed))))
        if penalty != 0 { add(.add(Int32(truncatingIfNeeded: penalty), account(.refill))) }
    }

    /// A conditional branch whose outcome is known by now; the history of the last ones is kept in a register.
    ///
    /// - Parameter owed: what a taken branch costs, if that is taken off the budget later.
    private mutating func predict(_ i: Instruction.Pointer, isTaken: Bool, owed: Int) {
        let done = newLabel()
        let learnt = newLabel()
        if isTaken {
            let insert = outOfLine {
                $0.insert(i, target: .constant(i.targetConstant))
                $0.mispredicted(owed: owed)
                $0.add(.jump(done))
            }
            add(.check(.equal, .uint8, place(i), .constant(0), insert))
        } else {
            add(.check(.equal, .uint8, place(i), .constant(0), done))
        }
        let mask = predictor.pointee.counterMask
        add(.binary(.and, .doubleword, .temporary(1), .kept, .constant(Int64(predictor.pointee.historyMask & mask))))
        add(.binary(.xor, .doubleword, .temporary(1), .temporary(1), .constant(Int64(address(i) >> 2 & mask))))
        add(.keep(isTaken))
        // A right prediction leaves the counter at its end, where it mostly is; a wrong one moves it by one.
        let counter = HostAddress.table(UInt(bitPattern: predictor.pointee.counters), index: 1, scale: 1)
        if isTwoSided {
            learn(counter, isTaken: isTaken)
            return add(.label(done))
        }
        let end: Int64 = isTaken ? 3 : 0
        let other = outOfLine {
            let right = $0.newLabel()
            $0.add(.load(.uint8, .temporary(0), counter))
            $0.add(.branch(.equal, .temporary(0), .constant(isTaken ? 2 : 1), right))
            $0.add(.binary(.add, .doubleword, .temporary(0), .temporary(0), .constant(isTaken ? 1 : -1)))
            $0.add(.store(.uint8, .temporary(0), counter))
            $0.mispredicted(owed: owed)
            $0.add(.jump(done))
            $0.add(.label(right))
            $0.add(.store(.uint8, .constant(end), counter))
            $0.add(.jump(learnt))
        }
        add(.check(.notEqual, .uint8, counter, .constant(end), other))
        add(.label(learnt))
        if owed != 0 { add(.add(Int32(truncatingIfNeeded: owed), account(.refill))) }
        add(.label(done))
    }

    /// Whether the branch often goes both ways. The host cannot foresee then either whether the prediction was right.
    private var isTwoSided: Bool {
        guard let taken = block.pointee.taken, let next = block.pointee.next, taken != block else { return false }
        let least = min(entries(taken), entries(next))
        return least > 64 && 8 * least > entries(block)
    }

    /// Learns from tables: what becomes of the counter, and what it costs.
    private mutating func learn(_ counter: HostAddress, isTaken: Bool) {
        let lessons = predictor.pointee.lessons + (isTaken ? 4 : 0)
        add(.load(.uint8, .temporary(0), counter))
        add(.load(.uint8, .temporary(2), .table(UInt(bitPattern: lessons), index: 0, scale: 8)))
        add(.store(.uint8, .temporary(2), counter))
        add(.load(.uint32, .temporary(2), .table(UInt(bitPattern: lessons) + 4, index: 0, scale: 8)))
        add(.addTo(account(.refill), .temporary(2)))
        add(.binary(.subtract, .doubleword, .budget, .budget, .temporary(2)))
    }

    private func account(_ cause: Cause) -> HostAddress {
        .absolute(UInt(bitPattern: block.pointee.charged + cause.index))
    }

    /// Puts a branch into the buffer, in the place of the one that has been there longest: see
    /// `BranchPredictor.insert`.
    private mutating func insert(_ i: Instruction.Pointer, target: Operand) {
        let next = newLabel()
        let predictor = predictor.pointee
        let places = UInt(bitPattern: predictor.places)
        let last = Int64(BranchPredictor.placeCount - 1)
        add(.load(.int64, .temporary(1), field(\.victim)))
        let source = HostAddress.table(UInt(bitPattern: predictor.sources), index: 1, scale: 4)
        add(.store(.uint32, target, .table(UInt(bitPattern: predictor.targets), index: 1, scale: 4)))
        add(.load(.uint32, .temporary(2), source))
        add(.binary(.shiftRight, .doubleword, .temporary(2), .temporary(2), .constant(1)))
        add(.binary(.and, .doubleword, .temporary(2), .temporary(2), .constant(last)))
        add(.store(.uint8, .constant(0), .table(places, index: 2, scale: 1)))
        add(.store(.uint32, .constant(Int64(address(i))), source))
        add(.binary(.add, .doubleword, .temporary(1), .temporary(1), .constant(1)))
        add(.store(.uint8, .temporary(1), place(i)))
        add(.branch(.notEqual, .temporary(1), .constant(Int64(predictor.capacity)), next))
        add(.move(.temporary(1), .constant(0)))
        add(.label(next))
        add(.store(.int64, .temporary(1), field(\.victim)))
    }

    /// A jump to a constant: late where it is not in the buffer.
    private mutating func predictJump(_ i: Instruction.Pointer) {
        let done = newLabel()
        let insert = outOfLine {
            $0.insert(i, target: .constant(i.targetConstant))
            $0.mispredicted()
            $0.add(.jump(done))
        }
        add(.check(.equal, .uint8, place(i), .constant(0), insert))
        add(.label(done))
    }

    /// A jump through a register, whose target is in temporary 0 and in the state.
    private mutating func predictIndirect(_ i: Instruction.Pointer) {
        let done = newLabel()
        let isReturn = i.x == JumpKind.return
        let insert = outOfLine {
            $0.insert(i, target: .temporary(0))
            $0.mispredicted()
            $0.add(.jump(done))
        }
        let wrong = outOfLine {
            $0.mispredicted()
            $0.add(.jump(done))
        }
        if isReturn { popReturn() }
        let targets = UInt(bitPattern: predictor.pointee.targets)
        add(.load(.uint8, .temporary(1), place(i)))
        add(.branch(.equal, .temporary(1), .constant(0), insert))
        // Places count from 1.
        let target = HostAddress.table(targets &- 4, index: 1, scale: 4)
        if !isReturn { add(.load(.uint32, .temporary(2), target)) }
        // What the host compares is the jump's 32 bits.
        add(.store(.uint32, .temporary(0), target))
        add(.load(.uint32, .temporary(0), .state(StateOffset.pc)))
        add(.branch(.notEqual, .temporary(0), .temporary(2), wrong))
        add(.label(done))
        if i.x == JumpKind.call { pushReturn(block.pointee.end) }
    }

    /// Takes the newest return address into temporary 2.
    private mutating func popReturn() {
        let next = newLabel()
        let returns = UInt(bitPattern: predictor.pointee.returns)
        add(.load(.int64, .temporary(1), field(\.returnTop)))
        add(.load(.uint32, .temporary(2), .table(returns, index: 1, scale: 4)))
        add(.binary(.subtract, .doubleword, .temporary(1), .temporary(1), .constant(1)))
        add(.branch(.greaterOrEqual, .temporary(1), .constant(0), next))
        add(.move(.temporary(1), .constant(Int64(predictor.pointee.returnCapacity - 1))))
        add(.label(next))
        add(.store(.int64, .temporary(1), field(\.returnTop)))
    }

    private mutating func pushReturn(_ address: UInt32) {
        let next = newLabel()
        add(.load(.int64, .temporary(1), field(\.returnTop)))
        add(.binary(.add, .doubleword, .temporary(1), .temporary(1), .constant(1)))
        add(.branch(.notEqual, .temporary(1), .constant(Int64(predictor.pointee.returnCapacity)), next))
        add(.move(.temporary(1), .constant(0)))
        add(.label(next))
        add(.store(.int64, .temporary(1), field(\.returnTop)))
        let returns = UInt(bitPattern: predictor.pointee.returns)
        add(.store(.uint32, .constant(Int64(address)), .table(returns, index: 1, scale: 4)))
    }
}

extension UnsafeMutablePointer where Pointee == Instruction {
    /// The target of a branch, as a program counter.
    fileprivate var targetConstant: Int64 { Int64(target) }
}
