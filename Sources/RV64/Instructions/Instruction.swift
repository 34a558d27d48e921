import Bits

/// A decoded instruction as the run loop executes it: 16 bytes, operands unpacked.
@frozen
public struct Instruction {
    public typealias Pointer = UnsafeMutablePointer<Instruction>

    public var operation: Operation
    /// Cycles from the start of this instruction to the end of its block, so that the exact time inside a block is
    /// known without counting.
    public var cyclesToEnd: UInt16
    /// Address of the instruction, from the start of its block.
    public var offset: UInt16
    /// Destination rd; a write to x0 goes to `discarded`.
    public var d: UInt8
    /// First operand rs1.
    public var n: UInt8
    /// Second operand rs2.
    public var m: UInt8
    /// Third operand rs3.
    public var a: UInt8
    /// What else the operation needs: a rounding mode, a CSR number, whether a jump is a call.
    public var x: UInt16
    /// An immediate, ready to use; the target of a branch, as its low 32 bits.
    public var imm: Int32

    init(
        _ operation: Operation, d: UInt8 = 0, n: UInt8 = 0, m: UInt8 = 0, a: UInt8 = 0, x: UInt16 = 0, imm: Int32 = 0
    ) {
        self.operation = operation
        cyclesToEnd = 0
        offset = 0
        self.d = d
        self.n = n
        self.m = m
        self.a = a
        self.x = x
        self.imm = imm
    }
}

/// The register behind x31 that takes what is written to x0.
let discarded: UInt8 = 32

/// A register as a destination.
func destination(_ register: UInt8) -> UInt8 { register == 0 ? discarded : register }

/// The fields of one instruction word, by the letters of its diagram.
///
/// The letters are the same everywhere: d, n, m, a for rd, rs1, rs2, rs3; i for an immediate or its low part, j for its
/// high part; r for a rounding mode.
struct Fields {
    let word: UInt32
    let diagram: EncodingDiagram
    /// Address of the instruction.
    let address: UInt32

    subscript(_ letter: Unicode.Scalar) -> UInt32 { diagram.field(UInt8(ascii: letter), of: word) }

    /// rd, not yet as a destination.
    var d: UInt8 { UInt8(self["d"]) }
    var n: UInt8 { UInt8(self["n"]) }
    var m: UInt8 { UInt8(self["m"]) }
    var a: UInt8 { UInt8(self["a"]) }
    /// The three-bit registers x8...x15 of compressed instructions.
    var dPrime: UInt8 { d + 8 }
    var nPrime: UInt8 { n + 8 }
    var mPrime: UInt8 { m + 8 }
    var i: UInt32 { self["i"] }
    var rounding: UInt16 { UInt16(self["r"]) }

    private func signed(_ value: UInt32, _ width: Int) -> Int32 {
        Int32(bitPattern: value.signExtended(from: width))
    }

    /// The immediates of the unprivileged manual, section 2.3.
    var immI: Int32 { signed(i, 12) }
    var immS: Int32 { signed(self["j"] << 5 | i, 12) }
    var immB: Int32 {
        let (high, low) = (self["j"], i)
        return signed(high.bits(6, 6) << 12 | low.bits(0, 0) << 11 | high.bits(5, 0) << 5 | low.bits(4, 1) << 1, 13)
    }
    var immU: Int32 { Int32(bitPattern: i << 12) }
    var immJ: Int32 {
        signed(i.bits(19, 19) << 20 | i.bits(7, 0) << 12 | i.bits(8, 8) << 11 | i.bits(18, 9) << 1, 21)
    }

    /// The target of a branch relative to this instruction.
    func target(_ offset: Int32) -> Int32 { Int32(bitPattern: address) &+ offset }
}

/// One encoding of one instruction: the diagram, the assembler's syntax, what kind of time it takes, and what it
/// decodes to. Decoder, disassembler, pricing and the generator of random tests all derive from it.
struct Encoding: Sendable {
    /// As in the manual: `ADDI`, `C.ADDI`.
    let name: String
    let diagram: EncodingDiagram
    /// Assembler syntax as GNU objdump prints it without aliases.
    let syntaxText: String
    let timing: TimingClass
    /// Field values that the manual reserves, so that the word is no instruction.
    let isReserved: @Sendable (Fields) -> Bool
    let decode: @Sendable (Fields) -> Instruction
}

func encoding(
    _ name: String, _ diagram: String, _ syntax: String, _ timing: TimingClass,
    reserved: @escaping @Sendable (Fields) -> Bool = { _ in false },
    _ decode: @escaping @Sendable (Fields) -> Instruction
) -> Encoding {
    Encoding(
        name: name, diagram: EncodingDiagram(diagram), syntaxText: syntax, timing: timing, isReserved: reserved,
        decode: decode)
}

/// Every encoding of RV64IMAFDC with Zicsr and Zifencei, in the order of the manual's listings.
let allEncodings: [Encoding] =
    integerImmediate + integerRegister + branches + loads + stores + multiplications + atomics + system
    + floatingPointMemory + floatingPointSingle + floatingPointDouble + compressedQuadrant0 + compressedQuadrant1
    + compressedQuadrant2

// A record's fields as the run loop uses them.
extension UnsafeMutablePointer where Pointee == Instruction {
    var d: Int { @inline(always) get { Int(pointee.d) } }
    var n: Int { @inline(always) get { Int(pointee.n) } }
    var m: Int { @inline(always) get { Int(pointee.m) } }
    var a: Int { @inline(always) get { Int(pointee.a) } }
    var x: UInt16 { @inline(always) get { pointee.x } }
    /// The immediate, sign-extended to the width of a register.
    var imm: UInt64 { @inline(always) get { UInt64(bitPattern: Int64(pointee.imm)) } }
    /// The target of a branch.
    var target: UInt32 { @inline(always) get { UInt32(bitPattern: pointee.imm) } }
}
