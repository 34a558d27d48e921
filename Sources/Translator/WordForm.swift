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

    /// Guest memory that is side by side on the host; `Near` says what of it has to be checked.
    case nearLoad(MemoryType, Place, GuestAddress, Near)
    case nearStore(MemoryType, Operand, GuestAddress, Near)
    /// Has temporary 1 point to it.
    case nearReach(GuestAddress, Near)
    /// Marks the bytes at a distance from where temporary 1 points to.
    case mark(MemoryType, at: Int32)
    /// Notes which bus slave was accessed: the map entry is a constant.
    case note(slave: Int)
    /// The same; if it was another before, that costs.
    case change(slave: Int, Follow)

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

/// Guest memory that is known to lie side by side on the host, and what is left to find out when it is reached.
public struct Near: Sendable {
    /// A question about an address: whether all that will be reached from it is in the memory.
    public struct Check: Sendable {
        /// From the address to the lowest byte that will be reached.
        public var low: Int32
        /// From there to the end of the highest, in bytes; at most the memory's size.
        public var span: UInt32
        /// The lowest byte's address is a multiple of 2 to this power.
        public var alignment: UInt8
        public var otherwise: Label

        public init(low: Int32, span: UInt32, alignment: UInt8, otherwise: Label) {
            self.low = low
            self.span = span
            self.alignment = alignment
            self.otherwise = otherwise
        }
    }
    /// Guest address of its first byte, and its size in bytes.
    public var base: UInt32
    public var size: UInt32
    /// Host address less guest address.
    public var distance: Int
    /// `nil` if the address is known to be right.
    public var check: Check?

    public init(base: UInt32, size: UInt32, distance: Int, check: Check?) {
        self.base = base
        self.size = size
        self.distance = distance
        self.check = check
    }
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
    /// The maps of pages that may be read and written: host address less guest address.
    public var readMap: UInt
    public var writeMap: UInt
    public var singles = SingleLayout()

    public init(nz: Int, c: Int, v: Int, lastSlave: Int, markDistance: Int32, readMap: UInt, writeMap: UInt) {
        self.nz = nz
        self.c = c
        self.v = v
        self.lastSlave = lastSlave
        self.markDistance = markDistance
        self.readMap = readMap
        self.writeMap = writeMap
    }
}
