/// The counter of a timer (RM0090 18.3.2): where it stands, and where it goes in a given number of counts. It moves in
/// straight runs; a run ends where the counter overflows, underflows or turns.
struct TimerCounter: Equatable {
    /// How it counts (`CMS` and `DIR`).
    enum Alignment: Equatable {
        case up, down, centre
    }

    /// What one move along a run came by.
    struct Move {
        /// Counts it took, at least one.
        var counts: Int
        /// Values visited before the end of the run, in the run's direction; `nil` when there were none.
        var visited: ClosedRange<UInt32>?
        var wasDown: Bool
        /// The value after the end of the run; `nil` when the run did not end.
        var turnedTo: UInt32?
        /// The end of the run was an overflow or underflow that is an update event.
        var isUpdate = false
    }

    /// All ones in the counter's width.
    let maximum: UInt32
    var alignment = Alignment.up
    var count: UInt32 = 0
    /// In centre-aligned mode: on the way down.
    var isFalling = false
    /// The auto-reload value in force.
    var reload: UInt32

    init(maximum: UInt32) {
        self.maximum = maximum
        reload = maximum
    }

    var isDown: Bool {
        switch alignment {
        case .up: false
        case .down: true
        case .centre: isFalling
        }
    }

    /// The counter is blocked while the auto-reload value is zero (18.4.12).
    var isBlocked: Bool { reload == 0 }

    /// Counts from one state to the same state again.
    var period: Int {
        alignment == .centre ? 2 * Int(reload) : Int(reload) + 1
    }

    /// The last value of the run that it is in. Past its reload value it counts on to the end of its width.
    private var lastOfRun: UInt32 {
        switch (alignment, isFalling) {
        case (.up, _): count <= reload ? reload : maximum
        case (.down, _): 0
        case (.centre, false): max(count, reload &- 1)
        case (.centre, true): min(count, 1)
        }
    }

    /// Counts until the run ends and the next begins.
    var countsToTurn: Int {
        Int(isDown ? count - lastOfRun : lastOfRun - count) + 1
    }

    /// Counts until `value` within this run; `nil` when it does not come up there.
    func counts(to value: UInt32) -> Int? {
        if isDown { return value < count && value >= lastOfRun ? Int(count - value) : nil }
        return value > count && value <= lastOfRun ? Int(value - count) : nil
    }

    /// Puts it where an update by software puts it: to zero, or to the reload value when it counts down (18.3.2).
    mutating func restart() {
        isFalling = false
        count = alignment == .down ? reload : 0
    }

    /// Moves by up to `limit` counts (at least one), but not beyond the first value of the next run.
    mutating func move(upTo limit: Int) -> Move {
        let wasDown = isDown
        let inside = min(limit, countsToTurn - 1)
        var move = Move(counts: inside, wasDown: wasDown)
        if inside > 0 {
            let old = count
            count = wasDown ? count - UInt32(inside) : count + UInt32(inside)
            move.visited = wasDown ? count...(old - 1) : (old + 1)...count
        }
        guard limit > inside else { return move }
        move.counts += 1
        switch (alignment, isFalling) {
        case (.up, _):
            move.isUpdate = count == reload
            count = 0
        case (.down, _):
            move.isUpdate = true
            count = reload
        case (.centre, false):
            move.isUpdate = true
            isFalling = true
            count = reload
        case (.centre, true):
            move.isUpdate = true
            isFalling = false
            count = 0
        }
        move.turnedTo = count
        return move
    }
}
