/// The forms for guests with 32-bit registers: data processing, flags, branches. rax, rcx and rsi are free.
extension Emitter {
    mutating func emit(_ form: WordForm) {
        switch form {
        case .binary(let operation, let d, let a, let b): operate(operation, d, a, b, keeps: nil)
        case .settingFlags(let operation, let d, let a, let b, let keeps): operate(operation, d, a, b, keeps: keeps)
        case .setCarry(let isSet):
            // Host flags stay.
            assembler.store(.word, constant: isSet ? 1 : 0, field(words.c))
        case .setNZ(let value):
            fetchWord(value, into: .rax)
            storeNZ(.rax)
        case .branch(let condition, let label): branch(condition, label)
        case .branchIfZero(let isZero, let operand, let label):
            compareWord(operand, .constant(0))
            assembler.jump(isZero ? .equal : .notEqual, label)
        case .branchIfLess(let a, let b, let label):
            compareWord(a, b)
            assembler.jump(.below, label)
        case .unary(let operation, let d, let s): unary(operation, d, s)
        case .shift(let operation, let d, let a, let b): shiftByOperand(operation, d, a, b)
        case .multiplyLong(let isSigned, let accumulates, let low, let high, let a, let b):
            multiplyLong(isSigned, accumulates, low, high, a, b)
        case .halfwords(let product): halfwords(product)
        case .nearLoad(let type, let d, let address, let near): nearLoad(type, d, address, near)
        case .nearStore(let type, let s, let address, let near): nearStore(type, s, address, near)
        case .nearReach(let address, let near): nearReach(address, near)
        case .mark(let type, let distance): mark(type, Assembler.Memory(Emitter.temporaries[1], distance))
        case .note(let slave): assembler.store(.doubleword, slaveRegister(slave), field(words.lastSlave))
        case .change(let slave, let follow): change(to: slaveRegister(slave), follow)
        case .load(let type, let d, let address, let follow, let slow): load(type, d, address, follow, slow)
        case .store(let type, let s, let address, let follow, let slow): store(type, s, address, follow, slow)
        case .reach(let address, let count, let isWrite, let slow): reach(address, count, isWrite, slow)
        case .single(let form): emit(form)
        }
    }

    var words: WordLayout {
        layout.words
            ?? WordLayout(nz: 0, c: 0, v: 0, lastSlave: 0, markDistance: 0, readMap: 0, writeMap: 0)
    }

    func field(_ distance: Int) -> Assembler.Memory { Assembler.Memory(Emitter.state, Int32(distance)) }

    // MARK: Operands

    /// Where an operand is that is no constant.
    func wordTarget(_ operand: Operand) -> Assembler.Target {
        if let register = register(of: operand) { return .register(register) }
        if case .slot(let slot) = operand { return .memory(memory(slot)) }
        return .register(.rax)
    }

    mutating func fetchWord(_ operand: Operand, into register: Register) {
        if case .constant(let constant) = operand {
            assembler.mov(register, constant: Int64(UInt32(truncatingIfNeeded: constant)))
        } else if case .slot(let slot) = operand, vector(slot) != nil {
            fetchWord(single: slot, into: register)
        } else if self.register(of: operand) != register {
            assembler.loadWord(.uint32, register, wordTarget(operand))
        }
    }

    mutating func fetchSigned(_ operand: Operand, into register: Register) {
        if case .constant(let constant) = operand {
            assembler.mov(register, constant: Int64(Int32(truncatingIfNeeded: constant)))
        } else {
            assembler.load(.int32, register, wordTarget(operand))
        }
    }

    private mutating func apply(_ operation: Assembler.Arithmetic, _ d: Register, _ s: Operand) {
        if case .constant(let constant) = s {
            assembler.arithmetic(operation, .register(d), constant: Int32(truncatingIfNeeded: constant), wide: false)
        } else {
            assembler.arithmetic(operation, d, wordTarget(s), wide: false)
        }
    }

