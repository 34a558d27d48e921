import Engine
import Machine
import Profile
import Translator

/// One RV64GC hart: owns its registers, decodes and runs its code, and answers the slow paths of the run loop. The
/// privileged architecture is in `System/`, the pipeline and the caches' timing in `Timing/`; who runs when is decided
/// by `Harts`.
public final class Hart {
    public let index: Int
    let chip: Chip
    let features: HartFeatures
    let timings: CycleTable
    let prices: AccessPrices
    public let state: CoreState.Pointer
    let ledger = Ledger()
    /// The control and status registers.
    public let control: ControlRegisters
    /// The memory that the harts share, and who holds which lines of it.
    let shared: SharedMemory
    /// The harts that it belongs to, which outlive it.
    unowned(unsafe) let harts: Harts

    /// The exact current cycle, when no instruction is executing.
    public internal(set) var now: Cycles = 0
    /// Where execution goes on.
    var position: Position
    /// Whether it waits for an interrupt.
    var isSleeping = false
    /// How many accesses took the slow path.
    var slowAccesses = 0
    /// How often it asked a device.
    var deviceAccesses = 0
    /// How often it read a counter.
    let counterReads = CounterReads()
    /// Why the run is over, once it is.
    var ending: Ending?
    /// The loop that it turns in without doing anything, if that was noticed: see `Spinning`.
    var spin: Spin?
    var polling = Polling()

    public weak var observer: (any RunObserver)?
    var observedAddresses: Set<UInt32> = []
    public var functionIndex: (UInt32) -> Int32 = { _ in -1 }

    /// What was decoded, by index of the block.
    var drafts: [BlockBuilder.Draft] = []
    let decoder = Decoder.all
    var instructionCache: Cache
    /// For each line of the shared memory whether the instruction cache holds it.
    let fetchedLines: UnsafeMutablePointer<Bool>
    /// Whether the code under the current block changed.
    var hasStaleCode = false
    /// Room for one instruction and end marks behind it.
    let scratch: Instruction.Pointer
    /// Makes host code of hot blocks; without it the run loop interprets all.
    var hostCode: HostCode?
    /// How often a block is met before it is translated.
    var heatLimit = 1
    /// The registers that host code keeps in registers of the host, most used first.
    var favourites: [Int] = []
    /// After how many runs of blocks it is seen whether these are still the right ones.
    var reviewInterval = 64
    var untilReview = 64
    /// The blocks that host code may enter with no more than counting them.
    var readied: [Block.Pointer] = []
    /// Whether host code has links built in that are cut.
    var hasStaleHostCode = false
    /// How often host code was forgotten for that.
    var timesForgotten = 0
    /// Room for a copy of the registers.
    let copy: UnsafeMutableRawPointer
    /// The same for an instruction that host code has the run loop execute.
    let single: Instruction.Pointer
    let storage: UnsafeMutableRawPointer
    let journal: UnsafeMutablePointer<JournalEntry>
    static let journalCapacity = 4096

    /// The exception that the run loop was left with.
    var exception: RaisedException?
    /// Whether an interrupt may have become takeable.
    var mayTakeInterrupt = true
    /// What the instruction that left the run loop asks for.
    var request: SupervisorRequest?
    /// The traps that are being handled, innermost last.
    var traps: [Trap] = []
    /// Cycles spent outside of any block, by cause.
    public internal(set) var outsideBlocks = CauseVector()
    /// What the functions' cycles hold of turns in loops that only waited, as of the last gathering.
    var spun: [Int32: CauseVector] = [:]
    /// The instruction that supervision is executing.
    var currentInstruction: (block: Block.Pointer, record: Instruction.Pointer)?
    /// The instructions that were gathered from the blocks so far.
    var gatheredInstructions = 0
    /// The instructions that raised an exception and so are not considered to retire, though they took their time.
    var unretiredInstructions = 0
    /// The address of the instruction that is executing, for messages.
    public internal(set) var currentPC: UInt32 = 0

