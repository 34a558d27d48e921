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
/// All times are those at which an instruction executes; it was fetched `lead` cycles before.
public final class ART: AccessTiming {
    /// Cycles from the fetch of an instruction to its execution: fetch and decode stage (DDI 0439 1.2).
    static let lead = 2
    static let instructionLines = 64
    static let dataLines = 8

    /// What changes from access to access.
    private struct State {
        var instructions: LineCache
        var data: LineCache
        /// The line of the instruction executed last; -1 for none.
        var current = -1
        /// The line that is being read ahead or was; -1 for none.
        var prefetched = -1
        /// When an instruction in that line can execute.
        var prefetchReady: Cycles = 0
        /// When the flash can begin another read.
        var free: Cycles = 0
        var waitStates = 0
        var cachesInstructions = false
        var cachesData = false
        var prefetches = false
    }

    public let lineShift: UInt32 = 4
    public var onChange: () -> Void = {}
    private let firstLine: Int
    private let lineCount: Int
    private let state: UnsafeMutablePointer<State>

    /// - Parameters:
    ///   - base: where the flash begins; a multiple of 16.
    ///   - size: its bytes; a multiple of 16, not zero.
    public init(base: UInt32, size: Int) {
        precondition(base % 16 == 0 && size > 0 && size % 16 == 0, "flash consists of whole lines")
        firstLine = Int(base >> 4)
        lineCount = size >> 4
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                instructions: LineCache(capacity: ART.instructionLines, lines: lineCount),
                data: LineCache(capacity: ART.dataLines, lines: lineCount)))
    }

    deinit {
        state.pointee.instructions.free()
        state.pointee.data.free()
        state.deallocate()
    }

    /// What `FLASH_ACR` says.
    public var timing = FlashTiming() {
        didSet {
            guard timing != oldValue else { return }
            state.pointee.waitStates = timing.waitStates
            state.pointee.cachesInstructions = timing.instructionCache
            state.pointee.cachesData = timing.dataCache
            state.pointee.prefetches = timing.prefetch
            state.pointee.prefetched = -1
            onChange()
        }
    }

    /// "This feature is useful if at least one wait state is needed" (3.5.2): without one, nothing here matters.
    public var isTransparent: Bool { timing.waitStates == 0 }

    /// ICRST and DCRST of `FLASH_ACR`.
    public func emptyCaches(instructions: Bool, data: Bool) {
        if instructions {
            state.pointee.instructions.empty()
            state.pointee.current = -1
            state.pointee.prefetched = -1
        }
        if data { state.pointee.data.empty() }
    }

    /// The flash is being programmed or erased: "any attempt to read the Flash memory while it is busy stalls the bus"
    /// (3.6).
    public func hold(until cycle: Cycles) {
        state.pointee.free = max(state.pointee.free, cycle)
    }

    // MARK: Instructions

    public func fetchDelay(_ plan: FetchPlan, at now: Cycles) -> Int {
        let first = Int(plan.firstLine) &- firstLine
        let last = Int(plan.lastLine) &- firstLine
        guard first >= 0, last < lineCount else { return 0 }
        if state.pointee.cachesInstructions {
            var line = first
            while line <= last, state.pointee.instructions.holds(line) { line &+= 1 }
            if line > last {
                for line in first...last { state.pointee.instructions.touch(line) }
                state.pointee.current = last
                prefetch(behind: last, at: now &+ Int(plan.cyclesToRequest[last &- first]))
                return 0
            }
        }
        return slowDelay(first, last, plan, at: now)
    }

    @inline(never)
    private func slowDelay(_ first: Int, _ last: Int, _ plan: FetchPlan, at now: Cycles) -> Int {
        var delay = 0
        for line in first...last {
            let due = now &+ delay &+ Int(plan.cyclesToLine[line &- first])
            let request = now &+ delay &+ Int(plan.cyclesToRequest[line &- first])
            let ready = fetch(line, at: request)
            delay &+= max(0, ready &- due)
            prefetch(behind: line, at: ready)
        }
        return delay
    }

    /// When an instruction can execute from a line that the core asks for at a cycle.
    private func fetch(_ line: Int, at request: Cycles) -> Cycles {
        if line == state.pointee.current { return request }
        state.pointee.current = line
        if state.pointee.cachesInstructions, state.pointee.instructions.holds(line) {
            state.pointee.instructions.touch(line)
            return request
        }
        let ready: Cycles
        if line == state.pointee.prefetched {
            ready = max(request, state.pointee.prefetchReady)
            state.pointee.prefetched = -1
        } else {
            ready = max(request, state.pointee.free) &+ state.pointee.waitStates
            state.pointee.free = ready &+ 1
        }
        if state.pointee.cachesInstructions { state.pointee.instructions.insert(line) }
        return ready
    }

    /// Begins to read the line behind one that can be executed from a cycle on.
    @inline(__always)
    private func prefetch(behind line: Int, at now: Cycles) {
        let next = line &+ 1
        guard state.pointee.prefetches, next != state.pointee.prefetched, next < lineCount else { return }
        if state.pointee.cachesInstructions, state.pointee.instructions.holds(next) { return }
        state.pointee.prefetched = next
        state.pointee.prefetchReady = max(now &+ 1, state.pointee.free) &+ state.pointee.waitStates
        state.pointee.free = state.pointee.prefetchReady &+ 1
    }

    // MARK: Data

    public func readDelay(_ address: UInt32, at now: Cycles) -> Int {
        let line = Int(address >> lineShift) &- firstLine
        guard line >= 0, line < lineCount else { return 0 }
        if state.pointee.cachesData, state.pointee.data.holds(line) {
            state.pointee.data.touch(line)
            return 0
        }
        // On the scale of executing instructions a data read asks `lead` cycles later than a fetch.
        let due = now &+ ART.lead
        let ready = max(due, state.pointee.free) &+ state.pointee.waitStates
        state.pointee.free = ready &+ 1
        if state.pointee.cachesData { state.pointee.data.insert(line) }
        return ready &- due
    }
}
