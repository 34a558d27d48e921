/// What a memory adds to an access: wait states, and the buffers and caches that hide them. It belongs to the memory,
/// not to the core.
public protocol AccessTiming: AnyObject {
    /// Whether no access takes longer than the core's own cycle, so that nobody needs to ask.
    var isTransparent: Bool { get }

    /// Bytes that one read of the memory brings, as a power of two: 4 for lines of 16 bytes.
    var lineShift: UInt32 { get }

    /// The cycles by which a data read at `address` is late.
    func readDelay(_ address: UInt32, at now: Cycles) -> Int

    /// The cycles by which instructions are late that lie in `plan`, entered at `now`.
    func fetchDelay(_ plan: FetchPlan, at now: Cycles) -> Int

    /// Called when it may answer differently from now on.
    var onChange: () -> Void { get set }

    /// Called when lines are gone that were there, without anything else having changed.
    var onEmpty: () -> Void { get set }

    /// What the core may look at by itself as long as this lives.
    var lines: LineState.Pointer { get }
}
