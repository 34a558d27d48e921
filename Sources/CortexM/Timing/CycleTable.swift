import Engine

/// The numbers of a core's cycle model: the price of each timing class and the size of each rule's effect, each with
/// where it is from. They are read from `targets/cores/*.yaml`.
public struct CycleTable: Sendable, Equatable {
    public typealias Fact = TimingFact

    /// The effects of neighbours and memory; each is a named rule in this folder.
    public enum Rule: String, CaseIterable, Sendable {
        /// A load whose data phase no following access overlaps.
        case loadStall
        /// An address register that the ALU wrote in the instruction before.
        case addressInterlock
        /// An address made with an index register that, or whose base, a load wrote in the instruction before.
        case loadToAddress
        /// A load behind a store that is still in the write buffer.
        case loadAfterStore
        /// A store with a register offset: the second address operand is read a cycle later.
        case storeRegisterOffset
        /// A multiple or dual store followed by a memory access.
        case storeMultipleThenAccess
        /// A multiple store followed by a taken branch.
        case storeMultipleThenBranch
        /// A taken branch whose address is known in decode.
        case refillImmediate
        /// A branch to an address in a register.
        case refillRegister
        /// A load into the PC.
        case refillLoad
        /// A table branch.
        case refillTable
        /// A branch to a 32-bit instruction that is not word-aligned.
        case misalignedTarget
        /// Three 32-bit instructions in a row that are not word-aligned and reach no memory, behind an access.
        case wideRunAfterAccess
        /// Every third single-cycle FP instruction in a run that is not word-aligned.
        case wideFloatRun
        /// An access that changes the bus slave and so loses its overlap.
        case slaveChange
        /// A halfword at an odd address, or a word at 2 mod 4.
        case unalignedHalf
        /// A word at an odd address.
        case unalignedOdd
        /// An FP result that the next FP instruction reads.
        case fpResult
        /// An instruction fetched from SRAM over the System bus.
        case systemBusFetch
    }

    public let prices: [TimingClass: Fact]
    public let rules: [Rule: Fact]

    public init(prices: [TimingClass: Fact], rules: [Rule: Fact]) {
        self.prices = prices
        self.rules = rules
    }

    func price(_ timing: TimingClass) -> Int { prices[timing]?.cycles ?? 1 }
    subscript(_ rule: Rule) -> Int { rules[rule]?.cycles ?? 0 }
}
