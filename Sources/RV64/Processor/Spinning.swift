import Engine
import Machine
import Profile

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A loop in which a hart only looks at memory that does not change: it may be left alone until somebody changes it.
struct Spin {
    let pc: UInt32
    let block: Block.Pointer
    /// Cycles of one turn, and what of them is not in the block's static price.
    let cycles: Int
    let charged: [Int]
}

/// A hart that waits in a loop for another one executes the same turn again and again. Once a turn has changed nothing,
/// its registers included, the next ones cannot either, until a line that it reads is taken from it or an interrupt
/// comes; until then its time passes without it.
extension Hart {
    /// Whether it executes, rather than sleep or spin.
    var isRunning: Bool { !isSleeping && spin == nil }

    /// Finds out whether the hart stands at the head of such a loop. It runs two turns of it for that.
    func noticeSpinning() {
        guard isRunning, ending == nil, case .at(let pc) = position, pc >> 32 == 0,
            let block = ledger.codeMap.block(at: UInt32(truncatingIfNeeded: pc)), block.isPureLoop,
            block.pointee.fetched == state.pointee.fetchEpoch
        else { return }
        guard turn(block) != nil else { return }
        let charged = (0..<Ledger.chargeCount).map { block.pointee.charged[$0] }
        let history = state.pointee.predictor.pointee.history
        guard let cycles = turn(block) else { return }
        // The predictor has learnt the loop: its next turns take as long.
        let refill = block.pointee.charged[Cause.refill.index] - charged[Cause.refill.index]
        let bubble = block.lastRecord.operation.isConditionalBranch ? state.pointee.predictor.pointee.bubble : 0
        guard state.pointee.predictor.pointee.history == history, refill == bubble else { return }
        spin = Spin(
            pc: block.pointee.pc, block: block, cycles: cycles,
            charged: (0..<Ledger.chargeCount).map { block.pointee.charged[$0] - charged[$0] })
    }

    /// Executes the block once.
    ///
    /// - Returns: what it took, if it came back to its head and changed no register.
    private func turn(_ block: Block.Pointer) -> Int? {
        let start = now
        let end = now + block.pointee.cycles + block.pointee.slack
        guard end < chip.events.next ?? .max, !mayTakeInterrupt else { return nil }
        copy.copyMemory(from: state.registers, byteCount: CoreState.registerBytes)
        let accesses = slowAccesses
        ending = run(turn: now + 1, horizon: end)
        guard ending == nil, isRunning, case .at(UInt64(block.pointee.pc)) = position, accesses == slowAccesses,
            memcmp(copy, state.registers, CoreState.registerBytes) == 0
        else { return nil }
        return now - start
    }

    /// Something may have changed what the hart looks at.
    func stopSpinning(at cycle: Cycles) {
        guard spin != nil else { return }
        passIdleTime(until: cycle)
        spin = nil
        harts.wantsControl = true
    }

    /// An interrupt is pending and enabled.
    func wake(at cycle: Cycles) {
        guard !isRunning else { return }
        passIdleTime(until: cycle)
        isSleeping = false
        spin = nil
        harts.wantsControl = true
    }

    /// Lets time pass for a hart that sleeps or spins, up to `cycle`, in whole turns if it spins.
    func passIdleTime(until cycle: Cycles) {
        guard cycle > now else { return }
        if isSleeping {
            spend(cycle - now, on: .sleep)
        } else if let spin {
            let turns = (cycle - now) / spin.cycles
            guard turns > 0 else { return }
            now += turns * spin.cycles
            if spin.block.pointee.count == 0 {
                state.pointee.dirty.pointee = spin.block
                state.pointee.dirty += 1
            }
            spin.block.pointee.count += turns
            for index in 0..<Ledger.chargeCount { spin.block.pointee.charged[index] += turns * spin.charged[index] }
            let price = ledger.prices[Int(spin.block.pointee.index)]
            spun[spin.block.pointee.function, default: CauseVector()] += CauseVector { cause in
                turns &* (price[cause] &+ spin.charged[cause.index])
            }
        }
    }
}

extension Block.Pointer {
    /// Whether the block ends in a branch to itself and nothing in it changes memory or asks anybody.
    var isPureLoop: Bool {
        let last = lastRecord
        guard last.operation.hasConstantTarget, last.operation != .jal, last.target == pointee.pc,
            records.pointee.operation != .notify
        else { return false }
        return (0..<Int(pointee.length)).allSatisfy { !records[$0].operation.hasEffects }
    }

    var lastRecord: Instruction { records[Int(pointee.length) - 1] }
}

extension Operation {
    /// Whether it may change more than registers.
    fileprivate var hasEffects: Bool {
        switch self {
        case .ecall, .ebreak, .mret, .sret, .wfi, .sfencevma, .fencei, .illegal, .fetchFault, .csrrw, .csrrs, .csrrc,
            .csrrwi, .csrrsi, .csrrci, .jalr, .jal:
            true
        default: isStore || isAtomic
        }
    }
}
