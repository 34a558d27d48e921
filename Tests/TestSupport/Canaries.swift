import Foundation
import Machine

/// Host memory around a guest's that nobody may touch: who does is killed by a signal. In the pages at the ends of
/// memories that are no multiple of a page, bytes that have to stay zero.
public final class Canaries {
    private static let page = 1 << 12
    private var memories: [Memory] = []
    private var guarded: [Memory] = []

    public init() {}

    /// Leaves a page of the chip's memory, and of its marks, without access.
    public func guardPage(of chip: Chip) {
        let name = "canary \(guarded.count)"
        let memory = Memory(name: name, base: 0, size: Canaries.page, isWritable: false, in: chip.arena)
        for page in [memory.bytes, UnsafeMutableRawPointer(memory.marks)] {
            precondition(mprotect(page, Canaries.page, PROT_NONE) == 0, "the host protects pages")
        }
        guarded.append(memory)
    }

    /// Watches what is left of a memory's last page.
    public func watch(_ memory: Memory) { memories.append(memory) }

    /// Whether what is left of the last pages is as it was.
    public var areUntouched: Bool {
        memories.allSatisfy { memory in
            let end = (memory.size + Canaries.page - 1) & ~(Canaries.page - 1)
            return (memory.size..<end).allSatisfy {
                memory.bytes.load(fromByteOffset: $0, as: UInt8.self) == 0 && memory.marks[$0] == 0
            }
        }
    }
}
