import Engine
import Machine
import Profile

/// The memory with wait states from which kernels read their weights: a shorter way than the complete one for what
/// they do most.
struct WaitingMemory {
    let base: UInt32
    let size: UInt32
    /// Host address minus guest address.
    let distance: Int
    let lineShift: UInt32
    let lines: LineState.Pointer
    /// The memory's, which keeps it as long as the chip lives: nobody counts who uses it.
    let timing: Unmanaged<AccessTiming>

    init?(_ memory: Memory) {
        guard let timing = memory.timing else { return nil }
        base = memory.base
        size = UInt32(memory.size)
        distance = memory.distance
        lineShift = timing.lineShift
        lines = timing.lines
        self.timing = Unmanaged.passUnretained(timing)
    }

    /// Whether some bytes lie in it.
    @inline(__always)
    func contains(_ address: UInt32, _ count: UInt32) -> Bool {
        let offset = address &- base
        return offset < size && size &- offset >= count
    }
}

extension Processor {
    /// A load from that memory, or an unaligned one from memory that is as fast as the core, with all that the complete
    /// way does; `nil` for any other access. It never faults.
    ///
    /// - Parameter now: the cycle of the instruction.
    @inline(__always)
    func loadShortly(
        _ address: UInt32, _ width: AccessWidth, at now: Cycles, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) -> UInt32? {
        let isAligned = address & (width.rawValue &- 1) == 0
        let distance: Int
        if let waiting, waiting.contains(address, width.rawValue) {
            guard isAligned || !state.pointee.isWaitingHeld && !system.trapsUnaligned && features.allowsUnaligned
            else { return nil }
            distance = waiting.distance
            let delay = waiting.timing._withUnsafeGuaranteedRef { $0.readDelay(address, at: now) }
            if delay != 0 { charge(delay, to: .dataWait, block) }
        } else {
            guard !isAligned, !system.trapsUnaligned, features.allowsUnaligned else { return nil }
            distance = state.pointee.readMap[Int(address >> 12)]
            let last = address &+ (width.rawValue &- 1)
            // An alias is another distance, but the same bus slave.
            guard distance != 0, state.pointee.readMap[Int(last >> 12)] == distance, fastMemories.contains(distance)
            else { return nil }
        }
        guard let host = UnsafeMutableRawPointer(bitPattern: distance &+ Int(address)) else { return nil }
        if !isAligned { chargeUnaligned(address, width, block) }
        if distance != state.pointee.lastSlave { follow(distance, block, i) }
        let mark = host + state.pointee.markDistance
        switch width {
        case .byte:
            mark.storeBytes(of: UInt8(truncatingIfNeeded: state.pointee.mark), as: UInt8.self)
            return UInt32(host.load(as: UInt8.self))
        case .halfword:
            mark.storeBytes(of: UInt16(truncatingIfNeeded: state.pointee.mark), as: UInt16.self)
            return UInt32(host.loadUnaligned(as: UInt16.self))
        case .word:
            mark.storeBytes(of: state.pointee.mark, as: UInt32.self)
            return host.loadUnaligned(as: UInt32.self)
        }
    }
}

