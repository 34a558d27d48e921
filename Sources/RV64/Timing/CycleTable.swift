import Engine

/// The numbers of a core's cycle model: what each timing class costs, what memory and mispredicted branches add, how
/// large caches and predictors are; each with where it is from. They are read from `targets/cores/*.yaml`.
public struct CycleTable: Sendable, Equatable {
    public typealias Fact = TimingFact

    /// What neighbours and memory add.
    public enum Rule: String, CaseIterable, Sendable {
        /// A branch, jump or return that went elsewhere than was predicted.
        case mispredict
        /// A conditional branch that is taken, as was predicted.
        case takenBranch
        /// A line brought into the instruction cache.
        case instructionMiss
        /// A line brought into the data cache.
        case dataMiss
        /// A changed line written back to make room in the data cache.
        case writeBack
        /// A load around the caches.
        case uncachedLoad
        /// A store around the caches.
        case uncachedStore
        /// A trap: the pipeline emptied and filled again at the handler.
        case trapEntry
        /// MRET, SRET.
        case trapReturn
    }

    /// How much something holds; zero for none.
    public enum Size: String, CaseIterable, Sendable {
        /// Lines of 64 bytes, and how many a set has.
        case instructionCacheLines, instructionCacheWays
        case dataCacheLines, dataCacheWays
        /// Branches whose targets are remembered, two-bit counters, outcomes that choose one, return addresses.
        case branchTargets, branchCounters, branchHistory, returnAddresses
    }

    /// Cycles that an instruction of a class holds the pipeline by itself.
    public let prices: [TimingClass: Fact]
    /// Cycles from its start until an instruction can use its result: 1 for the next one.
    public let latencies: [TimingClass: Fact]
    public let rules: [Rule: Fact]
    public let sizes: [Size: Fact]

    public init(
        prices: [TimingClass: Fact], latencies: [TimingClass: Fact], rules: [Rule: Fact], sizes: [Size: Fact]
    ) {
        self.prices = prices
        self.latencies = latencies
        self.rules = rules
        self.sizes = sizes
    }

    func price(_ timing: TimingClass) -> Int { prices[timing]?.cycles ?? 1 }
    func latency(_ timing: TimingClass) -> Int { latencies[timing]?.cycles ?? 1 }
    subscript(_ rule: Rule) -> Int { rules[rule]?.cycles ?? 0 }
    subscript(_ size: Size) -> Int { sizes[size]?.cycles ?? 0 }
}

/// What each access may be charged, taken out of the table once.
struct AccessPrices {
    let instructionMiss: Int
    let dataMiss: Int
    let writeBack: Int
    let uncachedLoad: Int
    let uncachedStore: Int

    init(_ table: CycleTable) {
        instructionMiss = table[.instructionMiss]
        dataMiss = table[.dataMiss]
        writeBack = table[.writeBack]
        uncachedLoad = table[.uncachedLoad]
        uncachedStore = table[.uncachedStore]
    }
}
