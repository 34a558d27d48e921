import Engine
import Machine
import Profile

/// Runs blocks until a deadline, steps to the exact cycle of an event, and deals with what made the run loop leave.
extension Hart {
    /// Runs until its clock reaches `horizon`, or beyond to complete an instruction, or something needs the others.
    ///
    /// - Parameters:
    ///   - turn: where it should stop at the next end of a block; at most `horizon`.
    ///   - isAlone: no other hart runs, so that turns of a loop that polls need not be those of this turn.
    /// - Returns: why the run is over, if it is.
    func run(turn: Cycles, horizon: Cycles, isAlone: Bool = false) -> Ending? {
        ending = nil
        var end = min(turn, horizon)
        repeat {
            if mayTakeInterrupt { takePendingInterrupt() }
            if polling.isNoticed { passPolling(until: min(isAlone ? horizon : end, chip.events.next ?? .max)) }
            advance(turn: end, horizon: horizon)
            // What it does may make a device plan something that comes before that.
            end = min(end, chip.events.next ?? .max)
        } while ending == nil && now < end && isRunning && !harts.wantsControl
        return ending
    }

    /// Executes one instruction, or enters an interrupt that is pending in front of it.
    func executeOne() -> Ending? {
        ending = nil
        if mayTakeInterrupt, takePendingInterrupt() { return ending }
        // A deadline that is over leaves no budget for a block. Going on from its end to the next is no instruction.
        if isBehindBlock { advance(turn: now - 1, horizon: now - 1) }
        advance(turn: now - 1, horizon: now - 1)
        return ending
    }

    /// Whether all instructions of the current block are executed.
    private var isBehindBlock: Bool {
        guard case .inside(let block, let ip) = position else { return false }
        return ip - block.records >= Int(block.pointee.length)
    }

    /// - Returns: whether there was one.
    @discardableResult
    private func takePendingInterrupt() -> Bool {
        mayTakeInterrupt = false
        guard let interrupt = control.pendingInterrupt() else { return false }
        let pc = leavePosition()
        isSleeping = false
        enterTrap(at: pc) { control.trap(interrupt, pc: pc) }
        return true
    }

