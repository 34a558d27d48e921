/// One core of several, over the whole run.
public struct CoreProfile: Codable, Equatable, Sendable {
    /// As in the manual: `hart 0`.
    public var name: String
    /// From reset to the end of the run, as far as this core got.
    public var cycles: Int
    public var instructions: Int
    /// Sum to `cycles`.
    public var causes: CauseVector
    /// Simulated time that it slept.
    public var asleepSeconds: Double
    /// Simulated time that it waited for memory: caches, wait states, devices, other masters of the bus.
    public var waitingSeconds: Double

    public init(
        name: String, cycles: Int, instructions: Int, causes: CauseVector, asleepSeconds: Double,
        waitingSeconds: Double
    ) {
        self.name = name
        self.cycles = cycles
        self.instructions = instructions
        self.causes = causes
        self.asleepSeconds = asleepSeconds
        self.waitingSeconds = waitingSeconds
    }
}

extension CauseVector {
    /// The cycles that a core waited for memory, caches and devices.
    public var waiting: Int {
        flashWait &+ dataWait &+ instructionCache &+ dataCache &+ uncached &+ contention
    }

    /// The cycles that a core had nothing to do in: asleep, or waiting for another core in a loop.
    public var idle: Int { sleep &+ spin }

    /// The cycles that a core worked.
    public var working: Int { total &- idle }
}

extension RunProfile {
    /// The cycles of all cores together: those of the run where there is one core.
    public var coreCycles: Int { cores?.map(\.cycles).clampedSum ?? totals.cycles }
}
