import Engine
import Machine

/// The stretch of memory that the run loops of all harts reach by themselves, and which hart may do what with each line
/// of it at once.
///
/// As between caches that are kept coherent: one hart may write a line, or several may read it. That makes reservations
/// and lines with code cheap: whoever takes a line to write it takes the slow path once, and tells the others there.
final class SharedMemory {
    /// The guest address of the first byte.
    let base: UInt32
    /// In bytes, a multiple of 64.
    let size: Int
    let bytes: UnsafeMutableRawPointer
    private let tables: [UnsafeMutablePointer<UInt8>]
    private var caches: [Cache]
    /// The line that each hart has reserved with LR.
    private var reservations: [Int?]
    /// Lines that are never written without a look: they hold decoded code, or words that somebody watches.
    private var watched: Set<Int> = []
    /// Called when a hart loses a line that it could read.
    var onLoss: (_ hart: Int) -> Void = { _ in }
    /// Called when a line goes from one hart's cache to another's.
    var onMove: () -> Void = {}

    var lineCount: Int { size / 64 }

    /// - Parameter address: an address in the stretch: it takes all memories that follow each other there.
    init(_ memories: [Memory], around address: UInt32, harts: Int, cacheLines: Int, ways: Int) {
        let sorted = memories.filter(\.isWritable).sorted { $0.base < $1.base }
        var stretch: [Memory] = []
        for memory in sorted {
            if let last = stretch.last, Int(last.base) + last.size == Int(memory.base),
                last.bytes + last.size == memory.bytes
            {
                stretch.append(memory)
            } else if !stretch.contains(where: { $0.contains(address) }) {
                stretch = [memory]
            }
        }
        let first = stretch.first { _ in stretch.contains { $0.contains(address) } }
        base = first?.base ?? 0
        size = first == nil ? 0 : stretch.reduce(0) { $0 + $1.size } & ~63
        bytes = first?.bytes ?? UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
        let count = max(size / 64, 1)
        tables = (0..<harts).map { _ in zeroedTable(of: UInt8.self, count: count) }
        caches = Array(repeating: Cache(lines: cacheLines, ways: ways), count: harts)
        reservations = Array(repeating: nil, count: harts)
    }

    deinit {
        for table in tables { freeTable(table) }
    }

    /// What a hart may do with each line: see `LineState`.
    func states(of hart: Int) -> UnsafeMutablePointer<UInt8> { tables[hart] }

    /// The line of an address in the stretch.
    func line(of address: UInt32) -> Int? {
        let place = Int(address) - Int(base)
        return place >= 0 && place < size ? place >> 6 : nil
    }

    /// The host's memory of an address in the stretch; what is aligned there lies in it whole.
    @inline(__always)
    func place(of address: UInt32) -> UnsafeMutableRawPointer? {
        let place = Int(address) - Int(base)
        return place >= 0 && place < size ? bytes + place : nil
    }

    /// What had to be done for a hart to have a line.
    struct Movement {
        var isMiss = false
        /// Changed lines that were written back, by whichever hart.
        var writeBacks = 0
    }

    /// Lets a hart read a line.
    func share(_ line: Int, with hart: Int) -> Movement {
        var movement = Movement()
        guard tables[hart][line] & LineState.readable == 0 else { return movement }
        movement.isMiss = true
        for other in tables.indices where other != hart && tables[other][line] & LineState.writable != 0 {
            tables[other][line] &= ~LineState.writable
            movement.writeBacks += 1
            onMove()
        }
        bring(line, to: hart, &movement)
        return movement
    }

    /// Lets a hart write a line, and takes it from the others. Other harts' reservations of it are lost.
    func own(_ line: Int, by hart: Int) -> Movement {
        var movement = Movement()
        for other in tables.indices where other != hart {
            if reservations[other] == line { reservations[other] = nil }
            guard tables[other][line] != 0 else { continue }
            if tables[other][line] & LineState.writable != 0 { movement.writeBacks += 1 }
            tables[other][line] = 0
            caches[other].remove(line)
            onLoss(other)
            onMove()
        }
        if tables[hart][line] & LineState.readable == 0 {
            movement.isMiss = true
            bring(line, to: hart, &movement)
        }
        if !watched.contains(line) { tables[hart][line] |= LineState.writable }
        return movement
    }

    private func bring(_ line: Int, to hart: Int, _ movement: inout Movement) {
        if let victim = caches[hart].fill(line) {
            if tables[hart][victim] & LineState.writable != 0 { movement.writeBacks += 1 }
            tables[hart][victim] = 0
        }
        tables[hart][line] |= LineState.readable
    }

    /// Memory was written by somebody who is no hart, or around the caches.
    func changed(_ address: UInt32, _ count: Int) {
        guard count > 0, let first = line(of: address) else { return }
        let last = min((Int(address) - Int(base) + count - 1) >> 6, lineCount - 1)
        for hart in reservations.indices {
            if let reserved = reservations[hart], (first...last).contains(reserved) { reservations[hart] = nil }
            onLoss(hart)
        }
    }

    // MARK: Reservations

    func reserve(_ line: Int, for hart: Int) { reservations[hart] = line }

    /// Ends a hart's reservation.
    ///
    /// - Returns: whether it was of that line.
    func endReservation(of hart: Int, line: Int?) -> Bool {
        defer { reservations[hart] = nil }
        return line != nil && reservations[hart] == line
    }

    // MARK: Lines with code

    /// Sends every write to these bytes the slow way.
    func watch(_ address: UInt32, _ count: Int) {
        guard count > 0, let first = line(of: address) else { return }
        for line in first...min((Int(address) - Int(base) + count - 1) >> 6, lineCount - 1) {
            watched.insert(line)
            for table in tables { table[line] &= ~LineState.writable }
        }
    }
}
