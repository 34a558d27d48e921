import Profile

/// One difference between a run and its golden numbers.
public enum Finding: Equatable, Sendable {
    public enum Memory: String, Equatable, Sendable, CaseIterable {
        /// Bytes of flash, and of RAM, that the image takes.
        case flash, ram
        /// The most bytes in use of the main stack.
        case stackPeak
    }

    /// The golden numbers are another target's; nothing else is compared then.
    case targetChanged(golden: String, run: String)
    /// The timing model is another, so that cycles may differ without a change of firmware.
    case modelChanged(golden: String, run: String)
    /// The ELF file is another.
    case firmwareChanged
    case outcomeChanged(golden: Outcome.Kind, run: Outcome.Kind)
    case exitCodeChanged(golden: Int32?, run: Int32?)
    case outputChanged(goldenBytes: Int?, runBytes: Int?)
    /// More cycles; `layer` is nil for the whole run.
    case slower(layer: String?, golden: Int, run: Int)
    /// Fewer cycles.
    case faster(layer: String?, golden: Int, run: Int)
    case newLayer(name: String, cycles: Int)
    case vanishedLayer(name: String, cycles: Int)
    /// The same layers in another order.
    case layersReordered
    /// The layer does other work than before, or its work became known or unknown.
    case macsChanged(layer: String, golden: Int?, run: Int?)
    case instructionsChanged(golden: Int, run: Int)
    case memoryGrew(Memory, golden: Int, run: Int)
    case memoryShrank(Memory, golden: Int, run: Int)
    /// The stack peak was measured in one of the two only.
    case stackPeakKnown(golden: Int?, run: Int?)
}

extension Finding {
    /// One sentence without a full stop.
    public var message: String { sentence.printable }

    private var sentence: String {
        switch self {
        case .targetChanged(let golden, let run):
            "target changed: the golden numbers are for \(golden), this run was on \(run)"
        case .modelChanged(let golden, let run):
            "model changed: the golden numbers are from \(golden), this run is from \(run)"
        case .firmwareChanged:
            "firmware changed: the file is not the one that the golden numbers are for"
        case .outcomeChanged(let golden, let run):
            "outcome changed: \(golden.phrase) before, \(run.phrase) now"
        case .exitCodeChanged(let golden, let run):
            "exit code changed: \(Self.text(golden)) before, \(Self.text(run)) now"
        case .outputChanged(let golden, let run):
            "output changed: \(Self.bytes(golden)) before, \(Self.bytes(run)) now"
                + (golden == run ? ", with other content" : "")
        case .slower(let layer, let golden, let run):
            "slower: \(Self.subject(layer)) \(Self.change(golden, run, unit: "cycles"))"
        case .faster(let layer, let golden, let run):
            "faster: \(Self.subject(layer)) \(Self.change(golden, run, unit: "cycles"))"
        case .newLayer(let name, let cycles):
            "new layer: \(name) takes \(Numeral.grouped(cycles)) cycles and has no golden number"
        case .vanishedLayer(let name, let cycles):
            "vanished layer: \(name) took \(Numeral.grouped(cycles)) cycles and is not there any more"
        case .layersReordered:
            "layers reordered: the same layers run in another order"
        case .macsChanged(let layer, let golden, let run):
            "work changed: \(layer) had \(Numeral.grouped(golden)) multiply-accumulates, now \(Numeral.grouped(run))"
        case .instructionsChanged(let golden, let run):
            "instructions changed: the run \(Self.change(golden, run, unit: "instructions"))"
        case .memoryGrew(let memory, let golden, let run):
            "memory grew: \(memory.phrase) \(Self.change(golden, run, unit: "bytes"))"
        case .memoryShrank(let memory, let golden, let run):
            "memory shrank: \(memory.phrase) \(Self.change(golden, run, unit: "bytes"))"
        case .stackPeakKnown(let golden, let run):
            "stack peak: \(Self.bytes(golden)) before, \(Self.bytes(run)) now"
        }
    }

    private static func subject(_ layer: String?) -> String {
        layer ?? "the run"
    }

    /// "took 1,000 cycles, now 1,020 (2.0 % more)".
    private static func change(_ golden: Int, _ run: Int, unit: String) -> String {
        let difference = run.clampedSubtracting(golden)
        let size = difference.magnitude > UInt(Int.max) ? Int.max : Int(difference.magnitude)
        let word = difference > 0 ? "more" : "fewer"
        let relative = golden > 0 ? ", \(Numeral.fixed(100 * Double(size) / Double(golden), places: 2)) %" : ""
        return "took \(Numeral.grouped(golden)) \(unit), now \(Numeral.grouped(run)) "
            + "(\(Numeral.grouped(size)) \(word)\(relative))"
    }

    private static func bytes(_ count: Int?) -> String {
        count.map { "\(Numeral.grouped($0)) bytes" } ?? "unknown"
    }

    private static func text(_ code: Int32?) -> String {
        code.map { String($0) } ?? "none"
    }
}

extension Outcome.Kind {
    var phrase: String {
        switch self {
        case .exited: "an exit"
        case .cyclesExhausted: "the end of the cycle budget"
        case .timeExhausted: "the end of the time budget"
        case .fault: "a fault"
        case .lockup: "a lock-up"
        case .deadlock: "a deadlock"
        case .waiting: "an endless wait"
        case .interrupted: "an interruption by the user"
        case .breakpoint: "a breakpoint"
        }
    }
}

extension Finding.Memory {
    var phrase: String {
        switch self {
        case .flash: "flash"
        case .ram: "static RAM"
        case .stackPeak: "the main stack"
        }
    }
}
