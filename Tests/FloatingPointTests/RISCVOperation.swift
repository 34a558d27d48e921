import FloatingPoint
import Testing

/// An instruction of F or D: how it is encoded, and what this module has for it.
struct RISCVOperation: Sendable, CustomTestStringConvertible {
    typealias Function = @Sendable ((UInt64, UInt64, UInt64), Rounding, inout UInt32) -> UInt64

    enum Operands { case f32, f64, integer }
    enum Result { case f32, f64, integer }

    let name: String
    /// The instruction on f0, f1 and f2 or a5, with the dynamic rounding mode, to f3 or a3.
    let word: UInt32
    let operands: Operands
    let result: Result
    let function: Function

    var testDescription: String { name }

    /// f0, f1 to f3.
    private static func op(_ funct7: UInt32, rs2: UInt32 = 1, rm: UInt32 = 7, rs1: UInt32 = 0, rd: UInt32 = 3) -> UInt32
    {
        funct7 << 25 | rs2 << 20 | rs1 << 15 | rm << 12 | rd << 7 | 0b1010011
    }

    private static func single(
        _ name: String, _ word: UInt32,
        _ function: @escaping @Sendable (UInt32, UInt32, UInt32, Rounding, inout UInt32) -> UInt32
    ) -> RISCVOperation {
        RISCVOperation(name: name, word: word, operands: .f32, result: .f32) {
            UInt64(function(low($0.0), low($0.1), low($0.2), $1, &$2))
        }
    }

    private static func double(
        _ name: String, _ word: UInt32,
        _ function: @escaping @Sendable (UInt64, UInt64, UInt64, Rounding, inout UInt32) -> UInt64
    ) -> RISCVOperation {
        RISCVOperation(name: name, word: word, operands: .f64, result: .f64) { function($0.0, $0.1, $0.2, $1, &$2) }
    }

    private static func other(
        _ name: String, _ word: UInt32, _ operands: Operands, _ result: Result, _ function: @escaping Function
    ) -> RISCVOperation {
        RISCVOperation(name: name, word: word, operands: operands, result: result, function: function)
    }

