import Engine
import Layers
import Machine
import Profile

/// Watches a core through a run and keeps the accounts: whose cycles they are, layer by layer, function by function,
/// interrupt by interrupt.
///
/// The cycles themselves are counted by the engine. The recorder only draws the boundaries: whenever the account
/// changes, what the engine has counted since the last boundary goes to the account that was open.
public final class Recorder: RunObserver {
    /// What a function took itself.
    struct FunctionAccount {
        var cycles = CauseVector()
        var instructions = 0
    }

    struct InterruptAccount {
        var count = 0
        var cycles = 0
        var longest = 0
        var stackBytes = 0
    }

    /// A handler that is executing, or was interrupted in turn.
    private struct ActiveInterrupt {
        let number: Int
        var cycles: Int
        /// The main stack pointer at its first instruction, and the lowest since.
        let sp: UInt32
        var low: UInt32
        /// Bytes that the core saved on the main stack before that.
        let saved: Int
    }

    /// How many invocations of a layer have their touched memory counted: enough to be sure, few enough to be cheap.
    private static let touchedInvocations = 2

    let core: any Core
    let chip: Chip
    let program: ObservedProgram
    let calls: CallTracker
    private(set) var layers = LayerTracker()
    private(set) var functions: [FunctionAccount]
    /// What ran outside any known function.
    private(set) var elsewhere = FunctionAccount()
    private(set) var interrupts: [Int: InterruptAccount] = [:]
    private(set) var total = CauseVector()
    private(set) var instructions = 0
    private(set) var peakChain: [Int32] = []
    private(set) var mainStackLow = UInt32.max
    /// The stacks of tasks, by the function that the task began with: the highest and the lowest stack pointer seen.
    private(set) var tasks: [Int32: (top: UInt32, low: UInt32)] = [:]
    private let heap: HeapTracker
    private let touched: TouchedMemory
    /// Simulated time asleep, and waiting for memory.
    private(set) var asleepSeconds = 0.0
    private(set) var waitingSeconds = 0.0
    private var active: [ActiveInterrupt] = []
    private var outsideSeen = CauseVector()
    private(set) var stackTop: UInt32 = 0
    /// Whether that is sure: a core whose stack pointer means nothing at reset shows it at its first call.
    private var isStackTopKnown = true
    /// The lowest stack pointer of the open layer, outside of interrupts.
    private var layerStackLow = UInt32.max

    init(core: any Core, chip: Chip, program: ObservedProgram, touched: TouchedMemory, heap: HeapTracker) {
        self.core = core
        self.chip = chip
        self.program = program
        functions = Array(repeating: FunctionAccount(), count: program.functionCount)
        calls = CallTracker(
            count: program.functionCount, functionIndex: program.functionIndex, start: program.functionStart)
        self.touched = touched
        self.heap = heap
        core.observe(Set(program.hooks.keys).union(program.heapHooks.keys))
    }

    /// The run begins at the reset handler.
    func begin(at pc: UInt32) {
        isStackTopKnown = core.word(at: (core.stackPointer &- 4) & ~3) != nil
        stackTop = isStackTopKnown ? core.stackPointer : 0
        if !isStackTopKnown { core.stackLow = .max }
        calls.begin(at: pc, sp: stackTop, cycle: core.now)
    }

    // MARK: What the engine tells

    public func drained(_ entries: UnsafeBufferPointer<JournalEntry>) {
        if !isStackTopKnown, let first = entries.first(where: { hasStack(at: $0.sp) }) {
            stackTop = max(stackTop, first.sp)
            isStackTopKnown = true
        }
        calls.follow(entries)
    }

