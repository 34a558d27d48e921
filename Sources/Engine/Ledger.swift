import Machine
import Profile

/// Where the blocks live, and what they cost: for each its static price by cause, and what it has gathered.
///
/// Counters run in the blocks themselves and are emptied here at the boundaries that the observer draws (a layer
/// begins, an interrupt strikes), so that each span of the run gets its own cycles at no cost in between.
public final class Ledger {
    /// Where in a block's charges the instructions are counted that it did not get to.
    public static var abandoned: Int { Cause.count }
    /// How many numbers a block's charges are.
    public static var chargeCount: Int { Cause.count + 1 }

    public private(set) var codeMap = CodeMap()
    /// Every block ever decoded, by index. Stale ones stay: their cycles were spent.
    public private(set) var blocks: [Block.Pointer] = []
    /// The static price of each block, by index.
    public private(set) var prices: [CauseVector] = []
    /// All cycles of each block so far, as of the last gathering.
    public private(set) var spent: [CauseVector] = []
    /// How many instructions of each block were executed so far, as of the last gathering.
    public private(set) var instructions: [Int] = []

    /// How often each block was entered so far, as of the last gathering.
    public private(set) var entries: [Int] = []

    /// The blocks whose counters are not zero; the run loop appends through `dirtyEnd`.
    public private(set) var dirty: UnsafeMutablePointer<Block.Pointer>
    private var capacity = 1024
    /// The bytes that decoded code lies in, by page of 4 KiB.
    private var covered: [UInt32: [Bool]] = [:]

    public init() {
        dirty = .allocate(capacity: capacity)
    }

    deinit {
        for block in blocks {
            block.pointee.records.deallocate()
            block.pointee.charged.deallocate()
            block.deallocate()
        }
        dirty.deallocate()
        codeMap.free()
    }

    /// Adds a block. `dirtyEnd`, the run loop's end of the dirty list, moves when the list does.
    public func add(
        _ block: Block, price: CauseVector, isFindable: Bool, dirtyEnd: inout UnsafeMutablePointer<Block.Pointer>
    )
        -> Block.Pointer
    {
        if blocks.count + 1 >= capacity {
            let used = dirtyEnd - dirty
            let larger = UnsafeMutablePointer<Block.Pointer>.allocate(capacity: 2 * capacity)
            larger.moveInitialize(from: dirty, count: used)
            dirty.deallocate()
            dirty = larger
            capacity *= 2
            dirtyEnd = dirty + used
        }
        let pointer = Block.Pointer.allocate(capacity: 1)
        pointer.initialize(to: block)
        pointer.pointee.index = Int32(blocks.count)
        blocks.append(pointer)
        prices.append(price)
        spent.append(CauseVector())
        instructions.append(0)
        entries.append(0)
        if isFindable { codeMap.set(pointer, at: block.pc) }
        for address in block.pc..<max(block.end, block.pc) {
            covered[address >> 12, default: [Bool](repeating: false, count: 1 << 12)][Int(address & 0xFFF)] = true
        }
        return pointer
    }

    /// Whether decoded code lies in any of `count` bytes at `address`.
    public func covers(_ address: UInt32, _ count: Int) -> Bool {
        var position = Int(address)
        let end = position + count
        while position < end {
            let offset = position & 0xFFF
            let length = min(end - position, 0x1000 - offset)
            // Page by page: DMA writes much at once, and hardly ever where code is.
            if let bytes = covered[UInt32(truncatingIfNeeded: position >> 12) & 0xF_FFFF],
                bytes[offset..<offset + length].contains(true)
            {
                return true
            }
            position += length
        }
        return false
    }

    /// Makes sure that no block that overlaps the bytes is entered again. Links from other blocks are cut.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func discard(_ address: UInt32, _ count: Int) -> Bool {
        guard covers(address, count) else { return false }
        let end = Int(address) + count
        var found = false
        for block in blocks
        where Int(block.pointee.pc) < end && Int(block.pointee.end) > Int(address)
            && codeMap.block(at: block.pointee.pc) == block
        {
            codeMap.set(nil, at: block.pointee.pc)
            found = true
        }
        if found {
            for block in blocks {
                block.pointee.taken = nil
                block.pointee.next = nil
            }
        }
        return found
    }

    /// The same, wherever else on the bus the bytes answer.
    @discardableResult
    public func discard(_ address: UInt32, _ count: Int, on bus: Bus) -> Bool {
        var found = discard(address, count)
        bus.forEachTwin(of: address) { found = discard($0, count) || found }
        return found
    }

    /// Forgets all blocks as targets, because their prices changed.
    public func discardAll() {
        for block in blocks {
            codeMap.set(nil, at: block.pointee.pc)
            block.pointee.taken = nil
            block.pointee.next = nil
        }
    }

    /// Empties the counters of all blocks that ran since the last time, giving each to `visit`: the block, how many of
    /// its instructions were executed and what they took.
    public func gather(
        dirtyEnd: inout UnsafeMutablePointer<Block.Pointer>,
        _ visit: (_ block: Block.Pointer, _ instructions: Int, _ cycles: CauseVector) -> Void
    ) {
        for position in 0..<(dirtyEnd - dirty) {
            let block = dirty[position]
            let index = Int(block.pointee.index)
            let count = block.pointee.entries
            let price = prices[index]
            let charged = block.pointee.charged
            let cycles = CauseVector { price[$0] &* count &+ charged[$0.index] }
            let executed = count &* Int(block.pointee.instructions) &- charged[Ledger.abandoned]
            charged.update(repeating: 0, count: Ledger.chargeCount)
            block.pointee.count = 0
            block.pointee.runs = .min
            spent[index] += cycles
            instructions[index] += executed
            entries[index] += count
            visit(block, executed, cycles)
        }
        dirtyEnd = dirty
    }
}
