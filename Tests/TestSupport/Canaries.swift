import Foundation
import Machine

/// Host memory around a guest's that nobody may touch: who does is killed by a signal. In the pages at the ends of
/// memories that are no multiple of a page, bytes that have to stay zero.
public final class Canaries {
    private static let page = 1 << 12
    private var memories: [Memory] = []
    private var guarded: [Memory] = []

    public init() {}

    /// Leaves pages of the chip's memory without access, and of their marks the page that they have as a whole.
    public func guardPage(of chip: Chip) {
        let name = "canary \(guarded.count)"
        let memory = Memory(name: name, base: 0, size: 2 * Canaries.page, isWritable: false, in: chip.arena)
        for (pages, size) in [(memory.bytes, memory.size), (protectedMarks(of: memory), Canaries.page)] {
            precondition(mprotect(pages, size, PROT_NONE) == 0, "the host protects pages")
        }
        guarded.append(memory)
    }

    private func protectedMarks(of memory: Memory) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(memory.marks).alignedUp(toMultipleOf: Canaries.page)
    }

    /// Watches what is left of a memory's last page.
    public func watch(_ memory: Memory) { memories.append(memory) }

    /// Whether what is left of the last pages is as it was, and the marks that are not protected.
    public var areUntouched: Bool { areEndsUntouched && areMarksUntouched }

    private var areEndsUntouched: Bool {
        memories.allSatisfy { memory in
            let end = (memory.size + Canaries.page - 1) & ~(Canaries.page - 1)
            return (memory.size..<end).allSatisfy {
                memory.bytes.load(fromByteOffset: $0, as: UInt8.self) == 0 && memory.marks[$0] == 0
            }
        }
    }

    private var areMarksUntouched: Bool {
        guarded.allSatisfy { memory in
            let protected = protectedMarks(of: memory) - UnsafeMutableRawPointer(memory.marks)
            let others = [0..<protected, protected + Canaries.page..<memory.size].joined()
            return others.allSatisfy { memory.marks[$0] == 0 }
        }
    }
}
