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
    case .vcvtrToS32, .vcvtrToU32, .vcvtToFixed16, .vcvtToFixed32, .vcvtFromFixed16,
        .vcvtFromFixed32, .vcvtFromHalf, .vcvtToHalf, .vmrs, .vmsr:
        executeFloatingPoint(state, i)
        return true
    default:
        return state.pointee.processor._withUnsafeGuaranteedRef { $0.supervise(block, i) }
    }
}

/// SDIV and UDIV with a divisor of zero: the result is zero unless CCR.DIV_0_TRP makes it a UsageFault.
/// DDI 0403E.e A7.7.127. Answers `false` when the run loop must be left.
@inline(never)
func divideByZero(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
    guard state.pointee.processor._withUnsafeGuaranteedRef({ $0.divideByZero(block, i) }) else { return false }
    state.registers[Int(i.pointee.d)] = 0
    return true
}
