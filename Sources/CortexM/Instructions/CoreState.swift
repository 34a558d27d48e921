import Engine

/// The registers of the core and what the run loop shares with the rest of the machine, at a fixed place in host
/// memory.
///
/// The general registers lie in front of it, so that one pointer reaches everything; while the run loop is active it
/// keeps the flags and the budget to itself and writes them back when it leaves or calls out.
@frozen
public struct CoreState {
    public typealias Pointer = UnsafeMutablePointer<CoreState>

    /// N is bit 63, Z is that the low 32 bits are zero: one sign extension of a result gives both.
    public var nz: Int64 = 1
    /// C, 0 or 1.
    public var c: UInt32 = 0
    /// V is bit 31.
    public var v: UInt32 = 0
    /// The sticky saturation flag Q, 0 or 1.
    public var q: UInt32 = 0
    /// The four GE flags, in bits 3...0.
    public var ge: UInt32 = 0
    /// FPSCR without its flags N, Z, C, V.
    public var fpscr: UInt32 = 0
    /// N, Z, C, V of FPSCR in bits 31...28.
    public var fpFlags: UInt32 = 0

    /// Cycles left until `deadline`; less those of the block that is running.
    public var budget: Int = 0
    /// The cycle at which the run loop must be left.
    public var deadline: Int = 0
    /// Host address minus guest address by page, for reading; zero sends an access to the slow path.
    public var readMap: UnsafeMutablePointer<Int>
    /// The same for writing.
    public var writeMap: UnsafeMutablePointer<Int>
    /// From a guest byte in host memory to its mark.
    public var markDistance: Int
    /// The current mark in each byte.
    public var mark: UInt32 = 0x0101_0101
    /// The map entry of the last data access: tells when an access goes to another bus slave.
    public var lastSlave: Int = 0
    /// The lowest stack pointer seen on the current stack.
    public var stackLow: UInt32 = .max
    /// Address where execution continues when the run loop has left at the end of a block.
    public var pc: UInt32 = 0
    /// Why the run loop was left.
    public var departure: Departure = .budget
    /// Set by a slow path that wants the run loop left once the current instruction is complete.
    public var wantsAttention = false
    /// Calls and returns, for the observer; the run loop appends, the observer drains.
    public var journal: UnsafeMutablePointer<JournalEntry>
    /// Behind the last entry for which the journal has room.
    public var journalEnd: UnsafeMutablePointer<JournalEntry>
    /// Blocks whose counters are not zero.
    public var dirty: UnsafeMutablePointer<Block.Pointer>
    /// The owner, for the slow paths.
    public var processor: Unmanaged<Processor>
    /// Where the decoded blocks are.
    public var codeMap: CodeMap
    /// Whether FP instructions may run at once: the FPU is enabled and its registers hold the current context.
    public var isFPReady = false
    /// What host code may do with FP instructions: an `FPGate`.
    public var fpGate: UInt8 = 0
    /// FPSCR's flags behind a comparison that found less, equal, greater. DDI 0403E.e A2.5.10.
    public let comparisons: (UInt32, UInt32, UInt32) = (0b1000 << 28, 0b0110 << 28, 0b0010 << 28)
    /// Whether another bus master may hold the memory with wait states.
    public var isWaitingHeld = false
    /// The exclusive monitor: the address tagged by LDREX, or `nil`. DDI 0403E.e A3.4.
    public var exclusive: UInt32?

    /// The block that host code was left at, and its record; without one the block is paid for and not yet entered.
    public var leftBlock: Block.Pointer?
    public var leftRecord: Instruction.Pointer?
    /// Where host code keeps the calls that were not returned from: the host's stack pointer without any, and with the
    /// most that there may be.
    public var hostCalls: (base: UInt, limit: UInt) = (0, 0)

    /// Bytes in front of the state: r0 to r15, four scratch registers of the decoder, then s0 to s31.
    public static let registerBytes = 256
}

/// Why the run loop was left.
public enum Departure: UInt8 {
    /// The next block might overrun the deadline; `pc` tells which.
    case budget
    /// The end mark of the stepper was reached.
    case stopped
    /// Host code leaves the rest of the block to the run loop.
    case interpreted
    /// The block that begins at `pc` has to be found or decoded; the last block is to be linked to it.
    case fallThrough, taken, indirect
    /// A branch to `pc` that is an exception return, or leaves Thumb state.
    case interworking
    /// The instruction did not complete; the processor has the fault.
    case fault
    /// The instruction is complete and a slow path asked for attention.
    case attention
    /// An observed address was reached.
    case notify
    /// An instruction that the processor completes: SVC, BKPT, WFI, an exception return, ...
    case supervisor
}
