import Profile

/// What comparing a run with its golden numbers came to.
public struct Verdict: Equatable, Sendable {
    /// One difference, and whether it fails the test.
    public struct Judged: Equatable, Sendable {
        public var finding: Finding
        public var fails: Bool
        /// The finding's sentence, and what to do about it.
        public var message: String

        init(_ finding: Finding, _ tolerance: Tolerance) {
            self.finding = finding
            fails = finding.fails(tolerance)
            message = finding.message + (fails ? finding.advice : "")
        }
    }

    /// Causes before effects: target, model and firmware, then how it ended, then cycles, layers and memory.
    public var judged: [Judged]

    public var passed: Bool { !judged.contains(where: \.fails) }

    /// The sentences that explain the verdict, those that fail first.
    public var messages: [String] {
        judged.filter(\.fails).map(\.message) + judged.filter { !$0.fails }.map(\.message)
    }
}

extension Finding {
    /// With exact numbers any difference fails, the better ones too, so that the golden file never lags behind. With a
    /// tolerance, firmware and model may be others, numbers may be better by any amount and worse within it.
    func fails(_ tolerance: Tolerance) -> Bool {
        switch self {
        case .targetChanged, .outcomeChanged, .exitCodeChanged, .outputChanged, .newLayer, .vanishedLayer,
            .layersReordered, .macsChanged:
            true
        case .modelChanged, .firmwareChanged, .instructionsChanged, .faster, .memoryShrank, .stackPeakKnown:
            tolerance.isExact
        case .slower(_, let golden, let run), .memoryGrew(_, let golden, let run):
            !tolerance.permits(run, golden: golden)
        }
    }

    /// What to do about a finding that fails, where that is not to repair the firmware.
    var advice: String {
        switch self {
        case .faster, .memoryShrank:
            ": run again with --accept to keep it"
        case .modelChanged, .firmwareChanged, .stackPeakKnown:
            ": if the numbers are right, run again with --accept"
        case .targetChanged, .outcomeChanged, .exitCodeChanged, .outputChanged, .slower, .newLayer, .vanishedLayer,
            .layersReordered, .macsChanged, .instructionsChanged, .memoryGrew:
            ""
        }
    }
}
