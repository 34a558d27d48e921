import Engine
import Translator

/// What a translation knows of the floating-point state, from what went before in the block. The code is left where the
/// state is another one.
struct FloatKnowledge {
    /// The registers that hold single-precision numbers as they should be.
    var isBoxed = [Bool](repeating: false, count: 32)
    /// Whether Inexact is set: programs set it soon and seldom clear it, and then nobody asks for it.
    var isInexact = false
    /// Whether the dynamic rounding mode is to nearest, ties to even.
    var isNearest = false
}

/// Floating point by the host, where its answer and the flags are known to be right: see `FloatingPointOperations` and
/// `RISCVArithmetic`, which have the reasons. The rest is done by the run loop.
extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func float(_ i: Instruction.Pointer) -> Bool {
        let record = i.pointee
        switch record.operation {
        case .fpContext: context(i)
        case .fadds: arithmetic(i, .add, .word)
        case .fsubs: arithmetic(i, .subtract, .word)
        case .fmuls: arithmetic(i, .multiply, .word)
        case .fdivs: arithmetic(i, .divide, .word)
        case .faddd: arithmetic(i, .add, .doubleword)
        case .fsubd: arithmetic(i, .subtract, .doubleword)
        case .fmuld: arithmetic(i, .multiply, .doubleword)
        case .fdivd: arithmetic(i, .divide, .doubleword)
        case .fmadds: fused(i, .word, false, false)
        case .fmsubs: fused(i, .word, false, true)
        case .fnmsubs: fused(i, .word, true, false)
        case .fnmadds: fused(i, .word, true, true)
        case .fmaddd: fused(i, .doubleword, false, false)
        case .fmsubd: fused(i, .doubleword, false, true)
        case .fnmsubd: fused(i, .doubleword, true, false)
        case .fnmaddd: fused(i, .doubleword, true, true)
        case .feqs: compare(i, .equal, .word)
        case .flts: compare(i, .less, .word)
        case .fles: compare(i, .lessOrEqual, .word)
        case .feqd: compare(i, .equal, .doubleword)
        case .fltd: compare(i, .less, .doubleword)
        case .fled: compare(i, .lessOrEqual, .doubleword)
        case .fmins, .fmaxs: extremum(i)
        default:
            if move(i) || convert(i) { return true }
            floatByRunLoop(i)
        }
        return true
    }

    /// Makes sure that the floating-point unit is on.
    private mutating func context(_ i: Instruction.Pointer) {
        let done = newLabel()
        let off = detour(i, back: done)
        add(.load(.uint32, .temporary(0), .state(StateOffset.FS)))
        add(.branch(.equal, .temporary(0), .constant(Int64(FPStatus.off)), off))
        add(.store(.uint32, .constant(Int64(FPStatus.dirty)), .state(StateOffset.FS)))
        add(.label(done))
    }

    // MARK: What has to hold

    /// Goes on in the run loop where the state is not as it mostly is.
    private mutating func handOver(_ i: Instruction.Pointer) -> Label {
        loop?.isActive == true ? exit(i) : outOfLine { $0.leave(i, .interpreted) }
    }

    private mutating func require(boxed register: UInt8, _ i: Instruction.Pointer) {
        guard !floats.isBoxed[Int(register)] else { return }
        let other = handOver(i)
        add(.load(.int32, .temporary(0), .state(upper(register))))
        add(.branch(.notEqual, .temporary(0), .constant(-1), other))
        floats.isBoxed[Int(register)] = true
    }

    /// - Returns: whether the instruction can be done here at all.
    private mutating func requireNearest(_ i: Instruction.Pointer) -> Bool {
        if i.x == 0 { return true }
        guard i.x == 7 else { return false }
        if !floats.isNearest {
            let other = handOver(i)
            add(.load(.uint32, .temporary(0), .state(StateOffset.frm)))
            add(.branch(.notEqual, .temporary(0), .constant(0), other))
            floats.isNearest = true
        }
        return true
    }

    private mutating func requireInexact(_ i: Instruction.Pointer) {
        guard !floats.isInexact else { return }
        let other = handOver(i)
        add(.load(.uint32, .temporary(0), .state(StateOffset.fflags)))
        add(.binary(.and, .doubleword, .temporary(0), .temporary(0), .constant(1)))
        add(.branch(.equal, .temporary(0), .constant(0), other))
        floats.isInexact = true
    }

    /// The upper half of a register.
    private func upper(_ register: UInt8) -> Int { StateOffset.register(StateOffset.float(register)) + 4 }

    private func lower(_ register: UInt8) -> HostAddress { .state(StateOffset.register(StateOffset.float(register))) }

    private func slot(_ register: UInt8) -> Int { StateOffset.float(register) }

    // MARK: Results

    /// The record through the run loop; what is known of its destination is known behind it.
    private mutating func floatByRunLoop(_ i: Instruction.Pointer) {
        byRunLoop(i)
        if let isSingle = i.pointee.operation.writesSingle { floats.isBoxed[Int(i.pointee.d)] = isSingle }
    }

    /// Writes the upper half of a register that holds a single-precision number.
    mutating func box(_ register: UInt8, always: Bool = false) {
        if always || !floats.isBoxed[Int(register)] { add(.store(.uint32, .constant(-1), .state(upper(register)))) }
        floats.isBoxed[Int(register)] = true
    }

    /// Takes temporary 0 as the result if it is a number that tells no exception; else the run loop does it all.
    ///
    /// - Parameter mayBeTiny: whether small numbers and zeros are exact.
    private mutating func finish(_ i: Instruction.Pointer, _ width: Width, mayBeTiny: Bool) {
        let done = newLabel()
        let other = detour(i, back: done)
        let d = i.pointee.d
        // Without the sign; a double-precision number is shifted for that.
        let (least, infinity): (Int64, Int64) =
            width == .word ? (0x0080_0001, 0x7F80_0000) : (0x0020_0000_0000_0002, -0x0020_0000_0000_0000)
        if width == .word {
            add(.binary(.and, .doubleword, .temporary(1), .temporary(0), .constant(0x7FFF_FFFF)))
        } else {
            add(.binary(.add, .doubleword, .temporary(1), .temporary(0), .temporary(0)))
        }
        if mayBeTiny {
            add(.branch(.greaterOrEqualUnsigned, .temporary(1), .constant(infinity), other))
        } else {
            add(.binary(.subtract, .doubleword, .temporary(1), .temporary(1), .constant(least)))
            add(.branch(.greaterOrEqualUnsigned, .temporary(1), .constant(infinity &- least), other))
        }
        put(d, width)
        add(.label(done))
    }

    /// Temporary 0 to a register.
    private mutating func put(_ d: UInt8, _ width: Width) {
        if width == .word {
            add(.store(.uint32, .temporary(0), lower(d)))
            box(d)
        } else {
            add(.move(.slot(slot(d)), .temporary(0)))
            floats.isBoxed[Int(d)] = false
        }
    }

    // MARK: Arithmetic

    private mutating func arithmetic(_ i: Instruction.Pointer, _ operation: FloatOperation, _ width: Width) {
        guard requireNearest(i) else { return floatByRunLoop(i) }
        requireInexact(i)
        let record = i.pointee
        if width == .word {
            require(boxed: record.n, i)
            require(boxed: record.m, i)
        }
        add(.float(operation, width, slot(record.n), slot(record.m)))
        finish(i, width, mayBeTiny: operation == .add || operation == .subtract)
    }

    private mutating func fused(
        _ i: Instruction.Pointer, _ width: Width, _ negatesProduct: Bool, _ negatesSum: Bool
    ) {
        guard hasFusedMultiplyAdd, requireNearest(i) else { return floatByRunLoop(i) }
        requireInexact(i)
        let record = i.pointee
        if width == .word {
            require(boxed: record.n, i)
            require(boxed: record.m, i)
            require(boxed: record.a, i)
        }
        add(
            .fusedMultiplyAdd(
                width, slot(record.n), slot(record.m), slot(record.a), negatesProduct: negatesProduct,
                negatesSum: negatesSum))
        finish(i, width, mayBeTiny: false)
    }

    private mutating func compare(_ i: Instruction.Pointer, _ condition: FloatCondition, _ width: Width) {
        let record = i.pointee
        if width == .word {
            require(boxed: record.n, i)
            require(boxed: record.m, i)
        }
        let done = newLabel()
        let unordered = detour(i, back: done)
        add(.floatCompare(condition, width, slot(record.n), slot(record.m), unordered: unordered))
        add(.move(.slot(i.d), .temporary(0)))
        add(.label(done))
    }

    /// FMIN.S and FMAX.S of numbers that differ.
    private mutating func extremum(_ i: Instruction.Pointer) {
        let record = i.pointee
        require(boxed: record.n, i)
        require(boxed: record.m, i)
        let done = newLabel()
        let second = newLabel()
        let other = detour(i, back: done)
        let (n, m) = (slot(record.n), slot(record.m))
        add(.floatCompare(.equal, .word, n, m, unordered: other))
        add(.branch(.notEqual, .temporary(0), .constant(0), other))
        add(.floatCompare(.less, .word, n, m, unordered: other))
        add(.branch(record.operation == .fmins ? .equal : .notEqual, .temporary(0), .constant(0), second))
        add(.move(.slot(slot(record.d)), .slot(n)))
        add(.jump(done))
        add(.label(second))
        add(.move(.slot(slot(record.d)), .slot(m)))
        add(.label(done))
        floats.isBoxed[Int(record.d)] = true
    }
}

