/// A small cache of flash lines that replaces the least recently used one, for lines that come and go often: it keeps
/// them in the order of their uses. It holds no bytes: the model needs to know only which lines are present.
struct LineQueue {
    private let capacity: Int
    /// For each line of the memory its place plus one, or zero when it is not present.
    private let places: UnsafeMutablePointer<UInt8>
    /// For each place, and one more that stands for both ends: what is in it, and its neighbours in the order of uses.
    private let entries: UnsafeMutablePointer<Entry>

    private struct Entry {
        /// -1 while it is empty.
        var line = -1
        var older: Int
        var newer: Int
    }

    /// - Parameters:
    ///   - capacity: how many lines it holds; 1 to 255.
    ///   - lines: how many lines the memory has.
    init(capacity: Int, lines: Int) {
        self.capacity = capacity
        places = .allocate(capacity: lines)
        places.initialize(repeating: 0, count: lines)
        entries = .allocate(capacity: capacity + 1)
        for place in 0...capacity {
            // The first place is the first to be filled.
            let (older, newer) = (place == 0 ? capacity : place - 1, place == capacity ? 0 : place + 1)
            (entries + place).initialize(to: Entry(older: older, newer: newer))
        }
    }

    func free() {
        places.deallocate()
        entries.deallocate()
    }

    /// Whether a line of the memory is present.
    @inline(__always)
    func holds(_ line: Int) -> Bool { places[line] != 0 }

    /// Notes that a line is used that is present.
    @inline(__always)
    func touch(_ line: Int) { makeNewest(Int(places[line]) &- 1) }

    /// Puts a line in the place of the least recently used one; it must not be present.
    func insert(_ line: Int) {
        let oldest = entries[capacity].newer
        if entries[oldest].line >= 0 { places[entries[oldest].line] = 0 }
        entries[oldest].line = line
        places[line] = UInt8(truncatingIfNeeded: oldest + 1)
        makeNewest(oldest)
    }

    func empty() {
        for place in 0..<capacity where entries[place].line >= 0 {
            places[entries[place].line] = 0
            entries[place].line = -1
        }
    }

    @inline(__always)
    private func makeNewest(_ place: Int) {
        let (older, newer) = (entries[place].older, entries[place].newer)
        guard newer != capacity else { return }
        entries[older].newer = newer
        entries[newer].older = older
        let newest = entries[capacity].older
        entries[newest].newer = place
        entries[place].older = newest
        entries[place].newer = capacity
        entries[capacity].older = place
    }
}
