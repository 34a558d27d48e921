import Machine

/// What executes the firmware of a chip, whatever its architecture: one core, or several that run in step.
public protocol CPU: AnyObject {
    /// In the order of their numbers; at least one.
    var cores: [any Core] { get }
    /// The exact current cycle, when no instruction is executing.
    var now: Cycles { get }
    /// The index of the core that executes, or was the last to.
    var currentCore: Int { get }

    /// Whether a run ends as at its limit when nothing but a reset is going to end what all cores do.
    var stopsAtEndlessLoops: Bool { get set }
    /// Whether every core sleeps or stays in an endless loop, and nothing is ever going to change that.
    var isAtStandstill: Bool { get }

    /// Whether there is a translator for these cores and this kind of host.
    var hasTranslator: Bool { get }
    /// Has what executes often turned into host code. Nothing but speed depends on it.
    ///
    /// - Parameter turns: how often a block is met before it is translated, at least 1.
    /// - Returns: whether there is a translator for these cores, and the host lets it; otherwise all is interpreted.
    func translate(after turns: Int) -> Bool
    /// Puts everything into the state after a reset of the chip.
    func reset()
    /// Runs until the clock reaches `limit` or the run is over.
    func run(until limit: Cycles) -> Ending
    /// Executes one instruction, or enters an exception that is pending in front of it, or passes the time that the
    /// core sleeps. With several cores it is the one whose turn it is.
    ///
    /// - Returns: `.limit` where the run can go on.
    func executeOne() -> Ending
    /// The same for an execution trace.
    ///
    /// - Returns: how the run stands, and what was executed: more than one instruction where the core counts several
    ///   as one.
    func executeForTrace() -> (ending: Ending, instructions: [TracedInstruction])

    /// Why the loaded firmware cannot start, as a sentence without its full stop; `nil` if nothing speaks against it.
    ///
    /// - Parameter target: the name of the chip, for the sentence.
    func entryProblem(on target: String) -> String?
    /// The addresses of exception handlers that the hardware enters by itself, as far as memory tells before the run.
    var handlers: Set<UInt32> { get }
}

extension CPU {
    public var hasTranslator: Bool { false }
    public func translate(after turns: Int) -> Bool { false }
}

/// One core, as whoever runs a firmware and reports on it sees it.
public protocol Core: ObservedCore {
    /// As a report names it: `hart 0`.
    var name: String { get }
    /// Who is watching; calls, returns and observed addresses are told to it. The core does not keep it alive.
    var observer: (any RunObserver)? { get set }
    /// The index of the function that an address lies in; -1 outside any.
    var functionIndex: (UInt32) -> Int32 { get set }

    /// The address of the next instruction.
    var resumeAddress: UInt32 { get }
    /// The address of the instruction that is executing, or was the last to execute.
    var currentPC: UInt32 { get }
    /// What an execution trace shows, in its order; the program counter is not among them.
    var traceRegisters: [RegisterValue] { get }
    /// What a crash report shows, in its order, the program counter last.
    var crashRegisters: [RegisterValue] { get }
    /// The same when an exception struck that saved registers at `frame`.
    func crashRegisters(savedAt frame: UInt32) -> [RegisterValue]

    /// Whether the core sleeps.
    var isAsleep: Bool { get }
    /// The address of a loop that nothing but a reset is ever going to end; `nil` if the core does something else.
    var endlessLoop: UInt32? { get }
    /// What the core looks at in memory while it waits in a loop; `nil` where it does not, or that cannot be told.
    var polledWord: PolledWord? { get }
    /// The numbers of the interrupts that are enabled.
    var enabledInterrupts: [Int] { get }
    /// Whether the firmware lets any interrupt interrupt what executes now.
    var canBeInterrupted: Bool { get }
    /// The number of the exception whose handler executes; 0 outside of handlers.
    var currentException: Int { get }
    /// The fault whose handler is executing, with its causes on lines of their own; `nil` outside of fault handlers.
    var faultReport: String? { get }
    /// What the registers say about the last fault, one line each.
    var faultCauses: [String] { get }

    /// Closes the accounts in the middle of a block: what the rest of it would have taken is given back. Call it
    /// before the last gathering.
    func closeAccounts()
}

extension Core {
    public var polledWord: PolledWord? { nil }
}

/// A word in memory that a core looks at again and again.
public struct PolledWord: Equatable, Sendable {
    public var address: UInt32
    /// Whether it does so with atomic instructions, as with a lock.
    public var isAtomic: Bool

    public init(address: UInt32, isAtomic: Bool) {
        self.address = address
        self.isAtomic = isAtomic
    }
}

/// A register by its name in the manual, with what it holds.
public struct RegisterValue: Equatable, Sendable {
    /// Lower-case: `r0`, `sp`, `a0`.
    public var name: String
    public var value: UInt64
    /// Its width: 32 or 64.
    public var bits: Int

    public init(_ name: String, _ value: UInt64, bits: Int) {
        self.name = name
        self.value = value
        self.bits = bits
    }
}

/// An instruction as an execution trace shows it.
public struct TracedInstruction: Equatable, Sendable {
    /// The index of the core that executed it.
    public var core: Int
    public var pc: UInt32
    /// The registers behind it, in the order of the trace.
    public var registers: [RegisterValue]

    public init(core: Int, pc: UInt32, registers: [RegisterValue]) {
        self.core = core
        self.pc = pc
        self.registers = registers
    }
}