extension Operation {
    /// Whether it writes a single- or a double-precision number; `nil` for what writes no floating-point register.
    fileprivate var writesSingle: Bool? {
        switch self {
        case .fadds, .fsubs, .fmuls, .fdivs, .fsqrts, .fmadds, .fmsubs, .fnmsubs, .fnmadds, .fsgnjs, .fsgnjns,
            .fsgnjxs, .fmins, .fmaxs, .fcvtsw, .fcvtswu, .fcvtsl, .fcvtslu, .fmvwx, .fcvtsd, .flw:
            true
        case .faddd, .fsubd, .fmuld, .fdivd, .fsqrtd, .fmaddd, .fmsubd, .fnmsubd, .fnmaddd, .fsgnjd, .fsgnjnd,
            .fsgnjxd, .fmind, .fmaxd, .fcvtdw, .fcvtdwu, .fcvtdl, .fcvtdlu, .fmvdx, .fcvtds, .fld:
            false
        default: nil
        }
    }
}

// MARK: Moves and conversions

extension BlockTranslation {
    /// What copies bits and changes signs.
    fileprivate mutating func move(_ i: Instruction.Pointer) -> Bool {
        let record = i.pointee
        let isSame = record.n == record.m
        switch record.operation {
        case .fsgnjs where isSame:
            require(boxed: record.n, i)
            add(.move(.slot(slot(record.d)), .slot(slot(record.n))))
            floats.isBoxed[Int(record.d)] = true
        case .fsgnjns where isSame, .fsgnjxs where isSame:
            require(boxed: record.n, i)
            add(.load(.uint32, .temporary(0), lower(record.n)))
            if record.operation == .fsgnjns {
                add(.binary(.add, .word, .temporary(0), .temporary(0), .constant(Int64(Int32.min))))
            } else {
                add(.binary(.and, .doubleword, .temporary(0), .temporary(0), .constant(0x7FFF_FFFF)))
            }
            put(record.d, .word)
        case .fsgnjd where isSame: add(.move(.slot(slot(record.d)), .slot(slot(record.n))))
        case .fsgnjnd where isSame, .fsgnjxd where isSame:
            add(.move(.temporary(0), .slot(slot(record.n))))
            if record.operation == .fsgnjnd {
                add(.binary(.xor, .doubleword, .temporary(0), .temporary(0), .constant(.min)))
            } else {
                add(.binary(.and, .doubleword, .temporary(0), .temporary(0), .constant(.max)))
            }
            put(record.d, .doubleword)
        case .fmvxw: add(.load(.int32, .slot(i.d), lower(record.n)))
        case .fmvwx:
            add(.store(.uint32, operand(record.n), lower(record.d)))
            box(record.d)
        case .fmvxd: add(.move(.slot(i.d), .slot(slot(record.n))))
        case .fmvdx: add(.move(.slot(slot(record.d)), operand(record.n)))
        default: return false
        }
        if record.operation.writesSingle == false { floats.isBoxed[Int(record.d)] = false }
        return true
    }