    public func reached(_ address: UInt32, at cycle: Cycles) {
        if layers.open?.end == .returns(to: address, sp: core.stackPointer) { endLayer(at: cycle) }
        if let end = kernelEnd, end.returnAddress == address, end.sp == core.stackPointer { kernelEnd = nil }
        if let hook = program.heapHooks[address] { heap.reached(hook, core) }
        guard let hook = program.hooks[address] else { return }
        switch hook {
        case .markerBegin(let nameRegister, let macsRegister):
            let name = UInt32(truncatingIfNeeded: core.register(nameRegister))
            let macs = Int(truncatingIfNeeded: core.register(macsRegister))
            beginLayer(
                core.text(at: name) ?? "layer", .marker, identity: [address, name, UInt32(truncatingIfNeeded: macs)],
                isComplete: false, end: .told,
                macs: macs == 0 ? nil : macs, at: cycle)
        case .markerEnd, .eventEnd:
            if layers.open?.end == .told { endLayer(at: cycle) }
        case .eventBegin:
            guard layers.open == nil else { return }
            let tag = argument(1)
            beginLayer(
                core.text(at: tag) ?? "event", .runtimeHook, identity: [tag], isComplete: false, end: .told, macs: nil,
                at: cycle)
        case .kernel(let name, let shape):
            // A network may run in the handlers of its accelerator; a kernel that strikes in a layer is none of it.
            guard active.isEmpty || layers.open == nil else { return }
            let back = core.returnAddress
            let macs = shape.macs(
                argument: { self.core.argument($0).map { UInt32(truncatingIfNeeded: $0) } }, word: core.word)
            if let open = layers.open {
                countKernel(inside: open, macs, returningTo: back)
                return
            }
            core.observe([back])
            let site = calls.isTailCall ? 0 : back
            // A kernel may have two arguments and no more; those of known shape have at least four.
            let arguments = [argument(1)] + (shape == .unknown ? [] : [argument(2), argument(3)])
            beginLayer(
                name, .kernelName, identity: [address, site] + (dispatched.map { [$0] } ?? arguments),
                isComplete: true, end: .returns(to: back, sp: core.stackPointer), macs: macs, at: cycle)
        case .dispatcher:
            if layers.open == nil { dispatched = argument(1) }
        case .inlinedKernel(let name, let identityRegister):
            let end = LayerTracker.End.leaves(entry: address, sp: core.stackPointer)
            // A loop may come back to its first instruction.
            guard layers.open?.end != end, isBesideInlinedKernels || layers.open == nil else { return }
            let told = identityRegister.map { UInt32(truncatingIfNeeded: core.register($0)) }
            beginLayer(
                name, .kernelName, identity: [address, told ?? 0, dispatched ?? 0], isComplete: true, end: end,
                macs: nil, at: cycle)
        case .besideInlinedKernels:
            if isBesideInlinedKernels { endLayer(at: cycle) }
        }
    }

    /// Whether the layer under way is a kernel that was inlined into what executes now, and not into another call.
    private var isBesideInlinedKernels: Bool {
        guard case .leaves(_, core.stackPointer)? = layers.open?.end else { return false }
        return true
    }

    public func stackDeepened(to sp: UInt32, at cycle: Cycles) {
        if active.isEmpty { layerStackLow = min(layerStackLow, sp) }
        if core.usesProcessStack {
            noteTask(sp)
            return
        }
        if let innermost = active.indices.last { active[innermost].low = min(active[innermost].low, sp) }
        if !isStackTopKnown {
            guard hasStack(at: sp) else {
                // A number on the way to an address.
                core.stackLow = .max
                return
            }
            stackTop = max(stackTop, sp)
        }
        guard sp < mainStackLow, sp <= stackTop else { return }
        mainStackLow = sp
        peakChain = calls.chain
    }

    /// Whether there is memory for a stack below an address.
    private func hasStack(at sp: UInt32) -> Bool { core.word(at: (sp &- 4) & ~3) != nil }

    /// The current task has its stack pointer there.
    private func noteTask(_ sp: UInt32) {
        let task = calls.root ?? -1
        let known = tasks[task]
        tasks[task] = (max(known?.top ?? sp, sp), min(known?.low ?? sp, sp))
    }

    public func exceptionEntered(_ entry: ExceptionEntry, at cycle: Cycles) {
        let sp = core.stackPointer
        var cycles = 0
        if entry.returnAddress != nil {
            cycles = gather(isEntering: true)
            calls.interrupt(by: entry, at: cycle, left: cycle - cycles)
        } else {
            gather()
            calls.chain(to: entry.handler, sp: sp, at: cycle)
            closeInterrupt()
        }
        active.append(
            ActiveInterrupt(number: entry.number, cycles: cycles, sp: sp, low: sp, saved: entry.savedBytes))
        core.stackLow = sp
    }

    public func exceptionReturned(to address: UInt32, at cycle: Cycles) {
        let exit = gather()
        calls.resume(at: address, sp: core.stackPointer, left: cycle - exit, cycle: cycle)
        closeInterrupt()
        core.stackLow = core.stackPointer
        if core.usesProcessStack { noteTask(core.stackPointer) }
    }

    private func closeInterrupt() {
        guard let left = active.popLast() else { return }
        var account = interrupts[left.number] ?? InterruptAccount()
        account.count += 1
        account.cycles += left.cycles
        account.longest = max(account.longest, left.cycles)
        account.stackBytes = max(account.stackBytes, Int(left.sp &- left.low) + left.saved)
        interrupts[left.number] = account
    }

