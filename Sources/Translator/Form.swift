/// The form between guest definitions and host emitters: short straight operations on the slots of the guest's state,
/// a few temporaries and constants, with branches inside a block. It knows neither a guest nor a host.
///
/// The slots are the guest's registers as they lie in memory; an emitter may keep some of them in host registers.
/// Temporaries do not survive a guest access, a call, a shift by a variable amount, or the upper half of a product.
public enum Place: Equatable, Sendable {
    /// A slot of the guest's state, 64 bits.
    case slot(Int)
    /// One of three temporaries, 0...2.
    case temporary(Int)
    /// Cycles left until the next event.
    case budget
    /// 32 bits of the simulator's own that lie in a host register while code runs.
    case kept
}

/// What an operation reads.
public enum Operand: Equatable, Sendable {
    case slot(Int)
    case temporary(Int)
    case budget
    case kept
    case constant(Int64)

    public init(_ place: Place) {
        switch place {
        case .slot(let slot): self = .slot(slot)
        case .temporary(let number): self = .temporary(number)
        case .budget: self = .budget
        case .kept: self = .kept
        }
    }
}

/// Host memory that belongs to the simulator, not to the guest.
public enum HostAddress: Equatable, Sendable {
    /// A field of the state, by its distance from the state pointer.
    case state(Int)
    /// A constant address.
    case absolute(UInt)
    /// What a temporary points to, and a distance.
    case at(temporary: Int, Int)
    /// A table at a constant address, indexed by a temporary; the scale is 1, 2, 4 or 8.
    case table(UInt, index: Int, scale: Int)
    /// The same for a table that a temporary points to.
    case entry(table: Int, index: Int, scale: Int)
}

public enum BinaryOperation: Sendable, CaseIterable {
    case add, subtract, and, or, xor, multiply
    case shiftLeft, shiftRight, shiftRightArithmetic
}

/// How wide an operation computes. The result of a narrow one is extended with its sign to 64 bits.
public enum Width: Sendable {
    case word, doubleword
    /// 32 bits, with anything above them in the result; for `Form.binary` alone.
    case lowWord
}

public enum Condition: Sendable, CaseIterable {
    case equal, notEqual, less, greaterOrEqual, lessUnsigned, greaterOrEqualUnsigned

    public var inverted: Condition {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterOrEqual
        case .greaterOrEqual: .less
        case .lessUnsigned: .greaterOrEqualUnsigned
        case .greaterOrEqualUnsigned: .lessUnsigned
        }
    }
}

/// The type of a value in memory.
public enum MemoryType: Sendable, CaseIterable {
    case int8, uint8, int16, uint16, int32, uint32, int64

    public var bytes: Int {
        switch self {
        case .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32: 4
        case .int64: 8
        }
    }
}

public enum FloatOperation: Sendable, CaseIterable {
    case add, subtract, multiply, divide
    /// Of the second slot; the first is not looked at.
    case squareRoot
}

/// A place in a block's code to branch to. Numbers below zero are an emitter's.
public struct Label: Hashable, Sendable {
    public let number: Int
    public init(_ number: Int) { self.number = number }
}

public enum Form: Sendable {
    case move(Place, Operand)
    case binary(BinaryOperation, Width, Place, Operand, Operand)
    /// The upper half of the product of two 64-bit numbers.
    case multiplyHigh(isSigned: Bool, Place, Operand, Operand)
    /// The quotient or the remainder of two unsigned numbers, of which the second is not zero. Uses the temporaries.
    case divide(Width, isRemainder: Bool, Place, Operand, Operand)
    /// The number of the highest bit that is set, in 64 bits that are not zero.
    case highestBit(Place, Operand)
    /// 1 if the condition holds for 64-bit operands, else 0.
    case compare(Condition, Place, Operand, Operand)
    /// The low bits of a value, extended to 64 bits.
    case extend(MemoryType, Place, Operand)

    case load(MemoryType, Place, HostAddress)
    case store(MemoryType, Operand, HostAddress)
    /// Adds a constant to 64 bits of memory.
    case add(Int32, HostAddress)
    /// The same, and branches if the sum is below zero.
    case count(Int32, HostAddress, ifNegative: Label)
    /// Adds a place's contents to 64 bits of memory.
    case addTo(HostAddress, Place)
    /// Shifts a bit into what is kept.
    case keep(Bool)

    /// A load from guest memory at a slot plus an offset. What cannot be done at once is done otherwise.
    case guestLoad(MemoryType, Place, base: Int, offset: Int32, otherwise: Detour)
    case guestStore(MemoryType, Operand, base: Int, offset: Int32, otherwise: Detour)

    /// Slots as floating-point numbers; the result's bits go to temporary 0. Rounded to nearest, ties to even.
    case float(FloatOperation, Width, Int, Int)
    /// a * b + c, rounded once; the signs of product and addend can be changed.
    case fusedMultiplyAdd(Width, Int, Int, Int, negatesProduct: Bool, negatesSum: Bool)
    /// From a signed integer of a width to a float of a width; the bits go to temporary 0.
    case floatFromInteger(Width, from: Width, Operand)
    /// From a float to a signed integer of 64 bits in temporary 0, to nearest or towards zero; what does not fit gives
    /// the smallest integer.
    case integerFromFloat(Width, Int, truncates: Bool)
    /// From a float of a width to one of the other width; the bits go to temporary 0.
    case floatFromFloat(from: Width, Int)
    /// The condition of two slots that are ordered numbers goes to temporary 0; branches if they are not ordered.
    case floatCompare(FloatCondition, Width, Int, Int, unordered: Label)

