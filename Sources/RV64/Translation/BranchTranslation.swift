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
        guard link == BlockOffset.taken, i.target == block.pointee.pc else {
            add(.branch(.equal, .temporary(0), .constant(0), unknown))
            return goTo(i)
        }
        // A block that was decoded anew is another one at the same address.
        let other = outOfLine {
            $0.add(.branch(.equal, .temporary(0), .constant(0), unknown))
            $0.goTo(i)
        }
        add(.branch(.notEqual, .temporary(0), .constant(Int64(Int(bitPattern: block))), other))
        goToStart(i)
    }

    /// To the block's own start, whose numbers are known.
    private mutating func goToStart(_ i: Instruction.Pointer) {
        let cycles = Int64(block.pointee.cycles)
        let late = outOfLine {
            $0.add(.binary(.add, .doubleword, .budget, .budget, .constant(cycles)))
            $0.add(.store(.int64, .constant(Int64($0.block.pointee.pc)), .state(StateOffset.pc)))
            $0.leave(i, .budget)
        }
        add(.binary(.subtract, .doubleword, .budget, .budget, .constant(cycles)))
        add(.branch(.less, .budget, .constant(Int64(block.pointee.slack)), late))
        add(.jump(start))
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
        add(.check(.equal, .int64, .state(StateOffset.journalEnd), .temporary(entry), full))
        add(.label(back))
    }

    // MARK: Prediction

    private var predictor: BranchPredictor.Pointer { state.pointee.predictor }

    private func address(_ i: Instruction.Pointer) -> UInt32 { block.pointee.pc &+ UInt32(i.pointee.offset) }

    /// A branch's place in the buffer.
    private func place(_ i: Instruction.Pointer) -> HostAddress {
        .absolute(UInt(bitPattern: predictor.pointee.places + BranchPredictor.index(address(i))))
    }

    private func field(_ path: PartialKeyPath<BranchPredictor>) -> HostAddress {
        .absolute(UInt(bitPattern: predictor) + UInt(MemoryLayout<BranchPredictor>.offset(of: path) ?? 0))
    }

    private mutating func mispredicted() { charge(predictor.pointee.penalty, to: .refill) }

    /// A conditional branch whose outcome is known by now; the history of the last ones is kept in a register.
    private mutating func predict(_ i: Instruction.Pointer, isTaken: Bool) {
        let done = newLabel()
        let counters = UInt(bitPattern: predictor.pointee.counters)
        let counter = HostAddress.table(counters, index: 1, scale: 1)
        if isTaken {
            let insert = outOfLine {
                $0.add(.call(RuntimeHelper.insertBranch.call(i)))
                $0.mispredicted()
                $0.add(.jump(done))
            }
            add(.check(.equal, .uint8, place(i), .constant(0), insert))
        } else {
            add(.check(.equal, .uint8, place(i), .constant(0), done))
        }
        let mask = Int64(predictor.pointee.counterMask)
        add(.binary(.xor, .doubleword, .temporary(1), .kept, .constant(Int64(address(i) >> 2) & mask)))
        add(.binary(.and, .doubleword, .temporary(1), .temporary(1), .constant(mask)))
        add(.binary(.add, .doubleword, .kept, .kept, .kept))
        if isTaken { add(.binary(.or, .doubleword, .kept, .kept, .constant(1))) }
        let history = Int64(predictor.pointee.historyMask)
        add(.binary(.and, .doubleword, .kept, .kept, .constant(history)))
        // A right prediction leaves the counter at its end, a wrong one moves it by one.
        let wrong = outOfLine {
            $0.add(.load(.uint8, .temporary(0), counter))
            $0.add(.binary(.add, .doubleword, .temporary(0), .temporary(0), .constant(isTaken ? 1 : -1)))
            $0.add(.store(.uint8, .temporary(0), counter))
            $0.mispredicted()
            $0.add(.jump(done))
        }
        let isWrong: Condition = isTaken ? .lessUnsigned : .greaterOrEqualUnsigned
        add(.check(isWrong, .uint8, counter, .constant(2), wrong))
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
        add(.check(.equal, .uint8, place(i), .constant(0), insert))
        add(.label(done))
    }

    /// A jump through a register, whose target is in temporary 0 and in the state.
    private mutating func predictIndirect(_ i: Instruction.Pointer) {
        let done = newLabel()
        let isReturn = i.x == JumpKind.return
        let insert = outOfLine {
            $0.add(.call(RuntimeHelper.insertIndirect.call(i)))
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
