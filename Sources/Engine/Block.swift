import Machine

/// A basic block of guest code, decoded once: straight-line instructions that end where control flow may change.
///
/// Blocks stay at their address as long as the engine lives; the run loop holds raw pointers to them.
@frozen
public struct Block {
    public typealias Pointer = UnsafeMutablePointer<Block>

    /// The decoded records, in the architecture's own format.
    public var records: UnsafeMutableRawPointer
    /// Cycles that the block takes whenever it runs, whatever its data: the sum of its static prices.
    public var cycles: Int
    /// The most that its data may add : a block that might overrun the next event is not entered.
    public var slack: Int
    /// How often it was entered since the counters were gathered.
    public var count: Int
    /// The same for host code, which does no more at an entry than to add one: below zero while an entry needs more,
    /// because the counters are empty or something is to be made sure of.
    public var runs: Int
    /// Whether it is on the list of those whose `runs` may be above zero; for cores that keep one.
    public var isListed: Bool
    /// Where a taken branch at its end goes, once known.
    public var taken: Pointer?
    /// Where it goes when it falls through at its end, once known.
    public var next: Pointer?
    /// Cycles charged while it ran, beyond the static ones, by cause, since the counters were gathered.
    public var charged: UnsafeMutablePointer<Int>
    /// Which state of the instruction cache was the last that held all its lines; for cores with such a cache.
    public var fetched: Int
    /// How it was fetched last, from a memory with wait states; `nil` as long as it was not.
    public var fetch: FetchUse.Pointer?
    /// Where host code goes on once the block is paid for: its own code, or what leads to the interpreter. Without a
    /// translator `nil`.
    public var code: UnsafeMutableRawPointer?
    /// Where host code goes on that comes from a block whose lines are the last to have been fetched, and all of this
    /// one's are the last of those; otherwise the same.
    public var codeAside: UnsafeMutableRawPointer?
    /// Where its own host code begins, behind the entry; `nil` as long as it has none.
    public var entry: UnsafeMutableRawPointer?
    /// How often it was interpreted because it had no host code.
    public var heat: Int
    /// Address of its first instruction.
    public var pc: UInt32
    /// Address behind its last instruction.
    public var end: UInt32
    /// Its place in the ledger, where its prices by cause are kept.
    public var index: Int32
    /// Number of instructions.
    public var instructions: Int32
    /// Number of records, without the end mark.
    public var length: Int32
    /// The function it belongs to, as an index into the symbol table's functions; -1 outside any.
    public var function: Int32

    public init(
        records: UnsafeMutableRawPointer, charged: UnsafeMutablePointer<Int>, pc: UInt32, end: UInt32, index: Int32,
        instructions: Int32, length: Int32, function: Int32, cycles: Int, slack: Int
    ) {
        self.records = records
        self.cycles = cycles
        self.slack = slack
        count = 0
        runs = .min
        isListed = false
        taken = nil
        next = nil
        self.charged = charged
        fetched = -1
        fetch = nil
        code = nil
        codeAside = nil
        entry = nil
        heat = 0
        self.pc = pc
        self.end = end
        self.index = index
        self.instructions = instructions
        self.length = length
        self.function = function
    }
}

extension Block {
    /// How often it was entered since the counters were gathered, by whichever engine.
    public var entries: Int { count &+ (runs < 0 ? 0 : runs) }

    /// A block whose records stay where they are copied to, as long as the ledger lives that it is added to.
    ///
    /// - Parameter records: in the architecture's own format, plain data, an end mark last.
    public init<Record>(
        copying records: [Record], instructions: Int, pc: UInt32, end: UInt32, function: Int32, cycles: Int, slack: Int
    ) {
        let copy = UnsafeMutablePointer<Record>.allocate(capacity: records.count)
        copy.initialize(from: records, count: records.count)
        let charged = UnsafeMutablePointer<Int>.allocate(capacity: Ledger.chargeCount)
        charged.initialize(repeating: 0, count: Ledger.chargeCount)
        self.init(
            records: UnsafeMutableRawPointer(copy), charged: charged, pc: pc, end: end, index: 0,
            instructions: Int32(instructions), length: Int32(records.count - 1), function: function, cycles: cycles,
            slack: slack)
    }
}

extension Block.Pointer {
    /// Whether the rest of the block may take more than what is left of the budget: it was entered with room for its
    /// slack, but something in it had to wait, or an event comes earlier than was known then.
    @inlinable @inline(__always)
    public func mayOverrun(_ budget: Int) -> Bool { budget < pointee.slack }
}
