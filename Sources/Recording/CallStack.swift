import Engine
import Profile

/// The calls that are under way in one context, innermost last. Interrupts and tasks have stacks of their own; time
/// that an interrupt took is not its victim's.
///
/// Firmware makes calls by the million, and each comes by here.
final class CallStack {
    struct Frame {
        /// Index of the function; -1 outside any.
        let function: Int32
        let returnAddress: UInt32
        /// The stack pointer at its first instruction.
        let sp: UInt32
        /// It was jumped to and returns where its predecessor would have.
        let isTailCall: Bool
        let entered: Int
        /// What interrupts had taken from this context when it was entered.
        let stolenAtEntry: Int
        /// Tells one call from the next.
        let serial: Int
    }

    /// Cycles that interrupts took from this context so far.
    var stolen = 0
    private(set) var count = 0
    private var capacity = 16
    private var storage: UnsafeMutablePointer<Frame>

    init() {
        storage = .allocate(capacity: capacity)
    }

    deinit { storage.deallocate() }

    /// Valid until a call is made or this goes.
    var frames: UnsafeBufferPointer<Frame> { UnsafeBufferPointer(start: storage, count: count) }

    var innermost: Frame? { count == 0 ? nil : storage[count &- 1] }

    @inline(__always)
    func push(_ frame: Frame) {
        if count == capacity { grow() }
        (storage + count).initialize(to: frame)
        count &+= 1
    }

    @inline(__always)
    func pop() -> Frame? {
        guard count > 0 else { return nil }
        count &-= 1
        return storage[count]
    }

    @inline(never)
    private func grow() {
        let larger = UnsafeMutablePointer<Frame>.allocate(capacity: 2 * capacity)
        larger.moveInitialize(from: storage, count: count)
        storage.deallocate()
        storage = larger
        capacity *= 2
    }
}

/// Calls, and cycles per call, of one function.
struct FunctionCalls {
    var calls = 0
    var inclusive = 0
    var least = Int.max
    var most = 0
    /// How many of its calls are under way in the current context.
    var depth = 0

    @inline(__always)
    mutating func entered() {
        calls &+= 1
        depth &+= 1
    }

    /// A call is over. In a recursion only the outermost counts for the inclusive cycles.
    @inline(__always)
    mutating func left(after cycles: Int) {
        depth &-= 1
        if depth == 0 { inclusive &+= cycles }
        if cycles < least { least = cycles }
        if cycles > most { most = cycles }
    }
}

