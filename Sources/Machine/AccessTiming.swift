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
}

/// A stretch of straight code, as the instruction fetch sees it: which lines of the memory it touches, and when. It is
/// asked about at every entry into a block, so it is plain memory without a reference count; whoever makes it frees it.
@frozen
public struct FetchPlan {
    /// The line that the first instruction begins in: its address, as the memory knows it, shifted right by
    /// `lineShift`.
    public let firstLine: UInt32
    /// The line that the last instruction ends in.
    public let lastLine: UInt32
    /// For each line from the first to the last: cycles from the entry until an instruction with a byte in it begins
    /// to execute, if nothing is late. The first is zero.
    public let cyclesToLine: UnsafeMutablePointer<Int32>
    /// For each line: cycles from the entry until the core has room to fetch from it; not more than `cyclesToLine`. A
    /// core that fetches ahead asks for a line before it executes from it.
    public let cyclesToRequest: UnsafeMutablePointer<Int32>

    /// - Parameters:
    ///   - firstLine: the line of the first instruction.
    ///   - cyclesToLine: one element for each line, the first zero, never falling; must not be empty.
    ///   - cyclesToRequest: as many elements; left out for a core that does not fetch ahead.
    public init(firstLine: UInt32, cyclesToLine: [Int], cyclesToRequest: [Int]? = nil) {
        let requests = cyclesToRequest ?? cyclesToLine
        precondition(!cyclesToLine.isEmpty, "code lies in one line at least")
        precondition(requests.count == cyclesToLine.count, "each line is asked for")
        self.firstLine = firstLine
        lastLine = firstLine + UInt32(cyclesToLine.count - 1)
        self.cyclesToLine = .allocate(capacity: cyclesToLine.count)
        self.cyclesToRequest = .allocate(capacity: cyclesToLine.count)
        for (index, (cycles, request)) in zip(cyclesToLine, requests).enumerated() {
            (self.cyclesToLine + index).initialize(to: Int32(clamping: cycles))
            (self.cyclesToRequest + index).initialize(to: Int32(clamping: min(request, cycles)))
        }
    }

    /// Gives the memory back; neither this plan nor a copy of it may be used any more.
    public func free() {
        cyclesToLine.deallocate()
        cyclesToRequest.deallocate()
    }
}
