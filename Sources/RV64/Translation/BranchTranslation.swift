import Engine
import Profile
import Translator

/// Jumps and branches, and how one block goes to the next: see `Branches` and `BranchPredictor`.
extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func jump(_ i: Instruction.Pointer) -> Bool {
        let record = i.pointee
        switch record.operation {
        case .beq: branch(i, .equal)
        case .bne: branch(i, .notEqual)
        case .blt: branch(i, .less)
        case .bge: branch(i, .greaterOrEqual)
        case .bltu: branch(i, .lessUnsigned)
        case .bgeu: branch(i, .greaterOrEqualUnsigned)
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
            goToTaken(i)
        case .jalr: jumpRegister(i)
        default: return false
        }
        return true
    }

    private mutating func branch(_ i: Instruction.Pointer, _ condition: Condition) {
        let taken = newLabel()
        add(.branch(condition, operand(i.pointee.n), operand(i.pointee.m), taken))
        predict(i, isTaken: false)
        fallThrough(i)
        add(.label(taken))
        predict(i, isTaken: true)
        goToTaken(i)
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
        goToAddress(i)
    }

    // MARK: Going on

    mutating func fallThrough(_ i: Instruction.Pointer) {
        let unknown = outOfLine {
            $0.add(.store(.int64, .constant(Int64($0.block.pointee.end)), .state(StateOffset.pc)))
            $0.leave(i, .fallThrough)
        }
        follow(i, BlockOffset.next, unknown: unknown)
    }

    private mutating func goToTaken(_ i: Instruction.Pointer) {
        let unknown = outOfLine {
            $0.add(.store(.int64, .constant(i.targetConstant), .state(StateOffset.pc)))
            $0.leave(i, .taken)
        }
        follow(i, BlockOffset.taken, unknown: unknown)
    }

    /// Through a link of this block.
    private mutating func follow(_ i: Instruction.Pointer, _ link: Int, unknown: Label) {
        add(.load(.int64, .temporary(0), .absolute(UInt(bitPattern: block) + UInt(link))))
        add(.branch(.equal, .temporary(0), .constant(0), unknown))
        goTo(i)
    }

    /// To the block that temporary 0 points to: its static cycles are paid at once.
    private mutating func goTo(_ i: Instruction.Pointer) {
        let late = outOfLine {
            $0.add(.load(.uint32, .temporary(1), .at(temporary: 0, BlockOffset.pc)))
            $0.add(.store(.int64, .temporary(1), .state(StateOffset.pc)))
            $0.leave(i, .budget)
        }
        add(.load(.int64, .temporary(2), .at(temporary: 0, BlockOffset.cycles)))
        add(.binary(.subtract, .doubleword, .temporary(1), .budget, .temporary(2)))
        add(.load(.int64, .temporary(2), .at(temporary: 0, BlockOffset.slack)))
        add(.branch(.less, .temporary(1), .temporary(2), late))
        add(.move(.budget, .temporary(1)))
        add(.goTo(.at(temporary: 0, BlockOffset.code)))
    }

    /// To the address in temporary 0, through the code map.
    private mutating func goToAddress(_ i: Instruction.Pointer) {
        let unknown = outOfLine { $0.leave(i, .indirect) }
        let pages = UInt(bitPattern: state.pointee.codeMap.pages)
        add(.binary(.shiftRight, .doubleword, .temporary(1), .temporary(0), .constant(32)))
        add(.branch(.notEqual, .temporary(1), .constant(0), unknown))
        let shift = Int64(CodeMap.pageShift)
        add(.binary(.shiftRight, .doubleword, .temporary(1), .temporary(0), .constant(shift)))
        add(.load(.int64, .temporary(1), .table(pages, index: 1, scale: 8)))
        add(.branch(.equal, .temporary(1), .constant(0), unknown))
        add(.binary(.shiftRight, .doubleword, .temporary(2), .temporary(0), .constant(1)))
        add(.binary(.and, .doubleword, .temporary(2), .temporary(2), .constant(Int64(CodeMap.slots - 1))))
        add(.load(.int64, .temporary(0), .entry(table: 1, index: 2, scale: 8)))
        add(.branch(.equal, .temporary(0), .constant(0), unknown))
        goTo(i)
    }

    // MARK: The journal

    /// Writes a call, a return or a jump into the journal.
    private mutating func note(_ i: Instruction.Pointer, target: Operand, returnAddress: UInt32) {
        let back = newLabel()
        let full = outOfLine {
            $0.add(.call(RuntimeHelper.drain.call(i)))
            if case .temporary = target { $0.add(.load(.int64, .temporary(0), .state(StateOffset.pc))) }
            $0.add(.jump(back))
        }
        let entry = 1
        func field(_ path: PartialKeyPath<JournalEntry>) -> HostAddress {
            .at(temporary: entry, MemoryLayout<JournalEntry>.offset(of: path) ?? 0)
        }
        add(.load(.int64, .temporary(entry), .state(StateOffset.journal)))
        add(.load(.int64, .temporary(2), .state(StateOffset.deadline)))
        add(.binary(.subtract, .doubleword, .temporary(2), .temporary(2), .budget))
        add(.store(.int64, .temporary(2), field(\.cycle)))
        add(.store(.uint32, target.asWord, field(\.target)))
        add(.store(.uint32, Operand.constant(Int64(returnAddress)).asWord, field(\.returnAddress)))
        add(.store(.uint32, .slot(2), field(\.sp)))
        add(.store(.uint32, .constant(Int64(block.pointee.function)), field(\.function)))
        let size = Int64(MemoryLayout<JournalEntry>.stride)
        add(.binary(.add, .doubleword, .temporary(entry), .temporary(entry), .constant(size)))
        add(.store(.int64, .temporary(entry), .state(StateOffset.journal)))
        add(.load(.int64, .temporary(2), .state(StateOffset.journalEnd)))
        add(.branch(.equal, .temporary(entry), .temporary(2), full))
        add(.label(back))
    }

    // MARK: Prediction

    private var predictor: BranchPredictor.Pointer { state.pointee.predictor }

    private func address(_ i: Instruction.Pointer) -> UInt32 { block.pointee.pc &+ UInt32(i.pointee.offset) }

    /// Loads a branch's place in the buffer into temporary 0.
    private mutating func loadPlace(_ i: Instruction.Pointer) {
        let place = predictor.pointee.places + BranchPredictor.index(address(i))
        add(.load(.uint8, .temporary(0), .absolute(UInt(bitPattern: place))))
    }

    private func field(_ path: PartialKeyPath<BranchPredictor>) -> HostAddress {
        .absolute(UInt(bitPattern: predictor) + UInt(MemoryLayout<BranchPredictor>.offset(of: path) ?? 0))
    }

    private mutating func mispredicted() { charge(predictor.pointee.penalty, to: .refill) }

    /// A conditional branch whose outcome is known by now.
    private mutating func predict(_ i: Instruction.Pointer, isTaken: Bool) {
        let done = newLabel()
        let counters = UInt(bitPattern: predictor.pointee.counters)
        let counter = HostAddress.table(counters, index: 1, scale: 1)
        loadPlace(i)
        if isTaken {
            let insert = outOfLine {
                $0.add(.call(RuntimeHelper.insertBranch.call(i)))
                $0.mispredicted()
                $0.add(.jump(done))
            }
            add(.branch(.equal, .temporary(0), .constant(0), insert))
        } else {
            add(.branch(.equal, .temporary(0), .constant(0), done))
        }
        add(.load(.uint32, .temporary(0), field(\.history)))
        add(.binary(.xor, .doubleword, .temporary(1), .temporary(0), .constant(Int64(address(i) >> 2))))
        let mask = Int64(predictor.pointee.counterMask)
        add(.binary(.and, .doubleword, .temporary(1), .temporary(1), .constant(mask)))
        add(.binary(.add, .doubleword, .temporary(0), .temporary(0), .temporary(0)))
        if isTaken { add(.binary(.or, .doubleword, .temporary(0), .temporary(0), .constant(1))) }
        let history = Int64(predictor.pointee.historyMask)
        add(.binary(.and, .doubleword, .temporary(0), .temporary(0), .constant(history)))
        add(.store(.uint32, .temporary(0), field(\.history)))
        add(.load(.uint8, .temporary(0), counter))
        // A right prediction leaves the counter at its end, a wrong one moves it by one.
        let wrong = outOfLine {
            $0.add(.binary(.add, .doubleword, .temporary(0), .temporary(0), .constant(isTaken ? 1 : -1)))
            $0.add(.store(.uint8, .temporary(0), counter))
            $0.mispredicted()
            $0.add(.jump(done))
        }
        add(.branch(isTaken ? .lessUnsigned : .greaterOrEqualUnsigned, .temporary(0), .constant(2), wrong))
        add(.store(.uint8, .constant(isTaken ? 3 : 0), counter))
        if isTaken { charge(predictor.pointee.bubble, to: .refill) }
        add(.label(done))
    }

    /// A jump to a constant: late where it is not in the buffer.
    private mutating func predictJump(_ i: Instruction.Pointer) {
        let done = newLabel()
        let insert = outOfLine {
            $0.add(.call(RuntimeHelper.insertBranch.call(i)))
            $0.mispredicted()
            $0.add(.jump(done))
        }
        loadPlace(i)
        add(.branch(.equal, .temporary(0), .constant(0), insert))
        add(.label(done))
    }

    /// A jump through a register, whose target is in the state.
    private mutating func predictIndirect(_ i: Instruction.Pointer) {
        add(.call(RuntimeHelper.predictIndirect.call(i)))
        if i.x == JumpKind.call { pushReturn(block.pointee.end) }
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
        add(.store(.uint32, Operand.constant(Int64(address)).asWord, .table(returns, index: 1, scale: 4)))
    }
}

extension Operand {
    /// For a store of 32 bits: a constant as the signed number with the same low bits.
    fileprivate var asWord: Operand {
        guard case .constant(let constant) = self else { return self }
        return .constant(Int64(Int32(truncatingIfNeeded: constant)))
    }
}

extension UnsafeMutablePointer where Pointee == Instruction {
    /// The target of a branch, as a program counter.
    fileprivate var targetConstant: Int64 { Int64(target) }
}