    /// A kernel runs inside an event of the runtime: its multiply-accumulates are the event's. Those of the kernels
    /// that it calls in turn are its own.
    private func countKernel(inside open: LayerTracker.Open, _ macs: Int?, returningTo back: UInt32) {
        guard open.end == .told, kernelEnd == nil, let macs else { return }
        core.observe([back])
        kernelEnd = (back, core.stackPointer)
        layers.update(open.index) { account in
            if account.discovery == .runtimeHook { account.macs = (account.macs ?? 0) + macs }
        }
    }

    /// Which layer of the model the runtime has looked at last, if it does.
    private var dispatched: UInt32?
    /// Where the kernel returns to that was counted inside an event.
    private var kernelEnd: (returnAddress: UInt32, sp: UInt32)?

    /// What tells the n-th argument of the function that is being entered from others.
    private func argument(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: core.argument(index) ?? 0) }

    // MARK: Boundaries

    private func beginLayer(
        _ name: String, _ discovery: LayerProfile.Discovery, identity: [UInt32], isComplete: Bool,
        end: LayerTracker.End, macs: Int?, at cycle: Cycles
    ) {
        if layers.open != nil { endLayer(at: cycle) }
        gather()
        let index = layers.begin(
            name, discovery, identity: identity, isComplete: isComplete,
            call: discovery == .marker ? calls.currentSerial : calls.callerSerial,
            context: calls.contextSerial, end: end,
            macs: macs, at: cycle)
        if layers.accounts[index].invocations <= Recorder.touchedInvocations { core.touchMark = touched.freshMark() }
        layerStackLow = core.stackPointer
        core.stackLow = core.stackPointer
    }

    private func endLayer(at cycle: Cycles) {
        guard let open = layers.open else { return }
        gather()
        let bytes = core.touchMark == TouchedMemory.outside ? nil : touched.count(core.touchMark)
        let peak = Int(max(stackBase, layerStackLow) - layerStackLow)
        layers.update(open.index) { account in
            account.stackPeak = max(account.stackPeak, peak)
            account.hertz = chip.clock.hertz
            if let bytes {
                account.ramTouched = max(account.ramTouched, bytes.ram)
                account.flashRead = max(account.flashRead, bytes.flash)
            }
        }
        core.touchMark = TouchedMemory.outside
        kernelEnd = nil
        layers.end()
    }

    /// Where the stack in use begins: that of the task, or the main stack.
    private var stackBase: UInt32 {
        core.usesProcessStack ? tasks[calls.root ?? -1]?.top ?? core.stackPointer : stackTop
    }

    /// Gives what was counted since the last boundary to the open account.
    ///
    /// - Parameter isEntering: the core has saved registers for a handler, which is the interrupt's doing.
    /// - Returns: the cycles that entering or leaving a handler took.
    @discardableResult
    private func gather(isEntering: Bool = false) -> Int {
        var cycles = CauseVector()
        var executed = 0
        core.gather { function, instructions, causes in
            cycles += causes
            executed += instructions
            if function >= 0 {
                functions[Int(function)].cycles += causes
                functions[Int(function)].instructions += instructions
            } else {
                elsewhere.cycles += causes
                elsewhere.instructions += instructions
            }
        }
        let outside = core.outsideBlocks - outsideSeen
        outsideSeen = core.outsideBlocks
        cycles += outside
        total += cycles
        instructions += executed
        asleepSeconds += Double(cycles.sleep) / chip.clock.hertz
        waitingSeconds += Double(cycles.waiting) / chip.clock.hertz
        let transition = outside[.exception]
        let entry = isEntering ? transition : 0
        cycles[.exception] -= entry
        if let innermost = active.indices.last { active[innermost].cycles += cycles.total }
        guard let open = layers.open else { return transition }
        let seconds = Double(cycles.total) / chip.clock.hertz
        layers.update(open.index) { account in
            account.interruptCycles += entry
            if calls.contextSerial == open.context {
                account.cycles += cycles
                account.instructions += executed
                account.seconds += seconds
            } else {
                account.interruptCycles += cycles.total
            }
        }
        return transition
    }

    /// Brings all accounts up to date while the run goes on.
    func update() { gather() }

    /// The run is over, or its result is wanted: brings all accounts up to date.
    func finish() {
        if layers.open != nil { endLayer(at: core.now) }
        gather()
        calls.finish(at: core.now)
        while !active.isEmpty { closeInterrupt() }
    }

    /// The index of the function at an address; -1 outside any.
    func functionIndex(_ address: UInt32) -> Int32 { program.functionIndex(address) }

    /// The stack in use at its peak: bytes below where it was at reset.
    var mainStackPeak: Int { mainStackLow <= stackTop ? Int(stackTop - mainStackLow) : 0 }
}
