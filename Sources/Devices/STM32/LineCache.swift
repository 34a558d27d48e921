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
    /// The places in the order of their last uses, as of some time ago, and which is the next to be looked at.
    private let order: UnsafeMutablePointer<(place: Int, use: UInt64)>
    private var candidate = 0

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
        order = .allocate(capacity: capacity)
        for place in 0..<capacity { (order + place).initialize(to: (place, 0)) }
    }

    func free() {
        places.deallocate()
        lastUse.deallocate()
        shared.uses.deallocate()
        contents.deallocate()
        order.deallocate()
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
    mutating func insert(_ line: Int) {
        let oldest = takeOldest()
        if contents[oldest] >= 0 { places[contents[oldest]] = 0 }
        contents[oldest] = line
        places[line] = UInt8(truncatingIfNeeded: oldest &+ 1)
        touch(line)
    }

    /// The next in the order in which the places were used when they were last put into it. One that was used since
    /// then was used later than all that follow.
    private mutating func takeOldest() -> Int {
        while candidate < capacity {
            let (place, use) = order[candidate]
            candidate &+= 1
            if lastUse[place] == use { return place }
        }
        for index in 0..<capacity {
            let place = order[index].place
            let use = lastUse[place]
            var behind = index
            while behind > 0, order[behind &- 1].use > use {
                order[behind] = order[behind &- 1]
                behind &-= 1
            }
            order[behind] = (place, use)
        }
        candidate = 1
        return order[0].place
    }

    mutating func empty() {
        for place in 0..<capacity {
            if contents[place] >= 0 { places[contents[place]] = 0 }
            contents[place] = -1
            lastUse[place] = 0
            order[place] = (place, 0)
        }
        candidate = 0
    }
}
