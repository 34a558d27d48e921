import Machine

/// A small cache of flash lines that replaces the least recently used one. It holds no bytes: the model needs to know
/// only which lines are present.
///
/// Presence is one load from a table over the whole memory.
struct LineCache {
    private let capacity: Int
    /// What of it others may look at and note.
    let shared: CachedLines
    /// For each place, the line in it; -1 while it is empty.
    private let contents: UnsafeMutablePointer<Int>

    private var places: UnsafeMutablePointer<UInt8> { shared.places }
    private var lastUse: UnsafeMutablePointer<UInt64> { shared.lastUse }

    /// - Parameters:
    ///   - capacity: how many lines it holds; 1 to 255.
    ///   - lines: how many lines the memory has.
    init(capacity: Int, lines: Int) {
        self.capacity = capacity
        shared = CachedLines(
            places: .allocate(capacity: lines), lastUse: .allocate(capacity: capacity), uses: .allocate(capacity: 1))
        shared.places.initialize(repeating: 0, count: lines)
        shared.lastUse.initialize(repeating: 0, count: capacity)
        shared.uses.initialize(to: 0)
        contents = .allocate(capacity: capacity)
        contents.initialize(repeating: -1, count: capacity)
    }

    func free() {
        places.deallocate()
        lastUse.deallocate()
        shared.uses.deallocate()
        contents.deallocate()
    }

    /// Whether a line of the memory is present.
    @inline(__always)
    func holds(_ line: Int) -> Bool { places[line] != 0 }

    /// Notes that a line is used that is present.
    @inline(__always)
    func touch(_ line: Int) {
        shared.uses.pointee &+= 1
        lastUse[Int(places[line]) &- 1] = shared.uses.pointee
    }

    /// Puts a line in the place of the least recently used one; it must not be present.
    func insert(_ line: Int) {
        var oldest = 0
        for place in 1..<capacity where lastUse[place] < lastUse[oldest] { oldest = place }
        if contents[oldest] >= 0 { places[contents[oldest]] = 0 }
        contents[oldest] = line
        places[line] = UInt8(truncatingIfNeeded: oldest + 1)
        touch(line)
    }

    func empty() {
        for place in 0..<capacity {
            if contents[place] >= 0 { places[contents[place]] = 0 }
            contents[place] = -1
            lastUse[place] = 0
        }
    }
}
