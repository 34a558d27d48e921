/// A stretch of straight code, as the instruction fetch sees it: which lines of the memory it touches, and when.
public final class FetchPlan {
    /// The line that the first instruction begins in: its address, as the memory knows it, shifted right by
    /// `lineShift`.
    public let firstLine: UInt32
    /// The line that the last instruction ends in.
    public let lastLine: UInt32
    /// For each line from the first to the last: cycles from the entry until an instruction with a byte in it begins
    /// to execute, if nothing is late. The first is zero.
    public let cyclesToLine: [Int]
    /// For each line: cycles from the entry until the core has room to fetch from it; not more than `cyclesToLine`. A
    /// core that fetches ahead asks for a line before it executes from it.
    public let cyclesToRequest: [Int]
    /// Cycles from the entry to the end, if nothing is late.
    public let cycles: Int
    /// The same in plain memory, and how it was fetched last; valid as long as the plan lives.
    public let use: FetchUse.Pointer
    private let times: UnsafeMutablePointer<FetchUse.Times>

    /// - Parameters:
    ///   - firstLine: the line of the first instruction.
    ///   - cyclesToLine: one element for each line, the first zero, never falling; must not be empty.
    ///   - cyclesToRequest: as many elements; left out for a core that does not fetch ahead.
    ///   - cycles: of the whole stretch.
    ///   - timing: of the memory that it lies in, which has to live as long as this is used.
    public init(
        firstLine: UInt32, cyclesToLine: [Int], cyclesToRequest: [Int]? = nil, cycles: Int = 0,
        in timing: AccessTiming? = nil
    ) {
        let requests = cyclesToRequest ?? cyclesToLine
        precondition(!cyclesToLine.isEmpty, "code lies in one line at least")
        precondition(requests.count == cyclesToLine.count, "each line is asked for")
        self.firstLine = firstLine
        lastLine = firstLine + UInt32(cyclesToLine.count - 1)
        self.cyclesToLine = cyclesToLine
        self.cyclesToRequest = zip(cyclesToLine, requests).map { min($0, $1) }
        self.cycles = cycles
        times = .allocate(capacity: requests.count)
        for (index, line) in cyclesToLine.enumerated() {
            (times + index).initialize(to: FetchUse.Times(line: line, request: min(line, requests[index])))
        }
        use = .allocate(capacity: 1)
        use.initialize(
            to: FetchUse(
                firstLine: Int(firstLine), lastLine: Int(lastLine), cycles: cycles, times: times,
                timing: timing.map(Unmanaged.passUnretained)))
    }

    deinit {
        use.deallocate()
        times.deallocate()
    }
}

/// A stretch of code in plain memory, and how it was fetched last: it is looked at whenever the stretch is entered.
@frozen
public struct FetchUse {
    public typealias Pointer = UnsafeMutablePointer<FetchUse>

    /// When a line is needed: see `FetchPlan`.
    @frozen
    public struct Times {
        public let line: Cycles
        public let request: Cycles
    }

    /// What the plan says.
    public let firstLine: Int
    public let lastLine: Int
    public let cycles: Cycles
    /// One for each line.
    public let times: UnsafePointer<Times>
    public let timing: Unmanaged<AccessTiming>?

    /// The state of the cache in which all its lines were seen to be there; 0 for none.
    public var held = 0
    /// The state in which the line behind it was there as well, or did not matter. In that state an entry changes
    /// nothing but `end`; in the state `held` it may have to begin to read that line ahead.
    public var quiet = 0
    /// Where it ended when it was entered last, if nothing was late. Whoever enters it without asking notes that here:
    /// it tells which lines were used last.
    public var end: Cycles = 0
    /// The line behind it, as `LineState.ahead` names it; -1 if there is none.
    public var next = -1
    /// Of the memory that was asked; `nil` as long as none was.
    public var lines: LineState.Pointer?

    init(
        firstLine: Int, lastLine: Int, cycles: Cycles, times: UnsafePointer<Times>, timing: Unmanaged<AccessTiming>?
    ) {
        self.firstLine = firstLine
        self.lastLine = lastLine
        self.cycles = cycles
        self.times = times
        self.timing = timing
    }

    /// Whether an entry can be noted without asking.
    @inlinable public var isQuiet: Bool {
        guard let lines else { return false }
        return quiet == lines.pointee.epoch || held == lines.pointee.epoch && next == lines.pointee.ahead
    }
}

extension AccessTiming {
    /// The cycles by which instructions are late that lie in `plan`, which has to live until `forget` is called.
    public final func fetchDelay(_ plan: FetchPlan, at now: Cycles) -> Int { fetchDelay(plan.use, at: now) }
}

/// What a memory that reads whole lines keeps in plain memory, for a core that does not want to ask about lines that are
/// there.
@frozen
public struct LineState {
    public typealias Pointer = UnsafeMutablePointer<LineState>

    /// Which state of the instruction cache is the present one: another number whenever a line comes or goes. Above 0.
    public var epoch = 1
    /// Whether instructions are cached, so that a stretch can be `held`.
    public var cachesInstructions = false
    /// Whether the line behind the one that is executed is read ahead.
    public var prefetches = false
    /// Cycles of a read beyond the first.
    public var waitStates = 0
    /// The line that is being read ahead or was; -1 for none.
    public var ahead = -1
    /// When an instruction in that line can execute.
    public var aheadReady: Cycles = 0
    /// When the memory can begin another read.
    public var free: Cycles = 0
    /// The lines of data that are there; `nil` if data are not cached.
    public var data: CachedLines?

    public init() {}
}

/// How a cache of lines lies in plain memory. Who uses a line that is there adds one to `uses` and notes the sum as its
/// last use.
@frozen
public struct CachedLines {
    /// For each line of the memory its place plus one, or zero when it is not present.
    public let places: UnsafeMutablePointer<UInt8>
    /// For each place, when it was used last; zero while it is empty.
    public let lastUse: UnsafeMutablePointer<UInt64>
    public let uses: UnsafeMutablePointer<UInt64>

    public init(
        places: UnsafeMutablePointer<UInt8>, lastUse: UnsafeMutablePointer<UInt64>, uses: UnsafeMutablePointer<UInt64>
    ) {
        self.places = places
        self.lastUse = lastUse
        self.uses = uses
    }
}
