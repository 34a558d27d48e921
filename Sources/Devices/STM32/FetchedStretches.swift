import Machine

/// Stretches of code, each once, that can be put into the order in which they were entered last.
///
/// They are counted by nobody: they have to stay where they are until it is empty again.
struct FetchedStretches {
    private var places: UnsafeMutablePointer<FetchUse.Pointer>
    private var capacity = 64
    private var count = 0

    init() {
        places = .allocate(capacity: capacity)
    }

    func free() { places.deallocate() }

    var all: UnsafeMutableBufferPointer<FetchUse.Pointer> { UnsafeMutableBufferPointer(start: places, count: count) }

    mutating func append(_ stretch: FetchUse.Pointer) {
        if count == capacity { grow() }
        (places + count).initialize(to: stretch)
        count &+= 1
    }

    mutating func empty() { count = 0 }

    /// The one that was entered last comes last.
    func sort() {
        func entry(_ stretch: FetchUse.Pointer) -> Cycles { stretch.pointee.end &- stretch.pointee.cycles }
        var index = 1
        while index < count, entry(places[index &- 1]) <= entry(places[index]) { index &+= 1 }
        // Mostly they were noted in that order.
        guard index < count else { return }
        var sorted = all
        sorted.sort { entry($0) < entry($1) }
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<FetchUse.Pointer>.allocate(capacity: 2 * capacity)
        larger.moveInitialize(from: places, count: count)
        places.deallocate()
        places = larger
        capacity *= 2
    }
}
