import Engine
import Translator

/// What generated code calls. Each finds the budget in the state; where one answers `false` the code is left, with the
/// departure in the state.
enum RuntimeHelper: Int, CaseIterable {
    /// Has the run loop execute one record.
    case execute
    /// The complete way to memory.
    case access
    /// A block is entered that is not ready to be entered by counting it.
    case enter
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
        case .access:
            return { state, block, record in
                accessSlowly(RuntimeHelper.state(state), RuntimeHelper.block(block), RuntimeHelper.record(record))
            }
        case .enter:
            return { state, block, _ in
                let (state, block) = (RuntimeHelper.state(state), RuntimeHelper.block(block))
                return state.pointee.hart._withUnsafeGuaranteedRef { $0.enterFromCode(block) }
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
