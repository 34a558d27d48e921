import Engine
import Translator

/// What generated code calls. Each finds the budget in the state; where one answers `false` the code is left, with the
/// departure in the state.
enum RuntimeHelper: Int, CaseIterable {
    /// Has the run loop execute one record.
    case execute
    /// Makes a load of one register that host code could not make at once.
    case load
    /// Has it execute a load or store that is not as foreseen, and what is behind it.
    case stray
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
        case .load:
            return { state, block, record in
                let (state, block) = (RuntimeHelper.state(state), RuntimeHelper.block(block))
                let record = RuntimeHelper.record(record)
                return loadShortly(state, block, record) ?? RuntimeHelper.execute(state, block, record)
            }
        case .stray:
            return { state, block, record in
                let state = RuntimeHelper.state(state)
                state.pointee.processor._withUnsafeGuaranteedRef {
                    $0.stray(RuntimeHelper.block(block), RuntimeHelper.record(record))
                }
                return false
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
                guard block.mayOverrun(state.pointee.budget) else { return true }
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

    private static func execute(
        _ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) -> Bool {
        let changes = state.pointee.processor._withUnsafeGuaranteedRef { $0.hostCodeChanges }
        runAlone(state, block, i)
        guard state.pointee.departure == .stopped else { return false }
        // The code that called is not to be gone on with if it became stale, or if the counters were emptied, since it
        // takes for granted that this block is on the dirty list.
        let isStale = state.pointee.processor._withUnsafeGuaranteedRef { $0.hostCodeChanges != changes }
        guard !isStale, block.pointee.count > 0 else {
            state.pointee.departure = .attention
            return false
        }
        return true
    }

    /// One record, followed by an end mark, through the run loop.
    static func runAlone(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) {
        state.pointee.processor._withUnsafeGuaranteedRef { processor in
            processor.single.pointee = i.pointee
            _ = CortexM.run(state, block, at: processor.single)
            state.updateFPGate()
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
