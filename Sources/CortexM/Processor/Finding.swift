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
