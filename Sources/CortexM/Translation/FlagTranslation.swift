import Translator

/// Flags that are not stored where they are set.
extension BlockTranslation {
    /// Stores the flags that wait, as slow paths and ways out need them.
    mutating func materialise() {
        for flags in pending {
            if let carry = flags.carry, flags.flags.contains(.c) { add(.setCarry(carry)) }
            switch flags.recovery.way {
            case .result(let slot):
                if flags.flags.contains(.nz) { add(.setNZ(old(slot, flags))) }
            case .again, .undo: repeatOperation(flags, keeps: flags.flags)
            }
        }
    }

    /// Sets the host's flags as an operation did that waits.
    private mutating func repeatOperation(_ flags: PendingFlags, keeps: FlagSet) {
        switch flags.recovery.way {
        case .result(let slot):
            add(.settingFlags(.subtract, nil, old(slot, flags), .constant(0), keeps: keeps))
        case .again(let operation, let a, let b):
            add(.settingFlags(operation, nil, old(a, flags), old(b, flags), keeps: keeps))
        case .undo(let inverse, let operation, let result, let b):
            add(.binary(inverse, .temporary(0), old(result, flags), b))
            add(.settingFlags(operation, nil, .temporary(0), b, keeps: keeps))
        }
    }

    /// What a register was when the flags were set. At most one has changed.
    private mutating func old(_ slot: Int, _ flags: PendingFlags) -> Operand { old(.slot(slot), flags) }

    private mutating func old(_ operand: Operand, _ flags: PendingFlags) -> Operand {
        guard let change = flags.change, operand == .slot(change.slot), change.amount != 0 else { return operand }
        add(.binary(.subtract, .temporary(0), operand, .constant(Int64(Int32(bitPattern: change.amount)))))
        return .temporary(0)
    }

    /// Branches on flags that are in the state, or wait.
    mutating func branch(_ condition: FlagCondition, _ label: Label) {
        if let flags = pending.first(where: { !$0.flags.isDisjoint(with: condition.flags) }), !isRightBehind(flags) {
            repeatOperation(flags, keeps: [])
        }
        add(.branch(condition, label))
    }

    /// Whether the host's flags are those that wait.
    private func isRightBehind(_ flags: PendingFlags) -> Bool {
        guard case .word(.settingFlags(let operation, _, _, _, _)) = forms.last else { return false }
        switch operation {
        case .add, .subtract, .and, .or, .xor, .andNot, .orNot, .shiftLeft, .shiftRight, .shiftRightArithmetic:
            return true
        case .multiply, .rotateRight, .move, .moveNot: return false
        }
    }
}
