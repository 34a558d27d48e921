import Engine
import Machine
import Profile

/// The orchestration: runs blocks until an event is due, steps to the exact cycle of the event, and deals with what
/// made the run loop leave.
extension Processor {
    /// Runs until the clock reaches `limit` or the run is over.
    public func run(until limit: Cycles) -> Ending {
        ending = nil
        while true {
            chip.clock.now = now
            if let next = chip.events.next, next <= now { chip.events.run(until: now) }
            if let ending = settleRequests() { return ending }
            // At once, whoever changed the code: not where the run loop happens to be left next.
            if hasStaleCode { leaveStaleCode() }
            if system.isSleeping {
                if let ending = sleep(until: limit) { return ending }
                continue
            }
            if mayTakeException { takePendingException() }
            if let ending { return ending }
            if now >= limit { return .limit }
            if polling.isNoticed { passPolling(until: min(chip.events.next ?? .max, limit)) }
            advance(until: min(chip.events.next ?? .max, limit))
            if let ending { return ending }
        }
    }

    /// Executes one instruction, or enters an exception that is pending in front of it, or passes the time that the
    /// core sleeps.
    ///
    /// An IT block's instructions that a condition passes over together count as one.
    ///
    /// - Returns: `.limit` where the run can go on.
    public func executeOne() -> Ending {
        ending = nil
        chip.clock.now = now
        if let next = chip.events.next, next <= now { chip.events.run(until: now) }
        if let ending = settleRequests() { return ending }
        if hasStaleCode { leaveStaleCode() }
        if system.isSleeping { return sleep(until: .max) ?? .limit }
        if mayTakeException, takePendingException() { return ending ?? .limit }
        if let ending { return ending }
        // A deadline that is over leaves no budget for a block. Going on from its end to the next is no instruction.
        if isBehindBlock { advance(until: now - 1) }
        advance(until: now - 1)
        return ending ?? .limit
    }

    /// Whether all instructions of the current block are executed.
    private var isBehindBlock: Bool {
        guard case .inside(let block, let ip) = position else { return false }
        return ip - block.pointee.records.assumingMemoryBound(to: Instruction.self) >= Int(block.pointee.length)
    }

    /// ITSTATE in front of the next instruction.
    var itState: UInt8 {
        switch position {
        case .at(_, let itState): itState
        case .inside(let block, _): itState(block, at: resumeAddress)
        }
    }

