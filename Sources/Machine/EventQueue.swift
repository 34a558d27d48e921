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
        }

        /// Whether it is still going to happen.
        public var isPending: Bool { action != nil }
    }

    /// How many events in the queue are cancelled.
    fileprivate final class Tally {
        var cancelled = 0
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
    private let tally = Tally()

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
        return event
    }

    /// The cycle of the next event, or `nil` when nothing is going to happen by itself.
    public var next: Cycles? {
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
            let action = event.action
            event.action = nil
            action?(due)
        }
    }
}
