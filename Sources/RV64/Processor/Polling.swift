import Engine
import Machine
import Profile

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Firmware that waits reads one register of a device again and again. Where the device says that the register stays as
/// it is until an event, and a turn of the loop has changed nothing, the turns up to that event, or to the end of the
/// hart's turn, are alike: they are counted, and not executed.
struct Polling {
    /// Where the device was read last, and what.
    fileprivate var pc: UInt32 = 0
    fileprivate var address: UInt32 = 0
    fileprivate var value: UInt64 = 0
    /// How often it was read in a row with the same answer.
    fileprivate var reads = 0
    /// After how many the loop is looked at; more where that was in vain.
    fileprivate var patience = Polling.shortest
    /// Whether it is to be looked at now.
    fileprivate(set) var isNoticed = false

    fileprivate static let shortest = 8
    fileprivate static let longest = 1 << 20
    /// Fewer turns are not worth the look.
    fileprivate static let fewest = 32
}

extension Hart {
    /// A device answered a load. When it has given the same answer often enough the run loop is left, to look at that.
    func notePolling(_ address: UInt32, _ value: UInt64) {
        guard address == polling.address, currentPC == polling.pc, value == polling.value else {
            (polling.address, polling.pc, polling.value, polling.reads) = (address, currentPC, value, 0)
            return
        }
        polling.reads += 1
        guard polling.reads >= polling.patience else { return }
        polling.reads = 0
        guard let (peripheral, offset) = chip.bus.peripheral(at: address), peripheral.isSteady(offset) else { return }
        polling.isNoticed = true
        state.pointee.wantsAttention = true
    }

    /// Counts the turns of a loop that waits for a device, up to shortly before `end`.
    func passPolling(until end: Cycles) {
        polling.isNoticed = false
        guard case .inside(let block, let ip) = position,
            now + Polling.fewest * (block.pointee.cycles + block.pointee.slack) < end
        else { return }
        guard block.isPureLoop, let first = turn(block, ip), let second = turn(block, ip), first == second,
            first.charged[Cause.instructionCache.index] == 0, first.charged[Cause.dataCache.index] == 0,
            first.charged[Cause.refill.index] == block.bubble(state)
        else {
            polling.patience = min(2 * polling.patience, Polling.longest)
            return
        }
        polling.patience = Polling.shortest
        let turns = (end - now) / first.cycles - 1
        guard turns > 0 else { return }
        now += turns * first.cycles
        deviceAccesses += turns
        if block.pointee.count == 0 {
            state.pointee.dirty.pointee = block
            state.pointee.dirty += 1
        }
        block.pointee.count += turns
        for index in 0..<Ledger.chargeCount { block.pointee.charged[index] += turns * first.charged[index] }
    }

    private struct Turn: Equatable {
        var cycles: Int
        /// Beyond the block's static price.
        var charged: [Int]
    }

    /// Executes one turn, instruction by instruction.
    ///
    /// - Returns: what it took, if it came back to where it began, asked one device once, and changed no register.
    private func turn(_ block: Block.Pointer, _ ip: Instruction.Pointer) -> Turn? {
        let start = now
        let (history, epoch) = (state.pointee.predictor.pointee.history, state.pointee.fetchEpoch)
        copy.copyMemory(from: state.registers, byteCount: CoreState.registerBytes)
        let charged = (0..<Ledger.chargeCount).map { block.pointee.charged[$0] }
        let (count, accesses) = (block.pointee.count, deviceAccesses)
        for _ in 0...Int(block.pointee.length) + 1 {
            advance(turn: now - 1, horizon: now - 1)
            guard ending == nil, isRunning, !mayTakeInterrupt, !harts.wantsControl else { return nil }
            guard case .inside(block, ip) = position else { continue }
            guard now > start, block.pointee.count == count + 1, deviceAccesses == accesses + 1,
                memcmp(copy, state.registers, CoreState.registerBytes) == 0,
                // On these predictions and the fetch depend.
                state.pointee.predictor.pointee.history == history, state.pointee.fetchEpoch == epoch
            else { return nil }
            return Turn(
                cycles: now - start, charged: (0..<Ledger.chargeCount).map { block.pointee.charged[$0] - charged[$0] })
        }
        return nil
    }
}

extension Block.Pointer {
    /// What the branch at its end costs when it goes back to its head, as predicted.
    fileprivate func bubble(_ state: CoreState.Pointer) -> Int {
        lastRecord.operation.isConditionalBranch ? state.pointee.predictor.pointee.bubble : 0
    }
}
