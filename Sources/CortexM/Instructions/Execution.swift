import Bits
import Engine
import Profile

/// What the run loop holds while it runs: the flags and the budget in host registers, pointers to the rest. The
/// operations of the instructions are its methods, one file per group, beside their encodings.
///
/// It never escapes the run loop: whatever is not inlined is handed values or the `state` pointer instead.
struct Execution {
    let r: UnsafeMutablePointer<UInt32>
    let state: CoreState.Pointer
    var nz: Int64
    var c: UInt32
    var v: UInt32
    var budget: Int
    var block: Block.Pointer
    var ip: Instruction.Pointer

    @inline(always)
    init(state: CoreState.Pointer, block: Block.Pointer, at ip: Instruction.Pointer) {
        self.state = state
        r = state.registers
        nz = state.pointee.nz
        c = state.pointee.c
        v = state.pointee.v
        budget = state.pointee.budget
        self.block = block
        self.ip = ip
    }

    /// Writes back what the state does not see while the loop runs.
    @inline(always)
    func flush() {
        state.pointee.nz = nz
        state.pointee.c = c
        state.pointee.v = v
        state.pointee.budget = budget
    }

    /// Takes up what a slow path may have changed.
    @inline(always)
    mutating func refresh() {
        nz = state.pointee.nz
        c = state.pointee.c
        v = state.pointee.v
        budget = state.pointee.budget
    }

    // The condition flags, as the manual names them.
    var isN: Bool { @inline(always) get { nz < 0 } }
    var isZ: Bool { @inline(always) get { UInt32(truncatingIfNeeded: nz) == 0 } }
    var isC: Bool { @inline(always) get { c != 0 } }
    var isV: Bool { @inline(always) get { Int32(bitPattern: v) < 0 } }

    @inline(always)
    mutating func setNZ(_ result: UInt32) { nz = Int64(Int32(bitPattern: result)) }

    /// Charges cycles that only the run could tell.
    @inline(always)
    mutating func charge(_ cycles: Int, to cause: Cause) {
        budget &-= cycles
        block.pointee.charged[cause.index] &+= cycles
    }

    /// The sum and its flags. DDI 0403E.e A2.2.1.
    @inline(always)
    mutating func AddWithCarrySettingFlags(_ x: UInt32, _ y: UInt32, _ carry: UInt32) -> UInt32 {
        let sum = UInt64(x) &+ UInt64(y) &+ UInt64(carry)
        let result = UInt32(truncatingIfNeeded: sum)
        setNZ(result)
        c = UInt32(truncatingIfNeeded: sum >> 32)
        v = (x ^ result) & (y ^ result)
        return result
    }
}

extension CoreState.Pointer {
    /// r0 to r15, then the scratch registers of the decoder.
    var registers: UnsafeMutablePointer<UInt32> {
        @inline(always) get {
            (UnsafeMutableRawPointer(self) - CoreState.registerBytes).assumingMemoryBound(to: UInt32.self)
        }
    }

    /// s0 to s31.
    var singles: UnsafeMutablePointer<UInt32> {
        @inline(always) get { registers + 20 }
    }
}