/// Follows the journal: which function called which, for how long.
final class CallTracker {
    private(set) var current = CallStack()
    /// One for each function of the program.
    let functions: UnsafeMutablePointer<FunctionCalls>
    /// What handlers interrupted, innermost last.
    private(set) var interrupted: [Context] = []
    /// Tasks that were switched away.
    private var parked: [Context] = []
    private var serial = 0
    private let functionIndex: (UInt32) -> Int32
    /// What that answered lately, each address at its place.
    private let known: UnsafeMutablePointer<(address: UInt32, function: Int32)>
    private static let knownCount: UInt32 = 256
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
        functions = .allocate(capacity: count)
        functions.initialize(repeating: FunctionCalls(), count: count)
        self.functionIndex = functionIndex
        self.start = start
        known = .allocate(capacity: Int(CallTracker.knownCount))
        // Zero has its place in the first, and nothing else answers to it.
        known.initialize(repeating: (0, functionIndex(0)), count: Int(CallTracker.knownCount))
    }

    deinit {
        functions.deallocate()
        known.deallocate()
    }

    /// The function at an address; -1 outside any.
    @inline(__always)
    private func function(at address: UInt32) -> Int32 {
        let place = known + Int(address &>> 2 & (CallTracker.knownCount &- 1))
        if place.pointee.address == address { return place.pointee.function }
        let function = functionIndex(address)
        place.pointee = (address, function)
        return function
    }

    /// The call that is executing: which call it is, not which function.
    ///
    /// What it jumped to belongs to it.
    var currentSerial: Int { current.count == 0 ? 0 : current.frames[made(current.count - 1)].serial }

    /// Whether the call that is executing was a jump: what it returns to is not where it was called.
    var isTailCall: Bool { current.innermost?.isTailCall ?? false }

    /// The call that made the one that is executing.
    var callerSerial: Int {
        let last = current.count - 1
        guard last >= 0, made(last) > 0 else { return 0 }
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

    /// Takes up calls, returns and jumps, in order.
    func follow(_ entries: UnsafeBufferPointer<JournalEntry>) {
        let stack = current
        for entry in entries {
            switch entry.returnAddress {
            case JournalEntry.return: ret(entry, stack)
            case JournalEntry.jump: jump(entry)
            default:
                enter(
                    stack, function(at: entry.target), returnAddress: entry.returnAddress, sp: entry.sp,
                    at: entry.cycle)
            }
        }
    }

    /// Mostly the innermost call goes back where it was made.
    @inline(__always)
    private func ret(_ entry: JournalEntry, _ stack: CallStack) {
        guard let frame = stack.innermost, frame.returnAddress == entry.target, !frame.isTailCall else {
            return returnFarther(entry)
        }
        leave(stack, at: entry.cycle)
    }

    @inline(never)
    private func returnFarther(_ entry: JournalEntry) {
        if let depth = current.frames.lastIndex(where: { $0.returnAddress == entry.target }) {
            leave(to: made(depth), at: entry.cycle)
        } else {
            jump(entry)
        }
    }

    /// The first function of a context: the reset handler, a task.
    func begin(at address: UInt32, sp: UInt32, cycle: Int) {
        enter(current, function(at: address), returnAddress: 0xFFFF_FFFF, sp: sp, at: cycle)
    }

    @inline(__always)
    private func enter(
        _ stack: CallStack, _ function: Int32, returnAddress: UInt32, sp: UInt32, at cycle: Int,
        isTailCall: Bool = false
    ) {
        if stack.count == CallTracker.deepest { leave(to: CallTracker.deepest / 2, at: cycle) }
        serial &+= 1
        stack.push(
            CallStack.Frame(
                function: function, returnAddress: returnAddress, sp: sp, isTailCall: isTailCall, entered: cycle,
                stolenAtEntry: stack.stolen, serial: serial))
        if function >= 0 { functions[Int(function)].entered() }
    }

    private func leave(to depth: Int, at cycle: Int) {
        let stack = current
        while stack.count > depth { leave(stack, at: cycle) }
    }

    /// The innermost call is over.
    @inline(__always)
    private func leave(_ stack: CallStack, at cycle: Int) {
        guard let frame = stack.pop(), frame.function >= 0 else { return }
        functions[Int(frame.function)].left(
            after: cycle &- frame.entered &- (stack.stolen &- frame.stolenAtEntry))
    }

    /// A jump to the start of another function is a tail call: it returns where its predecessor would have, which is
    /// under way until then. A return
    /// into the middle of a function that is under way, though nobody is to return there, is a `longjmp`.
    private func jump(_ entry: JournalEntry) {
        let callee = function(at: entry.target)
        guard callee >= 0, callee != entry.function, let frame = current.innermost else { return }
        if start(callee) == entry.target {
            let last = current.count - 1
            if last - made(last) >= CallTracker.longestChain { leave(to: last, at: entry.cycle) }
            enter(
                current, callee, returnAddress: frame.returnAddress, sp: entry.sp, at: entry.cycle, isTailCall: true)
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
    func interrupt(by entry: ExceptionEntry, at cycle: Int, left: Int) {
        interrupted.append(Context(stack: current, since: left, entry: entry))
        leaveOff()
        begin(at: entry.handler, sp: entry.frame, cycle: cycle)
    }

    /// A handler follows another one that has ended.
    func chain(to handler: UInt32, sp: UInt32, at cycle: Int) {
        leave(to: 0, at: cycle)
        begin(at: handler, sp: sp, cycle: cycle)
    }

    /// An exception is left. If execution does not go on where it was interrupted, a task was switched.
    ///
    /// - Parameters:
    ///   - left: the cycle at which its handler ended.
    ///   - cycle: the cycle at which something else goes on.
    func resume(at address: UInt32, sp: UInt32, left: Int, cycle: Int) {
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
    private func park(_ context: Context) {
        for index in parked.indices.reversed() where parked[index].frame == context.frame {
            close(parked.remove(at: index))
        }
        if parked.count == CallTracker.mostParked { close(parked.removeFirst()) }
        parked.append(context)
    }

    /// The current calls do not go on for a while.
    private func leaveOff() {
        for frame in current.frames where frame.function >= 0 { functions[Int(frame.function)].depth -= 1 }
        current = CallStack()
    }

    private func takeUp(_ context: Context, at cycle: Int) {
        current = context.stack
        current.stolen += cycle - context.since
        for frame in current.frames where frame.function >= 0 { functions[Int(frame.function)].depth += 1 }
    }

    /// The calls of a context are over since it was left.
    private func close(_ context: Context) {
        let kept = current
        leaveOff()
        takeUp(context, at: context.since)
        leave(to: 0, at: context.since)
        takeUp(Context(stack: kept, since: 0), at: 0)
    }

    /// The run is over: calls under way have lasted until now.
    func finish(at cycle: Int) {
        leave(to: 0, at: cycle)
        for context in parked { close(context) }
        parked.removeAll()
        while let context = interrupted.popLast() { close(context) }
    }
}