    private mutating func compareWord(_ a: Operand, _ b: Operand) {
        if case .constant(0) = b, let own = register(of: a) {
            assembler.test(own, own, wide: false)
        } else if let own = register(of: a) {
            apply(.cmp, own, b)
        } else if case .slot(let slot) = a, case .constant(let constant) = b {
            let short = Int32(truncatingIfNeeded: constant)
            assembler.arithmetic(.cmp, .memory(memory(slot)), constant: short, wide: false)
        } else if case .slot(let slot) = a, let other = register(of: b) {
            assembler.arithmetic(.cmp, memory(slot), other, wide: false)
        } else {
            fetchWord(a, into: .rax)
            apply(.cmp, .rax, b)
        }
    }

    // MARK: Operations

    private mutating func operate(
        _ operation: WordOperation, _ d: Place?, _ a: Operand, _ b: Operand, keeps: FlagSet?
    ) {
        hostFlags = nil
        let result = perform(operation, d, a, b, keeps: keeps)
        guard let keeps else { return }
        let at = assembler.bytes.count
        store(keeps, operation, result)
        switch operation {
        case .add, .subtract, .and, .or, .xor, .andNot, .orNot, .shiftLeft, .shiftRight, .shiftRightArithmetic:
            hostFlags = (operation, assembler.bytes.count)
        case .multiply, .rotateRight, .move, .moveNot:
            if at == assembler.bytes.count { hostFlags = nil }
        }
    }

    /// - Returns: the register that holds the result; not if nothing is kept but what the host's flags tell.
    private mutating func perform(
        _ operation: WordOperation, _ d: Place?, _ first: Operand, _ second: Operand, keeps: FlagSet?
    ) -> Register {
        var (a, b) = (first, second)
        switch operation {
        case .add, .and, .or, .xor, .multiply:
            if a.isConstant || d.map(Operand.init) == b { (a, b) = (b, a) }
        default: break
        }
        let needsResult = keeps?.contains(.nz) ?? false
        if d == nil, !needsResult, operation == .subtract {
            compareWord(a, b)
            return .rax
        }
        let own = d.flatMap { register(of: $0) }
        let work = own.map { register(of: b) == $0 && operation != .move ? .rax : $0 } ?? .rax
        switch operation {
        case .add, .subtract, .and, .or, .xor:
            let host = Emitter.host(operation)
            if let d, case .slot(let slot) = d, own == nil, !needsResult, a == Operand(d) {
                if case .constant(let constant) = b {
                    assembler.arithmetic(
                        host, .memory(memory(slot)), constant: Int32(truncatingIfNeeded: constant), wide: false)
                    return .rax
                } else if let other = register(of: b) {
                    assembler.arithmetic(host, memory(slot), other, wide: false)
                    return .rax
                }
            }
            if keeps == nil, operation == .add, let base = register(of: a), base != work {
                if let index = register(of: b) {
                    assembler.lea(work, Assembler.Memory(base, index: index), wide: false)
                    finishWord(work, d)
                    return work
                } else if case .constant(let constant) = b {
                    assembler.lea(work, Assembler.Memory(base, Int32(truncatingIfNeeded: constant)), wide: false)
                    finishWord(work, d)
                    return work
                }
            }
            fetchWord(a, into: work)
            apply(host, work, b)
        case .andNot, .orNot:
            fetchWord(b, into: .rax)
            assembler.not(.rax)
            apply(operation == .andNot ? .and : .or, .rax, a)
            finishWord(.rax, d)
            return .rax
        case .multiply:
            fetchWord(a, into: work)
            assembler.multiply(work, wordTarget(b), wide: false)
        case .shiftLeft, .shiftRight, .shiftRightArithmetic, .rotateRight:
            fetchWord(a, into: work)
            if case .constant(let amount) = b, amount != 0 {
                let host: Assembler.Shift =
                    switch operation {
                    case .shiftLeft: .shl
                    case .shiftRight: .shr
                    case .shiftRightArithmetic: .sar
                    default: .ror
                    }
                assembler.shift(host, work, by: UInt8(truncatingIfNeeded: amount) & 31, wide: false)
            }
        case .move:
            if let d, case .slot(let slot) = d, own == nil, !needsResult, case .constant(let constant) = b {
                assembler.store(.word, constant: Int32(truncatingIfNeeded: constant), memory(slot))
                return .rax
            }
            if own == nil, let other = register(of: b) {
                finishWord(other, d)
                return other
            }
            fetchWord(b, into: work)
        case .moveNot:
            fetchWord(b, into: work)
            assembler.not(work)
        }
        finishWord(work, d)
        return work
    }