    case label(Label)
    case jump(Label)
    case branch(Condition, Operand, Operand, Label)
    /// Compares memory of the simulator's own with an operand, as numbers of the type.
    case check(Condition, MemoryType, HostAddress, Operand, Label)
    /// Code that is rarely reached, by a branch to its first label; it lies behind the block's other code.
    case outOfLine([Form])

    /// Runs a loop with the host's registers to itself.
    case loop(Loop)

    /// Calls a helper with the state, the block and a record. Where it answers no, the code is left.
    case call(Call)
    /// Leaves the code at a record.
    case leave(record: UInt)
    /// Goes to the host code that memory points to.
    case goTo(HostAddress)
    /// The same for a guest's call: behind this form goes on what returns to this address.
    case callCode(HostAddress, returnAddress: UInt32)
    /// Whether the operand is the return address of the last `callCode` that was not returned from. If it is not, all of
    /// them are forgotten. It is not -1, which stands for none.
    case checkReturn(Operand, otherwise: Label)
    /// Behind `checkReturn`: goes on behind that `callCode`.
    case returnCode(record: UInt)
    /// Behind `callCode`, before temporaries are written: leaves the code at the record that has returned.
    case leaveReturn
    /// Where the code is entered from the simulator itself.
    case entry
    /// Where it is entered from other code that did a part of it already.
    case entryAside
    /// For guests with 32-bit registers.
    case word(WordForm)
}

/// How an access is made that cannot be made at once.
public enum Detour: Sendable {
    /// By a helper.
    case call(Call)
    /// It is not made; the code goes on there. In a loop only.
    case exit(Label)
}

/// A loop without calls. Its body goes back to its own head; it is left through exits alone, behind which all slots
/// are where they are elsewhere.
public struct Loop: Sendable {
    public var body: [Form]
    /// Turns before those, which make the same accesses in the same order and end by a branch into the body.
    public var warmUp: [Form]
    /// The slots that may have registers inside.
    public var slots: [Int]
    /// Labels that the body branches to, and where the code goes on for each.
    public var exits: [Exit]
    /// Where it goes on if the loop is better not begun; nothing of it was done then.
    public var otherwise: Label

    public struct Exit: Sendable {
        public let label: Label
        public let target: Label

        public init(label: Label, target: Label) {
            self.label = label
            self.target = target
        }
    }

    public init(warmUp: [Form] = [], body: [Form], slots: [Int], exits: [Exit], otherwise: Label) {
        self.warmUp = warmUp
        self.body = body
        self.slots = slots
        self.exits = exits
        self.otherwise = otherwise
    }
}

public enum FloatCondition: Sendable, CaseIterable {
    case equal, less, lessOrEqual
}

/// A helper, by its index, and the record that it works on.
public struct Call: Sendable {
    public let helper: Int
    public let record: UInt

    public init(helper: Int, record: UInt) {
        self.helper = helper
        self.record = record
    }
}

/// Where a guest keeps its state, for an emitter.
public struct Layout {
    /// The state's address; what lies near it is reached from there.
    public var state: UnsafeMutableRawPointer
    /// From the state pointer to slot 0.
    public var slots: Int
    /// The slots that are used most, which get host registers as far as these go.
    public var favourites: [Int]
    /// Distances of fields from the state pointer.
    public var budget: Int
    public var mark: Int
    /// The address of what is kept in a register.
    public var kept: UnsafeMutablePointer<UInt32>
    /// The bits of it that mean something; the others are zeros in memory and anything in the register.
    public var keptMask: UInt32 = .max
    public var leftBlock: Int
    public var leftRecord: Int
    /// Two words, for where the host's stack begins and ends that holds the calls not yet returned from.
    public var calls: Int
    public var window: Window
    /// Host functions that generated code may call.
    public var helpers: [Helper]
    /// For guests with 32-bit registers, whose slots are 32 bits. The window then has no size and no lines; its memory
    /// is the distance from guest to host addresses of the memory that is used most.
    public var words: WordLayout?

    public init(
        state: UnsafeMutableRawPointer, slots: Int, favourites: [Int], budget: Int, mark: Int,
        kept: UnsafeMutablePointer<UInt32>, leftBlock: Int, leftRecord: Int, calls: Int, window: Window,
        helpers: [Helper]
    ) {
        self.state = state
        self.slots = slots
        self.favourites = favourites
        self.budget = budget
        self.mark = mark
        self.kept = kept
        self.leftBlock = leftBlock
        self.leftRecord = leftRecord
        self.calls = calls
        self.window = window
        self.helpers = helpers
    }
}

/// Takes the state, the block and the record; answers whether to go on.
public typealias Helper =
    @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer) ->
    Bool

/// The guest memory that generated code reaches by itself.
public struct Window {
    /// The guest address of its first byte.
    public var base: UInt64
    /// In bytes, a multiple of 64.
    public var size: UInt64
    public var memory: UnsafeMutableRawPointer
    /// A byte for each line of 64 bytes.
    public var lines: UnsafeMutablePointer<UInt8>
    /// The bits in it that let a line be read or written.
    public var readable: UInt8
    public var writable: UInt8
    /// From a byte to its mark.
    public var markDistance: Int

    public init(
        base: UInt64, size: UInt64, memory: UnsafeMutableRawPointer, lines: UnsafeMutablePointer<UInt8>,
        readable: UInt8, writable: UInt8, markDistance: Int
    ) {
        self.base = base
        self.size = size
        self.memory = memory
        self.lines = lines
        self.readable = readable
        self.writable = writable
        self.markDistance = markDistance
    }
}
