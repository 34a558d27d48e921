import Machine

/// From a guest page to host memory, for the accesses that need no second look: plain memory, no wait states, no
/// protection to check. Everything that is not in the map takes the slow path, which is complete.
///
/// An entry is the distance from a guest address to its host address, or zero. Each memory has a distance of its own,
/// so the entry also tells which bus slave answered.
@frozen
public struct AccessMap {
    @usableFromInline static let pageSize = 1 << 12

    public let entries: UnsafeMutablePointer<Int>

    public init() {
        entries = .allocate(capacity: 1 << 20)
        entries.initialize(repeating: 0, count: 1 << 20)
    }

    public func free() {
        entries.deallocate()
    }

    /// Maps the whole pages of `size` bytes at `base` onto host memory.
    public func map(_ base: UInt32, size: Int, to host: UnsafeMutableRawPointer) {
        let first = (Int(base) + AccessMap.pageSize - 1) / AccessMap.pageSize
        let end = (Int(base) + size) / AccessMap.pageSize
        guard first < end else { return }
        for page in first..<end { entries[page] = Int(bitPattern: host) - Int(base) }
    }

    /// Takes the pages that overlap `size` bytes at `base` out of the map.
    public func unmap(_ base: UInt32, size: Int) {
        let first = Int(base) / AccessMap.pageSize
        let end = (Int(base) + size + AccessMap.pageSize - 1) / AccessMap.pageSize
        for page in first..<min(end, 1 << 20) { entries[page] = 0 }
    }

    public func unmapAll() {
        entries.update(repeating: 0, count: 1 << 20)
    }
}
