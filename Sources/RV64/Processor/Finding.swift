import Engine
import Machine
import Profile

/// Finding and decoding blocks, fetching them through the instruction cache, and noticing when code changes.
extension Hart {
    /// The block that begins at `pc`, which must lie in the lower 4 GiB; decoded if need be.
    func find(_ pc: UInt32) -> Block.Pointer { ledger.codeMap.block(at: pc) ?? decode(pc) }

    private func decode(_ pc: UInt32) -> Block.Pointer {
        let draft = builder.build(at: pc)
        let block = Block(
            copying: draft.records, instructions: draft.instructions.count, pc: pc, end: draft.end,
            function: functionIndex(pc), cycles: draft.price.total, slack: draft.slack)
        drafts.append(draft)
        let pointer = ledger.add(block, price: draft.price, isFindable: true, dirtyEnd: &state.pointee.dirty)
        pointer.pointee.code = hostCode?.unknown
        if let (memory, local) = chip.bus.memory(at: pc), memory.isWritable {
            shared.watch(local, Int(draft.end) - Int(pc))
        }
        return pointer
    }

    private var builder: BlockBuilder {
        BlockBuilder(
            decoder: decoder, pipeline: Pipeline(table: timings), fetch: fetchHalfword,
            isObserved: observedAddresses.contains, function: functionIndex)
    }

    /// A halfword of code, or `nil` where the hart cannot fetch from.
    private func fetchHalfword(_ address: UInt32) -> UInt16? {
        guard let (memory, local) = chip.bus.memory(at: address), memory.isExecutable, memory.contains(local, 2) else {
            return nil
        }
        return UInt16(truncatingIfNeeded: memory.load(local, .halfword))
    }

    /// Bytes that may hold decoded code were written, by whichever master.
    func codeChanged(_ address: UInt32, _ count: Int) {
        guard ledger.discard(address, count, on: chip.bus) else { return }
        hasStaleCode = true
        hasStaleHostCode = hostCode != nil
        spin = nil
        state.pointee.wantsAttention = true
    }

    /// FENCE.I: the instruction cache begins anew.
    func emptyInstructionCache() {
        instructionCache.empty { fetchedLines[$0] = false }
        beginFetchEpoch()
    }

    /// Lines left the instruction cache: no block is sure of its own any more.
    private func beginFetchEpoch() {
        state.pointee.fetchEpoch += 1
        for block in readied {
            block.pointee.count = block.pointee.entries
            block.pointee.runs = .min
            block.pointee.isListed = false
        }
        readied.removeAll(keepingCapacity: true)
    }

    /// An entry from host code that needs more than to be counted.
    ///
    /// - Returns: whether there is enough time for the block.
    func enterFromCode(_ block: Block.Pointer) -> Bool {
        block.pointee.runs = .min
        count(block)
        if block.pointee.fetched != state.pointee.fetchEpoch { fetch(block) }
        guard state.pointee.budget >= block.pointee.slack else {
            state.pointee.departure = .entered
            return false
        }
        block.pointee.runs = 0
        if !block.pointee.isListed {
            block.pointee.isListed = true
            readied.append(block)
        }
        return true
    }
}

/// Brings the lines of a block into the instruction cache and charges what that takes.
@inline(never)
func fetchBlock(_ state: CoreState.Pointer, _ block: Block.Pointer) {
    state.pointee.hart._withUnsafeGuaranteedRef { $0.fetch(block) }
}

extension Hart {
    func fetch(_ block: Block.Pointer) {
        var missing = 0
        if let first = shared.line(of: block.pointee.pc) {
            let bytes = max(Int(block.pointee.end) - Int(block.pointee.pc), 1)
            let last = min((Int(block.pointee.pc) - Int(shared.base) + bytes - 1) >> 6, shared.lineCount - 1)
            for line in first...last where !fetchedLines[line] {
                missing += 1
                fetchedLines[line] = true
                guard let victim = instructionCache.fill(line) else { continue }
                fetchedLines[victim] = false
                beginFetchEpoch()
            }
        }
        block.pointee.fetched = state.pointee.fetchEpoch
        guard missing > 0 else { return }
        let cycles = missing * prices.instructionMiss
        state.pointee.budget -= cycles
        block.pointee.charged[Cause.instructionCache.index] += cycles
    }
}
