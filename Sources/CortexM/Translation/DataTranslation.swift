import Engine
import Translator

/// A record that is one operation on words: what it computes and which flags it sets.
struct DataOperation {
    var operation: WordOperation
    var d: UInt8
    var a: Operand
    var b: Operand
    var sets: FlagSet = []
    /// C, where the expansion of a constant says it.
    var carry: Bool?

    /// What is added to a register, if that is all, and it is a constant.
    var constantChange: UInt32? {
        guard d < 16, a == .slot(Int(d)), case .constant(let constant) = b else { return nil }
        switch operation {
        case .add: return UInt32(truncatingIfNeeded: constant)
        case .subtract: return 0 &- UInt32(truncatingIfNeeded: constant)
        default: return nil
        }
    }
}

extension Instruction {
    /// What it computes, if that is one operation. See `DataProcessing`.
    var dataOperation: DataOperation? {
        let (n, m) = (Operand.slot(Int(self.n)), Operand.slot(Int(self.m)))
        let imm = Operand.constant(Int64(Int32(bitPattern: self.imm)))
        let amount = Operand.constant(Int64(x & 31))
        func make(_ operation: WordOperation, _ a: Operand, _ b: Operand, _ sets: FlagSet = []) -> DataOperation {
            DataOperation(operation: operation, d: d, a: a, b: b, sets: sets)
        }
        func logical(_ operation: WordOperation, _ a: Operand, _ b: Operand) -> DataOperation {
            let isCarrySet = x == CarryOut.set.rawValue
            return x == CarryOut.unchanged.rawValue
                ? make(operation, a, b, .nz)
                : DataOperation(operation: operation, d: d, a: a, b: b, sets: [.nz, .c], carry: isCarrySet)
        }
        func shift(_ operation: WordOperation, _ sets: FlagSet = []) -> DataOperation? {
            x < 32 && (sets.isEmpty || x > 0) ? make(operation, m, amount, sets) : nil
        }
        switch operation {
        case .movImm: return make(.move, imm, imm)
        case .movsImm: return logical(.move, imm, imm)
        case .movReg: return make(.move, m, m)
        case .movsReg: return make(.move, m, m, .nz)
        case .mvnReg: return make(.moveNot, m, m)
        case .mvnsReg: return make(.moveNot, m, m, .nz)
        case .addImm: return make(.add, n, imm)
        case .addsImm: return make(.add, n, imm, .all)
        case .addReg: return make(.add, n, m)
        case .addsReg: return make(.add, n, m, .all)
        case .subReg: return make(.subtract, n, m)
        case .subsImm: return make(.subtract, n, imm, .all)
        case .subsReg: return make(.subtract, n, m, .all)
        case .rsbImm: return make(.subtract, imm, n)
        case .rsbsImm: return make(.subtract, imm, n, .all)
        case .rsbReg: return make(.subtract, m, n)
        case .rsbsReg: return make(.subtract, m, n, .all)
        case .andImm: return make(.and, n, imm)
        case .andsImm: return logical(.and, n, imm)
        case .andReg: return make(.and, n, m)
        case .andsReg: return make(.and, n, m, .nz)
        case .orrImm: return make(.or, n, imm)
        case .orrsImm: return logical(.or, n, imm)
        case .orrReg: return make(.or, n, m)
        case .orrsReg: return make(.or, n, m, .nz)
        case .eorImm: return make(.xor, n, imm)
        case .eorsImm: return logical(.xor, n, imm)
        case .eorReg: return make(.xor, n, m)
        case .eorsReg: return make(.xor, n, m, .nz)
        case .bicReg: return make(.andNot, n, m)
        case .bicsReg: return make(.andNot, n, m, .nz)
        case .ornReg: return make(.orNot, n, m)
        case .ornsReg: return make(.orNot, n, m, .nz)
        case .lslImm: return shift(.shiftLeft)
        case .lsrImm: return shift(.shiftRight)
        case .asrImm: return shift(.shiftRightArithmetic)
        case .rorImm: return shift(.rotateRight)
        case .lslsImm: return shift(.shiftLeft, [.nz, .c])
        case .lsrsImm: return shift(.shiftRight, [.nz, .c])
        case .asrsImm: return shift(.shiftRightArithmetic, [.nz, .c])
        case .rorsImm: return shift(.rotateRight, [.nz, .c])
        case .mul: return make(.multiply, n, m)
        case .muls: return make(.multiply, n, m, .nz)
        default: return nil
        }
    }

    /// What it does with one register.
    var unaryOperation: UnaryOperation? {
        switch operation {
        case .sxtb, .sxtab: .signedByte
        case .sxth, .sxtah: .signedHalfword
        case .uxtb, .uxtab: .byte
        case .uxth, .uxtah: .halfword
        case .sxtb16: .signedBytes
        case .uxtb16: .bytes
        case .rev: .reverse
        case .clz: .countLeadingZeros
        default: nil
        }
    }
}

