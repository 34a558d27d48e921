import Engine
import Machine
import Profile

/// Firmware that waits reads one register of a device again and again. Where the device says that the register stays as
/// it is until an event, and a turn of the loop has changed nothing, the turns up to that event are alike: they are
/// counted, and not executed.
struct Polling {
    /// Where the device was read last, and what.
    fileprivate var pc: UInt32 = 0
    fileprivate var address: UInt32 = 0
    fileprivate var value: UInt32 = 0
    /// How often it was read in a row with the same answer.
    fileprivate var reads = 0
    /// After how many the loop is looked at; more where that was in vain.
    fileprivate var patience = Polling.shortest
    /// Whether it is to be looked at now.
    fileprivate(set) var isNoticed = false
    /// How often any device was read.
    var deviceReads = 0

    fileprivate static let shortest = 8
    fileprivate static let longest = 1 << 20
    /// Turns in front of the event that are executed all the same: what the memories' interfaces do ahead of time has
    /// its usual distance from the present again then.
    fileprivate static let rest = 4
}

extension Processor {
    /// A device answered a load. When it has given the same answer often enough the run loop is left, to look at that.
    func notePolling(_ address: UInt32, _ value: UInt32, isSteady: @autoclosure () -> Bool) {
        guard address == polling.address, currentPC == polling.pc, value == polling.value else {
            (polling.address, polling.pc, polling.value, polling.reads) = (address, currentPC, value, 0)
            return
        }
        polling.reads += 1
        guard polling.reads >= polling.patience else { return }
        polling.reads = 0
        guard isSteady() else { return }
        polling.isNoticed = true
        state.pointee.wantsAttention = true
    }

    /// Counts the turns of a loop that waits for a device, up to shortly before `end`.
    func passPolling(until end: Cycles) {
        polling.isNoticed = false
        guard case .inside(let block, let ip) = position, block.isHarmlessLoop,
            let first = turn(block, ip, until: end), let second = turn(block, ip, until: end), first == second,
            first.charged[Cause.flashWait.index] == 0, first.charged[Cause.dataWait.index] == 0,
            first.charged[Cause.contention.index] == 0
        else {
            polling.patience = min(2 * polling.patience, Polling.longest)
            return
        }
        polling.patience = Polling.shortest
        let turns = (end - now) / first.cycles - Polling.rest
        guard turns > 0 else { return }
        now += turns * first.cycles
        chip.clock.now = now
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

    /// The registers, the flags that such a loop may change, and where the last access went.
    private var visibleState: [UInt64] {
        let registers = UnsafeRawPointer(state) - CoreState.registerBytes
        return (0..<CoreState.registerBytes / 8).map { registers.load(fromByteOffset: 8 * $0, as: UInt64.self) } + [
            UInt64(bitPattern: state.pointee.nz), UInt64(state.pointee.c), UInt64(state.pointee.v),
            UInt64(bitPattern: Int64(state.pointee.lastSlave)),
        ]
    }

    /// Executes one turn, instruction by instruction.
    ///
    /// - Returns: what it took, if it came back to where it began, asked one device once, and changed no register.
    private func turn(_ block: Block.Pointer, _ ip: Instruction.Pointer, until end: Cycles) -> Turn? {
        let start = now
        guard start + (Polling.rest + 2) * (block.pointee.cycles + block.pointee.slack) < end else { return nil }
        let before = visibleState
        let charged = (0..<Ledger.chargeCount).map { block.pointee.charged[$0] }
        let (count, reads) = (block.pointee.count, polling.deviceReads)
        for _ in 0...Int(block.pointee.length) + 1 {
            advance(until: now - 1)
            guard ending == nil, !mayTakeException, !system.isSleeping, !hasStaleCode, stopRequest == nil,
                !resetRequested
            else { return nil }
            guard case .inside(block, ip) = position else { continue }
            guard visibleState == before, now > start, block.pointee.count == count + 1,
                polling.deviceReads == reads + 1
            else { return nil }
            return Turn(
                cycles: now - start, charged: (0..<Ledger.chargeCount).map { block.pointee.charged[$0] - charged[$0] })
        }
        return nil
    }
}

extension Block.Pointer {
    /// Whether the block goes on at its own head, and nothing in it changes more than registers and flags.
    fileprivate var isHarmlessLoop: Bool {
        pointee.taken == self && records[0].operation != .notify
            && (0..<Int(pointee.length)).allSatisfy { records[$0].operation.isHarmless }
    }
}

extension Operation {
    /// Whether it changes nothing but general registers and flags, of those that loops which wait consist of.
    fileprivate var isHarmless: Bool {
        switch self {
        case .fetchLines, .ldrLiteral, .ldrImm, .ldrReg, .ldrhImm, .ldrhReg, .ldrbImm, .ldrbReg, .ldrshImm, .ldrshReg,
            .ldrsbImm, .ldrsbReg, .nop:
            true
        case .movImm, .movsImm, .movReg, .movsReg, .mvnReg, .mvnsReg, .movt, .addImm, .addsImm, .addReg, .addsReg,
            .subReg, .subsImm, .subsReg, .andImm, .andsImm, .andReg, .andsReg, .orrImm, .orrsImm, .orrReg, .orrsReg,
            .eorImm, .eorsImm, .eorReg, .eorsReg, .bicReg, .bicsReg, .lslImm, .lslsImm, .lsrImm, .lsrsImm, .asrImm,
            .asrsImm, .lslReg, .lslsReg, .lsrReg, .lsrsReg, .ubfx, .sbfx, .sxtb, .sxth, .uxtb, .uxth:
            true
        case .b, .cbz, .cbnz, .beq, .bne, .bcs, .bcc, .bmi, .bpl, .bvs, .bvc, .bhi, .bls, .bge, .blt, .bgt, .ble: true
        default: false
        }
    }
}
