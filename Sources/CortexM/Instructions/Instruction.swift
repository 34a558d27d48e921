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
    /// Destination: Rd, or Rt of a load; the register stored by a store.
    public var d: UInt8
    /// First operand, or base.
    public var n: UInt8
    /// Second operand, or index.
    public var m: UInt8
    /// Third operand: Ra, Rt2 or RdHi.
    public var a: UInt8
    /// What else the operation needs: a shift amount, a register list, a condition.
    public var x: UInt16
    /// An immediate, ready to use; the target of a branch.
    public var imm: UInt32

    init(
        _ operation: Operation, d: UInt8 = 0, n: UInt8 = 0, m: UInt8 = 0, a: UInt8 = 0, x: UInt16 = 0, imm: UInt32 = 0
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

/// The register behind the architectural ones that holds a shifted operand between two records.
let shiftedOperand: UInt8 = 16

/// The fields of one instruction word, by the letters of its diagram.
struct Fields {
    let word: UInt32
    let diagram: EncodingDiagram
    /// Address of the instruction.
    let address: UInt32
    /// ITSTATE when the instruction executes; zero outside an IT block.
    let itState: UInt8

    subscript(_ letter: Unicode.Scalar) -> UInt32 { diagram.field(UInt8(ascii: letter), of: word) }

    var inITBlock: Bool { itState & 0xF != 0 }
    var lastInITBlock: Bool { itState & 0xF == 0b1000 }
    /// What reading the PC gives, word-aligned, as literal addresses use it.
    var alignedPC: UInt32 { (address &+ 4) & ~3 }

    var d: UInt8 { UInt8(self["d"]) }
    var n: UInt8 { UInt8(self["n"]) }
    var m: UInt8 { UInt8(self["m"]) }
    var t: UInt8 { UInt8(self["t"]) }
    /// The immediate field.
    var i: UInt32 { self["i"] }
    /// The S bit of a wide data-processing instruction.
    var setsFlags: Bool { self["S"] != 0 }
}

/// What an encoding decodes to: mostly one record; some operands need a record before it, some results one behind it.
/// Only the instruction itself takes time.
struct Decoded {
    /// Makes an operand: a shift, or the value that reading the PC gives.
    var preparations: [Instruction] = []
    var instruction: Instruction
    /// Uses the result: a branch to the loaded address.
    var completion: Instruction?

    init(_ instruction: Instruction, then completion: Instruction? = nil) {
        self.instruction = instruction
        self.completion = completion
    }

    init(_ preparation: Instruction?, _ instruction: Instruction, then completion: Instruction? = nil) {
        self.init(instruction, then: completion)
        if let preparation { preparations = [preparation] }
    }
}

/// One encoding of one instruction: the diagram, the assembler's syntax, what kind of time it takes, and what it
/// decodes to. Decoder, disassembler, pricing and the generator of random tests all derive from it.
struct Encoding: Sendable {
    /// As the manual heads it: instruction, then encoding: `ADD (register) T1`.
    let name: String
    let diagram: EncodingDiagram
    /// Assembler syntax as GNU objdump prints it.
    let syntaxText: String
    let timing: TimingClass
    /// Whether the other encodings that draw a word say "SEE" this one, even those that fix more bits.
    var takesPrecedence = false
    /// Extra conditions under which the manual calls the encoding UNPREDICTABLE.
    let isUnpredictable: @Sendable (Fields) -> Bool
    let decode: @Sendable (Fields) -> Decoded
}

/// An encoding that decodes to a single record.
func encoding(
    _ name: String, _ diagram: String, _ syntax: String, _ timing: TimingClass,
    unpredictable: @escaping @Sendable (Fields) -> Bool = { _ in false },
    _ decode: @escaping @Sendable (Fields) -> Instruction
) -> Encoding {
    composite(name, diagram, syntax, timing, unpredictable: unpredictable) { Decoded(decode($0)) }
}

/// An encoding that needs more than one record.
func composite(
    _ name: String, _ diagram: String, _ syntax: String, _ timing: TimingClass,
    unpredictable: @escaping @Sendable (Fields) -> Bool = { _ in false },
    _ decode: @escaping @Sendable (Fields) -> Decoded
) -> Encoding {
    Encoding(
        name: name, diagram: EncodingDiagram(diagram), syntaxText: syntax, timing: timing,
        isUnpredictable: unpredictable, decode: decode)
}
