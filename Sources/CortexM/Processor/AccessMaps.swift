import Engine
import Machine

/// Which accesses the run loop may make by itself.
extension Processor {
    /// Maps all memories that are as fast as the core, unless protection must be checked.
    func rebuildMaps() {
        readMap.unmapAll()
        writeMap.unmapAll()
        waiting = nil
        fastMemories = chip.bus.memories.filter { $0.timing?.isTransparent ?? true }.map(\.distance)
        polled = nil
        guard !system.checksProtection else { return }
        let slow = chip.bus.memories.first { !($0.timing?.isTransparent ?? true) && $0.size >= 1 << 16 }
        waiting = slow.flatMap(WaitingMemory.init)
        for memory in chip.bus.memories where heldUntil[ObjectIdentifier(memory)] == nil { remap(memory) }
    }

    /// Maps one memory, with its aliases, if it is as fast as the core.
    func remap(_ memory: Memory) {
        guard !system.checksProtection, memory.timing?.isTransparent ?? true else { return }
        map(memory, at: memory.base, offset: 0, size: memory.size)
        for alias in chip.bus.aliases where alias.memory === memory {
            map(memory, at: alias.base, offset: alias.offset, size: alias.size)
        }
    }

    /// Sends accesses to a memory the slow way.
    func unmap(_ memory: Memory) {
        var ranges = [(memory.base, memory.size)]
        for alias in chip.bus.aliases where alias.memory === memory { ranges.append((alias.base, alias.size)) }
        for (base, size) in ranges {
            readMap.unmap(base, size: size)
            writeMap.unmap(base, size: size)
        }
    }

    private func map(_ memory: Memory, at base: UInt32, offset: Int, size: Int) {
        readMap.map(base, size: size, to: memory.bytes + offset)
        guard memory.isWritable else { return }
        writeMap.map(base, size: size, to: memory.bytes + offset)
        for block in ledger.blocks where ledger.codeMap.block(at: block.pointee.pc) == block {
            writeMap.unmap(block.pointee.pc, size: Int(block.pointee.end) - Int(block.pointee.pc))
        }
    }

    /// Wait states, protection or aliases changed.
    func accessChanged() {
        rebuildMaps()
        forgetFetchPlans()
        forgetBlocks()
    }

    /// Has accesses made as unprivileged, or as the mode says, from the next one on.
    func setUnprivileged(_ isUnprivileged: Bool) {
        accessesAsUnprivileged = isUnprivileged
        state.pointee.readMap = isUnprivileged ? emptyMap.entries : readMap.entries
        state.pointee.writeMap = isUnprivileged ? emptyMap.entries : writeMap.entries
    }

    /// After a fault in an unprivileged access.
    func restoreMaps() {
        setUnprivileged(false)
    }
}

extension Memory {
    /// Host address minus guest address.
    var distance: Int { Int(bitPattern: bytes) - Int(base) }
}
