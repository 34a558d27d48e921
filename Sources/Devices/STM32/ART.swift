import Machine

/// The Adaptive Real-Time memory accelerator between the core and the flash of the STM32F4 (RM0090 3.5.2): 64 lines of
/// instruction cache, 8 lines of data cache, and a prefetch of the next line of instructions.
///
/// Every read of the flash brings 128 bits, "either four instructions of 32 bits or 8 instructions of 16 bits", and
/// keeps the flash busy for the wait states and one cycle more. A line that is in use, prefetched or cached comes
/// "without inserting any delay".
///
/// Beyond the manual, and assumed:
/// * every line that the core executes from is kept in the instruction cache, whether it was prefetched or not;
/// * the line behind the one that the core fetches from is prefetched as soon as that one is there and the flash is
///   free, unless it is cached;
/// * a read that was begun is finished: what else wants the flash waits for it.
///
/// Most entries into a stretch of code find all its lines in the cache and the line behind it cached or read ahead: what
/// they change is only which lines were used last. Nobody asks for that until a line must be replaced. So an entry is
/// noted in the stretch itself, `FetchUse.end`, and those that were entered since lines came or went, `recent`, are put
/// into their order when the next line comes. `LineState.epoch` tells the core when a stretch has to be asked about
/// again.
///
/// All times are those at which an instruction executes; it was fetched `lead` cycles before.
public final class ART: AccessTiming {
    /// Cycles from the fetch of an instruction to its execution: fetch and decode stage (DDI 0439 1.2).
    static let lead = 2
    static let instructionLines = 64
    static let dataLines = 8

    private let firstLine: Int
    private let lineCount: Int
    private let instructions: LineQueue
    private var data: LineCache
    /// The line of the instruction executed last, as of the last settling; -1 for none.
    private var current = -1
    /// The stretches that were entered in the present epoch, each once.
    private var recent = FetchedStretches()

    /// - Parameters:
    ///   - base: where the flash begins; a multiple of 16.
    ///   - size: its bytes; a multiple of 16, not zero.
    public init(base: UInt32, size: Int) {
        precondition(base % 16 == 0 && size > 0 && size % 16 == 0, "flash consists of whole lines")
        firstLine = Int(base >> 4)
        lineCount = size >> 4
        instructions = LineQueue(capacity: ART.instructionLines, lines: lineCount)
        data = LineCache(capacity: ART.dataLines, lines: lineCount)
        super.init(lineShift: 4)
    }

    deinit {
        instructions.free()
        data.free()
        recent.free()
    }

    /// What `FLASH_ACR` says.
    public var timing = FlashTiming() {
        didSet {
            guard timing != oldValue else { return }
            settle()
            lines.pointee.waitStates = timing.waitStates
            lines.pointee.cachesInstructions = timing.instructionCache
            lines.pointee.data = timing.dataCache ? data.shared : nil
            lines.pointee.prefetches = timing.prefetch
            lines.pointee.ahead = -1
            onChange()
        }
    }

    /// "This feature is useful if at least one wait state is needed" (3.5.2): without one, nothing here matters.
    public override var isTransparent: Bool { timing.waitStates == 0 }

    /// ICRST and DCRST of `FLASH_ACR`.
    public func emptyCaches(instructions emptiesInstructions: Bool, data emptiesData: Bool) {
        if emptiesInstructions {
            settle()
            instructions.empty()
            current = -1
            lines.pointee.ahead = -1
        }
        if emptiesData { data.empty() }
        onEmpty()
    }

    /// The flash is being programmed or erased: "any attempt to read the Flash memory while it is busy stalls the bus"
    /// (3.6).
    public func hold(until cycle: Cycles) {
        lines.pointee.free = max(lines.pointee.free, cycle)
    }

    // MARK: Instructions