    fileprivate mutating func convert(_ i: Instruction.Pointer) -> Bool {
        switch i.pointee.operation {
        case .fcvtsw: return fromInteger(i, .word, from: .word)
        case .fcvtsl: return fromInteger(i, .word, from: .doubleword)
        case .fcvtdw: return fromInteger(i, .doubleword, from: .word)
        case .fcvtdl: return fromInteger(i, .doubleword, from: .doubleword)
        case .fcvtws: return toInteger(i, .word, to: .word)
        case .fcvtls: return toInteger(i, .word, to: .doubleword)
        case .fcvtwd: return toInteger(i, .doubleword, to: .word)
        case .fcvtld: return toInteger(i, .doubleword, to: .doubleword)
        case .fcvtds, .fcvtsd:
            let from: Width = i.pointee.operation == .fcvtds ? .word : .doubleword
            guard requireNearest(i) else { return false }
            if from == .word { require(boxed: i.pointee.n, i) } else { requireInexact(i) }
            add(.floatFromFloat(from: from, slot(i.pointee.n)))
            finish(i, from == .word ? .doubleword : .word, mayBeTiny: from == .word)
            return true
        default: return false
        }
    }

    private mutating func fromInteger(_ i: Instruction.Pointer, _ width: Width, from: Width) -> Bool {
        guard requireNearest(i) else { return false }
        if width == .word || from == .doubleword { requireInexact(i) }
        add(.floatFromInteger(width, from: from, operand(i.pointee.n)))
        put(i.pointee.d, width)
        return true
    }

    private mutating func toInteger(_ i: Instruction.Pointer, _ width: Width, to: Width) -> Bool {
        let truncates = i.x == 1
        guard truncates || requireNearest(i) else { return false }
        requireInexact(i)
        if width == .word { require(boxed: i.pointee.n, i) }
        let done = newLabel()
        let other = detour(i, back: done)
        add(.integerFromFloat(width, slot(i.pointee.n), truncates: truncates))
        if to == .word {
            add(.extend(.int32, .temporary(1), .temporary(0)))
            add(.branch(.notEqual, .temporary(0), .temporary(1), other))
        } else {
            add(.branch(.equal, .temporary(0), .constant(.min), other))
        }
        add(.move(.slot(i.d), .temporary(0)))
        add(.label(done))
        return true
    }
}