/// Makes a load of one core register for host code by the shorter way; `nil` for any other instruction and where that
/// way does not lead. Answers `false` when the code must be left behind it.
///
/// What the host has to keep over the call of the memory's timing is as little as can be: this is where kernels that
/// read their weights spend their time.
@inline(__always)
func loadShortly(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool? {
    let r = state.registers
    let offset = r[i.n] &+ i.imm
    /// Where it loads from, and what the base register holds afterwards.
    let (address, base): (UInt32, UInt32)
    switch i.pointee.operation {
    case .ldrLiteral: (address, base) = (i.imm, r[i.n])
    case .ldrImm, .ldrhImm, .ldrbImm, .ldrshImm, .ldrsbImm: (address, base) = (offset, r[i.n])
    case .ldrPre, .ldrhPre, .ldrbPre, .ldrshPre, .ldrsbPre: (address, base) = (offset, offset)
    case .ldrPost, .ldrhPost, .ldrbPost, .ldrshPost, .ldrsbPost: (address, base) = (r[i.n], offset)
    case .ldrReg, .ldrhReg, .ldrbReg, .ldrshReg, .ldrsbReg:
        (address, base) = (r[i.n] &+ r[i.m] &<< UInt32(i.x & 3), r[i.n])
    default: return nil
    }
    return state.pointee.processor._withUnsafeGuaranteedRef { processor -> Bool? in
        guard let waiting = processor.waiting, waiting.contains(address, 4),
            let host = UnsafeMutableRawPointer(bitPattern: waiting.distance &+ Int(address))
        else { return processor.loadElsewhere(address, base, block, i) }
        let mark = host + state.pointee.markDistance
        let value: UInt32
        switch i.pointee.operation.loadWidth {
        case .halfword:
            guard address & 1 == 0 else { return processor.loadElsewhere(address, base, block, i) }
            mark.storeBytes(of: UInt16(truncatingIfNeeded: state.pointee.mark), as: UInt16.self)
            value = UInt32(host.load(as: UInt16.self))
        case .byte:
            mark.storeBytes(of: UInt8(truncatingIfNeeded: state.pointee.mark), as: UInt8.self)
            value = UInt32(host.load(as: UInt8.self))
        case .word:
            guard address & 3 == 0 else { return processor.loadElsewhere(address, base, block, i) }
            mark.storeBytes(of: state.pointee.mark, as: UInt32.self)
            value = host.load(as: UInt32.self)
        }
        let now = state.pointee.deadline &- state.pointee.budget &- Int(i.pointee.cyclesToEnd)
        r[i.n] = base
        r[i.d] = i.pointee.operation.extended(value)
        if waiting.distance != state.pointee.lastSlave { processor.follow(waiting.distance, block, i) }
        let delay = waiting.timing._withUnsafeGuaranteedRef { $0.readDelay(address, at: now) }
        let budget = state.pointee.budget &- delay
        state.pointee.budget = budget
        block.pointee.charged[Cause.dataWait.index] &+= delay
        guard block.mayOverrun(budget) else { return true }
        state.pointee.departure = .attention
        return false
    }
}

extension Processor {
    /// The same where it is not aligned, or not in that memory.
    @inline(never)
    fileprivate func loadElsewhere(
        _ address: UInt32, _ base: UInt32, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) -> Bool? {
        let now = state.pointee.deadline - state.pointee.budget - Int(i.pointee.cyclesToEnd)
        let operation = i.pointee.operation
        guard let value = loadShortly(address, operation.loadWidth, at: now, block, i) else { return nil }
        state.registers[i.n] = base
        state.registers[i.d] = operation.extended(value)
        guard block.mayOverrun(state.pointee.budget) else { return true }
        state.pointee.departure = .attention
        return false
    }
}

extension Operation {
    /// How much a load of one core register reads.
    fileprivate var loadWidth: AccessWidth {
        switch self {
        case .ldrhImm, .ldrhPre, .ldrhPost, .ldrhReg, .ldrshImm, .ldrshPre, .ldrshPost, .ldrshReg: .halfword
        case .ldrbImm, .ldrbPre, .ldrbPost, .ldrbReg, .ldrsbImm, .ldrsbPre, .ldrsbPost, .ldrsbReg: .byte
        default: .word
        }
    }

    /// What a load makes of what it reads.
    @inline(__always)
    fileprivate func extended(_ value: UInt32) -> UInt32 {
        switch self {
        case .ldrshImm, .ldrshPre, .ldrshPost, .ldrshReg:
            UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: value)))
        case .ldrsbImm, .ldrsbPre, .ldrsbPost, .ldrsbReg: UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: value)))
        default: value
        }
    }
}
