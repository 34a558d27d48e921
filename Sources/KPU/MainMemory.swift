import Machine

/// Main memory as the accelerator reads its tables: firmware hands it addresses of the cached view (0x80000000) or of
/// the uncached one (0x40000000), and both mean the same bytes.
struct MainMemory {
    private let bus: Bus
    /// Memories and their aliases begin and end at multiples of this.
    private static let pageSize = 4096

    init(_ bus: Bus) {
        self.bus = bus
    }

    /// Whether memory is at every one of these addresses.
    func has(_ address: UInt32, _ count: Int) -> Bool {
        pages(address, count) { _, _, _ in }
    }

    /// The bytes from `address` on; zero where there is no memory.
    func bytes(at address: UInt32, _ count: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        result.withUnsafeMutableBytes { buffer in
            guard let target = buffer.baseAddress else { return }
            _ = pages(address, count) { source, offset, length in
                (target + offset).copyMemory(from: source, byteCount: length)
            }
        }
        return result
    }

    /// Calls `visit` for each page that the bytes lie in, and tells whether all are memory.
    private func pages(_ address: UInt32, _ count: Int, _ visit: (UnsafeRawPointer, Int, Int) -> Void) -> Bool {
        var offset = 0
        while offset < count {
            guard let place = UInt32(exactly: Int(address) + offset) else { return false }
            let length = min(count - offset, MainMemory.pageSize - Int(place) % MainMemory.pageSize)
            guard let (memory, local) = lookup(place), memory.contains(local, length) else { return false }
            visit(memory.bytes + Int(local - memory.base), offset, length)
            offset += length
        }
        return true
    }

    private func lookup(_ address: UInt32) -> (memory: Memory, address: UInt32)? {
        if let found = bus.memory(at: address) { return found }
        let isView = address >> 30 == 1 || address >> 30 == 2
        return isView ? bus.memory(at: address ^ 0xC000_0000) : nil
    }
}