    public override func fetchDelay(_ stretch: FetchUse.Pointer, at now: Cycles) -> Int {
        let first = stretch.pointee.firstLine &- firstLine
        let last = stretch.pointee.lastLine &- firstLine
        guard first >= 0, last < lineCount else { return 0 }
        stretch.pointee.end = now &+ stretch.pointee.cycles
        guard lines.pointee.cachesInstructions else { return read(first, last, stretch, at: now) }
        var delay = 0
        if isHeld(stretch, first, last) {
            prefetch(behind: last, at: now &+ stretch.pointee.times[last &- first].request)
        } else {
            settle()
            delay = read(first, last, stretch, at: now)
            _ = isHeld(stretch, first, last)
        }
        if !lines.pointee.prefetches || last &+ 1 >= lineCount || instructions.holds(last &+ 1) {
            stretch.pointee.quiet = stretch.pointee.held
        }
        return delay
    }

    public override func forget() { settle() }

    /// Whether all lines of a stretch are cached; it then is one of the recent ones.
    @inline(__always)
    private func isHeld(_ stretch: FetchUse.Pointer, _ first: Int, _ last: Int) -> Bool {
        if stretch.pointee.held == lines.pointee.epoch { return true }
        var line = first
        while line <= last, instructions.holds(line) { line &+= 1 }
        guard line > last else { return false }
        stretch.pointee.held = lines.pointee.epoch
        stretch.pointee.next = last &+ 1 < lineCount ? last &+ 1 : -1
        stretch.pointee.lines = lines
        recent.append(stretch)
        return true
    }

    /// Puts the lines of the recent stretches into the order of their last uses, and begins another epoch.
    private func settle() {
        lines.pointee.epoch &+= 1
        recent.sort()
        for stretch in recent.all {
            var line = stretch.pointee.firstLine &- firstLine
            let last = stretch.pointee.lastLine &- firstLine
            while line <= last {
                instructions.touch(line)
                line &+= 1
            }
            current = last
        }
        recent.empty()
    }

    /// Reads what is not there of a stretch.
    @inline(__always)
    private func read(_ first: Int, _ last: Int, _ stretch: FetchUse.Pointer, at now: Cycles) -> Int {
        var delay = 0
        var line = first
        while line <= last {
            let times = stretch.pointee.times[line &- first]
            let ready = fetch(line, at: now &+ delay &+ times.request)
            delay &+= max(0, ready &- (now &+ delay &+ times.line))
            prefetch(behind: line, at: ready)
            line &+= 1
        }
        return delay
    }

    /// When an instruction can execute from a line that the core asks for at a cycle.
    @inline(__always)
    private func fetch(_ line: Int, at request: Cycles) -> Cycles {
        if line == current { return request }
        current = line
        if lines.pointee.cachesInstructions, instructions.holds(line) {
            instructions.touch(line)
            return request
        }
        let ready: Cycles
        if line == lines.pointee.ahead {
            ready = max(request, lines.pointee.aheadReady)
            lines.pointee.ahead = -1
        } else {
            ready = max(request, lines.pointee.free) &+ lines.pointee.waitStates
            lines.pointee.free = ready &+ 1
        }
        if lines.pointee.cachesInstructions { instructions.insert(line) }
        return ready
    }

    /// Begins to read the line behind one that can be executed from a cycle on.
    @inline(__always)
    private func prefetch(behind line: Int, at now: Cycles) {
        let next = line &+ 1
        guard lines.pointee.prefetches, next != lines.pointee.ahead, next < lineCount else { return }
        if lines.pointee.cachesInstructions, instructions.holds(next) { return }
        lines.pointee.ahead = next
        lines.pointee.aheadReady = max(now &+ 1, lines.pointee.free) &+ lines.pointee.waitStates
        lines.pointee.free = lines.pointee.aheadReady &+ 1
    }

    // MARK: Data

    public override func readDelay(_ address: UInt32, at now: Cycles) -> Int {
        let line = Int(address >> lineShift) &- firstLine
        guard line >= 0, line < lineCount else { return 0 }
        if timing.dataCache, data.holds(line) {
            data.touch(line)
            return 0
        }
        // On the scale of executing instructions a data read asks `lead` cycles later than a fetch.
        let due = now &+ ART.lead
        let ready = max(due, lines.pointee.free) &+ lines.pointee.waitStates
        lines.pointee.free = ready &+ 1
        if timing.dataCache { data.insert(line) }
        return ready &- due
    }
}
