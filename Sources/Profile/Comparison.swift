/// What changed between two runs.
public struct Comparison: Equatable, Sendable {
    /// One number in both runs.
    public struct Delta: Equatable, Sendable {
        public var name: String
        /// nil where the run does not have it.
        public var old: Int?
        public var new: Int?

        public init(name: String, old: Int?, new: Int?) {
            self.name = name
            self.old = old
            self.new = new
        }

        /// New minus old, where what is not there counts as 0.
        public var change: Int { (new ?? 0).clampedSubtracting(old ?? 0) }

        /// The change as a part of the old number; nil if that is 0 or not there.
        public var relativeChange: Double? { old.flatMap { ratio(change, $0) } }
    }

    /// What else is different: sentences that say why numbers may not be comparable.
    public var remarks: [String]
    /// Simulated seconds.
    public var oldSeconds: Double
    public var newSeconds: Double
    /// Cycles and instructions.
    public var totals: [Delta]
    /// Cycles by cause, largest change first, as in the two below.
    public var causes: [Delta]
    /// Instructions of each core, and its cycles asleep and waiting for memory; for chips with several.
    public var cores: [Delta]
    /// Cycles of each layer without its interrupts.
    public var layers: [Delta]
    /// Own cycles of each function.
    public var functions: [Delta]
    /// Bytes, in a fixed order.
    public var memory: [Delta]

    /// Layers and functions of the same name are paired in their order.
    public init(old: RunProfile, new: RunProfile) {
        remarks = Self.remarks(old, new)
        oldSeconds = old.totals.seconds
        newSeconds = new.totals.seconds
        totals = [
            Delta(name: "cycles", old: old.totals.cycles, new: new.totals.cycles),
            Delta(name: "instructions", old: old.totals.instructions, new: new.totals.instructions),
        ]
        causes = Cause.allCases.map { cause in
            Delta(name: cause.label, old: old.totals.causes[cause], new: new.totals.causes[cause])
        }
        cores = paired(old.cores ?? [], new.cores ?? [], by: \.name).flatMap { pair in
            [
                Delta(name: "\(pair.name), instructions", old: pair.old?.instructions, new: pair.new?.instructions),
                Delta(name: "\(pair.name), asleep", old: pair.old?.causes.sleep, new: pair.new?.causes.sleep),
                Delta(name: "\(pair.name), waiting", old: pair.old?.causes.waiting, new: pair.new?.causes.waiting),
            ]
        }
        layers = paired(old.layers, new.layers, by: \.name).map { pair in
            Delta(name: pair.name, old: pair.old?.cycles, new: pair.new?.cycles)
        }
        functions = paired(Self.inOrder(old.functions), Self.inOrder(new.functions), by: \.name).map { pair in
            Delta(name: pair.name, old: pair.old?.selfCycles, new: pair.new?.selfCycles)
        }
        causes = Self.largestFirst(causes)
        cores = Self.largestFirst(cores)
        layers = Self.largestFirst(layers)
        functions = Self.largestFirst(functions)
        memory = [
            Delta(name: "flash, static", old: old.memory.staticBytes(.flash), new: new.memory.staticBytes(.flash)),
            Delta(name: "RAM, static", old: old.memory.staticBytes(.ram), new: new.memory.staticBytes(.ram)),
            Delta(name: "RAM, touched", old: old.memory.touchedBytes(.ram), new: new.memory.touchedBytes(.ram)),
            Delta(name: "main stack peak", old: old.memory.mainStack?.peakBytes, new: new.memory.mainStack?.peakBytes),
            Delta(name: "heap peak", old: old.memory.heapPeakBytes, new: new.memory.heapPeakBytes),
        ]
    }

    private static func inOrder(_ functions: [FunctionProfile]) -> [FunctionProfile] {
        functions.sorted { ($0.address, $0.name) < ($1.address, $1.name) }
    }

    /// Equal changes stay in their order.
    private static func largestFirst(_ deltas: [Delta]) -> [Delta] {
        deltas.enumerated().sorted { left, right in
            let (leftChange, rightChange) = (left.element.change.magnitude, right.element.change.magnitude)
            return leftChange == rightChange ? left.offset < right.offset : leftChange > rightChange
        }.map(\.element)
    }

    private static func remarks(_ old: RunProfile, _ new: RunProfile) -> [String] {
        var remarks: [String] = []
        if old.target.name != new.target.name {
            remarks.append("the target changed from \(old.target.name) to \(new.target.name)")
        }
        if (old.target.model.name, old.target.model.version) != (new.target.model.name, new.target.model.version) {
            remarks.append("the timing model changed from \(old.target.model.title) to \(new.target.model.title)")
        }
        if old.firmware.sha256 != new.firmware.sha256 {
            remarks.append(
                old.firmware.file == new.firmware.file
                    ? "the firmware \(new.firmware.file) changed"
                    : "the firmware changed from \(old.firmware.file) to \(new.firmware.file)")
        }
        if old.clock != new.clock {
            remarks.append("the clock changed from \(old.clock.title) to \(new.clock.title)")
        }
        if old.outcome != new.outcome {
            remarks.append("the old run \(old.outcome.clause), the new run \(new.outcome.clause)")
        }
        if let before = old.console, let after = new.console, before != after {
            remarks.append(
                "the output changed: \(Numeral.grouped(before.bytes)) bytes before, "
                    + "\(Numeral.grouped(after.bytes)) now")
        }
        return remarks
    }
}
