import Engine
import Profile

/// What the run loop holds while it runs: the budget in a host register, pointers to the rest. The operations of the
/// instructions are its methods, one file per group, beside their encodings.
///
/// It never escapes the run loop: whatever is not inlined is handed values or the `state` pointer instead.
struct Execution {
    let r: UnsafeMutablePointer<UInt64>
    let state: CoreState.Pointer
    var budget: Int
    var block: Block.Pointer
    var ip: Instruction.Pointer

    @inline(always)
    init(state: CoreState.Pointer, block: Block.Pointer, at ip: Instruction.Pointer) {
        self.state = state
        r = state.registers
        budget = state.pointee.budget
        self.block = block
        self.ip = ip
    }

    /// Writes back what the state does not see while the loop runs.
    @inline(always)
    func flush() { state.pointee.budget = budget }

    /// Takes up what a slow path may have changed.
    @inline(always)
    mutating func refresh() { budget = state.pointee.budget }

    /// Charges cycles that only the run could tell.
    @inline(always)
    mutating func charge(_ cycles: Int, to cause: Cause) {
        budget &-= cycles
        block.pointee.charged[cause.index] &+= cycles
    }

    /// Notes a new low-water mark of the stack.
    @inline(always)
    func checkStack() {
        if _slowPath(r[2] < state.pointee.stackLow) { flush(); noteStack(state) }
    }
}
