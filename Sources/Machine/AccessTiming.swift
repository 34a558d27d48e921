/// What a memory adds to an access: wait states, and the buffers and caches that hide them. It belongs to the memory,
/// not to the core.
public protocol AccessTiming: AnyObject {
    /// Whether no access takes longer than the core's own cycle, so that nobody needs to ask.
    var isTransparent: Bool { get }

    /// The cycles by which a data read at `address` is late.
    func readDelay(_ address: UInt32, at now: Cycles) -> Int

    /// The cycles by which instructions are late that lie in `plan`, entered at `now`.
    func fetchDelay(_ plan: FetchPlan, at now: Cycles) -> Int

    /// Called when it may answer differently from now on.
    var onChange: () -> Void { get set }
}

/// A stretch of straight code, as the instruction fetch sees it.
public struct FetchPlan {
    /// Address of the first instruction, as the memory knows it.
    public let start: UInt32
    /// Address behind the last instruction.
    public let end: UInt32
    /// Cycles from the start until each line boundary of 16 bytes inside is reached, if nothing is late.
    public let cyclesToLine: [Int]

    public init(start: UInt32, end: UInt32, cyclesToLine: [Int]) {
        self.start = start
        self.end = end
        self.cyclesToLine = cyclesToLine
    }
}
