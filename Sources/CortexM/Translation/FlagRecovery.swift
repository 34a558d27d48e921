import Translator

/// Flags that were set but not stored, and how to find them out all the same.
struct PendingFlags: Equatable {
    let recovery: Recovery
    var flags: FlagSet
    let carry: Bool?
    /// The record that set them.
    let index: Int
    /// What was added since to a register that is needed.
    var change: Change?

    struct Change: Equatable {
        let slot: Int
        var amount: UInt32
    }

    /// Follows what a record did to the registers.
    ///
    /// - Returns: whether the flags can still be found out.
    mutating func pass(_ effects: RegisterEffects) -> Bool {
        guard effects.written & recovery.needs == 0 else { return false }
        guard let (slot, amount) = effects.change, recovery.needs >> UInt32(slot) & 1 != 0 else { return true }
        change = Change(slot: slot, amount: (change?.amount ?? 0) &+ amount)
        return true
    }
}

/// How flags can be found out later, from registers that still hold what they held, or that plus a constant.
struct Recovery: Equatable {
    enum Way: Equatable {
        /// N and Z from the result.
        case result(Int)
        /// The operation once more.
        case again(WordOperation, Operand, Operand)
        /// The first operand is the result less the other one.
        case undo(WordOperation, WordOperation, Int, Operand)
    }
    let way: Way
    /// The registers, a bit for each.
    let needs: UInt32
    /// Those of which one may have changed by a constant.
    let adjustable: UInt32

    init?(_ data: DataOperation, _ d: Place?) {
        func bit(_ operand: Operand) -> UInt32 {
            if case .slot(let slot) = operand, slot < 32 { return 1 << UInt32(slot) }
            return 0
        }
        func inverse(of operation: WordOperation) -> WordOperation { operation == .add ? .subtract : .add }
        let operands = bit(data.a) | bit(data.b)
        let again = (Way.again(data.operation, data.a, data.b), operands)
        guard let d, case .slot(let result) = d else {
            (way, needs) = again
            adjustable = data.a == data.b ? 0 : operands
            return
        }
        let own = UInt32(1) << UInt32(result & 31)
        // What a constant says of C is known anyway.
        let isResultEnough = data.sets == .nz || data.carry != nil
        if isResultEnough {
            (way, needs) = (.result(result), own)
            adjustable = own
        } else if operands & own == 0 {
            (way, needs) = again
            adjustable = data.a == data.b ? 0 : operands
        } else if data.operation == .add || data.operation == .subtract, bit(data.a) == own, bit(data.b) != own {
            (way, needs) = (
                .undo(inverse(of: data.operation), data.operation, result, data.b), own | bit(data.b)
            )
            adjustable = own
        } else if data.operation == .add, bit(data.b) == own, bit(data.a) != own {
            (way, needs) = (.undo(.subtract, .add, result, data.a), own | bit(data.a))
            adjustable = own
        } else {
            return nil
        }
    }
}

/// What a record does to the general registers.
struct RegisterEffects {
    /// A bit for each that it writes, or may write.
    var written: UInt32 = 0
    /// A constant that it adds to one.
    var change: (slot: Int, amount: UInt32)?

    /// A bit for each register that is not what it was.
    var all: UInt32 { written | (change.map { 1 << UInt32($0.slot) } ?? 0) }
}

