import Machine

/// A small cache of flash lines that replaces the least recently used one. It holds no bytes: the model needs to know
/// only which lines are present.
///
/// It is asked at every entry into a block, so presence is one load from a table over the whole memory.
struct LineCache {
    private let capacity: Int
    private let lines: Int
    /// For each line of the memory its place plus one, or zero when it is not present.
    private let places: UnsafeMutablePointer<UInt8>
    /// For each place, when it was used last; zero while it is empty.
    private let lastUse: UnsafeMutablePointer<UInt64>
    /// For each place, the line in it; -1 while it is empty.
    private let contents: UnsafeMutablePointer<Int>
    private var uses: UInt64 = 0

    /// - Parameters:
    ///   - capacity: how many lines it holds; 1 to 255.
    ///   - lines: how many lines the memory has.
    init(capacity: Int, lines: Int) {
        self.capacity = capacity
        self.lines = lines
        places = .allocate(capacity: lines)
        places.initialize(repeating: 0, count: lines)
        lastUse = .allocate(capacity: capacity)
        lastUse.initialize(repeating: 0, count: capacity)
        contents = .allocate(capacity: capacity)
        contents.initialize(repeating: -1, count: capacity)
    }

    func free() {
        places.deallocate()
        lastUse.deallocate()
        contents.deallocate()
    }

    /// Whether a line of the memory is present.
    @inline(__always)
    func holds(_ line: Int) -> Bool { places[line] != 0 }

    /// Notes that a line is used that is present.
    @inline(__always)
    mutating func touch(_ line: Int) {
        uses &+= 1
        lastUse[Int(places[line]) &- 1] = uses
    }

    /// Puts a line in the place of the least recently used one; it must not be present.
    mutating func insert(_ line: Int) {
        var oldest = 0
        for place in 1..<capacity where lastUse[place] < lastUse[oldest] { oldest = place }
        if contents[oldest] >= 0 { places[contents[oldest]] = 0 }
        contents[oldest] = line
        places[line] = UInt8(truncatingIfNeeded: oldest + 1)
        touch(line)
    }

    mutating func empty() {
        for place in 0..<capacity {
            if contents[place] >= 0 { places[contents[place]] = 0 }
            contents[place] = -1
            lastUse[place] = 0
        }
    }
}
