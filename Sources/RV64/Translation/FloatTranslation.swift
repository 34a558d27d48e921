import Engine
import Translator

/// What a translation knows of the floating-point state, from what went before in the block.
struct FloatKnowledge {
    /// The registers that hold single-precision numbers as they should be.
    var isBoxed = [Bool](repeating: false, count: 32)
}

extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func float(_ i: Instruction.Pointer) -> Bool {
        // What the run loop does to a register is not followed.
        floats = FloatKnowledge()
        return false
    }

    /// Writes the upper half of a register that holds a single-precision number.
    mutating func box(_ register: UInt8, always: Bool = false) {
        guard always || !floats.isBoxed[Int(register)] else { return }
        add(.store(.uint32, .constant(-1), .state(StateOffset.register(StateOffset.float(register)) + 4)))
        floats.isBoxed[Int(register)] = true
    }
}
