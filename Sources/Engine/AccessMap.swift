/// From a guest page to host memory, for the accesses that need no second look: plain memory, no wait states, no
/// protection to check. Everything that is not in the map takes the slow path, which is complete.
///
/// An entry is the distance from a guest address to its host address, or zero. Each memory has a distance of its own,
/// so the entry also tells which bus slave answered.
public final class AccessMap {
    private static let pageSize = 1 << 12
    private static let pageCount = 1 << 20

    public let entries: UnsafeMutablePointer<Int>
    /// The pages that may have an entry.
    private var used: [Range<Int>] = []
    /// The pages that generated code takes for granted.
    private var promised: [Range<Int>] = []
    private var brokenPromises = 0
    /// After so many, nothing is promised any more: what changes so often is looked up at each access.
    private static let promiseLimit = 8
    /// Told when a page is taken out of the map that was promised.
    public var promiseBroken: () -> Void = {}

    public init() {
        entries = zeroedTable(of: Int.self, count: AccessMap.pageCount)
    }

    deinit {
        freeTable(entries)
    }

    /// Maps the whole pages of `size` bytes at `base` onto host memory.
    public func map(_ base: UInt32, size: Int, to host: UnsafeMutableRawPointer) {
        let first = (Int(base) + AccessMap.pageSize - 1) / AccessMap.pageSize
        let end = (Int(base) + size) / AccessMap.pageSize
        guard first < end else { return }
        for page in first..<end { entries[page] = Int(bitPattern: host) - Int(base) }
        used.append(first..<end)
    }

    /// Takes the pages that overlap `size` bytes at `base` out of the map.
    public func unmap(_ base: UInt32, size: Int) {
        let first = Int(base) / AccessMap.pageSize
        let end = (Int(base) + size + AccessMap.pageSize - 1) / AccessMap.pageSize
        for page in first..<min(end, AccessMap.pageCount) { entries[page] = 0 }
        if promised.contains(where: { $0.lowerBound < end && first < $0.upperBound }) { breakPromises() }
    }

    public func unmapAll() {
        if !promised.isEmpty { breakPromises() }
        for pages in used {
            for page in pages { entries[page] = 0 }
        }
        used.removeAll()
    }

    // MARK: Promises

    /// The pages around an address that lie side by side in one memory. From now on `promiseBroken` is called before
    /// one of them is used that is no longer in the map.
    ///
    /// - Returns: `nil` if the address is not in the map, or if such promises do not last.
    public func promise(around address: UInt32) -> MemoryStretch? {
        let page = Int(address) / AccessMap.pageSize
        let entry = entries[page]
        guard entry != 0, brokenPromises < AccessMap.promiseLimit else { return nil }
        let pages = promised.first { $0.contains(page) } ?? pages(around: page)
        if !promised.contains(pages) { promised.append(pages) }
        return MemoryStretch(
            base: UInt32(pages.lowerBound * AccessMap.pageSize), size: UInt32(pages.count * AccessMap.pageSize),
            distance: entry)
    }

    private func pages(around page: Int) -> Range<Int> {
        var (first, end) = (page, page + 1)
        while first > 0, entries[first - 1] == entries[page] { first -= 1 }
        while end < AccessMap.pageCount - 1, entries[end] == entries[page] { end += 1 }
        return first..<end
    }

    private func breakPromises() {
        promised.removeAll()
        brokenPromises += 1
        promiseBroken()
    }
}

/// A stretch of guest memory whose bytes lie side by side on the host.
public struct MemoryStretch: Equatable, Sendable {
    /// Guest address of its first byte.
    public let base: UInt32
    /// In bytes.
    public let size: UInt32
    /// Host address minus guest address.
    public let distance: Int
}
