import Engine
import Translator

/// What computes with integer registers: see `Integer` and `MultiplyDivide`.
extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func integer(_ i: Instruction.Pointer) -> Bool {
        let record = i.pointee
        let d = Place.slot(i.d)
        let n = operand(record.n)
        let m = operand(record.m)
        let imm = Operand.constant(Int64(record.imm))
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
            if let (operation, width) = record.operation.immediateForm {
                add(.binary(operation, width, d, n, imm))
            } else if let (operation, width) = record.operation.registerForm {
                add(.binary(operation, width, d, n, m))
            } else {
                return false
            }
        }
        return true
    }
}

extension Operation {
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
