import HeapModule

/// What is going to happen at which cycle. Events of one cycle happen in the order in which they were scheduled.
public final class EventQueue {
    /// A scheduled event; keep it to cancel it.
    public final class Event {
        public let cycle: Cycles
        fileprivate var action: ((Cycles) -> Void)?
        private let tally: Tally

        fileprivate init(cycle: Cycles, tally: Tally, action: @escaping (Cycles) -> Void) {
            self.cycle = cycle
            self.tally = tally
            self.action = action
        }

        /// Makes sure that it does not happen. Harmless when it has happened already.
        public func cancel() {
            guard action != nil else { return }
            action = nil
            tally.cancelled += 1
            tally.isNextKnown = false
        }

        /// Whether it is still going to happen.
        public var isPending: Bool { action != nil }
    }

    @usableFromInline
    final class Tally {
        /// How many events in the queue are cancelled.
        fileprivate var cancelled = 0
        /// Whether `next` is known: the core asks for it after each access to a device.
        @usableFromInline var isNextKnown = true
    }

    private struct Entry: Comparable {
        let cycle: Cycles
        let order: Int
        let event: Event

        static func < (a: Entry, b: Entry) -> Bool { (a.cycle, a.order) < (b.cycle, b.order) }
        static func == (a: Entry, b: Entry) -> Bool { a.order == b.order }
    }

    private var heap = Heap<Entry>()
    private var scheduled = 0
    @usableFromInline let tally = Tally()

    public init() {}

    /// Has `action` called when the clock reaches `cycle`; the action is given that cycle.
    @discardableResult
    public func schedule(at cycle: Cycles, _ action: @escaping (Cycles) -> Void) -> Event {
        // A watchdog that is fed in a loop cancels far more events than ever happen.
        if tally.cancelled > 64, tally.cancelled > heap.count / 2 {
            heap = Heap(heap.unordered.filter { $0.event.isPending })
            tally.cancelled = 0
        }
        let event = Event(cycle: cycle, tally: tally, action: action)
        heap.insert(Entry(cycle: cycle, order: scheduled, event: event))
        scheduled += 1
        if tally.isNextKnown, cycle < known ?? .max { known = cycle }
        return event
    }

    /// What `next` was when it was looked up last.
    @usableFromInline var known: Cycles?

    /// The cycle of the next event, or `nil` when nothing is going to happen by itself.
    @inlinable public var next: Cycles? { tally.isNextKnown ? known : lookUpNext() }

    @usableFromInline
    func lookUpNext() -> Cycles? {
        known = first
        tally.isNextKnown = true
        return known
    }

    private var first: Cycles? {
        while let first = heap.min {
            if first.event.isPending { return first.cycle }
            heap.removeMin()
            tally.cancelled -= 1
        }
        return nil
    }

    /// Lets everything happen that is due at or before `cycle`, including what these events schedule in turn.
    public func run(until cycle: Cycles) {
        while let due = next, due <= cycle {
            let event = heap.removeMin().event
            tally.isNextKnown = false
            let action = event.action
            event.action = nil
            action?(due)
        }
    }
}
