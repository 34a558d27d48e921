import Glibc

/// What the host says about the memory of this program.
enum HostPages {
    /// Which pages of 4 KiB were ever touched, as the kernel's page map tells (`man 5 proc`, /proc/pid/pagemap): bit 63
    /// of a page's 64 is set if it is in memory, bit 62 if it was swapped out.
    ///
    /// - Returns: `nil` where the host does not tell.
    static func used(from start: UnsafeRawPointer, count: Int) -> [Bool]? {
        let size = 1 << 12
        let first = Int(bitPattern: start) / size
        let last = (Int(bitPattern: start) + count - 1) / size
        guard getpagesize() == size, count > 0 else { return nil }
        let map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
        guard map >= 0 else { return nil }
        defer { close(map) }
        var entries = [UInt64](repeating: 0, count: last - first + 1)
        let bytes = entries.count * MemoryLayout<UInt64>.size
        guard pread(map, &entries, bytes, first * MemoryLayout<UInt64>.size) == bytes else { return nil }
        return entries.map { $0 >> 62 != 0 }
    }
}
