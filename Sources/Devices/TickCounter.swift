import Machine

/// Counts the ticks of a clock that is not the core's, while both may change their frequencies: the input of a timer
/// that runs from an oscillator or a PLL of its own.
public final class TickCounter {
    private let chip: Chip
    private let source: () -> Double
    private var ticksPerCycle = 0.0
    /// Up to this cycle everything is counted, in whole ticks and a rest.
    private var countedTo: Cycles
    private var counted = 0
    private var rest = 0.0

    /// Told after either frequency changed: what is to happen at a tick now happens at another cycle.
    public var onChange: () -> Void = {}

    /// Ticks that rounding may be wrong by, and how many may pass until it has to be looked at again.
    private static let tolerance = 0x1p-16
    private static let horizon = 0x1p32

    /// - Parameter hertz: the frequency at the moment; zero while the clock stands still.
    public init(_ chip: Chip, hertz: @escaping () -> Double) {
        self.chip = chip
        source = hertz
        countedTo = chip.clock.now
        ticksPerCycle = frequencyRatio
        chip.clock.onChange { [weak self] in self?.update() }
    }

    /// Looks at the frequency again; whoever changes it calls this.
    public func update() {
        let ratio = frequencyRatio
        guard ratio != ticksPerCycle else { return }
        count(to: chip.clock.now)
        ticksPerCycle = ratio
        onChange()
    }

    /// Ticks from the beginning to `cycle`.
    public func ticks(at cycle: Cycles) -> Int {
        if exactly(at: cycle) > TickCounter.horizon { count(to: cycle) }
        return counted + Int((exactly(at: cycle) + TickCounter.tolerance).rounded(.down))
    }

    /// Ticks from the beginning to now.
    public var now: Int { ticks(at: chip.clock.now) }

    /// The cycle at which `tick` is reached at the present frequencies; `nil` when the clock stands still or that is
    /// too far away to tell. It lies ahead when the tick does.
    public func cycle(of tick: Int) -> Cycles? {
        guard ticksPerCycle > 0 else { return nil }
        let ahead = tick > now
        let cycles = (Double(tick - counted) - rest - TickCounter.tolerance / 2) / ticksPerCycle
        guard cycles < 0x1p61 else { return nil }
        let cycle = countedTo + max(0, Cycles(cycles.rounded(.up)))
        return ahead ? max(cycle, chip.clock.now + 1) : cycle
    }

    private var frequencyRatio: Double {
        let ratio = source() / chip.clock.hertz
        return ratio.isFinite && ratio > 0 ? min(ratio, 0x1p20) : 0
    }

    /// Ticks since `countedTo`. A cycle before it counts as it: cores share a clock within some cycles only.
    private func exactly(at cycle: Cycles) -> Double {
        min(rest + Double(max(0, cycle - countedTo)) * ticksPerCycle, 0x1p61)
    }

    private func count(to cycle: Cycles) {
        let passed = exactly(at: cycle)
        let whole = (passed + TickCounter.tolerance).rounded(.down)
        counted += Int(whole)
        rest = passed - whole
        countedTo = max(countedTo, cycle)
    }
}