    func advance(turn: Cycles, horizon: Cycles) {
        let block: Block.Pointer
        let ip: Instruction.Pointer
        var deadline = turn
        switch position {
        case .inside(let current, let record):
            (block, ip) = (current, record)
        case .at(let pc):
            guard pc >> 32 == 0 else {
                raise(RaisedException(cause: .instructionAccessFault, value: pc), at: pc)
                return
            }
            block = find(UInt32(truncatingIfNeeded: pc))
            // A block that does not fit into this turn fits into the next, or is longer than any turn.
            let last = min(horizon, chip.events.next ?? .max)
            deadline = min(max(turn, now + block.pointee.cycles + block.pointee.slack), last)
            ip = block.records
            count(block)
            if block.pointee.fetched != state.pointee.fetchEpoch { fetchOutside(block) }
        }
        state.pointee.wantsAttention = false
        let budget = deadline - now - Int(ip.pointee.cyclesToEnd)
        if budget >= block.pointee.slack {
            state.pointee.deadline = deadline
            state.pointee.budget = budget
            let left = runBlocks(block, ip)
            settle(left.block, left.ip - left.block.records)
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

    /// The fetch of a block that is entered from outside the run loop.
    private func fetchOutside(_ block: Block.Pointer) {
        state.pointee.budget = 0
        fetch(block)
        now -= state.pointee.budget
    }

    /// Executes one instruction of a block: the same loop, on a copy with an end mark behind it.
    private func step(_ block: Block.Pointer, _ ip: Instruction.Pointer) {
        let records = block.records
        var index = ip - records
        let offset = records[index].offset
        repeat {
            let price = Int(records[index].cyclesToEnd) - priceBehind(index, block)
            scratch.pointee = records[index]
            scratch.pointee.cyclesToEnd = UInt16(price)
            scratch[1].cyclesToEnd = 0
            state.pointee.deadline = now + price
            state.pointee.budget = 0
            _ = RV64.run(state, block, at: scratch)
            guard state.pointee.departure == .stopped else {
                settle(block, index, stepped: price)
                return
            }
            now = state.pointee.deadline - state.pointee.budget
            index += 1
        } while records[index].offset == offset && index < Int(block.pointee.length)
        position = .inside(block, records + index)
    }

    private func priceBehind(_ index: Int, _ block: Block.Pointer) -> Int {
        index < Int(block.pointee.length) ? Int(block.records[index + 1].cyclesToEnd) : 0
    }

    /// Deals with the reason for which the run loop was left at a record.
    ///
    /// - Parameter stepped: the price of the record, if it was executed by the stepper; the run loop's time then ends
    ///   with the record and not with the block.
    private func settle(_ block: Block.Pointer, _ index: Int, stepped: Int? = nil) {
        let records = block.records
        let endOfTime = state.pointee.deadline - state.pointee.budget
        /// The cycle before the record, and the one behind it.
        let before = endOfTime - (stepped ?? Int(records[index].cyclesToEnd))
        let behind = stepped == nil ? endOfTime - priceBehind(index, block) : endOfTime
        currentPC = block.pointee.pc &+ UInt32(records[index].offset)
        switch state.pointee.departure {
        case .budget, .indirect:
            moveOn(at: endOfTime)
        case .fallThrough:
            moveOn(at: endOfTime)
            block.pointee.next = find(UInt32(truncatingIfNeeded: state.pointee.pc))
            linkBecameKnown(block)
        case .taken:
            moveOn(at: endOfTime)
            block.pointee.taken = find(UInt32(truncatingIfNeeded: state.pointee.pc))
            linkBecameKnown(block)
        case .stopped, .translated, .interpreted:
            break
        case .entered:
            now = before
            // Its first instruction comes with the fetch, as where a block is entered from outside the run loop.
            step(block, records)
        case .notify:
            now = before
            drain()
            tellReached(currentPC, block)
            position = .inside(block, records + index + 1)
        case .attention:
            now = behind
            position = .inside(block, records + index + 1)
            if records[index + 1].offset == records[index].offset, index + 1 < Int(block.pointee.length) {
                step(block, records + index + 1)
            }
            if hasStaleCode { abandonPosition() }
        case .exception:
            now = behind
            abandon(block, from: indexBehind(index, block))
            guard let exception else { return }
            self.exception = nil
            unretiredInstructions += 1
            raise(exception, at: UInt64(currentPC))
        case .supervisor:
            now = behind
            position = .inside(block, records + index + 1)
            serve()
        }
    }

    private func moveOn(at cycle: Cycles) {
        now = cycle
        position = .at(state.pointee.pc)
        if hasStaleCode { hasStaleCode = false }
    }

    /// Completes what an instruction asked for that the run loop could not do.
    private func serve() {
        guard let request else { return }
        self.request = nil
        switch request {
        case .exception(let exception):
            abandonPosition()
            unretiredInstructions += 1
            raise(exception, at: UInt64(currentPC))
        case .trapReturn(let pc):
            abandonPosition()
            returnFromTrap(to: pc)
        case .sleep:
            abandonPosition()
            isSleeping = true
        case .end(let ending):
            self.ending = ending
        }
    }

    // MARK: Leaving a block in the middle

    /// Leaves the current position: gives back what the rest of the block would have taken, and says where to resume.
    func leavePosition() -> UInt64 {
        switch position {
        case .at(let pc):
            return pc
        case .inside(let block, let ip):
            abandon(block, from: ip - block.records)
            return UInt64(block.pointee.pc &+ UInt32(ip.pointee.offset))
        }
    }

    /// The same, to go on there with a block of its own.
    func abandonPosition() {
        hasStaleCode = false
        position = .at(leavePosition())
    }

    /// Takes the static cycles of the instructions from a record on out of the block's account, because they did not
    /// run.
    private func abandon(_ block: Block.Pointer, from index: Int) {
        guard index < Int(block.pointee.length) else { return }
        let first = block.pointee.pc &+ UInt32(block.records[index].offset)
        let draft = drafts[Int(block.pointee.index)]
        for (instruction, price) in zip(draft.instructions, draft.prices) where instruction.address >= first {
            for cause in Cause.allCases { block.pointee.charged[cause.index] -= price[cause] }
            block.pointee.charged[Ledger.abandoned] += 1
        }
    }

    /// The first record of the next instruction.
    private func indexBehind(_ index: Int, _ block: Block.Pointer) -> Int {
        var behind = index + 1
        while behind < Int(block.pointee.length), block.records[behind].offset == block.records[index].offset {
            behind += 1
        }
        return behind
    }

    /// Gives the observer what the run loop wrote down.
    func drain() {
        let count = state.pointee.journal - journal
        guard count > 0 else { return }
        observer?.drained(UnsafeBufferPointer(start: journal, count: count))
        state.pointee.journal = journal
    }
}

extension Block.Pointer {
    /// The decoded records.
    var records: Instruction.Pointer { pointee.records.assumingMemoryBound(to: Instruction.self) }
}

/// The run loop's journal is full.
@inline(never)
func drainJournal(_ state: CoreState.Pointer) {
    state.pointee.hart._withUnsafeGuaranteedRef { $0.drain() }
}

/// The stack is deeper than before.
@inline(never)
func noteStack(_ state: CoreState.Pointer) {
    state.pointee.stackLow = state.registers[2]
    state.pointee.hart._withUnsafeGuaranteedRef { hart in
        hart.drain()
        hart.observer?.stackDeepened(
            to: UInt32(truncatingIfNeeded: state.registers[2]), at: state.pointee.deadline - state.pointee.budget)
    }
}
