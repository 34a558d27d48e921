import Glibc

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

    public init() {
        entries = zeroedTable(of: Int.self, count: AccessMap.pageCount)
    }

    deinit {
        Glibc.free(entries)
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
    }

    public func unmapAll() {
        for pages in used {
            for page in pages { entries[page] = 0 }
        }
        used.removeAll()
    }
}

/// A table of zeros. The host provides its pages only as they are used, and these tables are used here and there.
func zeroedTable<Entry>(of type: Entry.Type, count: Int) -> UnsafeMutablePointer<Entry> {
    guard let table = calloc(count, MemoryLayout<Entry>.stride) else {
        preconditionFailure("the host has no memory for a table of \(count) entries")
    }
    return table.bindMemory(to: type, capacity: count)
}
