/// The address map of a chip: which memory or peripheral answers where. This is the slow, complete way to an address;
/// the engine keeps a faster one for plain memory.
public final class Bus {
    private struct Slot {
        let base: UInt32
        let last: UInt32
        let peripheral: any Peripheral
    }

    /// A second address range at which (part of) a memory answers.
    public struct Alias {
        public let base: UInt32
        public let size: Int
        public let memory: Memory
        /// Where in the memory the range begins.
        public let offset: Int
    }

    public private(set) var memories: [Memory] = []
    /// Changes only through `setAlias`.
    public private(set) var aliases: [Alias] = []
    private var slots: [Slot] = []

    /// Called after a write to memory that did not come from the core (a DMA transfer, flash programming), and after
    /// an alias moved: decoded code may be stale.
    public var onChange: (_ address: UInt32, _ count: Int) -> Void = { _, _ in }

    /// Called after an alias moved: which memory answers where is to be looked up again.
    public var onRemap: () -> Void = {}

    public init() {}

    public func add(_ memory: Memory) {
        memories.append(memory)
        gap = nil
    }

    /// Places a peripheral at `base`; its range must be free.
    public func add(_ peripheral: any Peripheral, at base: UInt32, size: UInt32) {
        let slot = Slot(base: base, last: base + (size - 1), peripheral: peripheral)
        let place = slots.firstIndex { $0.base > base } ?? slots.endIndex
        slots.insert(slot, at: place)
    }

    /// Lets a memory answer at `base` too, in the place of whatever answered there before.
    public func setAlias(at base: UInt32, size: Int, of memory: Memory, offset: Int = 0) {
        aliases.removeAll { $0.base == base }
        aliases.append(Alias(base: base, size: size, memory: memory, offset: offset))
        gap = nil
        onChange(base, size)
        onRemap()
    }

    /// The memory that answers at `address`, and the address by which that memory knows the byte.
    public func memory(at address: UInt32) -> (memory: Memory, address: UInt32)? {
        if let gap, gap.contains(address) { return nil }
        for memory in memories where memory.contains(address) { return (memory, address) }
        for alias in aliases where address >= alias.base && Int(address - alias.base) < alias.size {
            return (alias.memory, alias.memory.base + UInt32(alias.offset) + (address - alias.base))
        }
        gap = gap(around: address)
        return nil
    }

    /// Calls `visit` with every other address at which the memory's byte at `address` answers, too, be it the memory's
    /// own or an alias.
    public func forEachTwin(of address: UInt32, _ visit: (UInt32) -> Void) {
        guard let (memory, local) = memory(at: address) else { return }
        if local != address { visit(local) }
        for alias in aliases where alias.memory === memory {
            let offset = Int(local &- memory.base) - alias.offset
            let twin = alias.base &+ UInt32(truncatingIfNeeded: offset)
            if twin != address { visit(twin) }
        }
    }

    /// The stretch without memory that was looked at last: a firmware that polls a register asks for it again and
    /// again.
    private var gap: ClosedRange<UInt32>?
    /// The place in `slots` that answered last, for the same reason.
    private var lastSlot = 0

    private func gap(around address: UInt32) -> ClosedRange<UInt32> {
        var low: UInt32 = 0
        var high = UInt32.max
        let ranges = memories.map { ($0.base, $0.size) } + aliases.map { ($0.base, $0.size) }
        for (base, size) in ranges {
            if base > address { high = min(high, base - 1) } else { low = max(low, base + UInt32(size - 1) + 1) }
        }
        return low...high
    }

    /// The peripheral that answers at `address`, and the offset from its base.
    public func peripheral(at address: UInt32) -> (peripheral: any Peripheral, offset: UInt32)? {
        if lastSlot < slots.count, slots[lastSlot].base <= address, address <= slots[lastSlot].last {
            return (slots[lastSlot].peripheral, address - slots[lastSlot].base)
        }
        var low = 0
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].last < address { low = middle + 1 } else { high = middle }
        }
        guard low < slots.count, slots[low].base <= address else { return nil }
        lastSlot = low
        return (slots[low].peripheral, address - slots[low].base)
    }

    /// The same, and the whole range in which it answers.
    public func device(at address: UInt32) -> (peripheral: any Peripheral, range: ClosedRange<UInt32>)? {
        guard peripheral(at: address) != nil else { return nil }
        let slot = slots[lastSlot]
        return (slot.peripheral, slot.base...slot.last)
    }

    public var peripherals: [any Peripheral] { slots.map(\.peripheral) }

    /// Reads as a bus master does. The access must be aligned to its width.
    public func read(_ address: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        if let (memory, local) = memory(at: address) { return memory.load(local, width) }
        return try readPeripheral(address, width)
    }

    /// The same where no memory answers.
    public func readPeripheral(_ address: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        guard let (peripheral, offset) = peripheral(at: address) else { throw .nothingThere }
        return try peripheral.read(offset, width)
    }

    /// Writes as a bus master other than the core does. The access must be aligned to its width.
    public func write(_ address: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        if let (memory, local) = memory(at: address) {
            guard memory.isWritable else { throw .readOnly }
            memory.store(local, value, width)
            onChange(address, Int(width.rawValue))
        } else if let (peripheral, offset) = peripheral(at: address) {
            try peripheral.write(offset, value & width.mask, width)
        } else {
            throw .nothingThere
        }
    }

    /// Reads 64 bits as a bus master does, at a multiple of eight.
    public func readDoubleword(_ address: UInt32) throws(BusError) -> UInt64 {
        if let (memory, local) = memory(at: address) { return memory.loadDoubleword(local) }
        if let (peripheral, offset) = peripheral(at: address) { return try peripheral.readDoubleword(offset) }
        throw .nothingThere
    }

    /// Writes 64 bits as a bus master other than the core does, at a multiple of eight.
    public func writeDoubleword(_ address: UInt32, _ value: UInt64) throws(BusError) {
        if let (memory, local) = memory(at: address) {
            guard memory.isWritable else { throw .readOnly }
            memory.storeDoubleword(local, value)
            onChange(address, 8)
        } else if let (peripheral, offset) = peripheral(at: address) {
            try peripheral.writeDoubleword(offset, value)
        } else {
            throw .nothingThere
        }
    }
}
