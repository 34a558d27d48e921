import Engine
import Machine
import Profile
import Translator

/// A Cortex-M core on a chip: owns the registers, decodes and runs the firmware, and answers the slow paths of the run
/// loop. The exception model is in `System/`, the pipeline in `Timing/`.
public final class Processor {
    public let chip: Chip
    public let features: CoreFeatures
    public let timings: CycleTable
    /// What the slow paths charge, taken out of the table once.
    let prices: AccessPrices
    public let state: CoreState.Pointer
    public let ledger = Ledger()
    public let system: SystemRegisters

    /// The exact current cycle, when no instruction is executing.
    public internal(set) var now: Cycles = 0
    /// Where execution goes on.
    var position: Position
    /// Why the run is over, once it is.
    public var ending: Ending?

    /// Whether a run ends as at its limit when the core enters a branch to itself that nothing is going to end.
    public var stopsAtEndlessLoops = false

    /// Who is watching; calls, returns and observed addresses are told to it.
    public weak var observer: (any RunObserver)?
    /// Addresses whose reaching the observer wants to know.
    public internal(set) var observedAddresses: Set<UInt32> = []
    /// The index of the function that an address lies in; -1 outside any.
    public var functionIndex: (UInt32) -> Int32 = { _ in -1 }

    /// What was decoded, by index of the block.
    var drafts: [BlockBuilder.Draft] = []
    /// Blocks that begin inside an IT block.
    var blocksInIT: [UInt64: Block.Pointer] = [:]
    let decoder = Decoder.all
    let readMap = AccessMap()
    let writeMap = AccessMap()
    /// A map in which nothing is: sends unprivileged accesses of privileged code to the slow path.
    let emptyMap = AccessMap()
    /// How blocks in memories slower than the core are fetched, by index of the block.
    var fetchPlans: [FetchPlan?] = []
    /// The distances of the memories that are as fast as the core; see `Memory.distance`.
    var fastMemories: [Int] = []
    /// The memory with wait states that most data come from, if there is one.
    var waiting: WaitingMemory?
    /// The device that was read last, if nothing checks accesses to it.
    var polled: PolledDevice?
    var polling = Polling()
    /// Until when other bus masters hold a memory.
    var heldUntil: [ObjectIdentifier: Cycles] = [:]
    /// Whether the code under the current block changed.
    var hasStaleCode = false
    /// Room for one instruction and end marks behind it.
    let scratch: Instruction.Pointer
    /// The same for an instruction that host code has the run loop execute.
    let single: Instruction.Pointer
    /// Makes host code of hot blocks; without it the run loop interprets all.
    var hostCode: HostCode?
    /// Loads and stores that were not as their host code foresaw.
    var sites: [Instruction.Pointer: Foresight.Site] = [:]
    /// How often a block is met before it is translated.
    var heatLimit = 1
    /// How often host code became stale.
    var hostCodeChanges = 0
    var singleFavourites = SingleFavourites()
    /// Tests do without, as some hosts have to.
    var usesFusedMultiplyAdd = true
    let storage: UnsafeMutableRawPointer
    let journal: UnsafeMutablePointer<JournalEntry>
    static let journalCapacity = 4096
    static let scratchCapacity = 64

    /// The fault that the run loop was left with.
    var fault: MemoryFault?
    /// Whether something happened that may let an exception be taken.
    var mayTakeException = true
    /// What the instruction that left the run loop asks for.
    var request: SupervisorRequest?
    /// Cycles spent outside of any block, by cause.
    public internal(set) var outside = CauseVector()
    /// Whether the access in progress is made as unprivileged.
    var accessesAsUnprivileged = false

