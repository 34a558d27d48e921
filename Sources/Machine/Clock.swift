/// Guest time, counted in cycles of the core's clock since reset.
public typealias Cycles = Int

/// The core's clock: how many cycles have passed, and how long that took at the frequencies the firmware chose.
///
/// The engine sets `now` to the exact cycle before it calls a device, so a device that reads it inside a register
/// access sees the cycle of that access.
public final class Clock {
    /// The current cycle. Only the engine moves it, never backwards.
    public var now: Cycles = 0

    /// The frequency of the core clock in Hz; always positive.
    public private(set) var hertz: Double

    private var changedAt: Cycles = 0
    private var secondsAtChange = 0.0
    private var observers: [() -> Void] = []

    public init(hertz: Double) {
        self.hertz = hertz
    }

    /// Seconds of simulated time from reset to `cycle`, which must not lie before the last change of frequency.
    public func seconds(at cycle: Cycles) -> Double {
        secondsAtChange + Double(cycle - changedAt) / hertz
    }

    /// The whole cycles that `seconds` take at the present frequency, rounded up.
    public func cycles(in seconds: Double) -> Cycles {
        let exact = (seconds * hertz).rounded(.up)
        guard exact > 0 else { return 0 }
        return exact < 0x1p62 ? Cycles(exact) : 1 << 62
    }

    /// Switches the core clock at the current cycle, then tells everyone who asked.
    public func change(to newHertz: Double) {
        precondition(newHertz > 0, "a clock runs at a positive frequency")
        guard newHertz != hertz else { return }
        secondsAtChange = seconds(at: now)
        changedAt = now
        hertz = newHertz
        for observer in observers { observer() }
    }

    /// Calls `observer` after every change of frequency.
    public func onChange(_ observer: @escaping () -> Void) {
        observers.append(observer)
    }
}
