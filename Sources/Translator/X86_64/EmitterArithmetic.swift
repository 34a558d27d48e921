/// Integer operations in x86-64's form of two operands, one of which may be in memory.
extension Emitter {
    mutating func binary(_ operation: BinaryOperation, _ width: Width, _ d: Place, _ a: Operand, _ b: Operand) {
        switch operation {
        case .add: plain(.add, width, d, a, b, commutes: true)
        case .subtract: plain(.sub, width, d, a, b, commutes: false)
        case .and: plain(.and, width, d, a, b, commutes: true)
        case .or: plain(.or, width, d, a, b, commutes: true)
        case .xor: plain(.xor, width, d, a, b, commutes: true)
        case .multiply: multiply(width, d, a, b)
        case .shiftLeft: shift(.shl, width, d, a, b)
        case .shiftRight: shift(.shr, width, d, a, b)
        case .shiftRightArithmetic: shift(.sar, width, d, a, b)
        }
    }

    /// The register in which a result is made: its own, unless it is still needed as an operand.
    private func workplace(_ d: Place, _ a: Operand, without b: Operand) -> Register {
        guard let own = register(of: d), register(of: b) != own || a == b else { return .rax }
        return own
    }

    private mutating func plain(
        _ operation: Assembler.Arithmetic, _ width: Width, _ d: Place, _ first: Operand, _ second: Operand,
        commutes: Bool
    ) {
        let isWide = width == .doubleword
        var (a, b) = (first, second)
        if commutes, Operand(d) == b || a.isConstant { (a, b) = (b, a) }
        if width != .word, sum(operation, d, a, b) || inMemory(operation, d, a, b) { return }
        let work = workplace(d, a, without: b)
        fetch(a, into: work)
        if case .constant(let constant) = b, let short = Int32(exactly: constant) {
            assembler.arithmetic(operation, .register(work), constant: short, wide: isWide)
        } else if case .constant = b {
            fetch(b, into: .rsi)
            assembler.arithmetic(operation, work, .register(.rsi), wide: isWide)
        } else {
            assembler.arithmetic(operation, work, target(of: b), wide: isWide)
        }
        finish(work, width, d)
    }

    /// A sum of registers in one instruction.
    private mutating func sum(_ operation: Assembler.Arithmetic, _ d: Place, _ a: Operand, _ b: Operand) -> Bool {
        guard operation == .add, let result = register(of: d), let base = register(of: a), base != result else {
            return false
        }
        if let index = register(of: b) {
            assembler.lea(result, Assembler.Memory(base, index: index))
        } else if case .constant(let constant) = b, let short = Int32(exactly: constant) {
            assembler.lea(result, Assembler.Memory(base, short))
        } else {
            return false
        }
        return true
    }

    /// A slot in memory that is changed in place.
    private mutating func inMemory(_ operation: Assembler.Arithmetic, _ d: Place, _ a: Operand, _ b: Operand) -> Bool {
        guard case .slot(let slot) = d, home(slot) == nil, a == Operand(d) else { return false }
        if let other = register(of: b) {
            assembler.arithmetic(operation, memory(slot), other)
        } else if case .constant(let constant) = b, let short = Int32(exactly: constant) {
            assembler.arithmetic(operation, .memory(memory(slot)), constant: short)
        } else {
            return false
        }
        return true
    }

    private mutating func finish(_ work: Register, _ width: Width, _ d: Place) {
        guard width == .word else { return put(work, d) }
        let result = register(of: d) ?? .rax
        assembler.load(.int32, result, .register(work))
        put(result, d)
    }

    private mutating func multiply(_ width: Width, _ d: Place, _ first: Operand, _ second: Operand) {
        let isWide = width == .doubleword
        let (a, b) = Operand(d) == second ? (second, first) : (first, second)
        let work = workplace(d, a, without: b)
        fetch(a, into: work)
        if b.isConstant {
            fetch(b, into: .rsi)
            assembler.multiply(work, .register(.rsi), wide: isWide)
        } else {
            assembler.multiply(work, target(of: b), wide: isWide)
        }
        finish(work, width, d)
    }

    private mutating func shift(_ operation: Assembler.Shift, _ width: Width, _ d: Place, _ a: Operand, _ b: Operand) {
        let isWide = width == .doubleword
        let work = workplace(d, a, without: b)
        if case .constant(let amount) = b {
            fetch(a, into: work)
            assembler.shift(operation, work, by: UInt8(truncatingIfNeeded: amount) & (isWide ? 63 : 31), wide: isWide)
        } else {
            // The host takes the amount modulo the width, as the guests that have this operation do.
            fetch(b, into: .rcx)
            fetch(a, into: work)
            assembler.shift(operation, work, wide: isWide)
        }
        finish(work, width, d)
    }

    mutating func multiplyHigh(_ isSigned: Bool, _ d: Place, _ a: Operand, _ b: Operand) {
        fetch(b, into: .rcx)
        fetch(a, into: .rax)
        assembler.multiplyFull(isSigned: isSigned, .register(.rcx))
        put(.rdx, d)
    }

    mutating func divide(_ width: Width, _ isRemainder: Bool, _ d: Place, _ a: Operand, _ b: Operand) {
        fetch(b, into: .rcx)
        fetch(a, into: .rax)
        assembler.mov(.rdx, constant: 0)
        assembler.divide(.register(.rcx), wide: width == .doubleword)
        finish(isRemainder ? .rdx : .rax, width, d)
    }

    /// Compares, and tells which flag then holds.
    mutating func compare(_ condition: Condition, _ a: Operand, _ b: Operand) -> Assembler.Flag {
        if let own = register(of: a) {
            compare(own, b)
        } else if case .slot(let slot) = a, let other = register(of: b) {
            assembler.arithmetic(.cmp, memory(slot), other)
        } else if case .slot(let slot) = a, case .constant(let constant) = b, let short = Int32(exactly: constant) {
            assembler.arithmetic(.cmp, .memory(memory(slot)), constant: short)
        } else {
            fetch(a, into: .rax)
            compare(.rax, b)
        }
        return Emitter.flag(condition)
    }

    static func flag(_ condition: Condition) -> Assembler.Flag {
        switch condition {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .greaterOrEqual: .greaterOrEqual
        case .lessUnsigned: .below
        case .greaterOrEqualUnsigned: .aboveOrEqual
        }
    }

    mutating func compare(_ a: Register, _ b: Operand) {
        switch b {
        case .constant(0): assembler.test(a, a)
        case .constant(let constant):
            if let short = Int32(exactly: constant) {
                assembler.arithmetic(.cmp, .register(a), constant: short)
            } else {
                fetch(b, into: .rsi)
                assembler.arithmetic(.cmp, a, .register(.rsi))
            }
        case .slot, .temporary, .budget, .kept: assembler.arithmetic(.cmp, a, target(of: b))
        }
    }
}

extension Operand {
    var isConstant: Bool {
        if case .constant = self { return true }
        return false
    }
}
