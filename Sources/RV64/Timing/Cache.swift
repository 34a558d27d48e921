/// A set-associative cache of lines of 64 bytes over one stretch of memory, as far as time is concerned: which lines it
/// holds. Lines are numbered from the start of that memory.
///
/// A line is replaced at random, as in Rocket, so that a hit changes nothing; the "random" is a shift register, the
/// same in every run.
struct Cache {
    private let sets: Int
    private let ways: Int
    /// The line in each way of each set; -1 for none.
    private var lines: [Int32]
    private var lfsr: UInt16 = 1

    /// - Parameters:
    ///   - lines: how many it holds; 0 for a cache that holds everything.
    ///   - ways: how many of them share a set.
    init(lines: Int, ways: Int) {
        self.ways = max(ways, 1)
        sets = max(lines / max(ways, 1), 1)
        self.lines = lines == 0 ? [] : [Int32](repeating: -1, count: sets * self.ways)
    }

    /// Brings a line in that is not there.
    ///
    /// - Returns: the line that had to go for it, if any.
    mutating func fill(_ line: Int) -> Int? {
        guard !lines.isEmpty else { return nil }
        let first = line % sets * ways
        if let free = (first..<(first + ways)).first(where: { lines[$0] < 0 }) {
            lines[free] = Int32(truncatingIfNeeded: line)
            return nil
        }
        let way = first + random() % ways
        defer { lines[way] = Int32(truncatingIfNeeded: line) }
        return Int(lines[way])
    }

    /// Takes a line out, if it is there.
    mutating func remove(_ line: Int) {
        guard !lines.isEmpty else { return }
        let first = line % sets * ways
        for way in first..<(first + ways) where lines[way] == Int32(truncatingIfNeeded: line) { lines[way] = -1 }
    }

    /// Takes everything out, giving each line to `visit`.
    mutating func empty(_ visit: (Int) -> Void) {
        for index in lines.indices where lines[index] >= 0 {
            visit(Int(lines[index]))
            lines[index] = -1
        }
    }

    /// A Fibonacci shift register of 16 bits, x^16 + x^14 + x^13 + x^11 + 1: all states but zero in turn.
    private mutating func random() -> Int {
        let bit = (lfsr ^ lfsr >> 2 ^ lfsr >> 3 ^ lfsr >> 5) & 1
        lfsr = lfsr >> 1 | bit << 15
        return Int(lfsr)
    }
}