    init(index: Int, chip: Chip, features: HartFeatures, timings: CycleTable, shared: SharedMemory, harts: Harts) {
        self.index = index
        self.chip = chip
        self.features = features
        self.timings = timings
        prices = AccessPrices(timings)
        self.shared = shared
        self.harts = harts
        storage = .allocate(byteCount: CoreState.registerBytes + MemoryLayout<CoreState>.size, alignment: 64)
        storage.initializeMemory(as: UInt8.self, repeating: 0, count: CoreState.registerBytes)
        state = (storage + CoreState.registerBytes).bindMemory(to: CoreState.self, capacity: 1)
        journal = .allocate(capacity: Hart.journalCapacity)
        scratch = .allocate(capacity: 2)
        scratch.initialize(repeating: Instruction(.stop), count: 2)
        copy = .allocate(byteCount: CoreState.registerBytes, alignment: 64)
        single = .allocate(capacity: 2)
        single.initialize(repeating: Instruction(.stop), count: 2)
        fetchedLines = zeroedTable(of: Bool.self, count: max(shared.lineCount, 1))
        instructionCache = Cache(lines: timings[.instructionCacheLines], ways: timings[.instructionCacheWays])
        position = .at(UInt64(features.resetAddress))
        let predictor = BranchPredictor.Pointer.allocate(capacity: 1)
        predictor.initialize(to: BranchPredictor(timings))
        let offset = MemoryLayout<CoreState>.offset(of: \.fp) ?? 0
        control = ControlRegisters(
            hart: index, features: features.privileged,
            fp: (UnsafeMutableRawPointer(state) + offset).assumingMemoryBound(to: FPStatus.self))
        state.initialize(
            to: CoreState(
                memoryBase: UInt64(shared.base), memorySize: UInt64(shared.size), memory: shared.bytes,
                lines: shared.states(of: index), markDistance: chip.arena.markDistance, predictor: predictor,
                journal: journal, journalEnd: journal + Hart.journalCapacity, dirty: ledger.dirty,
                hart: Unmanaged.passUnretained(self), codeMap: ledger.codeMap))
        attach()
    }

    deinit {
        state.pointee.predictor.pointee.free()
        state.pointee.predictor.deallocate()
        storage.deallocate()
        journal.deallocate()
        scratch.deallocate()
        single.deallocate()
        copy.deallocate()
        freeTable(fetchedLines)
    }

    private func attach() {
        control.cycle = { [chip, counterReads] in
            counterReads.count += 1
            return UInt64(truncatingIfNeeded: chip.clock.now)
        }
        control.instret = { [unowned self] in
            self.counterReads.count += 1
            return UInt64(truncatingIfNeeded: self.completedInstructions)
        }
        control.time = { [unowned self] in
            self.counterReads.count += 1
            return self.harts.time()
        }
        control.onInterruptChange = { [unowned self] in
            self.mayTakeInterrupt = true
            self.wake(at: self.chip.clock.now)
            self.state.pointee.wantsAttention = true
        }
    }

    /// Lets time pass outside of any block.
    func spend(_ cycles: Int, on cause: Cause) {
        now += cycles
        outsideBlocks[cause] += cycles
    }

    /// Puts the hart into the state after a reset; its memory and its time stay.
    func reset() {
        abandonPosition()
        for register in 0..<(CoreState.registerBytes / 8) { state.registers[register] = 0 }
        state.pointee.wantsAttention = false
        control.reset()
        state.pointee.predictor.pointee.reset()
        isSleeping = false
        spin = nil
        traps = []
        mayTakeInterrupt = true
        position = .at(UInt64(features.resetAddress))
    }
}

/// Where execution goes on.
enum Position {
    /// At an address, where a block is to be found or decoded.
    case at(UInt64)
    /// Inside a block that was entered, whose static cycles are paid.
    case inside(Block.Pointer, Instruction.Pointer)
}

/// An exception that an instruction raises instead of completing.
struct RaisedException: Error, Equatable {
    let cause: ExceptionCause
    /// What mtval takes.
    let value: UInt64
}

/// A trap whose handler has not returned.
struct Trap {
    let cause: UInt64
    let value: UInt64
    /// The instruction that was struck, or that is to go on.
    let pc: UInt64
    /// The general registers when it struck.
    let registers: [UInt64]
}

/// What an instruction that the run loop cannot complete asks the hart for.
enum SupervisorRequest {
    /// Take this exception; the instruction is complete, as far as it goes.
    case exception(RaisedException)
    /// Go on there: MRET, SRET.
    case trapReturn(UInt64)
    /// Sleep until an interrupt.
    case sleep
    /// The run is over.
    case end(Ending)
}

/// How often something was read.
final class CounterReads {
    var count = 0
}
