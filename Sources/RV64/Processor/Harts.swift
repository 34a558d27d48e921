import Engine
import Machine
import Semihosting
import Translator

/// The harts of a chip, which share memory and devices and run in turns.
///
/// The order is the same in every run: it is always the turn of the hart that is furthest behind, for as long as it
/// takes to get a little ahead of the others. A hart never goes past an event; an access to a device happens at its
/// hart's exact cycle, which may lie a turn before what another hart did already.
public final class Harts: CPU {
    public let chip: Chip
    /// In the order of their numbers.
    public private(set) var harts: [Hart] = []
    public internal(set) var currentCore = 0
    public var stopsAtEndlessLoops = false
    /// Answers the firmware's semihosting calls; without it EBREAK is a breakpoint.
    public var semihosting: Semihosting?
    /// mtime, for the time CSR.
    public var time: () -> UInt64 = { 0 }
    /// The words by which a program talks to the machine that simulates it, if it has them.
    public internal(set) var hostInterface: HostInterface?

    let shared: SharedMemory
    private(set) var deadlock = DeadlockWatch()
    /// Until when turns are short.
    private var shortTurnsEnd: Cycles = 0
    private var resetRequested = false { didSet { if resetRequested { wantsControl = true } } }
    private var stopRequest: StopRequest? { didSet { if stopRequest != nil { wantsControl = true } } }
    /// Whether the hart that runs should leave off, because a device asked for something.
    var wantsControl = false

    /// By how many cycles a hart may get ahead of another: short enough that a spin lock is seen to be free soon, long
    /// enough that changing turns costs little.
    private static let turn = 256
    /// The same while lines of memory move between the harts' caches, which is when they wait for each other: less than
    /// a lock is free for that its owner takes again at once.
    private static let shortTurn = 16
    /// For how many cycles after such a move the turns are short.
    private static let afterMove = 2048
    /// For how many cycles a hart runs that runs alone, before it is seen whether it only spins.
    private static let turnAlone = 8192

    /// - Parameters:
    ///   - chip: its memories must be on the bus already.
    ///   - count: how many harts; at least one.
    public init(chip: Chip, count: Int, features: HartFeatures, timings: CycleTable) {
        precondition(count > 0, "somebody executes the firmware")
        self.chip = chip
        let shared = SharedMemory(
            chip.bus.memories, around: features.resetAddress, harts: count, cacheLines: timings[.dataCacheLines],
            ways: timings[.dataCacheWays])
        self.shared = shared
        harts = (0..<count).map {
            Hart(index: $0, chip: chip, features: features, timings: timings, shared: shared, harts: self)
        }
        attach()
    }

    private func attach() {
        chip.notices.programCounter = { [unowned self] in UInt64(self.harts[self.currentCore].currentPC) }
        chip.bus.onChange = { [unowned self] address, count in self.memoryChanged(address, count) }
        chip.requestReset = { [unowned self] in self.resetRequested = true }
        chip.requestStop = { [unowned self] reason in self.stopRequest = reason }
        shared.onLoss = { [unowned self] hart in self.harts[hart].stopSpinning(at: self.chip.clock.now) }
        shared.onMove = { [unowned self] in
            self.shortTurnsEnd = self.chip.clock.now + Harts.afterMove
            self.wantsControl = true
        }
    }

    public var cores: [any Core] { harts }

    /// The cycle that the whole has reached: that of the hart that is furthest behind, of those that run.
    public var now: Cycles {
        harts.filter(\.isRunning).map(\.now).min() ?? harts.map(\.now).max() ?? 0
    }

    /// An input of a hart's interrupts, for the interrupt controllers.
    public func line(_ interrupt: InterruptCause, of hart: Int) -> InterruptLine {
        InterruptLine { [unowned hart = harts[hart]] in hart.control.setLine(interrupt, $0) }
    }

    public var hasTranslator: Bool { HostCode.hasEmitter }

    public func translate(after turns: Int) -> Bool { harts.allSatisfy { $0.translate(after: turns) } }

    public func reset() {
        for hart in harts { hart.reset() }
        deadlock.reset()
        for peripheral in chip.bus.peripherals { peripheral.reset() }
    }

    // MARK: Running

    public func run(until limit: Cycles) -> Ending {
        while true {
            if let ending = settleRequests() { return ending }
            let horizon = min(limit, chip.events.next ?? .max)
            guard let hart = next(before: horizon) else {
                if let ending = passTime(until: limit) { return ending }
                continue
            }
            var others = Cycles.max
            for other in harts where other !== hart && other.isRunning { others = min(others, other.now) }
            let length = hart.now < shortTurnsEnd ? Harts.shortTurn : Harts.turn
            let isAlone = others == .max
            let turn = isAlone ? hart.now + Harts.turnAlone : max(others, hart.now) + length
            currentCore = hart.index
            chip.clock.now = hart.now
            if let ending = hart.run(turn: min(turn, horizon), horizon: horizon, isAlone: isAlone) { return ending }
            hart.noticeSpinning()
            if stopsAtEndlessLoops { deadlock.look(at: harts, chip, now: hart.now) }
            if isAlone, let ending = runAlone(hart, until: limit) { return ending }
        }
    }

