import Engine
import Translator

/// What generated code calls. Each finds the budget in the state; where one answers `false` the code is left, with the
/// departure in the state.
enum RuntimeHelper: Int, CaseIterable {
    /// Has the run loop execute one record.
    case execute
    /// The complete way to memory.
    case access
    /// Lines of a block that is entered may be missing in the instruction cache.
    case fetch
    case noteStack
    /// The journal is full.
    case drain
    /// A branch or jump that was taken is not in the branch target buffer.
    case insertBranch
    /// The same for a jump through a register, whose target is in the state.
    case insertIndirect

    func call(_ i: Instruction.Pointer) -> Call { Call(helper: rawValue, record: UInt(bitPattern: i)) }

    private static func state(_ pointer: UnsafeMutableRawPointer) -> CoreState.Pointer {
        pointer.assumingMemoryBound(to: CoreState.self)
    }
    private static func block(_ pointer: UnsafeMutableRawPointer) -> Block.Pointer {
        pointer.assumingMemoryBound(to: Block.self)
    }
    private static func record(_ pointer: UnsafeMutableRawPointer) -> Instruction.Pointer {
        pointer.assumingMemoryBound(to: Instruction.self)
    }

    var function: Helper {
        switch self {
        case .execute:
            return { state, block, record in
                RuntimeHelper.execute(
                    RuntimeHelper.state(state), RuntimeHelper.block(block), RuntimeHelper.record(record))
            }
        case .access:
            return { state, block, record in
                accessSlowly(RuntimeHelper.state(state), RuntimeHelper.block(block), RuntimeHelper.record(record))
            }
        case .fetch:
            return { state, block, _ in
                let (state, block) = (RuntimeHelper.state(state), RuntimeHelper.block(block))
                fetchBlock(state, block)
                guard state.pointee.budget < block.pointee.slack else { return true }
                state.pointee.departure = .entered
                return false
            }
        case .noteStack:
            return { state, _, _ in
                RV64.noteStack(RuntimeHelper.state(state))
                return true
            }
        case .drain:
            return { state, _, _ in
                drainJournal(RuntimeHelper.state(state))
                return true
            }
        case .insertBranch:
            return { state, block, record in
                let i = RuntimeHelper.record(record)
                let address = RuntimeHelper.block(block).pointee.pc &+ UInt32(i.pointee.offset)
                RuntimeHelper.state(state).pointee.predictor.pointee.insert(address, target: i.target)
                return true
            }
        case .insertIndirect:
            return { state, block, record in
                let state = RuntimeHelper.state(state)
                let i = RuntimeHelper.record(record)
                let address = RuntimeHelper.block(block).pointee.pc &+ UInt32(i.pointee.offset)
                state.pointee.predictor.pointee.insert(address, target: UInt32(truncatingIfNeeded: state.pointee.pc))
                return true
            }
        }
    }

    /// One record, followed by an end mark, through the run loop.
    private static func execute(
        _ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) -> Bool {
        state.pointee.hart._withUnsafeGuaranteedRef { hart in
            hart.single.pointee = i.pointee
            _ = RV64.run(state, block, at: hart.single)
            return state.pointee.departure == .stopped
        }
    }
}