    private static func low(_ bits: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: bits) }
    private static func lowSigned(_ bits: UInt64) -> Int32 { Int32(truncatingIfNeeded: bits) }

    /// RISC-V Instruction Set Manual, volume I, chapter 24, table "RV32/64G Instruction Set Listings".
    static let all: [RISCVOperation] = arithmetic + comparisons + toIntegers + fromIntegers

    private static let arithmetic: [RISCVOperation] = [
        single("FADD.S", op(0x00)) { a, b, _, rm, flags in RISCVFloat.add32(a, b, rm, &flags) },
        single("FSUB.S", op(0x04)) { a, b, _, rm, flags in RISCVFloat.sub32(a, b, rm, &flags) },
        single("FMUL.S", op(0x08)) { a, b, _, rm, flags in RISCVFloat.mul32(a, b, rm, &flags) },
        single("FDIV.S", op(0x0C)) { a, b, _, rm, flags in RISCVFloat.div32(a, b, rm, &flags) },
        single("FSQRT.S", op(0x2C, rs2: 0)) { a, _, _, rm, flags in RISCVFloat.sqrt32(a, rm, &flags) },
        single("FMADD.S", 0x1010_71C3) { a, b, c, rm, flags in RISCVFloat.fma32(a, b, c, rm, &flags) },
        double("FADD.D", op(0x01)) { a, b, _, rm, flags in RISCVFloat.add64(a, b, rm, &flags) },
        double("FSUB.D", op(0x05)) { a, b, _, rm, flags in RISCVFloat.sub64(a, b, rm, &flags) },
        double("FMUL.D", op(0x09)) { a, b, _, rm, flags in RISCVFloat.mul64(a, b, rm, &flags) },
        double("FDIV.D", op(0x0D)) { a, b, _, rm, flags in RISCVFloat.div64(a, b, rm, &flags) },
        double("FSQRT.D", op(0x2D, rs2: 0)) { a, _, _, rm, flags in RISCVFloat.sqrt64(a, rm, &flags) },
        double("FMADD.D", 0x1210_71C3) { a, b, c, rm, flags in RISCVFloat.fma64(a, b, c, rm, &flags) },
        other("FCVT.S.D", op(0x20), .f64, .f32) { UInt64(RISCVFloat.f32FromF64($0.0, $1, &$2)) },
        other("FCVT.D.S", op(0x21, rs2: 0), .f32, .f64) { RISCVFloat.f64FromF32(low($0.0), $1, &$2) },
    ]

    private static let comparisons: [RISCVOperation] = [
        other("FMIN.S", op(0x14, rm: 0), .f32, .f32) { UInt64(RISCVFloat.min32(low($0.0), low($0.1), &$2)) },
        other("FMAX.S", op(0x14, rm: 1), .f32, .f32) { UInt64(RISCVFloat.max32(low($0.0), low($0.1), &$2)) },
        other("FMIN.D", op(0x15, rm: 0), .f64, .f64) { RISCVFloat.min64($0.0, $0.1, &$2) },
        other("FMAX.D", op(0x15, rm: 1), .f64, .f64) { RISCVFloat.max64($0.0, $0.1, &$2) },
        other("FEQ.S", op(0x50, rm: 2, rd: 13), .f32, .integer) { RISCVFloat.eq32(low($0.0), low($0.1), &$2) ? 1 : 0 },
        other("FLT.S", op(0x50, rm: 1, rd: 13), .f32, .integer) { RISCVFloat.lt32(low($0.0), low($0.1), &$2) ? 1 : 0 },
        other("FLE.S", op(0x50, rm: 0, rd: 13), .f32, .integer) { RISCVFloat.le32(low($0.0), low($0.1), &$2) ? 1 : 0 },
        other("FEQ.D", op(0x51, rm: 2, rd: 13), .f64, .integer) { RISCVFloat.eq64($0.0, $0.1, &$2) ? 1 : 0 },
        other("FLT.D", op(0x51, rm: 1, rd: 13), .f64, .integer) { RISCVFloat.lt64($0.0, $0.1, &$2) ? 1 : 0 },
        other("FLE.D", op(0x51, rm: 0, rd: 13), .f64, .integer) { RISCVFloat.le64($0.0, $0.1, &$2) ? 1 : 0 },
        other("FCLASS.S", op(0x70, rs2: 0, rm: 1, rd: 13), .f32, .integer) { o, _, _ in
            RISCVFloat.classify32(low(o.0))
        },
        other("FCLASS.D", op(0x71, rs2: 0, rm: 1, rd: 13), .f64, .integer) { o, _, _ in RISCVFloat.classify64(o.0) },
    ]

    private static let toIntegers: [RISCVOperation] = [
        other("FCVT.W.S", op(0x60, rs2: 0, rd: 13), .f32, .integer) { RISCVFloat.int32FromF32(low($0.0), $1, &$2) },
        other("FCVT.WU.S", op(0x60, rs2: 1, rd: 13), .f32, .integer) { RISCVFloat.uint32FromF32(low($0.0), $1, &$2) },
        other("FCVT.L.S", op(0x60, rs2: 2, rd: 13), .f32, .integer) { RISCVFloat.int64FromF32(low($0.0), $1, &$2) },
        other("FCVT.LU.S", op(0x60, rs2: 3, rd: 13), .f32, .integer) { RISCVFloat.uint64FromF32(low($0.0), $1, &$2) },
        other("FCVT.W.D", op(0x61, rs2: 0, rd: 13), .f64, .integer) { RISCVFloat.int32FromF64($0.0, $1, &$2) },
        other("FCVT.WU.D", op(0x61, rs2: 1, rd: 13), .f64, .integer) { RISCVFloat.uint32FromF64($0.0, $1, &$2) },
        other("FCVT.L.D", op(0x61, rs2: 2, rd: 13), .f64, .integer) { RISCVFloat.int64FromF64($0.0, $1, &$2) },
        other("FCVT.LU.D", op(0x61, rs2: 3, rd: 13), .f64, .integer) { RISCVFloat.uint64FromF64($0.0, $1, &$2) },
    ]

    private static let fromIntegers: [RISCVOperation] = [
        other("FCVT.S.W", op(0x68, rs2: 0, rs1: 15), .integer, .f32) {
            UInt64(RISCVFloat.f32FromInt32(lowSigned($0.0), $1, &$2))
        },
        other("FCVT.S.WU", op(0x68, rs2: 1, rs1: 15), .integer, .f32) {
            UInt64(RISCVFloat.f32FromUInt32(low($0.0), $1, &$2))
        },
        other("FCVT.S.L", op(0x68, rs2: 2, rs1: 15), .integer, .f32) {
            UInt64(RISCVFloat.f32FromInt64(Int64(bitPattern: $0.0), $1, &$2))
        },
        other("FCVT.S.LU", op(0x68, rs2: 3, rs1: 15), .integer, .f32) {
            UInt64(RISCVFloat.f32FromUInt64($0.0, $1, &$2))
        },
        other("FCVT.D.W", op(0x69, rs2: 0, rs1: 15), .integer, .f64) {
            RISCVFloat.f64FromInt32(lowSigned($0.0), $1, &$2)
        },
        other("FCVT.D.WU", op(0x69, rs2: 1, rs1: 15), .integer, .f64) { RISCVFloat.f64FromUInt32(low($0.0), $1, &$2) },
        other("FCVT.D.L", op(0x69, rs2: 2, rs1: 15), .integer, .f64) {
            RISCVFloat.f64FromInt64(Int64(bitPattern: $0.0), $1, &$2)
        },
        other("FCVT.D.LU", op(0x69, rs2: 3, rs1: 15), .integer, .f64) { RISCVFloat.f64FromUInt64($0.0, $1, &$2) },
    ]
}
