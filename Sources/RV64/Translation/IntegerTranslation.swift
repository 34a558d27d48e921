import Engine
import Profile
import Translator

/// What computes with integer registers: see `Integer` and `MultiplyDivide`.
extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func integer(_ i: Instruction.Pointer) -> Bool {
        if extend(i) { return true }
        let record = i.pointee
        let d = Place.slot(i.d)
        let n = operand(record.n)
        let m = operand(record.m)
        let imm = Operand.constant(Int64(record.imm))
        func width(_ width: Width) -> Width { width == .word && isReadAsWord(i) ? .lowWord : width }
        switch record.operation {
        case .li: add(.move(d, imm))
        case .mv: add(.move(d, n))
        case .auipc:
            let address = UInt64(block.pointee.pc) &+ UInt64(record.offset) &+ i.imm
            add(.move(d, .constant(Int64(bitPattern: address))))
        case .slti: add(.compare(.less, d, n, imm))
        case .sltiu: add(.compare(.lessUnsigned, d, n, imm))
        case .slt: add(.compare(.less, d, n, m))
        case .sltu: add(.compare(.lessUnsigned, d, n, m))
        case .addiw where record.imm == 0: add(.extend(.int32, d, n))
        case .mulh: add(.multiplyHigh(isSigned: true, d, n, m))
        case .mulhu: add(.multiplyHigh(isSigned: false, d, n, m))
        default:
            if let (operation, natural) = record.operation.immediateForm {
                add(.binary(operation, width(natural), d, n, imm))
            } else if let (operation, natural) = record.operation.registerForm {
                add(.binary(operation, width(natural), d, n, m))
            } else if let division = record.operation.division {
                divide(i, division)
            } else {
                return false
            }
        }
        return true
    }

    /// A shift to the left, and to the right by as much behind it, extend the low bits.
    private mutating func extend(_ i: Instruction.Pointer) -> Bool {
        let (left, right) = (i.pointee, i[1])
        guard left.operation == .slli, right.d == left.d, right.n == left.d, right.imm == left.imm,
            let type = right.operation.extended(by: left.imm)
        else { return false }
        add(.extend(type, .slot(i.d), operand(left.n)))
        done = i + 1
        return true
    }

    /// Whether only the low word of a result is looked at until its register is written anew, without anything between
    /// at which the code could be left.
    private func isReadAsWord(_ i: Instruction.Pointer) -> Bool {
        let d = i.pointee.d
        var next = i
        while true {
            next += 1
            let record = next.pointee
            let form = record.operation.immediateForm ?? record.operation.registerForm
            let isOther = record.operation == .li || record.operation == .mv
            guard form != nil || isOther else { return false }
            if form?.1 != .word, record.n == d || record.m == d { return false }
            if record.d == d { return true }
        }
    }

    /// Divisions of numbers that are not negative, by one that is not zero; the others are the run loop's.
    private mutating func divide(_ i: Instruction.Pointer, _ division: Operation.Division) {
        // Their time is another one each time, which the turns of a loop must not be.
        if loop?.isActive == true { loop?.isUnfit = true }
        let done = newLabel()
        let other = detour(i, back: done)
        for (temporary, register) in [(0, i.pointee.n), (1, i.pointee.m)] {
            guard division.width == .word else {
                add(.move(.temporary(temporary), operand(register)))
                continue
            }
            let type: MemoryType = division.isSigned ? .int32 : .uint32
            add(.extend(type, .temporary(temporary), operand(register)))
        }
        if division.isSigned { add(.branch(.less, .temporary(0), .constant(0), other)) }
        let least: Condition = division.isSigned ? .less : .lessUnsigned
        add(.branch(least, .temporary(1), .constant(1), other))
        // A cycle for each bit of the quotient that may not be zero: see `chargeDivision`.
        let free = newLabel()
        let account = HostAddress.absolute(UInt(bitPattern: block.pointee.charged + Cause.divider.index))
        add(.binary(.or, .doubleword, .temporary(2), .temporary(0), .constant(1)))
        add(.highestBit(.temporary(2), .temporary(2)))
        add(.store(.int64, .temporary(0), .state(StateOffset.dividend)))
        add(.highestBit(.temporary(0), .temporary(1)))
        add(.binary(.subtract, .doubleword, .temporary(2), .temporary(2), .temporary(0)))
        add(.load(.int64, .temporary(0), .state(StateOffset.dividend)))
        add(.branch(.less, .temporary(2), .constant(0), free))
        add(.binary(.subtract, .doubleword, .budget, .budget, .temporary(2)))
        add(.addTo(account, .temporary(2)))
        add(.label(free))
        add(.divide(division.width, isRemainder: division.isRemainder, .slot(i.d), .temporary(0), .temporary(1)))
        add(.label(done))
    }
}

extension Operation {
    /// What a shift to the right extends behind one to the left by as much.
    fileprivate func extended(by amount: Int32) -> MemoryType? {
        switch (self, amount) {
        case (.srli, 32): .uint32
        case (.srli, 48): .uint16
        case (.srli, 56): .uint8
        case (.srai, 32): .int32
        case (.srai, 48): .int16
        case (.srai, 56): .int8
        default: nil
        }
    }

    /// What it does with a register and the immediate.
    fileprivate var immediateForm: (BinaryOperation, Width)? {
        switch self {
        case .addi: (.add, .doubleword)
        case .xori: (.xor, .doubleword)
        case .ori: (.or, .doubleword)
        case .andi: (.and, .doubleword)
        case .slli: (.shiftLeft, .doubleword)
        case .srli: (.shiftRight, .doubleword)
        case .srai: (.shiftRightArithmetic, .doubleword)
        case .addiw: (.add, .word)
        case .slliw: (.shiftLeft, .word)
        case .srliw: (.shiftRight, .word)
        case .sraiw: (.shiftRightArithmetic, .word)
        default: nil
        }
    }

    fileprivate struct Division {
        let width: Width
        let isSigned: Bool
        let isRemainder: Bool
    }

    fileprivate var division: Division? {
        switch self {
        case .div: Division(width: .doubleword, isSigned: true, isRemainder: false)
        case .divu: Division(width: .doubleword, isSigned: false, isRemainder: false)
        case .rem: Division(width: .doubleword, isSigned: true, isRemainder: true)
        case .remu: Division(width: .doubleword, isSigned: false, isRemainder: true)
        case .divw: Division(width: .word, isSigned: true, isRemainder: false)
        case .divuw: Division(width: .word, isSigned: false, isRemainder: false)
        case .remw: Division(width: .word, isSigned: true, isRemainder: true)
        case .remuw: Division(width: .word, isSigned: false, isRemainder: true)
        default: nil
        }
    }

    /// What it does with two registers.
    fileprivate var registerForm: (BinaryOperation, Width)? {
        switch self {
        case .add: (.add, .doubleword)
        case .sub: (.subtract, .doubleword)
        case .sll: (.shiftLeft, .doubleword)
        case .srl: (.shiftRight, .doubleword)
        case .sra: (.shiftRightArithmetic, .doubleword)
        case .xor: (.xor, .doubleword)
        case .or: (.or, .doubleword)
        case .and: (.and, .doubleword)
        case .mul: (.multiply, .doubleword)
        case .addw: (.add, .word)
        case .subw: (.subtract, .word)
        case .sllw: (.shiftLeft, .word)
        case .srlw: (.shiftRight, .word)
        case .sraw: (.shiftRightArithmetic, .word)
        case .mulw: (.multiply, .word)
        default: nil
        }
    }
}
