import Machine

/// Which of the pages of 4 KiB that a stretch of host memory has a part of were ever written; `nil` if nobody knows.
/// Pages that were not may be among them.
public typealias UsedPages = (_ start: UnsafeRawPointer, _ count: Int) -> [Bool]?

/// How many bytes of each memory were touched, read off the marks that accesses leave.
///
/// A span of the run has a mark of its own while it lasts; what it touched is what carries that mark at its end. All
/// cores share the marks: a byte that two of them touch belongs to the span that did last.
final class TouchedMemory {
    /// The mark outside of any span.
    static let outside: UInt8 = 1
    private static let first: UInt8 = 2
    private static let last: UInt8 = 255

    private static let pageSize = 1 << 12

    private let memories: [Memory]
    private let usedPages: UsedPages
    private var next = first

    /// - Parameter usedPages: which pages of the marks may hold anything but zeros.
    init(_ memories: [Memory], usedPages: @escaping UsedPages) {
        self.memories = memories
        self.usedPages = usedPages
    }

    /// A mark that no byte carries.
    func freshMark() -> UInt8 {
        if next == TouchedMemory.last {
            for memory in memories {
                for range in used(memory) {
                    for index in range where memory.marks[index] != 0 { memory.marks[index] = TouchedMemory.outside }
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
            let bytes = used(memory).reduce(0) { $0 + TouchedMemory.count(mark, in: memory, $1) }
            if memory.isWritable { ram += bytes } else { flash += bytes }
        }
        return (ram, flash)
    }

    /// Bytes of a memory that were touched at any time.
    func touched(_ memory: Memory) -> Int {
        used(memory).reduce(0) { $0 + $1.count - TouchedMemory.count(0, in: memory, $1) }
    }

    /// The same without those in `ranges`, which may overlap each other and lie anywhere.
    func touched(_ memory: Memory, outside ranges: [Range<UInt64>]) -> Int {
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

    /// The parts of a memory whose marks may be anything but zero. Most of a memory was never touched, and to look at it
    /// would have the host provide it.
    private func used(_ memory: Memory) -> [Range<Int>] {
        guard let pages = usedPages(memory.marks, memory.size) else { return [0..<memory.size] }
        let first = -(Int(bitPattern: memory.marks) % TouchedMemory.pageSize)
        return pages.indices.filter { pages[$0] }.map {
            let start = first + $0 * TouchedMemory.pageSize
            return max(start, 0)..<min(start + TouchedMemory.pageSize, memory.size)
        }
    }

    /// Bytes of a part of a memory with a mark, eight at a time.
    private static func count(_ mark: UInt8, in memory: Memory, _ range: Range<Int>) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let pattern = UInt64(mark) * ones
        let words = UnsafeRawPointer(memory.marks)
        var others = 0
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
            let difference = words.load(fromByteOffset: offset, as: UInt64.self) ^ pattern
            guard difference != 0 else { continue }
            // The top bit of each byte that is not zero; no byte carries into another.
            let tops = (((difference & low) &+ low) | difference) & ~low
            others &+= tops.nonzeroBitCount
        }
        return range.count - others
    }
}
