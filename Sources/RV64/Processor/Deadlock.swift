import Engine
import Machine

/// Finds out that all harts only wait for each other, in whatever loops: the state of the whole machine comes back to
/// what it was, again and again, while no device is asked and none is going to do anything.
///
/// `Spinning` sees a hart that looks at memory and does nothing else. A lock is waited for with more than that: it is
/// swapped, reserved, taken and given back.
struct DeadlockWatch {
    /// The state of all harts and memories at one moment.
    private struct Snapshot {
        let registers: [UInt8]
        let places: [UInt32]
        /// Taken when the registers come back the first time: in most programs they never do.
        var memories: [[UInt8]]?
        let accesses: Int
        let end: Cycles
        var returns = 0
    }

    private(set) var isDeadlocked = false
    /// For each hart what it looked at, as far as that was seen.
    private(set) var polled: [PolledWord?] = []
    private var snapshot: Snapshot?
    private var next = DeadlockWatch.first

    /// When to look first. Then at half as long again each time, so that looking costs a small part of any run.
    private static let first: Cycles = 1 << 20
    /// For how long to wait for the state to come back.
    private static let window: Cycles = 1 << 20
    /// How often it must come back to be believed.
    private static let enough = 6

    mutating func reset() { self = DeadlockWatch() }

    /// Looks, between two turns.
    mutating func look(at harts: [Hart], _ chip: Chip, now: Cycles) {
        guard snapshot != nil || now >= next else { return }
        guard !isDeadlocked else { return }
        let accesses = harts.reduce(0) { $0 &+ $1.deviceAccesses &+ $1.counterReads.count }
        guard chip.events.next == nil, !harts.contains(where: { $0.control.pendingInterrupt() != nil }) else {
            snapshot = nil
            next = max(next, now + DeadlockWatch.first)
            return
        }
        guard let known = snapshot else {
            next = now + max(DeadlockWatch.first, now / 2)
            snapshot = Snapshot(
                registers: DeadlockWatch.registers(harts), places: harts.map(\.resumeAddress), accesses: accesses,
                end: now + DeadlockWatch.window)
            return
        }
        guard known.accesses == accesses, now < known.end else {
            snapshot = nil
            return
        }
        for hart in harts where known.returns > 0 { notePoll(of: hart) }
        guard zip(harts, known.places).allSatisfy({ $0.resumeAddress == $1 }),
            DeadlockWatch.registers(harts) == known.registers
        else { return }
        let memories = chip.bus.memories.filter(\.isWritable)
        if let before = known.memories {
            guard zip(memories, before).allSatisfy(DeadlockWatch.holds) else { return }
        } else {
            snapshot?.memories = memories.map { [UInt8](UnsafeRawBufferPointer(start: $0.bytes, count: $0.size)) }
        }
        if known.returns == 0 { polled = harts.map { _ in nil } }
        snapshot?.returns += 1
        isDeadlocked = known.returns + 1 >= DeadlockWatch.enough
    }

    /// An atomic access says more about what is waited for than a load.
    private mutating func notePoll(of hart: Hart) {
        guard let word = hart.wordPolledHere, polled[hart.index] == nil || word.isAtomic else { return }
        polled[hart.index] = word
    }

    private static func holds(_ memory: Memory, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { before in
            let step = MemoryLayout<UInt64>.size
            let words = memory.size / step * step
            return stride(from: 0, to: words, by: step).allSatisfy {
                before.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
                    == memory.bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
            }
        }
    }

    private static func registers(_ harts: [Hart]) -> [UInt8] {
        harts.flatMap { [UInt8](UnsafeRawBufferPointer(start: $0.storage, count: CoreState.registerBytes)) }
    }
}

extension Hart {
    public var polledWord: PolledWord? {
        guard !isSleeping else { return nil }
        return spin == nil && harts.deadlock.isDeadlocked ? harts.deadlock.polled[index] : wordPolledHere
    }

    /// The access to memory of the block that it stands at: the atomic one, if there is one.
    fileprivate var wordPolledHere: PolledWord? {
        guard !isSleeping, let block = blockHere else { return nil }
        let records = (0..<Int(block.pointee.length)).map { block.records[$0] }
        let atomic = records.first(where: \.operation.isAtomic)
        guard let access = atomic ?? records.last(where: \.operation.isLoad), access.d != access.n else { return nil }
        // Where the block makes the base itself, it has made the same the last time.
        let offset = UInt64(bitPattern: Int64(atomic == nil ? access.imm : 0))
        return PolledWord(
            address: UInt32(truncatingIfNeeded: state.registers[Int(access.n)] &+ offset), isAtomic: atomic != nil)
    }
}

extension Hart {
    /// The block that it is in or stands in front of.
    private var blockHere: Block.Pointer? {
        if spin == nil, case .inside(let block, _) = position { return block }
        return ledger.codeMap.block(at: spin?.pc ?? resumeAddress)
    }
}

extension Operation {
    fileprivate var isLoad: Bool {
        switch self {
        case .lb, .lh, .lw, .ld, .lbu, .lhu, .lwu, .flw, .fld: true
        default: false
        }
    }
}
