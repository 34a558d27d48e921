/// What a memory adds to an access: wait states, and the buffers and caches that hide them. It belongs to the memory,
/// not to the core. As it stands nothing is late.
///
/// It is a class, so that a core can ask it without counting references: that would take longer than the answer.
open class AccessTiming {
    /// What the core may look at by itself as long as this lives.
    public final let lines: LineState.Pointer

    /// Bytes that one read of the memory brings, as a power of two: 4 for lines of 16 bytes.
    public final let lineShift: UInt32

    /// Called when it may answer differently from now on.
    public final var onChange: () -> Void = {}

    /// Called when lines are gone that were there, without anything else having changed.
    public final var onEmpty: () -> Void = {}

    public init(lineShift: UInt32) {
        self.lineShift = lineShift
        lines = .allocate(capacity: 1)
        lines.initialize(to: LineState())
    }

    deinit { lines.deallocate() }

    /// Whether no access takes longer than the core's own cycle, so that nobody needs to ask.
    open var isTransparent: Bool { true }

    /// The cycles by which a data read at `address` is late.
    open func readDelay(_ address: UInt32, at now: Cycles) -> Int { 0 }

    /// The cycles by which instructions are late that lie in a stretch of code, entered at `now`.
    ///
    /// - Parameter stretch: must stay where it is until `forget` is called.
    open func fetchDelay(_ stretch: FetchUse.Pointer, at now: Cycles) -> Int { 0 }

    /// Called before stretches of code go that it was asked about.
    open func forget() {}
}
