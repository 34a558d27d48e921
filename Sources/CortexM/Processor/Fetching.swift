import Engine
import Machine
import Profile

extension Execution {
    /// Enters a block whose lines are all there: nothing is late, and its use is noted.
    ///
    /// - Returns: whether it is so.
    @inline(always)
    func fetchAtOnce(_ i: Instruction.Pointer) -> Bool {
        guard let use = block.pointee.fetch, use.pointee.isQuiet else { return false }
        use.pointee.end = state.pointee.deadline &- budget &- Int(i.pointee.cyclesToEnd) &+ block.pointee.cycles
        return true
    }
}

/// The instruction fetch of a block from a memory that is slower than the core.
@inline(never)
func fetchLines(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) {
    let known = block.pointee.fetch
    let fetch = known ?? state.pointee.processor._withUnsafeGuaranteedRef { $0.fetchPlan(of: block)?.use }
    guard let fetch, let timing = fetch.pointee.timing else { return }
    let now = state.pointee.deadline - state.pointee.budget - Int(i.pointee.cyclesToEnd)
    let delay = timing._withUnsafeGuaranteedRef { $0.fetchDelay(fetch, at: now) }
    state.pointee.budget -= delay
    block.pointee.charged[Cause.flashWait.index] += delay
}

extension Processor {
    /// How a block is fetched; `nil` when its memory is as fast as the core.
    func fetchPlan(of block: Block.Pointer) -> FetchPlan? {
        let index = Int(block.pointee.index)
        if index < fetchPlans.count, let known = fetchPlans[index] { return known }
        guard let (memory, local) = chip.bus.memory(at: block.pointee.pc), let timing = memory.timing else {
            return nil
        }
        let plan = fetchPlan(drafts[index], at: local, in: timing)
        while fetchPlans.count <= index { fetchPlans.append(nil) }
        fetchPlans[index] = plan
        block.pointee.fetch = plan.use
        return plan
    }

    /// When the lines of a block are reached whose first instruction the memory knows at `start`, and when the core has
    /// room to fetch from them.
    private func fetchPlan(_ draft: BlockBuilder.Draft, at start: UInt32, in timing: AccessTiming) -> FetchPlan {
        let lineShift = timing.lineShift
        var cycles = 0
        var toLine = [0]
        var toRequest = [0]
        let first = start >> lineShift
        /// For each word, when the instruction executes that uses it up.
        var wordTimes: [Int] = []
        for (instruction, price) in zip(draft.instructions, draft.prices) {
            let end = start &+ (instruction.address &- draft.pc) &+ (instruction.isWide ? 4 : 2)
            while first &+ UInt32(toLine.count) <= (end &- 1) >> lineShift {
                let line = first &+ UInt32(toLine.count)
                let word = Int((line << lineShift) >> 2) - Int(start >> 2)
                let freed = word - Processor.fetchBuffer
                toRequest.append(wordTimes.indices.contains(freed) ? wordTimes[freed] + 1 : word)
                toLine.append(cycles)
            }
            while wordTimes.count < Int(end >> 2 &- start >> 2) { wordTimes.append(cycles) }
            cycles += price.cycles.total
        }
        return FetchPlan(
            firstLine: first, cyclesToLine: toLine, cyclesToRequest: toRequest, cycles: cycles, in: timing)
    }

    /// How many words the core's buffer of fetched instructions holds: Arm knowledge article KA 103488664. A word is
    /// asked for as soon as the one so far before it is used up.
    private static let fetchBuffer = 3

    /// The memories' lines or the prices changed.
    func forgetFetchPlans() {
        for memory in chip.bus.memories { memory.timing?.forget() }
        for (index, plan) in fetchPlans.enumerated() where plan != nil { ledger.blocks[index].pointee.fetch = nil }
        fetchPlans.removeAll()
    }
}
