import Testing

@testable import Machine

/// The engine takes a distance of zero between guest and host addresses for no memory.
@Suite struct ArenaTests {
    @Test func aMemoryIsNeverAtItsGuestAddressOnTheHost() {
        let arena = Arena(capacity: 3 << 12)
        let first = arena.take(1 << 12, for: Int(bitPattern: arena.base))
        #expect(first == arena.base + 0x1000)
        let second = arena.take(1 << 12, for: Int(bitPattern: first + 0x1000))
        #expect(second == first + 0x2000)
        #expect(arena.take(1 << 12, for: 0x2000_0000) == second + 0x1000)
    }
}
