import Engine
import Translator

/// What generated code calls. Each finds the budget in the state; where one answers `false` the code is left, with the
/// departure in the state.
enum RuntimeHelper: Int, CaseIterable {
    /// Has the run loop execute one record.
    case execute
    /// Has the run loop execute the last record of a block.
    case finish
    /// The instruction fetch of a block from a memory with wait states.
    case fetchLines
    case noteStack
    /// The journal is full.
    case drain

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
        case .finish:
            return { state, block, record in
                let (state, block) = (RuntimeHelper.state(state), RuntimeHelper.block(block))
                // The run loop is to stop behind this block.
                limitBudget(state, to: block.pointee.slack)
                let left = CortexM.run(state, block, at: RuntimeHelper.record(record))
                state.pointee.leftBlock = left.block
                state.pointee.leftRecord = left.ip
                return false
            }
        case .fetchLines:
            return { state, block, record in
                let (state, block) = (RuntimeHelper.state(state), RuntimeHelper.block(block))
                CortexM.fetchLines(state, block, RuntimeHelper.record(record))
                guard state.pointee.budget < block.pointee.slack else { return true }
                state.pointee.departure = .attention
                return false
            }
        case .noteStack:
            return { state, _, _ in
                CortexM.noteStack(RuntimeHelper.state(state))
                return true
            }
        case .drain:
            return { state, _, _ in
                drainJournal(RuntimeHelper.state(state))
                return true
            }
        }
    }

    /// One record, followed by an end mark, through the run loop.
    private static func execute(
        _ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) -> Bool {
        state.pointee.processor._withUnsafeGuaranteedRef { processor in
            processor.single.pointee = i.pointee
            _ = CortexM.run(state, block, at: processor.single)
            state.updateFPGate()
            return state.pointee.departure == .stopped
        }
    }
}

/// Has the run loop leave before it enters a block, or soon: brings the deadline nearer.
func limitBudget(_ state: CoreState.Pointer, to limit: Int) {
    let excess = state.pointee.budget - limit
    guard excess > 0 else { return }
    state.pointee.budget -= excess
    state.pointee.deadline -= excess
}
