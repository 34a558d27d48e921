/// A number of a cycle model and its provenance.
public struct TimingFact: Sendable, Equatable {
    public let cycles: Int
    /// Manual and section, or the measurement.
    public let source: String
    /// Whether the number is a guess.
    public var isAssumed: Bool { source.hasPrefix("assumed") }

    public init(cycles: Int, source: String) {
        self.cycles = cycles
        self.source = source
    }
}
