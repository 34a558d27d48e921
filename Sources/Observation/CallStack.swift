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
        let entered: Int
        /// What interrupts had taken from this context when it was entered.
        let stolenAtEntry: Int
        /// Tells one call from the next.
        let serial: Int
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
    /// How many of its calls are under way, over all contexts.
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
    private var interrupted: [(stack: CallStack, entered: Int, resume: UInt32)] = []
    /// Tasks that were switched away, by where they go on.
    private var parked: [UInt64: CallStack] = [:]
    private var serial = 0
    private let functionIndex: (UInt32) -> Int32
    private let start: (Int32) -> UInt32

    /// - Parameters:
    ///   - functionIndex: the function at an address.
    ///   - start: the address of a function.
    init(count: Int, functionIndex: @escaping (UInt32) -> Int32, start: @escaping (Int32) -> UInt32) {
        functions = Array(repeating: FunctionCalls(), count: count)
        self.functionIndex = functionIndex
        self.start = start
    }

    /// The call that is executing: which call it is, not which function.
    var currentSerial: Int { current.frames.last?.serial ?? 0 }

    /// The call that made the one that is executing.
    var callerSerial: Int { current.frames.dropLast().last?.serial ?? 0 }

    /// The outermost function of the current context: the reset handler, or what a task began with.
    var root: Int32? { current.frames.first?.function }

    /// The functions under way, outermost first, with those that an interrupt struck.
    var chain: [Int32] {
        interrupted.flatMap { $0.stack.frames.map(\.function) } + current.frames.map(\.function)
    }

    /// Where each call under way goes on, innermost first.
    var returnAddresses: [UInt32] { current.frames.reversed().map(\.returnAddress) }

    mutating func follow(_ entry: JournalEntry) {
        switch entry.returnAddress {
        case JournalEntry.return:
            guard let depth = current.frames.lastIndex(where: { $0.returnAddress == entry.target }) else {
                jump(to: entry.target, from: entry.function, at: entry.cycle)
                return
            }
            leave(to: depth, at: entry.cycle)
        case JournalEntry.jump:
            jump(to: entry.target, from: entry.function, at: entry.cycle)
        default:
            enter(functionIndex(entry.target), returnAddress: entry.returnAddress, at: entry.cycle)
        }
    }

    /// The first function of a context: the reset handler, a task.
    mutating func begin(at address: UInt32, cycle: Int) {
        enter(functionIndex(address), returnAddress: 0xFFFF_FFFF, at: cycle)
    }

    private mutating func enter(_ function: Int32, returnAddress: UInt32, at cycle: Int) {
        serial += 1
        current.frames.append(
            CallStack.Frame(
                function: function, returnAddress: returnAddress, entered: cycle, stolenAtEntry: current.stolen,
                serial: serial))
        if function >= 0 { functions[Int(function)].entered() }
    }

    private mutating func leave(to depth: Int, at cycle: Int) {
        while current.frames.count > depth, let frame = current.frames.popLast() {
            guard frame.function >= 0 else { continue }
            functions[Int(frame.function)].left(
                after: cycle - frame.entered - (current.stolen - frame.stolenAtEntry))
        }
    }

    /// A jump to the start of another function is a tail call: it returns where its predecessor would have.
    private mutating func jump(to target: UInt32, from function: Int32, at cycle: Int) {
        let callee = functionIndex(target)
        guard callee >= 0, callee != function, start(callee) == target, let frame = current.frames.last else { return }
        leave(to: current.frames.count - 1, at: cycle)
        enter(callee, returnAddress: frame.returnAddress, at: cycle)
    }

    mutating func interrupt(at cycle: Int, resume: UInt32) {
        interrupted.append((current, cycle, resume))
        current = CallStack()
    }

    /// An exception is left. If execution does not go on where it was interrupted, a task was switched.
    mutating func resume(at address: UInt32, sp: UInt32, cycle: Int) {
        leave(to: 0, at: cycle)
        guard let context = interrupted.popLast() else { return }
        let resume = context.resume
        let entered = context.entered
        var stack = context.stack
        stack.stolen += cycle - entered
        if resume == address {
            current = stack
            return
        }
        parked[CallTracker.key(resume, stack)] = stack
        let candidates = parked.keys.filter { UInt32($0 >> 32) == address }
        if let match = candidates.min(), let task = parked.removeValue(forKey: match) {
            current = task
            current.stolen += cycle - entered
        } else {
            current = CallStack()
            begin(at: address, cycle: cycle)
        }
    }

    private static func key(_ resume: UInt32, _ stack: CallStack) -> UInt64 {
        UInt64(resume) << 32 | UInt64(UInt32(truncatingIfNeeded: stack.frames.first?.serial ?? 0))
    }

    /// The run is over: calls under way have lasted until now.
    mutating func finish(at cycle: Int) {
        leave(to: 0, at: cycle)
        while let (stack, entered, _) = interrupted.popLast() {
            current = stack
            current.stolen += cycle - entered
            leave(to: 0, at: cycle)
        }
    }
}