    private static func host(_ operation: WordOperation) -> Assembler.Arithmetic {
        switch operation {
        case .add: .add
        case .subtract: .sub
        case .and: .and
        case .or: .or
        default: .xor
        }
    }

    /// Puts a result where it belongs, without touching the host's flags.
    private mutating func finishWord(_ work: Register, _ d: Place?) {
        guard let d else { return }
        if let own = register(of: d) {
            if own != work { assembler.mov(own, work, wide: false) }
        } else {
            put(work, d)
        }
    }

    // MARK: Flags

    /// Stores flags, without touching the host's.
    private mutating func store(_ flags: FlagSet, _ operation: WordOperation, _ result: Register) {
        if flags.contains(.c) {
            switch operation {
            case .subtract: assembler.set(.aboveOrEqual, field(words.c))
            case .add, .shiftLeft, .shiftRight, .shiftRightArithmetic, .rotateRight:
                assembler.set(.below, field(words.c))
            default: break
            }
        }
        if flags.contains(.v), operation == .add || operation == .subtract {
            // 0 or 1 becomes 0x7F or 0x80: the topmost bit of the field's topmost byte is V.
            assembler.set(.overflow, .rcx)
            assembler.lea(.rcx, Assembler.Memory(.rcx, 0x7F), wide: false)
            assembler.store(.byte, .rcx, field(words.v + 3))
        }
        if flags.contains(.nz) { storeNZ(result) }
    }

    private mutating func storeNZ(_ result: Register) {
        assembler.load(.int32, .rcx, .register(result))
        assembler.store(.doubleword, .rcx, field(words.nz))
    }

    private mutating func branch(_ condition: FlagCondition, _ label: Label) {
        if let flag = hostFlagOfSingles(condition) { return assembler.jump(flag, label) }
        if let hostFlags, hostFlags.at == assembler.bytes.count,
            let flag = Emitter.hostFlag(condition, behind: hostFlags.source)
        {
            assembler.jump(flag, label)
            // The host's flags are still there.
            self.hostFlags = (hostFlags.source, assembler.bytes.count)
            return
        }
        hostFlags = nil
        func zero(_ flag: Assembler.Flag, _ label: Label) {
            assembler.arithmetic(.cmp, .memory(field(words.nz)), constant: 0, wide: false)
            assembler.jump(flag, label)
        }
        func carry(_ flag: Assembler.Flag, _ label: Label) {
            assembler.arithmetic(.cmp, .memory(field(words.c)), constant: 0, wide: false)
            assembler.jump(flag, label)
        }
        func sign(_ distance: Int, _ flag: Assembler.Flag) {
            assembler.arithmetic(.cmp, .memory(field(distance)), constant: 0, wide: false)
            assembler.jump(flag, label)
        }
        func difference(_ flag: Assembler.Flag) {
            assembler.loadWord(.uint32, .rax, .memory(field(words.nz + 4)))
            assembler.arithmetic(.xor, .rax, .memory(field(words.v)), wide: false)
            assembler.jump(flag, label)
        }
        let past = newLabel()
        switch condition {
        case .equal: zero(.equal, label)
        case .notEqual: zero(.notEqual, label)
        case .carrySet: carry(.notEqual, label)
        case .carryClear: carry(.equal, label)
        case .minus: sign(words.nz + 4, .less)
        case .plus: sign(words.nz + 4, .greaterOrEqual)
        case .overflow: sign(words.v, .less)
        case .noOverflow: sign(words.v, .greaterOrEqual)
        case .higher:
            carry(.equal, past)
            zero(.notEqual, label)
        case .lowerOrSame:
            carry(.equal, label)
            zero(.equal, label)
        case .greaterOrEqual: difference(.positive)
        case .less: difference(.negative)
        case .greater:
            zero(.equal, past)
            difference(.positive)
        case .lessOrEqual:
            zero(.equal, label)
            difference(.negative)
        }
        assembler.place(past)
    }

