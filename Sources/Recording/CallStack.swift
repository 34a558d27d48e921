import Engine
import Profile

/// The calls that are under way, followed from the journal of calls and returns.
///
/// Interrupts and tasks have stacks of their own; time that an interrupt took is not its victim's.
struct CallStack {
    struct Frame {
        /// Index of the function; -1 outside any.
        let function: Int32
        let returnAddress: UInt32
        /// The stack pointer at its first instruction.
        let sp: UInt32
        let entered: Int
        /// What interrupts had taken from this context when it was entered.
        let stolenAtEntry: Int
        /// Tells one call from the next.
        let serial: Int
        /// It was jumped to and returns where its predecessor would have.
        let isTailCall: Bool
    }

    var frames: [Frame] = []
    /// Cycles that interrupts took from this context so far.
    var stolen = 0
}

/// Calls, and cycles per call, of one function.
struct FunctionCalls {
    var calls = 0
    var inclusive = 0
    var least = Int.max
    var most = 0
    /// How many of its calls are under way in the current context.
    var depth = 0

    mutating func entered() {
        calls += 1
        depth += 1
    }

    /// A call is over. In a recursion only the outermost counts for the inclusive cycles.
    mutating func left(after cycles: Int) {
        depth -= 1
        if depth == 0 { inclusive += cycles }
        least = min(least, cycles)
        most = max(most, cycles)
    }
}

/// Follows the journal: which function called which, for how long.
struct CallTracker {
    private(set) var current = CallStack()
    private(set) var functions: [FunctionCalls]
    /// What handlers interrupted, innermost last.
    private(set) var interrupted: [Context] = []
    /// Tasks that were switched away.
    private var parked: [Context] = []
    private var serial = 0
    private let functionIndex: (UInt32) -> Int32
    private let start: (Int32) -> UInt32

    /// Calls that do not go on at the moment.
    struct Context {
        var stack: CallStack
        /// The cycle at which they were left.
        var since: Int
        /// Where they go on.
        let resume: UInt32
        /// How far behind that they may go on.
        let skipped: UInt32
        /// Where the core saved their registers.
        let frame: UInt32
        /// How many bytes those are.
        let frameSize: ClosedRange<UInt32>

        init(stack: CallStack, since: Int) {
            self.init(
                stack: stack, since: since, entry: ExceptionEntry(number: 0, handler: 0, returnAddress: 0, frame: 0))
        }

        init(stack: CallStack, since: Int, entry: ExceptionEntry) {
            self.stack = stack
            self.since = since
            resume = entry.returnAddress ?? 0
            skipped = entry.skippedBytes
            frame = entry.frame
            frameSize = entry.frameSize
        }

        /// Whether that is what goes on now: the stack pointer is behind the saved registers then.
        func goesOn(at address: UInt32, sp: UInt32) -> Bool {
            address &- resume <= skipped && frameSize.contains(sp &- frame)
        }
    }

    /// Far more calls than the RAM of a microcontroller has room for: somebody calls and never returns.
    private static let deepest = 1 << 16
    /// Functions that jump to each other for ever are a state machine, and none of them is the other's callee.
    private static let longestChain = 64
    /// Far more tasks than anybody has at a time: they are deleted and made anew.
    private static let mostParked = 256

    /// - Parameters:
    ///   - functionIndex: the function at an address.
    ///   - start: the address of a function.
    init(count: Int, functionIndex: @escaping (UInt32) -> Int32, start: @escaping (Int32) -> UInt32) {
        functions = Array(repeating: FunctionCalls(), count: count)
        self.functionIndex = functionIndex
        self.start = start
    }

    /// The call that is executing: which call it is, not which function.
    ///
    /// What it jumped to belongs to it.
    var currentSerial: Int { current.frames.isEmpty ? 0 : current.frames[made(current.frames.count - 1)].serial }

    /// Whether the call that is executing was a jump: what it returns to is not where it was called.
    var isTailCall: Bool { current.frames.last?.isTailCall ?? false }

    /// The call that made the one that is executing.
    var callerSerial: Int {
        guard let last = current.frames.indices.last, made(last) > 0 else { return 0 }
        return current.frames[made(made(last) - 1)].serial
    }

    /// The frame that was called, of a frame and those that jumped to it.
    private func made(_ index: Int) -> Int {
        var index = index
        while index > 0, current.frames[index].isTailCall { index -= 1 }
        return index
    }

    /// The outermost call of the current context: it tells the handler or task that is executing from others.
    var contextSerial: Int { current.frames.first?.serial ?? 0 }

    /// The outermost function of the current context: the reset handler, or what a task began with.
    var root: Int32? { current.frames.first?.function }

    /// The functions under way, outermost first, with those that an interrupt struck.
    var chain: [Int32] {
        interrupted.flatMap { $0.stack.frames.map(\.function) } + current.frames.map(\.function)
    }

