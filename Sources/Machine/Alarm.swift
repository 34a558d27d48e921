/// Something that happens after a time in seconds, however often the core's clock changes meanwhile: the start-up of an
/// oscillator, the time-out of a watchdog with a clock of its own.
public final class Alarm {
    private let chip: Chip
    private let action: (Cycles) -> Void
    private var deadline = 0.0
    private var event: EventQueue.Event?

    /// - Parameter action: called when the time is up, with the cycle at which that is.
    public init(_ chip: Chip, _ action: @escaping (Cycles) -> Void) {
        self.chip = chip
        self.action = action
        chip.clock.onChange { [weak self] in
            guard let self, self.isPending else { return }
            self.event?.cancel()
            self.schedule()
        }
    }

    /// Whether the time is running.
    public var isPending: Bool { event?.isPending ?? false }

    /// Seconds until it happens; zero when nothing is going to happen.
    public var remaining: Double {
        isPending ? max(0, deadline - chip.clock.seconds(at: chip.clock.now)) : 0
    }

    /// Starts the time, or starts it again.
    public func set(after seconds: Double) {
        event?.cancel()
        deadline = chip.clock.seconds(at: chip.clock.now) + seconds
        schedule()
    }

    /// Makes sure that it does not happen.
    public func cancel() {
        event?.cancel()
        event = nil
    }

    private func schedule() {
        let left = deadline - chip.clock.seconds(at: chip.clock.now)
        event = chip.after(chip.clock.cycles(in: left), action)
    }
}