    /// The host's condition that is the guest's behind an operation; `nil` if there is none.
    private static func hostFlag(_ condition: FlagCondition, behind source: WordOperation) -> Assembler.Flag? {
        switch condition {
        case .equal: return .equal
        case .notEqual: return .notEqual
        case .minus: return .negative
        case .plus: return .positive
        default: break
        }
        switch source {
        case .subtract:
            return switch condition {
            case .carrySet: .aboveOrEqual
            case .carryClear: .below
            case .overflow: .overflow
            case .noOverflow: .noOverflow
            case .higher: .above
            case .lowerOrSame: .belowOrEqual
            case .greaterOrEqual: .greaterOrEqual
            case .less: .less
            case .greater: .greater
            case .lessOrEqual: .lessOrEqual
            case .equal, .notEqual, .minus, .plus: nil
            }
        case .add:
            return switch condition {
            case .carrySet: .below
            case .carryClear: .aboveOrEqual
            case .overflow: .overflow
            case .noOverflow: .noOverflow
            case .greaterOrEqual: .greaterOrEqual
            case .less: .less
            case .greater: .greater
            case .lessOrEqual: .lessOrEqual
            case .equal, .notEqual, .minus, .plus, .higher, .lowerOrSame: nil
            }
        case .shiftLeft, .shiftRight, .shiftRightArithmetic:
            return switch condition {
            case .carrySet: .below
            case .carryClear: .aboveOrEqual
            default: nil
            }
        default: return nil
        }
    }

    // MARK: Shifts by an operand

    private mutating func shiftByOperand(_ operation: WordOperation, _ d: Place, _ a: Operand, _ b: Operand) {
        fetchWord(b, into: .rcx)
        if operation == .rotateRight {
            // The host takes the amount modulo 32.
            fetchWord(a, into: .rax)
            assembler.shift(.ror, .rax, wide: false)
            finishWord(.rax, d)
            return
        }
        assembler.loadWord(.uint8, .rcx, .register(.rcx))
        // In 64 bits a shift by 63 gives what any longer one does.
        assembler.mov(.rsi, constant: 63)
        assembler.arithmetic(.cmp, .rcx, .register(.rsi), wide: false)
        assembler.moveIf(.above, .rcx, .rsi)
        switch operation {
        case .shiftRightArithmetic:
            fetchSigned(a, into: .rax)
            assembler.shift(.sar, .rax)
        case .shiftRight:
            fetchWord(a, into: .rax)
            assembler.shift(.shr, .rax)
        default:
            fetchWord(a, into: .rax)
            assembler.shift(.shl, .rax)
        }
        assembler.mov(.rax, .rax, wide: false)
        finishWord(.rax, d)
    }

    // MARK: One operand

    private mutating func unary(_ operation: UnaryOperation, _ d: Place, _ s: Operand) {
        let work = register(of: d) ?? .rax
        switch operation {
        case .signedByte: assembler.loadWord(.int8, work, wordTarget(s))
        case .signedHalfword: assembler.loadWord(.int16, work, wordTarget(s))
        case .byte: assembler.loadWord(.uint8, work, wordTarget(s))
        case .halfword: assembler.loadWord(.uint16, work, wordTarget(s))
        case .bytes:
            fetchWord(s, into: work)
            assembler.arithmetic(.and, .register(work), constant: 0x00FF_00FF, wide: false)
        case .signedBytes:
            // In each lane b becomes (b ^ 0x80) - 0x80, added as 0x7F80 and the topmost bit, so that nothing is carried.
            fetchWord(s, into: work)
            assembler.arithmetic(.and, .register(work), constant: 0x00FF_00FF, wide: false)
            assembler.arithmetic(.xor, .register(work), constant: 0x0080_0080, wide: false)
            assembler.arithmetic(.add, .register(work), constant: 0x7F80_7F80, wide: false)
            assembler.arithmetic(.xor, .register(work), constant: Int32(bitPattern: 0x8000_8000), wide: false)
        case .reverse:
            fetchWord(s, into: work)
            assembler.reverse(work)
        case .countLeadingZeros:
            assembler.mov(.rcx, constant: 63)
            assembler.scanReverse(.rax, wordTarget(s))
            assembler.moveIf(.equal, .rax, .rcx)
            assembler.arithmetic(.xor, .register(.rax), constant: 31, wide: false)
            finishWord(.rax, d)
            return
        }
        finishWord(work, d)
    }
}
