import Engine

/// The operations that are too rare, or too big, for the run loop. They find everything in the state, whose flags and
/// budget are up to date. Answers `false` when the run loop must be left.
@inline(never)
func executeRare(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
    switch i.pointee.operation {
    case .ldrex, .ldrexb, .ldrexh, .strex, .strexb, .strexh:
        return exclusive(state, block, i)
    case .clrex:
        state.pointee.exclusive = nil
        return true
    default:
        return state.pointee.processor._withUnsafeGuaranteedRef { $0.supervise(block, i) }
    }
}