    /// What devices asked for since the last time.
    private func settleRequests() -> Ending? {
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

    /// Passes the time until the next event.
    private func sleep(until limit: Cycles) -> Ending? {
        if wakesUp() {
            system.isSleeping = false
            mayTakeException = true
            return nil
        }
        guard let next = chip.events.next else { return .asleep }
        let wake = min(next, limit)
        spend(max(wake - now, 0), on: .sleep)
        return now >= limit && next > limit ? .limit : nil
    }

    /// - Returns: whether there was one.
    @discardableResult
    private func takePendingException() -> Bool {
        mayTakeException = false
        guard let number = pendingException() else { return false }
        let (pc, itState) = leavePosition()
        position = .at(pc: takeException(number, returnAddress: pc, itState: itState), itState: 0)
        mayTakeException = true
        return true
    }

    /// Runs from the current position, not beyond `deadline` except to complete an instruction.
    func advance(until deadline: Cycles) {
        let block: Block.Pointer
        let ip: Instruction.Pointer
        switch position {
        case .inside(let current, let record):
            (block, ip) = (current, record)
        case .at(let pc, let itState):
            guard let found = find(pc, itState) else { return }
            block = found
            ip = found.pointee.records.assumingMemoryBound(to: Instruction.self)
            count(block)
        }
        state.pointee.wantsAttention = false
        let budget = deadline - now - Int(ip.pointee.cyclesToEnd)
        if budget >= block.pointee.slack {
            state.pointee.deadline = deadline
            state.pointee.budget = budget
            let left = runBlocks(block, ip)
            let records = left.block.pointee.records.assumingMemoryBound(to: Instruction.self)
            settle(left.block, records, left.ip - records)
        } else {
            step(block, ip)
        }
    }

    /// Counts the entry into a block, as the run loop does.
    func count(_ block: Block.Pointer) {
        block.pointee.count += 1
        if block.pointee.count == 1 {
            state.pointee.dirty.pointee = block
            state.pointee.dirty += 1
        }
    }

    /// Executes one instruction of a block: the same loop, on a copy with end marks behind it.
    private func step(_ block: Block.Pointer, _ ip: Instruction.Pointer) {
        let records = block.pointee.records.assumingMemoryBound(to: Instruction.self)
        var index = ip - records
        let offset = records[index].offset
        repeat {
            let price = Int(records[index].cyclesToEnd) - priceBehind(records, index, block)
            scratch.pointee = records[index]
            scratch.pointee.cyclesToEnd = UInt16(price)
            scratch[1].cyclesToEnd = 0
            state.pointee.deadline = now + price
            state.pointee.budget = 0
            let left = CortexM.run(state, block, at: scratch)
            let passed = left.ip - scratch
            guard state.pointee.departure == .stopped else {
                settle(block, records, index, atEnd: price)
                return
            }
            // A condition that did not hold passed over records, whose static cycles count.
            let skipped =
                passed > 1 ? Int(records[index + 1].cyclesToEnd) - Int(records[index + passed].cyclesToEnd) : 0
            now = state.pointee.deadline - state.pointee.budget + skipped
            chip.clock.now = now
            index += passed
        } while records[index].offset == offset && index < Int(block.pointee.length)
        position = .inside(block, records + index)
    }

    private func priceBehind(_ records: Instruction.Pointer, _ index: Int, _ block: Block.Pointer) -> Int {
        index < Int(block.pointee.length) ? Int(records[index + 1].cyclesToEnd) : 0
    }

    /// Deals with the reason for which the run loop was left at `records[index]`.
    ///
    /// - Parameter stepped: the price of the record, if it was executed by the stepper; the run loop's time then ends
    ///   with the record and not with the block.
    private func settle(
        _ block: Block.Pointer, _ records: Instruction.Pointer, _ index: Int, atEnd stepped: Int? = nil
    ) {
        let endOfTime = state.pointee.deadline - state.pointee.budget
        /// The cycle before the record, and the one behind it.
        let before = endOfTime - (stepped ?? Int(records[index].cyclesToEnd))
        let behind = stepped == nil ? endOfTime - priceBehind(records, index, block) : endOfTime
        let pc = block.pointee.pc &+ UInt32(records[index].offset)
        currentPC = pc
        switch state.pointee.departure {
        case .budget, .indirect:
            moveOn(to: state.pointee.pc, at: endOfTime)
        case .fallThrough:
            moveOn(to: state.pointee.pc, itState: itStateBehind(block), at: endOfTime)
            if case .at(let pc, 0) = position, let next = find(pc, 0) { block.pointee.next = next }
        case .taken:
            moveOn(to: state.pointee.pc, at: endOfTime)
            if let next = find(state.pointee.pc, 0) { block.pointee.taken = next }
            // The first turn of a loop that nothing is going to end is enough.
            if stopsAtEndlessLoops, block.pointee.taken == block, endlessLoop != nil { ending = .limit }
        case .stopped, .interpreted:
            break
        case .notify:
            now = before
            chip.clock.now = now
            drain()
            tellReached(pc, block)
            position = .inside(block, records + index + 1)
        case .attention:
            now = behind
            chip.clock.now = now
            position = .inside(block, records + index + 1)
            if records[index + 1].offset == records[index].offset, index + 1 < Int(block.pointee.length) {
                step(block, records + index + 1)
            }
            if hasStaleCode { leaveStaleCode() }
        case .fault:
            now = behind
            chip.clock.now = now
            abandon(block, from: indexBehind(records, index, block))
            let itState = itState(block, at: pc)
            restoreMaps()
            guard let fault else { return }
            self.fault = nil
            position = .at(pc: raise(fault, at: pc, itState: itState), itState: 0)
            mayTakeException = true
        case .supervisor:
            now = behind
            chip.clock.now = now
            position = .inside(block, records + index + 1)
            serve(at: pc, block)
        case .interworking:
            now = endOfTime
            chip.clock.now = now
            returnOrFault(state.pointee.pc, at: pc)
        }
    }

    private func moveOn(to pc: UInt32, itState: UInt8 = 0, at cycle: Cycles) {
        now = cycle
        chip.clock.now = now
        position = .at(pc: pc, itState: itState)
    }

    /// Completes what an instruction asked for that the run loop could not do.
    private func serve(at pc: UInt32, _ block: Block.Pointer) {
        guard let request else { return }
        self.request = nil
        switch request {
        case .exception(let number):
            let (resume, itState) = leavePosition()
            position = .at(pc: takeException(number, returnAddress: resume, itState: itState), itState: 0)
            mayTakeException = true
        case .fault(let fault):
            let (_, _) = leavePosition()
            position = .at(pc: raise(fault, at: pc, itState: itState(block, at: pc)), itState: 0)
            mayTakeException = true
        case .sleep:
            system.isSleeping = true
        case .end(let ending):
            self.ending = ending
        case .lookAround:
            mayTakeException = true
        }
    }

    /// A branch to an address with the form of EXC_RETURN, or without the Thumb bit.
    private func returnOrFault(_ target: UInt32, at pc: UInt32) {
        if target >= 0xF000_0000, system.isInHandlerMode {
            drain()
            let (pc, itState) = exceptionReturn(target)
            position = .at(pc: pc, itState: itState)
        } else if target & 1 == 0 {
            position = .at(pc: raise(.invalidState, at: target, itState: 0), itState: 0)
        } else {
            position = .at(pc: target & ~1, itState: 0)
        }
        mayTakeException = true
    }

    /// Leaves the current position for an exception: gives back what the rest of the block would have taken, and says
    /// where to resume.
    func leavePosition() -> (pc: UInt32, itState: UInt8) {
        switch position {
        case .at(let pc, let itState):
            return (pc, itState)
        case .inside(let block, let ip):
            let records = block.pointee.records.assumingMemoryBound(to: Instruction.self)
            let index = ip - records
            abandon(block, from: index)
            let pc = block.pointee.pc &+ UInt32(records[index].offset)
            return (pc, index < Int(block.pointee.length) ? itState(block, at: pc) : itStateBehind(block))
        }
    }

    /// Takes the static cycles of the instructions from a record on out of the block's account, because they did not
    /// run.
    private func abandon(_ block: Block.Pointer, from index: Int) {
        let records = block.pointee.records.assumingMemoryBound(to: Instruction.self)
        guard index < Int(block.pointee.length) else { return }
        let first = block.pointee.pc &+ UInt32(records[index].offset)
        let draft = drafts[Int(block.pointee.index)]
        for (instruction, price) in zip(draft.instructions, draft.prices) where instruction.address >= first {
            for cause in Cause.allCases { block.pointee.charged[cause.index] -= price.cycles[cause] }
            block.pointee.charged[Ledger.abandoned] += 1
        }
    }

    /// The first record of the next instruction.
    private func indexBehind(_ records: Instruction.Pointer, _ index: Int, _ block: Block.Pointer) -> Int {
        var behind = index + 1
        while behind < Int(block.pointee.length), records[behind].offset == records[index].offset { behind += 1 }
        return behind
    }

    private func itState(_ block: Block.Pointer, at pc: UInt32) -> UInt8 {
        let draft = drafts[Int(block.pointee.index)]
        guard let index = draft.instructions.firstIndex(where: { $0.address == pc }) else { return 0 }
        return draft.itStates[index]
    }

    private func itStateBehind(_ block: Block.Pointer) -> UInt8 {
        let draft = drafts[Int(block.pointee.index)]
        guard let last = draft.instructions.last, let state = draft.itStates.last else { return 0 }
        return last.instruction.operation == .it ? UInt8(truncatingIfNeeded: last.instruction.x) : ITAdvance(state)
    }

    /// Code under the current block changed: what follows is decoded anew.
    private func leaveStaleCode() {
        hasStaleCode = false
        let (pc, itState) = leavePosition()
        position = .at(pc: pc, itState: itState)
    }

    /// Gives the observer what the run loop wrote down.
    func drain() {
        let count = state.pointee.journal - journal
        guard count > 0 else { return }
        observer?.drained(UnsafeBufferPointer(start: journal, count: count))
        state.pointee.journal = journal
    }
}

/// The run loop's journal is full.
@inline(never)
func drainJournal(_ state: CoreState.Pointer) {
    state.pointee.processor._withUnsafeGuaranteedRef { $0.drain() }
}
