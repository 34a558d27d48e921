import Machine
import Profile

/// A call, a return or a jump, as the run loop saw it.
@frozen
public struct JournalEntry {
    /// The cycle after the instruction.
    public var cycle: Int
    /// Where it went.
    public var target: UInt32
    /// For a call, where it is to return to; otherwise one of the constants below.
    public var returnAddress: UInt32
    /// The stack pointer after the instruction.
    public var sp: UInt32
    /// Where the instruction was: its block's function.
    public var function: Int32

    /// In the place of a return address: a return.
    public static let `return`: UInt32 = 0
    /// In the place of a return address: a jump that may be a tail call.
    public static let jump: UInt32 = 1

    @inlinable @inline(__always)
    public init(cycle: Int, target: UInt32, returnAddress: UInt32, sp: UInt32, function: Int32) {
        self.cycle = cycle
        self.target = target
        self.returnAddress = returnAddress
        self.sp = sp
        self.function = function
    }
}

/// How the handler of an exception or interrupt was entered.
public struct ExceptionEntry: Equatable, Sendable {
    /// The exception, as the architecture numbers them.
    public var number: Int
    /// The address of the handler.
    public var handler: UInt32
    /// Where the interrupted code goes on; `nil` if the handler follows another one that has ended, without going back
    /// in between (tail-chaining).
    public var returnAddress: UInt32?
    /// How far behind that it may go on all the same: a handler may do in software what the instruction asked for.
    public var skippedBytes: UInt32
    /// The stack pointer of the interrupted code, below what the core saved there.
    public var frame: UInt32
    /// How many bytes the core saved there, at least and at most, with padding.
    public var frameSize: ClosedRange<UInt32>
    /// How many of them it saved on the stack that the handler goes on using.
    public var savedBytes: Int

    public init(
        number: Int, handler: UInt32, returnAddress: UInt32?, skippedBytes: UInt32 = 0, frame: UInt32,
        frameSize: ClosedRange<UInt32> = 0...0, savedBytes: Int = 0
    ) {
        self.number = number
        self.handler = handler
        self.returnAddress = returnAddress
        self.skippedBytes = skippedBytes
        self.frame = frame
        self.frameSize = frameSize
        self.savedBytes = savedBytes
    }
}

/// Told of what the firmware does. It watches; the run is the same without it, to the cycle.
public protocol RunObserver: AnyObject {
    /// Calls, returns and jumps since the last time, in order.
    func drained(_ entries: UnsafeBufferPointer<JournalEntry>)
    /// An observed address is about to be executed.
    func reached(_ address: UInt32, at cycle: Cycles)
    /// The stack is deeper than it was since somebody reset the low-water mark.
    func stackDeepened(to sp: UInt32, at cycle: Cycles)
    /// The handler of an exception or interrupt has been entered; what the entry took is in `outsideBlocks`.
    func exceptionEntered(_ entry: ExceptionEntry, at cycle: Cycles)
    /// An exception has been left; execution goes on at `address`.
    func exceptionReturned(to address: UInt32, at cycle: Cycles)
}

/// A core as an observer sees it.
public protocol ObservedCore: AnyObject {
    var now: Cycles { get }
    /// A general register, by its number in the manual.
    func register(_ number: Int) -> UInt64
    /// The argument of that index, from 0, of the function that is being entered, by the procedure call standard; `nil`
    /// where it cannot be read.
    func argument(_ index: Int) -> UInt64?
    /// Where the function that is being entered returns to.
    var returnAddress: UInt32 { get }
    var stackPointer: UInt32 { get }
    /// Whether that is the stack of a task and not the main stack.
    var usesProcessStack: Bool { get }
    /// The stack pointer of tasks, current or not.
    var processStackPointer: UInt32 { get }
    /// The lowest stack pointer since it was set last.
    var stackLow: UInt32 { get set }
    /// The mark that accesses leave beside the bytes they touch; never zero.
    var touchMark: UInt8 { get set }
    /// Empties the counters of the blocks; see `Ledger.gather`. The last argument of `visit` is what they took.
    func gather(_ visit: (_ function: Int32, _ instructions: Int, _ cycles: CauseVector) -> Void)
    /// Cycles spent outside of any block so far: exceptions and sleep.
    var outsideBlocks: CauseVector { get }
    /// Has the observer told when these addresses are reached.
    func observe(_ addresses: Set<UInt32>)
    /// A word of memory, if there is any at the address.
    func word(at address: UInt32) -> UInt32?
}

extension ObservedCore {
    /// A NUL-terminated text in memory, of at most `limit` bytes; `nil` if it is none.
    public func text(at address: UInt32, limit: Int = 96) -> String? {
        var bytes: [UInt8] = []
        var place = address
        while bytes.count < limit {
            guard let word = word(at: place & ~3) else { return nil }
            let byte = UInt8(truncatingIfNeeded: word >> (8 * (place & 3)))
            if byte == 0 { break }
            guard byte >= 0x20, byte < 0x7F else { return nil }
            bytes.append(byte)
            place &+= 1
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