    public init(chip: Chip, features: CoreFeatures, timings: CycleTable) {
        self.chip = chip
        self.features = features
        self.timings = timings
        prices = AccessPrices(timings)
        storage = .allocate(
            byteCount: CoreState.registerBytes + MemoryLayout<CoreState>.size, alignment: 64)
        storage.initializeMemory(as: UInt8.self, repeating: 0, count: CoreState.registerBytes)
        state = (storage + CoreState.registerBytes).bindMemory(to: CoreState.self, capacity: 1)
        journal = .allocate(capacity: Processor.journalCapacity)
        scratch = .allocate(capacity: Processor.scratchCapacity)
        scratch.initialize(repeating: Instruction(.stop), count: Processor.scratchCapacity)
        single = .allocate(capacity: 2)
        single.initialize(repeating: Instruction(.stop), count: 2)
        system = SystemRegisters(chip: chip, features: features)
        position = .at(pc: 0, itState: 0)
        state.initialize(
            to: CoreState(
                readMap: readMap.entries, writeMap: writeMap.entries, markDistance: chip.arena.markDistance,
                journal: journal, journalEnd: journal + Processor.journalCapacity, dirty: ledger.dirty,
                processor: Unmanaged.passUnretained(self), codeMap: ledger.codeMap))
        attach()
    }

    deinit {
        for memory in chip.bus.memories { memory.timing?.forget() }
        storage.deallocate()
        journal.deallocate()
        scratch.deallocate()
        single.deallocate()
    }

    /// Connects the core to its chip: what changes there may make decoded code or the access maps stale.
    private func attach() {
        chip.notices.programCounter = { [unowned self] in UInt64(self.currentPC) }
        chip.bus.onChange = { [unowned self] address, count in self.codeChanged(address, count) }
        chip.bus.onRemap = { [unowned self] in self.accessChanged() }
        for memory in chip.bus.memories {
            memory.timing?.onChange = { [unowned self] in self.accessChanged() }
            // Host code takes it that nothing happens to the lines of a block while it runs.
            memory.timing?.onEmpty = { [unowned self] in self.state.pointee.wantsAttention = true }
        }
        chip.requestReset = { [unowned self] in self.resetRequested = true }
        chip.requestStop = { [unowned self] reason in self.stopRequest = reason }
        connectSystem()
    }

    var resetRequested = false { didSet { state.pointee.wantsAttention = true } }
    var stopRequest: StopRequest? { didSet { state.pointee.wantsAttention = true } }

    /// The address of the instruction that is executing, for messages.
    public internal(set) var currentPC: UInt32 = 0

    /// The block of the access that the slow path is making.
    var currentBlock: Block.Pointer?

    // MARK: Registers, for everyone outside the run loop

    public subscript(register: Int) -> UInt32 {
        get { state.registers[register] }
        set { state.registers[register] = newValue }
    }

    /// Lets time pass outside of any block.
    func spend(_ cycles: Int, on cause: Cause) {
        now += cycles
        outside[cause] += cycles
        chip.clock.now = now
    }

    /// Something changed that may let an exception be taken: looked at behind the current instruction.
    func recheckPriority() {
        mayTakeException = true
        state.pointee.wantsAttention = true
    }
}

/// What an access costs beyond its instruction's price.
struct AccessPrices {
    let slaveChange: Int
    let unalignedHalf: Int
    let unalignedOdd: Int

    init(_ table: CycleTable) {
        slaveChange = table[.slaveChange]
        unalignedHalf = table[.unalignedHalf]
        unalignedOdd = table[.unalignedOdd]
    }
}

/// Where execution goes on.
enum Position {
    /// At an address, where a block is to be found or decoded.
    case at(pc: UInt32, itState: UInt8)
    /// Inside a block that was entered, whose static cycles are paid.
    case inside(Block.Pointer, Instruction.Pointer)
}

/// What an instruction that the run loop cannot complete asks the processor for.
enum SupervisorRequest {
    /// Take this exception, with the instruction complete.
    case exception(Int)
    /// The instruction faulted.
    case fault(MemoryFault)
    /// Sleep until an event or an interrupt.
    case sleep
    /// The run is over.
    case end(Ending)
    /// Nothing but to look around and go on behind the instruction.
    case lookAround
}
