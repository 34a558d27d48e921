import Engine

/// The registers of a hart and what the run loop shares with the rest of the machine, at a fixed place in host memory.
///
/// The registers lie in front of it, so that one pointer reaches everything; while the run loop is active it keeps the
/// budget to itself and writes it back when it leaves or calls out.
@frozen
public struct CoreState {
    public typealias Pointer = UnsafeMutablePointer<CoreState>

    /// Cycles left until `deadline`; less those of the block that is running.
    public var budget: Int = 0
    /// The cycle at which the run loop must be left.
    public var deadline: Int = 0

    // The memory that the run loop reaches by itself: one stretch of guest addresses, one of host addresses.

    /// The guest address of its first byte.
    public var memoryBase: UInt64 = 0
    /// Its size in bytes, a multiple of 64.
    public var memorySize: UInt64 = 0
    /// Its first byte.
    public var memory: UnsafeMutableRawPointer
    /// For each line of 64 bytes what may be done with it at once: see `LineState`.
    public var lines: UnsafeMutablePointer<UInt8>
    /// From a guest byte in host memory to its mark.
    public var markDistance: Int
    /// The current mark in each byte.
    public var mark: UInt64 = 0x0101_0101_0101_0101

    /// Which state of the instruction cache is the present one: see `Block.fetched`.
    public var fetchEpoch: Int = 0
    /// What the hart has learnt about branches.
    public var predictor: BranchPredictor.Pointer

    /// fcsr, and mstatus.FS.
    public var fp = FPStatus()

    /// The lowest stack pointer since somebody set it.
    public var stackLow: UInt64 = .max
    /// Address where execution continues when the run loop has left at the end of a block.
    public var pc: UInt64 = 0
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
    public var hart: Unmanaged<Hart>
    /// Where the decoded blocks are.
    public var codeMap: CodeMap
    /// What the budget was when host code began the turns of a loop that it only counts when it leaves them.
    public var loopBudget: Int = 0
    /// What host code is about to divide.
    public var dividend: Int = 0
    /// The block that host code was left at, and its record; without one the block is paid for and not yet entered.
    public var leftBlock: Block.Pointer?
    public var leftRecord: Instruction.Pointer?
    /// Where host code keeps the calls that were not returned from: the host's stack pointer without any, and with the
    /// most that there may be.
    public var hostCalls: (base: UInt, limit: UInt) = (0, 0)

    /// Bytes in front of the state: x0 to x31 and `discarded`, then from register 40 on f0 to f31.
    public static let registerBytes = 72 * 8
}

/// What the run loop may do with a line of memory at once; everything else takes the slow path.
enum LineState {
    static let readable: UInt8 = 1
    /// Writable: in the cache and dirty already, no decoded code in it, reserved by no other hart.
    static let writable: UInt8 = 2
}

/// Why the run loop was left.
public enum Departure: UInt8 {
    /// The next block might overrun the deadline; `pc` tells which.
    case budget
    /// The end mark of the stepper was reached.
    case stopped
    /// The block was entered, and what its fetch took leaves too little time for it.
    case entered
    /// The block that begins at `pc` has to be found or decoded; the last block is to be linked to it.
    case fallThrough, taken, indirect
    /// The instruction did not complete; the hart has the exception.
    case exception
    /// The instruction is complete and a slow path asked for attention.
    case attention
    /// An observed address was reached.
    case notify
    /// An instruction that the hart completes: a CSR access, MRET, WFI, ...
    case supervisor
    /// The interpreter entered a block that has host code.
    case translated
    /// Host code was made for another state than the one it met: the interpreter goes on at the record.
    case interpreted
}

extension CoreState.Pointer {
    /// x0 to x31, then `discarded`.
    var registers: UnsafeMutablePointer<UInt64> {
        @inline(always) get {
            (UnsafeMutableRawPointer(self) - CoreState.registerBytes).assumingMemoryBound(to: UInt64.self)
        }
    }

    /// f0 to f31.
    var floats: UnsafeMutablePointer<UInt64> {
        @inline(always) get { registers + 40 }
    }
}
