/// The forms for guests with 32-bit registers and condition flags. Slots then hold 32 bits, and so do the registers that
/// an emitter keeps them in, with zeros above.
///
/// The flags lie in the state, as `FlagFields` says; an operation that sets them stores those that are asked for. A
/// branch right behind it may take them from the host's own.
///
/// Temporary 0 survives these forms unless it is their result; the others do not.
public enum WordForm: Sendable {
    case binary(WordOperation, Place, Operand, Operand)
    /// The same, setting flags; without a place the result is not wanted.
    case settingFlags(WordOperation, Place?, Operand, Operand, keeps: FlagSet)
    /// Sets C to a constant.
    case setCarry(Bool)
    /// Sets N and Z as a result has them.
    case setNZ(Operand)
    case branch(FlagCondition, Label)
    case branchIfZero(Bool, Operand, Label)
    case branchIfLess(Operand, Operand, Label)
    case unary(UnaryOperation, Place, Operand)
    /// By the low byte of the second operand, which may be more than a word has bits.
    case shift(WordOperation, Place, Operand, Operand)

    /// A product of 64 bits, added to the pair or not: low half, high half, factors.
    case multiplyLong(isSigned: Bool, accumulates: Bool, low: Int, high: Int, Operand, Operand)
    /// Halfwords are multiplied and their products are added; see `HalfwordProduct`.
    case halfwords(HalfwordProduct)

    /// Guest memory by pages.
    case load(MemoryType, Place, GuestAddress, follow: Follow, slow: Label)
    case store(MemoryType, Operand, GuestAddress, follow: Follow, slow: Label)
    /// Makes sure of some words, and has temporary 1 point to them.
    case reach(GuestAddress, words: Int, isWrite: Bool, slow: Label)

    case single(SingleForm)
}

public enum WordOperation: Sendable {
    case add, subtract, and, or, xor, andNot, orNot, multiply
    /// By a constant, 0...31; 1...31 where flags are set.
    case shiftLeft, shiftRight, shiftRightArithmetic, rotateRight
    /// The second operand itself.
    case move
    case moveNot
}

public enum UnaryOperation: Sendable {
    case signedByte, signedHalfword, byte, halfword
    /// Bytes 0 and 2, each extended to a halfword.
    case signedBytes, bytes
    case reverse, countLeadingZeros
}

public struct FlagSet: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let nz = FlagSet(rawValue: 1)
    public static let c = FlagSet(rawValue: 2)
    public static let v = FlagSet(rawValue: 4)
    public static let all: FlagSet = [.nz, .c, .v]
}

public enum FlagCondition: Sendable, CaseIterable {
    case equal, notEqual, carrySet, carryClear, minus, plus, overflow, noOverflow
    case higher, lowerOrSame, greaterOrEqual, less, greater, lessOrEqual
}

/// What the halfwords of two slots are multiplied for.
public struct HalfwordProduct: Sendable {
    /// Whether the top halfword is taken: for one product.
    public enum Kind: Sendable {
        case single(top: Bool, otherTop: Bool)
        /// Both pairs; the second slot's halfwords may be exchanged, the second product subtracted.
        case dual(exchanges: Bool, subtracts: Bool)
    }
    /// What is done with the sum of products.
    public enum Result: Sendable {
        /// The low word.
        case word
        /// Added to a slot; a field of the state is set to one if the sum is more than a word.
        case sum(Int?, sticky: Int)
        /// Added to the pair of the result, low, and another slot, high.
        case pair(high: Int)
    }
    public var kind: Kind
    public var result: Result
    public var d: Int
    public var n: Int
    public var m: Int

    public init(_ kind: Kind, _ result: Result, d: Int, n: Int, m: Int) {
        self.kind = kind
        self.result = result
        self.d = d
        self.n = n
        self.m = m
    }
}

/// An address in guest memory.
public enum GuestAddress: Sendable {
    case constant(UInt32)
    case offset(Int, UInt32)
    /// A slot and another that is shifted left.
    case indexed(Int, Int, shift: UInt8)
}

/// What an access to another bus slave than before costs: cycles, and the address of their account.
public struct Follow: Sendable {
    public let cycles: Int32
    public let account: UInt
    public init(cycles: Int32, account: UInt) {
        self.cycles = cycles
        self.account = account
    }
}

/// Fields for guests with 32-bit registers, by their distances from the state pointer.
public struct WordLayout: Sendable {
    /// 64 bits: the sign extension of a result gives N; Z is that its low 32 bits are zero.
    public var nz: Int
    /// 32 bits, 0 or 1.
    public var c: Int
    /// 32 bits, of which the topmost is V.
    public var v: Int
    /// The map entry of the last access.
    public var lastSlave: Int
    /// From a byte to its mark.
    public var markDistance: Int32
    public var singles = SingleLayout()

    public init(nz: Int, c: Int, v: Int, lastSlave: Int, markDistance: Int32) {
        self.nz = nz
        self.c = c
        self.v = v
        self.lastSlave = lastSlave
        self.markDistance = markDistance
    }
}
