#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The host memory behind all memories of a chip, in two halves of equal layout: the guest's bytes, and beside each
/// byte, at a constant distance, a mark that tells in which span of the run it was touched last. One distance for all
/// memories makes marking an access a single store in the engine.
public final class Arena {
    /// From a guest byte to its mark.
    public let markDistance: Int
    let base: UnsafeMutableRawPointer
    private let mapped: Int
    private var used = 0

    /// - Parameter capacity: bytes for all memories together; rounded up to whole pages per memory.
    public init(capacity: Int) {
        markDistance = Arena.rounded(capacity) + Arena.spare + Arena.skew
        mapped = Arena.rounded(2 * markDistance)
        guard let base = HostPages.map(mapped) else {
            preconditionFailure("the host has no \(mapped) bytes of memory for the chip's memories")
        }
        self.base = base
    }

    deinit {
        HostPages.unmap(base, mapped)
    }

    /// A fresh stretch, filled with zeros.
    ///
    /// - Parameter address: the guest's address, which is never the host's: a distance of zero between them stands for
    ///   no memory in the engine.
    func take(_ size: Int, for address: Int) -> UnsafeMutableRawPointer {
        if Int(bitPattern: base + used) == address { used += Arena.page }
        precondition(used + Arena.rounded(size) <= markDistance, "the arena was made for less memory")
        defer { used += Arena.rounded(size) }
        return base + used
    }

    private static let page = 1 << 12
    /// Room for memories to be put a page further.
    private static let spare = 16 * page

    /// A mark does not lie in its page where its byte does: a host that compares the low bits of addresses would take
    /// each load for one of the mark that was stored just before, and have it wait.
    private static let skew = 33 * 64

    static func rounded(_ size: Int) -> Int { (size + 0xFFF) & ~0xFFF }
}

/// A memory of the chip: flash or RAM.
public final class Memory {
    /// Name as in the reference manual, such as `SRAM1`.
    public let name: String
    public let base: UInt32
    /// Size in bytes, a multiple of eight.
    public let size: Int
    public let isWritable: Bool
    /// Whether the core can fetch instructions from it.
    public let isExecutable: Bool
    /// Which bus slave answers; accesses to different slaves cannot be pipelined into each other.
    public let slave: String
    /// The bytes. Valid as long as the memory is.
    public let bytes: UnsafeMutableRawPointer
    /// One mark per byte; see `Arena`.
    public let marks: UnsafeMutablePointer<UInt8>
    /// What it adds to an access; `nil` for a memory as fast as the core.
    public var timing: AccessTiming?
    /// Takes the core's writes to a read-only memory: the programming interface of flash.
    public var program: ((_ address: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) -> Void)?
    private let arena: Arena

    public init(
        name: String, base: UInt32, size: Int, isWritable: Bool, isExecutable: Bool = true, slave: String? = nil,
        fill: UInt8 = 0, in arena: Arena
    ) {
        precondition(size > 0 && size % 8 == 0 && Int(base) + size <= 1 << 32)
        self.name = name
        self.base = base
        self.size = size
        self.isWritable = isWritable
        self.isExecutable = isExecutable
        self.slave = slave ?? name
        self.arena = arena
        bytes = arena.take(size, for: Int(base))
        marks = (bytes + arena.markDistance).assumingMemoryBound(to: UInt8.self)
        if fill != 0 { memset(bytes, Int32(fill), size) }
    }

    /// Whether `count` bytes at `address` lie inside.
    @inlinable
    public func contains(_ address: UInt32, _ count: Int = 1) -> Bool {
        address >= base && Int(address - base) + count <= size
    }

    /// Loads a little-endian value; the address must lie inside.
    @inlinable
    public func load(_ address: UInt32, _ width: AccessWidth) -> UInt32 {
        let place = bytes + Int(address - base)
        return switch width {
        case .byte: UInt32(place.load(as: UInt8.self))
        case .halfword: UInt32(place.loadUnaligned(as: UInt16.self))
        case .word: place.loadUnaligned(as: UInt32.self)
        }
    }

    /// Stores a little-endian value; the address must lie inside.
    @inlinable
    public func store(_ address: UInt32, _ value: UInt32, _ width: AccessWidth) {
        let place = bytes + Int(address - base)
        switch width {
        case .byte: place.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        case .halfword: place.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        case .word: place.storeBytes(of: value, as: UInt32.self)
        }
    }

    /// Loads 64 little-endian bits; the address must lie inside, with those behind it.
    @inlinable
    public func loadDoubleword(_ address: UInt32) -> UInt64 {
        (bytes + Int(address - base)).loadUnaligned(as: UInt64.self)
    }

    /// Stores 64 little-endian bits; the address must lie inside, with those behind it.
    @inlinable
    public func storeDoubleword(_ address: UInt32, _ value: UInt64) {
        (bytes + Int(address - base)).storeBytes(of: value, as: UInt64.self)
    }
}
