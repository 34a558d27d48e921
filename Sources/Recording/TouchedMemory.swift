import Machine

/// How many bytes of each memory were touched, read off the marks that accesses leave.
///
/// A span of the run has a mark of its own while it lasts; what it touched is what carries that mark at its end. All
/// cores share the marks: a byte that two of them touch belongs to the span that did last.
final class TouchedMemory {
    /// The mark outside of any span.
    static let outside: UInt8 = 1
    private static let first: UInt8 = 2
    private static let last: UInt8 = 255

    private let memories: [Memory]
    private var next = first

    init(_ memories: [Memory]) {
        self.memories = memories
    }

    /// A mark that no byte carries.
    func freshMark() -> UInt8 {
        if next == TouchedMemory.last {
            for memory in memories {
                for index in 0..<memory.size where memory.marks[index] != 0 {
                    memory.marks[index] = TouchedMemory.outside
                }
            }
            next = TouchedMemory.first
        }
        defer { next += 1 }
        return next
    }

    /// Something else than a core touched these bytes: counted as those of no span.
    func touch(_ address: UInt32, _ count: Int) {
        guard count > 0 else { return }
        for memory in memories where memory.contains(address) {
            let first = Int(address - memory.base)
            for index in first..<min(first + count, memory.size) where memory.marks[index] == 0 {
                memory.marks[index] = TouchedMemory.outside
            }
        }
    }

    /// Bytes that carry a mark, in RAM and in flash.
    func count(_ mark: UInt8) -> (ram: Int, flash: Int) {
        var ram = 0
        var flash = 0
        for memory in memories {
            let bytes = TouchedMemory.count(mark, in: memory)
            if memory.isWritable { ram += bytes } else { flash += bytes }
        }
        return (ram, flash)
    }

    /// Bytes of a memory that were touched at any time.
    static func touched(_ memory: Memory) -> Int {
        memory.size - count(0, in: memory)
    }

    /// The same without those in `ranges`, which may overlap each other and lie anywhere.
    static func touched(_ memory: Memory, outside ranges: [Range<UInt64>]) -> Int {
        var next = Int(memory.base)
        var total = touched(memory)
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let first = max(next, Int(clamping: range.lowerBound))
            let last = min(Int(memory.base) + memory.size, Int(clamping: range.upperBound))
            guard first < last else { continue }
            for address in first..<last where memory.marks[address - Int(memory.base)] != 0 { total -= 1 }
            next = last
        }
        return total
    }

    private static func count(_ mark: UInt8, in memory: Memory) -> Int {
        var total = 0
        for index in 0..<memory.size { total &+= memory.marks[index] == mark ? 1 : 0 }
        return total
    }
}
