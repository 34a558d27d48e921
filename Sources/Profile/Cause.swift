/// Why a cycle was spent. Every cycle of a run has exactly one cause, so the causes of a span sum to its cycles.
///
/// The raw value is the name used in saved profiles; renaming one is a change of schema.
@frozen
public enum Cause: String, CaseIterable, Codable, Sendable {
    /// The instruction itself, as the core's cycle table prints it.
    case issue
    /// The pipeline filled again after a taken branch or another write of the PC.
    case refill
    /// An instruction that waited for the result or the address of the one before it.
    case loadUse
    /// Fetch alignment of branch targets, and long runs of 32-bit instructions.
    case fetchAlign
    /// Instruction fetch that waited for flash.
    case flashWait
    /// Data read from or written to a memory with wait states.
    case dataWait
    /// Instruction fetch that missed the instruction cache.
    case instructionCache
    /// A data access that missed the data cache, and what it wrote back for that.
    case dataCache
    /// A data access around the caches: a device, or memory's uncached view.
    case uncached
    /// A data access that was not aligned and took more than one transfer.
    case unaligned
    /// A change from one slave of the bus matrix to another.
    case busSlave
    /// A product that was not ready.
    case multiplier
    /// The divider, beyond its first cycle.
    case divider
    /// Floating point: latency, and results that were not ready.
    case fp
    /// Another bus master, such as DMA, held the bus.
    case contention
    /// Exception entry and exit.
    case exception
    /// The core slept and waited for an event.
    case sleep
    /// The core looked again and again at memory that did not change.
    case spin

    /// How many causes there are.
    @inlinable public static var count: Int { 18 }

    /// The dense index of the cause, 0..<`count`, in the order above.
    @inlinable public var index: Int {
        switch self {
        case .issue: 0
        case .refill: 1
        case .loadUse: 2
        case .fetchAlign: 3
        case .flashWait: 4
        case .dataWait: 5
        case .instructionCache: 6
        case .dataCache: 7
        case .uncached: 8
        case .unaligned: 9
        case .busSlave: 10
        case .multiplier: 11
        case .divider: 12
        case .fp: 13
        case .contention: 14
        case .exception: 15
        case .sleep: 16
        case .spin: 17
        }
    }
}

extension Cause: CodingKey {}

extension Cause {
    /// The name in reports for people.
    public var label: String {
        switch self {
        case .issue: "issue"
        case .refill: "branch refill"
        case .loadUse: "load-use"
        case .fetchAlign: "fetch alignment"
        case .flashWait: "flash wait"
        case .dataWait: "data wait"
        case .instructionCache: "instruction cache miss"
        case .dataCache: "data cache miss"
        case .uncached: "uncached data"
        case .unaligned: "unaligned data"
        case .busSlave: "bus slave change"
        case .multiplier: "multiplier"
        case .divider: "divider"
        case .fp: "floating point"
        case .contention: "bus contention"
        case .exception: "exception entry and exit"
        case .sleep: "sleep"
        case .spin: "spinning"
        }
    }

    /// At most seven characters, for the heading of a column.
    public var shortLabel: String {
        switch self {
        case .issue: "issue"
        case .refill: "refill"
        case .loadUse: "load"
        case .fetchAlign: "align"
        case .flashWait: "flash"
        case .dataWait: "data"
        case .instructionCache: "icache"
        case .dataCache: "dcache"
        case .uncached: "uncache"
        case .unaligned: "unalign"
        case .busSlave: "slave"
        case .multiplier: "mul"
        case .divider: "divide"
        case .fp: "float"
        case .contention: "contend"
        case .exception: "except"
        case .sleep: "sleep"
        case .spin: "spin"
        }
    }
}