extension BlockTranslation {
    /// - Returns: whether the record is an operation on words.
    mutating func data(_ i: Instruction.Pointer, _ index: Int) -> Bool {
        let record = i.pointee
        let d = Place.slot(i.d)
        if let data = record.dataOperation {
            if isPassedOn(index) {
                add(.binary(data.operation, .temporary(0), data.a, data.b))
            } else if index > 0, isPassedOn(index - 1) {
                add(.binary(data.operation, d, data.a.passedOn, data.b.passedOn))
            } else {
                compute(data, index)
            }
            return true
        }
        if let unary = record.unaryOperation {
            let m = index > 0 && isPassedOn(index - 1) ? Operand.slot(i.m).passedOn : .slot(i.m)
            switch record.operation {
            case .sxtab, .sxtah, .uxtab, .uxtah:
                add(.unary(unary, .temporary(0), m))
                add(.binary(.add, d, .slot(i.n), .temporary(0)))
            default: add(.unary(unary, d, m))
            }
            return true
        }
        if let (shift, setsFlags) = record.operation.registerShift {
            guard !setsFlags || liveness.isHidden(index) else { return false }
            add(.shift(shift, d, .slot(i.n), .slot(i.m)))
            return true
        }
        func constant(_ value: UInt32) -> Operand { .constant(Int64(Int32(bitPattern: value))) }
        let work = Place.temporary(0)
        switch record.operation {
        case .movt:
            add(.binary(.and, d, .slot(i.d), constant(0xFFFF)))
            add(.binary(.or, d, .slot(i.d), constant(i.imm)))
        case .ubfx:
            add(.binary(.shiftRight, work, .slot(i.n), .constant(Int64(i.a & 31))))
            add(.binary(.and, d, .temporary(0), constant(i.imm)))
        case .sbfx where i.x >= 1 && i.x <= 32 && i.a + Int(i.x) <= 32:
            add(.binary(.shiftLeft, work, .slot(i.n), .constant(Int64(32 - i.a - Int(i.x)))))
            add(.binary(.shiftRightArithmetic, d, .temporary(0), .constant(Int64(32 - Int(i.x)))))
        case .bfi:
            add(.binary(.shiftLeft, work, .slot(i.n), .constant(Int64(i.a & 31))))
            add(.binary(.and, work, .temporary(0), constant(i.imm)))
            add(.binary(.and, d, .slot(i.d), constant(~i.imm)))
            add(.binary(.or, d, .slot(i.d), .temporary(0)))
        case .sxtab16, .uxtab16:
            // The lanes apart: the upper sum in the scratch register, whose operand is taken by then.
            let scratch = Int(shiftedOperand)
            add(.unary(record.operation == .sxtab16 ? .signedBytes : .bytes, work, .slot(i.m)))
            add(.binary(.and, .slot(scratch), .temporary(0), constant(0xFFFF_0000)))
            add(.binary(.add, .slot(scratch), .slot(scratch), .slot(i.n)))
            add(.binary(.and, .slot(scratch), .slot(scratch), constant(0xFFFF_0000)))
            add(.binary(.add, work, .temporary(0), .slot(i.n)))
            add(.unary(.halfword, work, .temporary(0)))
            add(.binary(.or, d, .slot(scratch), .temporary(0)))
        case .mla:
            add(.binary(.multiply, work, .slot(i.n), .slot(i.m)))
            add(.binary(.add, d, .slot(i.a), .temporary(0)))
        case .mls:
            add(.binary(.multiply, work, .slot(i.n), .slot(i.m)))
            add(.binary(.subtract, d, .slot(i.a), .temporary(0)))
        case .pkhbt:
            add(.binary(.and, work, .slot(i.m), constant(0xFFFF_0000)))
            add(.unary(.halfword, d, .slot(i.n)))
            add(.binary(.or, d, .slot(i.d), .temporary(0)))
        case .pkhtb:
            add(.unary(.halfword, work, .slot(i.m)))
            add(.binary(.and, d, .slot(i.n), constant(0xFFFF_0000)))
            add(.binary(.or, d, .slot(i.d), .temporary(0)))
        default: return false
        }
        return true
    }

    /// Whether a shifted operand goes to the next record in a temporary: what takes it has no slow path, and nobody else
    /// looks at it.
    private func isPassedOn(_ index: Int) -> Bool {
        let (record, next) = (records[index], records[index + 1])
        guard let data = record.dataOperation, data.d == shiftedOperand, data.sets.isEmpty,
            next.offset == record.offset
        else { return false }
        return next.dataOperation.map(\.sets.isEmpty) ?? (next.unaryOperation != nil)
    }

    private mutating func compute(_ data: DataOperation, _ index: Int) {
        // A comparison's result is nobody's business; that of a shift is for the next record of the same instruction.
        let isLast = records[index + 1].offset != records[index].offset
        let isComparison = data.d == shiftedOperand && !data.sets.isEmpty && isLast
        let d: Place? = isComparison ? nil : .slot(Int(data.d))
        guard !data.sets.isEmpty else {
            if let d { add(.binary(data.operation, d, data.a, data.b)) }
            return
        }
        let recovery = Recovery(data, d)
        var fates = liveness.fates(of: index, data.sets, recovery)
        if recovery == nil || index < conditionalEnd {
            fates.stored.formUnion(fates.deferred)
            fates.deferred = []
        }
        if index < conditionalEnd { fates.stored = data.sets }
        if let carry = data.carry, fates.stored.contains(.c) { add(.setCarry(carry)) }
        for position in pending.indices { pending[position].flags.subtract(data.sets) }
        pending.removeAll { $0.flags.isEmpty }
        add(.settingFlags(data.operation, d, data.a, data.b, keeps: fates.stored))
        if let recovery, !fates.deferred.isEmpty {
            pending.append(
                PendingFlags(recovery: recovery, flags: fates.deferred, carry: data.carry, index: index))
        }
    }
}

extension Operand {
    /// The shifted operand as a temporary.
    fileprivate var passedOn: Operand { self == .slot(Int(shiftedOperand)) ? .temporary(0) : self }
}
