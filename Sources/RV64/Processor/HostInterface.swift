import Machine

/// The host-target interface of the Berkeley tools: a program writes to `tohost` what it wants of the machine that
/// simulates it, and reads the answer from `fromhost`.
///
/// The upper byte of the word names a device, the next one a command. Device 0 takes an exit code (an odd word) or the
/// address of a system call's arguments; device 1 takes characters.
public final class HostInterface {
    private let bus: Bus
    private let memory: Memory
    private let tohost: UInt32
    private let fromhost: UInt32?
    private let write: ([UInt8]) -> Void

    /// - Parameters:
    ///   - tohost: the address of the word, a multiple of eight in `memory`, as is `fromhost`.
    ///   - write: takes what the program prints.
    init(bus: Bus, memory: Memory, tohost: UInt32, fromhost: UInt32?, write: @escaping ([UInt8]) -> Void) {
        self.bus = bus
        self.memory = memory
        self.tohost = tohost
        self.fromhost = fromhost
        self.write = write
    }

    func covers(_ address: UInt32, _ count: Int) -> Bool {
        address < tohost &+ 8 && Int(address) + count > Int(tohost)
    }

    /// Does what the word says.
    ///
    /// - Returns: that the run is over, if it is.
    func serve(_ hart: Hart) -> StopRequest? {
        let word = memory.loadDoubleword(tohost)
        guard word != 0 else { return nil }
        let payload = word & 0xFFFF_FFFF_FFFF
        switch (word >> 56, word >> 48 & 0xFF) {
        case (0, 0) where payload & 1 != 0:
            return .exit(Int32(truncatingIfNeeded: payload >> 1))
        case (0, 0):
            call(payload)
        case (1, 1):
            write([UInt8(truncatingIfNeeded: payload)])
            answer(1 << 56 | 1 << 48)
        default:
            hart.chip.notices.unmodelled("tohost device \(word >> 56), command \(word >> 48 & 0xFF)")
        }
        memory.storeDoubleword(tohost, 0)
        return nil
    }

    private func answer(_ word: UInt64) {
        // By the bus, so that a hart that waits for it is told.
        if let fromhost { try? bus.writeDoubleword(fromhost, word) }
    }

    /// A system call: number and arguments as eight-byte words; only `write` (64) is answered.
    private func call(_ address: UInt64) {
        func word(_ index: UInt64) -> UInt64? {
            let place = address + 8 * index
            guard place >> 32 == 0, memory.contains(UInt32(truncatingIfNeeded: place), 8) else { return nil }
            return memory.loadDoubleword(UInt32(truncatingIfNeeded: place))
        }
        if word(0) == 64, let start = word(2), let count = word(3), start >> 32 == 0, count <= 1 << 20,
            memory.contains(UInt32(truncatingIfNeeded: start), Int(count))
        {
            let first = Int(start) - Int(memory.base)
            write([UInt8](UnsafeRawBufferPointer(start: memory.bytes + first, count: Int(count))))
        }
        answer(1)
    }
}

extension Harts {
    /// Has the words `tohost` and `fromhost` answered.
    ///
    /// - Parameters:
    ///   - tohost: their addresses; a word that is not aligned or not in memory is left alone.
    ///   - write: takes what the program prints.
    public func answerHostInterface(tohost: UInt32, fromhost: UInt32?, write: @escaping ([UInt8]) -> Void) {
        guard let (memory, local) = chip.bus.memory(at: tohost), local == tohost, tohost & 7 == 0,
            memory.contains(tohost, 8)
        else { return }
        let answer = fromhost.flatMap { $0 & 7 == 0 && memory.contains($0, 8) ? $0 : nil }
        hostInterface = HostInterface(
            bus: chip.bus, memory: memory, tohost: tohost, fromhost: answer, write: write)
        shared.watch(tohost, 8)
    }
}
