#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Host memory for generated code, in chunks. A page is writable or executable, never both: code is added while none
/// of it runs.
public final class ExecutableMemory {
    private struct Chunk {
        let base: UnsafeMutableRawPointer
        var used: Int
    }

    private static let chunkSize = 1 << 20
    private static let pageSize = 1 << 12
    private var chunks: [Chunk] = []

    public init() {}

    deinit {
        for chunk in chunks { munmap(chunk.base, ExecutableMemory.chunkSize) }
    }

    /// How many bytes of code there are.
    public var size: Int { chunks.reduce(0) { $0 + $1.used } }

    /// Adds code.
    ///
    /// - Returns: its address; `nil` if the host gives no executable memory, or the code is larger than a chunk.
    public func add(_ code: [UInt8]) -> UnsafeMutableRawPointer? {
        guard code.count <= ExecutableMemory.chunkSize else { return nil }
        if chunks.last.map({ $0.used + code.count > ExecutableMemory.chunkSize }) ?? true {
            guard let chunk = ExecutableMemory.map() else { return nil }
            chunks.append(chunk)
        }
        let chunk = chunks[chunks.count - 1]
        let place = chunk.base + chunk.used
        let first = chunk.used & ~(ExecutableMemory.pageSize - 1)
        let pages = chunk.base + first
        let count = chunk.used + code.count - first
        guard mprotect(pages, count, PROT_READ | PROT_WRITE) == 0 else { return nil }
        code.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            place.copyMemory(from: source, byteCount: bytes.count)
        }
        guard mprotect(pages, count, PROT_READ | PROT_EXEC) == 0 else { return nil }
        // Code begins at multiples of 16, as processors like it.
        chunks[chunks.count - 1].used = min((chunk.used + code.count + 15) & ~15, ExecutableMemory.chunkSize)
        return place
    }

    private static func map() -> Chunk? {
        guard let base = mmap(nil, chunkSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
            base != MAP_FAILED
        else { return nil }
        return Chunk(base: base, used: 0)
    }
}