    /// Turn after turn of a hart that is the only one to run; nobody else can begin without asking for control.
    private func runAlone(_ hart: Hart, until limit: Cycles) -> Ending? {
        while !wantsControl, hart.isRunning {
            let horizon = min(limit, chip.events.next ?? .max)
            guard hart.now < horizon else { return nil }
            chip.clock.now = hart.now
            let turn = min(hart.now + Harts.turnAlone, horizon)
            if let ending = hart.run(turn: turn, horizon: horizon, isAlone: true) { return ending }
            hart.noticeSpinning()
            if stopsAtEndlessLoops { deadlock.look(at: harts, chip, now: hart.now) }
        }
        return nil
    }

    /// The hart whose turn it is: the one that is furthest behind, if it has not reached `horizon`.
    private func next(before horizon: Cycles) -> Hart? {
        var behind: Hart?
        for hart in harts where hart.isRunning && hart.now < behind?.now ?? .max { behind = hart }
        guard let behind, behind.now < horizon else { return nil }
        return behind
    }

    /// No hart has anything to do before the next event or the limit.
    ///
    /// - Returns: why the run is over, if it is.
    private func passTime(until limit: Cycles) -> Ending? {
        let running = harts.contains(where: \.isRunning)
        guard let event = chip.events.next, event <= limit || running else {
            // Nobody runs, and nothing is going to happen.
            if !running, chip.events.next == nil, isAtStandstill || harts.allSatisfy(\.isSleeping) {
                settleIdleHarts(until: harts.map(\.now).max() ?? 0)
                return harts.allSatisfy(\.isSleeping) ? .asleep : .limit
            }
            settleIdleHarts(until: limit)
            // What is left may be less than a turn of the loop that a hart waits in; that is executed.
            guard !(stopsAtEndlessLoops && isAtStandstill), harts.contains(where: { $0.spin != nil && $0.now < limit })
            else { return .limit }
            for hart in harts where hart.now < limit { hart.spin = nil }
            return nil
        }
        guard event <= limit else { return .limit }
        if bringSpinners(to: event) { return nil }
        chip.clock.now = event
        // It happens in front of their next instructions, wherever their run loops were left.
        for hart in harts { hart.currentPC = hart.resumeAddress }
        chip.events.run(until: event)
        // An event that wakes nobody leaves the harts where they were; their time passes all the same.
        if !harts.contains(where: \.isRunning) { settleIdleHarts(until: event) }
        return event >= limit && now >= limit ? .limit : nil
    }

    /// Has the harts that turn in loops stand where they are when an event comes: in the middle of a turn, which it may
    /// interrupt.
    ///
    /// - Returns: whether any has to execute instructions to get there.
    private func bringSpinners(to event: Cycles) -> Bool {
        for hart in harts where hart.now < event { hart.stopSpinning(at: event) }
        return harts.contains { $0.isRunning && $0.now < event }
    }

    private func settleIdleHarts(until cycle: Cycles) {
        for hart in harts { hart.passIdleTime(until: cycle) }
    }

    public func executeOne() -> Ending { executeNext().ending }

    public func executeForTrace() -> (ending: Ending, instructions: [TracedInstruction]) {
        let before = harts.map(\.resumeAddress)
        let (ending, hart) = executeNext()
        guard let hart else { return (ending, []) }
        return (
            ending,
            [TracedInstruction(core: hart.index, pc: before[hart.index], registers: hart.traceRegisters)]
        )
    }

    /// - Returns: how the run stands, and the hart that executed something; `nil` if time passed alone.
    private func executeNext() -> (ending: Ending, hart: Hart?) {
        if let ending = settleRequests() { return (ending, nil) }
        guard let hart = next(before: chip.events.next ?? .max) else { return (passTime(until: .max) ?? .limit, nil) }
        currentCore = hart.index
        chip.clock.now = hart.now
        return (hart.executeOne() ?? .limit, hart)
    }

    /// What devices asked for since the last time.
    private func settleRequests() -> Ending? {
        wantsControl = false
        if let stopRequest {
            self.stopRequest = nil
            return Ending(stopRequest)
        }
        if resetRequested {
            resetRequested = false
            reset()
        }
        return nil
    }

    // MARK: Memory

    /// A hart wrote memory, the slow way.
    ///
    /// - Parameter isCached: whether through its caches, so that it has the line.
    func memoryWritten(_ address: UInt32, _ count: Int, by writer: Hart, isCached: Bool) {
        if !isCached { shared.changed(address, count) }
        for hart in harts { hart.codeChanged(address, count) }
        guard let hostInterface, hostInterface.covers(address, count) else { return }
        if let request = hostInterface.serve(writer) { chip.requestStop(request) }
    }

    /// Another bus master wrote memory.
    private func memoryChanged(_ address: UInt32, _ count: Int) {
        guard let (memory, local) = chip.bus.memory(at: address) else { return }
        let inside = min(count, memory.size - Int(local - memory.base))
        shared.changed(local, inside)
        for hart in harts { hart.codeChanged(local, inside) }
    }
}
