import Engine
import Profile

/// What the profiling counters of the DWT count, since reset. DDI 0403E.e C1.8.4: cycles are instructions, plus CPI,
/// EXC, SLEEP and LSU, less FOLD.
struct ProfilingCounts {
    /// Cycles of multi-cycle instructions beyond the first, and of fetch stalls; loads and stores apart.
    var CPI = 0
    /// Cycles of exception entry and return.
    var EXC = 0
    var SLEEP = 0
    /// Cycles of loads and stores beyond the first.
    var LSU = 0
    /// Instructions that took no cycle.
    var FOLD = 0
}

extension Processor {
    /// The counts up to the instruction whose access is being made.
    func profilingCounts() -> ProfilingCounts {
        var cycles = outside
        var instructions = 0
        var extra = StaticExtra()
        for block in ledger.blocks {
            let index = Int(block.pointee.index)
            let pending = block.pointee.count
            let charged = block.pointee.charged
            cycles += ledger.spent[index] + CauseVector { ledger.prices[index][$0] &* pending &+ charged[$0.index] }
            instructions +=
                ledger.instructions[index] + pending * Int(block.pointee.instructions)
                - charged[Ledger.abandoned]
            let entries = ledger.entries[index] + pending
            if entries > 0 { extra.add(StaticExtra(of: drafts[index]), times: entries) }
        }
        // The block was counted whole; what comes behind the access has not happened.
        if let currentBlock {
            let draft = drafts[Int(currentBlock.pointee.index)]
            for (instruction, price) in zip(draft.instructions, draft.prices) where instruction.address > currentPC {
                cycles -= price.cycles
                instructions -= 1
                extra.add(StaticExtra(of: instruction, price), times: -1)
            }
        }
        var counts = ProfilingCounts()
        counts.EXC = cycles.exception
        counts.SLEEP = cycles.sleep
        counts.LSU =
            cycles.loadUse + cycles.dataWait + cycles.unaligned + cycles.busSlave + cycles.contention
            + extra.transferCycles
        counts.FOLD = extra.folded
        counts.CPI = cycles.total - instructions - counts.EXC - counts.SLEEP - counts.LSU + counts.FOLD
        return counts
    }
}

/// What of a block's static price the counters tell apart.
private struct StaticExtra {
    /// Cycles of loads and stores that move more than a word, beyond the first.
    var transferCycles = 0
    var folded = 0

    init() {}

    init(of instruction: TimedInstruction, _ price: Price) {
        if instruction.timing.isMemoryAccess { transferCycles = price.cycles.issue - 1 }
        if instruction.timing == .it, price.cycles.issue == 0 { folded = 1 }
    }

    init(of draft: BlockBuilder.Draft) {
        for (instruction, price) in zip(draft.instructions, draft.prices) {
            add(StaticExtra(of: instruction, price), times: 1)
        }
    }

    mutating func add(_ other: StaticExtra, times: Int) {
        transferCycles += other.transferCycles * times
        folded += other.folded * times
    }
}
