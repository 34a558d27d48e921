import Engine
import Machine
import Profile

/// Finding and decoding blocks, and noticing when code changes.
extension Processor {
    /// The block that begins at `pc`; decoded if need be.
    func find(_ pc: UInt32, _ itState: UInt8) -> Block.Pointer? {
        if itState & 0xF == 0 {
            if let block = ledger.codeMap.block(at: pc) { return block }
        } else if let block = blocksInIT[UInt64(pc) << 8 | UInt64(itState)] {
            return block
        }
        return decode(pc, itState)
    }

    private func decode(_ pc: UInt32, _ itState: UInt8) -> Block.Pointer {
        let draft = builder.build(at: pc, itState: itState)
        let block = Block(
            copying: draft.records, instructions: draft.instructions.count, pc: pc, end: draft.end,
            function: functionIndex(pc), cycles: draft.price.total, slack: draft.slack)
        drafts.append(draft)
        let isFindable = itState & 0xF == 0
        let pointer = ledger.add(
            block, price: draft.price, isFindable: isFindable, dirtyEnd: &state.pointee.dirty)
        pointer.pointee.code = hostCode?.unknown
        if !isFindable { blocksInIT[UInt64(pc) << 8 | UInt64(itState)] = pointer }
        watchForWrites(pc, Int(draft.end) - Int(pc))
        return pointer
    }

    private var builder: BlockBuilder {
        BlockBuilder(
            decoder: decoder, pipeline: Pipeline(table: timings), fetch: fetchHalfword,
            isObserved: observedAddresses.contains, function: functionIndex,
            fetchesLines: { [unowned self] address in
                guard let timing = self.chip.bus.memory(at: address)?.memory.timing else { return false }
                return !timing.isTransparent
            },
            isFPEnabled: { [unowned self] in self.features.hasFPU && self.system.isFPEnabled },
            isPrivilegedCode: { [unowned self] in self.system.isPrivilegedCode($0) })
    }

    /// A halfword of code, or `nil` where the core cannot fetch from.
    private func fetchHalfword(_ address: UInt32) -> UInt32? {
        guard let (memory, local) = chip.bus.memory(at: address), memory.isExecutable, memory.contains(local, 2),
            system.permits(address, .halfword, isWrite: false, isPrivileged: true, isFetch: true)
        else { return nil }
        return memory.load(local, .halfword)
    }

    /// Sends writes to pages with decoded code the slow way, where they are noticed.
    private func watchForWrites(_ address: UInt32, _ count: Int) {
        writeMap.unmap(address, size: count)
        chip.bus.forEachTwin(of: address) { writeMap.unmap($0, size: count) }
    }

    /// Bytes that may hold decoded code were written.
    func codeChanged(_ address: UInt32, _ count: Int) {
        guard ledger.discard(address, count, on: chip.bus) else { return }
        forgetHostCode()
        blocksInIT.removeAll()
        hasStaleCode = true
        state.pointee.wantsAttention = true
    }

    /// Prices or permissions changed: everything is decoded anew.
    func forgetBlocks() {
        ledger.discardAll()
        forgetHostCode()
        blocksInIT.removeAll()
        hasStaleCode = true
        state.pointee.wantsAttention = true
    }
}

/// The instruction fetch of a block from a memory that is slower than the core.
@inline(never)
func fetchLines(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) {
    state.pointee.processor._withUnsafeGuaranteedRef { processor in
        guard let fetch = processor.slowFetch(of: block) else { return }
        let now = state.pointee.deadline - state.pointee.budget - Int(i.pointee.cyclesToEnd)
        let delay = fetch.timing.fetchDelay(fetch.plan, at: now)
        state.pointee.budget -= delay
        block.pointee.charged[Cause.flashWait.index] += delay
    }
}

/// How a block is fetched from a memory that is slower than the core.
struct SlowFetch {
    let plan: FetchPlan
    /// The memory's; memories keep theirs as long as the chip lives.
    unowned(unsafe) let timing: any AccessTiming
}

extension Processor {
    /// How a block is fetched; `nil` when its memory is as fast as the core.
    @inline(__always)
    func slowFetch(of block: Block.Pointer) -> SlowFetch? {
        let index = Int(block.pointee.index)
        if index < slowFetches.count, let known = slowFetches[index] { return known }
        return makeSlowFetch(of: block)
    }

    @inline(never)
    private func makeSlowFetch(of block: Block.Pointer) -> SlowFetch? {
        guard let (memory, local) = chip.bus.memory(at: block.pointee.pc), let timing = memory.timing else {
            return nil
        }
        let index = Int(block.pointee.index)
        let fetch = SlowFetch(plan: fetchPlan(drafts[index], at: local, lineShift: timing.lineShift), timing: timing)
        while slowFetches.count <= index { slowFetches.append(nil) }
        slowFetches[index] = fetch
        return fetch
    }

    /// When the lines of a block are reached whose first instruction the memory knows at `start`, and when the core has
    /// room to fetch from them.
    private func fetchPlan(_ draft: BlockBuilder.Draft, at start: UInt32, lineShift: UInt32) -> FetchPlan {
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
        return FetchPlan(firstLine: first, cyclesToLine: toLine, cyclesToRequest: toRequest)
    }

    /// How many words the core's buffer of fetched instructions holds: Arm knowledge article KA 103488664. A word is
    /// asked for as soon as the one so far before it is used up.
    private static let fetchBuffer = 3

    /// The memories' lines or the prices changed.
    func forgetFetchPlans() {
        for fetch in slowFetches { fetch?.plan.free() }
        slowFetches.removeAll()
    }
}