    mutating func follow(_ entry: JournalEntry) {
        switch entry.returnAddress {
        case JournalEntry.return:
            if let depth = current.frames.lastIndex(where: { $0.returnAddress == entry.target }) {
                leave(to: made(depth), at: entry.cycle)
            } else {
                jump(entry)
            }
        case JournalEntry.jump:
            jump(entry)
        default:
            enter(functionIndex(entry.target), returnAddress: entry.returnAddress, sp: entry.sp, at: entry.cycle)
        }
    }

    /// The first function of a context: the reset handler, a task.
    mutating func begin(at address: UInt32, sp: UInt32, cycle: Int) {
        enter(functionIndex(address), returnAddress: 0xFFFF_FFFF, sp: sp, at: cycle)
    }

    private mutating func enter(
        _ function: Int32, returnAddress: UInt32, sp: UInt32, at cycle: Int, isTailCall: Bool = false
    ) {
        if current.frames.count == CallTracker.deepest { leave(to: CallTracker.deepest / 2, at: cycle) }
        serial += 1
        current.frames.append(
            CallStack.Frame(
                function: function, returnAddress: returnAddress, sp: sp, entered: cycle,
                stolenAtEntry: current.stolen, serial: serial, isTailCall: isTailCall))
        if function >= 0 { functions[Int(function)].entered() }
    }

    private mutating func leave(to depth: Int, at cycle: Int) {
        while current.frames.count > depth, let frame = current.frames.popLast() {
            guard frame.function >= 0 else { continue }
            functions[Int(frame.function)].left(
                after: cycle - frame.entered - (current.stolen - frame.stolenAtEntry))
        }
    }

    /// A jump to the start of another function is a tail call: it returns where its predecessor would have, which is
    /// under way until then. A return
    /// into the middle of a function that is under way, though nobody is to return there, is a `longjmp`.
    private mutating func jump(_ entry: JournalEntry) {
        let callee = functionIndex(entry.target)
        guard callee >= 0, callee != entry.function, let frame = current.frames.last else { return }
        if start(callee) == entry.target {
            let last = current.frames.count - 1
            if last - made(last) >= CallTracker.longestChain { leave(to: last, at: entry.cycle) }
            enter(callee, returnAddress: frame.returnAddress, sp: entry.sp, at: entry.cycle, isTailCall: true)
        } else if entry.returnAddress == JournalEntry.return,
            let depth = current.frames.lastIndex(where: { $0.function == callee && $0.sp >= entry.sp })
        {
            leave(to: depth + 1, at: entry.cycle)
        }
    }

    // MARK: Interrupts and tasks

    /// A handler is entered.
    ///
    /// - Parameter left: the cycle at which the interrupted code was left.
    mutating func interrupt(by entry: ExceptionEntry, at cycle: Int, left: Int) {
        interrupted.append(Context(stack: current, since: left, entry: entry))
        leaveOff()
        begin(at: entry.handler, sp: entry.frame, cycle: cycle)
    }

    /// A handler follows another one that has ended.
    mutating func chain(to handler: UInt32, sp: UInt32, at cycle: Int) {
        leave(to: 0, at: cycle)
        begin(at: handler, sp: sp, cycle: cycle)
    }

    /// An exception is left. If execution does not go on where it was interrupted, a task was switched.
    ///
    /// - Parameters:
    ///   - left: the cycle at which its handler ended.
    ///   - cycle: the cycle at which something else goes on.
    mutating func resume(at address: UInt32, sp: UInt32, left: Int, cycle: Int) {
        leave(to: 0, at: left)
        guard let context = interrupted.popLast() else { return }
        if context.goesOn(at: address, sp: sp) {
            takeUp(context, at: cycle)
            return
        }
        park(context)
        if let match = parked.lastIndex(where: { $0.goesOn(at: address, sp: sp) }) {
            takeUp(parked.remove(at: match), at: cycle)
        } else {
            current = CallStack()
            begin(at: address, sp: sp, cycle: cycle)
        }
    }

    /// Whatever was parked with the same frame is gone: its stack has another owner now.
    private mutating func park(_ context: Context) {
        for index in parked.indices.reversed() where parked[index].frame == context.frame {
            close(parked.remove(at: index))
        }
        if parked.count == CallTracker.mostParked { close(parked.removeFirst()) }
        parked.append(context)
    }

    /// The current calls do not go on for a while.
    private mutating func leaveOff() {
        for frame in current.frames where frame.function >= 0 { functions[Int(frame.function)].depth -= 1 }
        current = CallStack()
    }

    private mutating func takeUp(_ context: Context, at cycle: Int) {
        current = context.stack
        current.stolen += cycle - context.since
        for frame in current.frames where frame.function >= 0 { functions[Int(frame.function)].depth += 1 }
    }

    /// The calls of a context are over since it was left.
    private mutating func close(_ context: Context) {
        let kept = current
        leaveOff()
        takeUp(context, at: context.since)
        leave(to: 0, at: context.since)
        takeUp(Context(stack: kept, since: 0), at: 0)
    }

    /// The run is over: calls under way have lasted until now.
    mutating func finish(at cycle: Int) {
        leave(to: 0, at: cycle)
        for context in parked { close(context) }
        parked.removeAll()
        while let context = interrupted.popLast() { close(context) }
    }
}
