import Machine
import Profile

/// Another master of the bus matrix, such as a DMA controller, holds a slave for some cycles: the core's accesses to
/// that slave wait for their turn. The matrix arbitrates round-robin (RM0090 2.1), so one access waits for one beat.
extension Processor {
    /// A master holds `slave` from a cycle on. While it does, the run loop leaves accesses to it to the slow path.
    public func busHeld(_ slave: String, from cycle: Cycles, for cycles: Cycles) {
        let end = cycle + cycles
        for memory in chip.bus.memories where memory.slave == slave {
            heldUntil[ObjectIdentifier(memory)] = max(heldUntil[ObjectIdentifier(memory)] ?? 0, end)
            unmap(memory)
            if memory.timing != nil { state.pointee.isWaitingHeld = true }
            chip.events.schedule(at: max(end, now)) { [weak self] now in self?.release(memory, at: now) }
        }
    }

    private func release(_ memory: Memory, at cycle: Cycles) {
        guard let end = heldUntil[ObjectIdentifier(memory)], end <= cycle else { return }
        heldUntil[ObjectIdentifier(memory)] = nil
        if memory.timing != nil { state.pointee.isWaitingHeld = false }
        remap(memory)
    }

    /// What an access to a memory waits for other masters, in cycles.
    func contention(_ memory: Memory) -> Int {
        guard !heldUntil.isEmpty, let end = heldUntil[ObjectIdentifier(memory)], chip.clock.now < end else { return 0 }
        return 1
    }
}
