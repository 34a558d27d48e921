import Bits
import Engine
import Machine
import Profile

/// The complete way to memory: devices, protection, unaligned addresses, wait states, code that changes. The run loop
/// comes here whenever its access map has no entry.
@inline(never)
func slowLoad(
    _ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer, _ address: UInt32,
    _ width: AccessWidth
) -> UInt64 {
    state.pointee.processor._withUnsafeGuaranteedRef { processor in
        let now = state.pointee.deadline - state.pointee.budget - Int(i.pointee.cyclesToEnd)
        if let value = processor.loadShortly(address, width, at: now, block, i) {
            guard block.mayOverrun(state.pointee.budget) else { return UInt64(value) }
            state.pointee.departure = .attention
            return UInt64(value) | Execution.attention
        }
        if let loaded = processor.loadPolled(address, width, block, i) { return loaded }
        return processor.access(block, i) { () throws(MemoryFault) -> UInt32 in
            try processor.load(address, width, block, i)
        }
    }
}

@inline(never)
func slowStore(
    _ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer, _ address: UInt32, _ value: UInt32,
    _ width: AccessWidth
) -> UInt64 {
    state.pointee.processor._withUnsafeGuaranteedRef { processor in
        processor.access(block, i) { () throws(MemoryFault) -> UInt32 in
            try processor.store(address, value, width, block, i)
            return 0
        }
    }
}

/// LDM, STM, PUSH and POP, word by word; their address must be a multiple of four.
@inline(never)
func slowTransfer(
    _ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer, _ start: UInt32, _ newBase: UInt32,
    isLoad: Bool
) -> UInt64 {
    state.pointee.processor._withUnsafeGuaranteedRef { processor in
        processor.access(block, i) { () throws(MemoryFault) -> UInt32 in
            let r = state.registers
            guard start & 3 == 0 else { throw .unaligned(start) }
            var base = r[i.n]
            if i.pointee.a != 0 { base = newBase }
            var address = start
            for register in 0..<16 where i.x >> UInt16(register) & 1 != 0 {
                if isLoad {
                    let value = try processor.loadWord(address, block, i)
                    if register == i.n {
                        base = value
                    } else {
                        r[register == 15 ? Int(loadedPC) : register] = value
                    }
                } else {
                    try processor.store(address, r[register], .word, block, i)
                }
                address &+= 4
            }
            r[i.n] = base
            return 0
        }
    }
}

/// LDRD and STRD.
@inline(never)
func slowPair(
    _ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer, _ address: UInt32, _ base: UInt32,
    isLoad: Bool
) -> UInt64 {
    state.pointee.processor._withUnsafeGuaranteedRef { processor in
        processor.access(block, i) { () throws(MemoryFault) -> UInt32 in
            let r = state.registers
            guard address & 3 == 0 else { throw .unaligned(address) }
            if isLoad {
                let first = try processor.loadWord(address, block, i)
                let second = try processor.loadWord(address &+ 4, block, i)
                r[i.n] = base
                r[i.d] = first
                r[i.a] = second
            } else {
                try processor.store(address, r[i.d], .word, block, i)
                try processor.store(address &+ 4, r[i.a], .word, block, i)
                r[i.n] = base
            }
            return 0
        }
    }
}

/// LDREX, STREX and their narrow forms. DDI 0403E.e A3.4.
func exclusive(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
    let r = state.registers
    let address = r[i.n] &+ i.imm
    let (width, isLoad): (AccessWidth, Bool) =
        switch i.pointee.operation {
        case .ldrex: (.word, true)
        case .ldrexh: (.halfword, true)
        case .ldrexb: (.byte, true)
        case .strexh: (.halfword, false)
        case .strexb: (.byte, false)
        default: (.word, false)
        }
    let outcome = state.pointee.processor._withUnsafeGuaranteedRef { processor in
        processor.access(block, i) { () throws(MemoryFault) -> UInt32 in
            guard address & (width.rawValue - 1) == 0 else { throw .unaligned(address) }
            if isLoad {
                let value = try processor.load(address, width, block, i)
                state.pointee.exclusive = address
                return value
            }
            guard state.pointee.exclusive == address else { return 1 }
            try processor.store(address, r[i.a] & width.mask, width, block, i)
            state.pointee.exclusive = nil
            return 0
        }
    }
    if outcome & Execution.faulted != 0 { return false }
    r[i.d] = UInt32(truncatingIfNeeded: outcome)
    return outcome >> 32 == 0
}

extension Processor {
    /// Makes an access at the exact cycle of its instruction, and finds out whether the run loop must be left.
    func access(
        _ block: Block.Pointer, _ i: Instruction.Pointer, _ body: () throws(MemoryFault) -> UInt32
    ) -> UInt64 {
        chip.clock.now = state.pointee.deadline - state.pointee.budget - Int(i.pointee.cyclesToEnd)
        currentPC = block.pointee.pc &+ UInt32(i.pointee.offset)
        currentBlock = block
        defer { currentBlock = nil }
        do throws(MemoryFault) {
            let value = try body()
            shrinkBudget()
            guard state.pointee.wantsAttention || block.mayOverrun(state.pointee.budget) else { return UInt64(value) }
            state.pointee.departure = .attention
            return UInt64(value) | Execution.attention
        } catch {
            fault = error
            state.pointee.departure = .fault
            return Execution.faulted
        }
    }

    /// A device may have scheduled something that comes before the deadline.
    private func shrinkBudget() {
        guard let next = chip.events.next, next < state.pointee.deadline else { return }
        state.pointee.budget -= state.pointee.deadline - next
        state.pointee.deadline = next
    }

    /// Charges a block for what an access took beyond its static price.
    func charge(_ cycles: Int, to cause: Cause, _ block: Block.Pointer) {
        state.pointee.budget -= cycles
        block.pointee.charged[cause.index] += cycles
    }

    /// A load by an instruction: aligned or not, with what it costs.
    func load(
        _ address: UInt32, _ width: AccessWidth, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) throws(MemoryFault) -> UInt32 {
        let isPrivileged = system.isPrivileged && !accessesAsUnprivileged
        guard address & (width.rawValue - 1) != 0 else {
            let value = try readOrIgnore(address, width, isPrivileged: isPrivileged)
            followSlow(address, isLoad: true, block, i)
            return value
        }
        try checkUnaligned(address)
        chargeUnaligned(address, width, block)
        var value: UInt32 = 0
        for byte in 0..<width.rawValue {
            value |= try readOrIgnore(address &+ byte, .byte, isPrivileged: isPrivileged) << (8 * byte)
        }
        followSlow(address, isLoad: true, block, i)
        return value
    }

    /// One of several words at a multiple of four.
    func loadWord(
        _ address: UInt32, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) throws(MemoryFault) -> UInt32 {
        // What other masters take from a memory is counted word by word.
        if !state.pointee.isWaitingHeld, let value = loadShortly(address, .word, at: chip.clock.now, block, i) {
            return value
        }
        return try load(address, .word, block, i)
    }

    /// A store by an instruction.
    func store(
        _ address: UInt32, _ value: UInt32, _ width: AccessWidth, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) throws(MemoryFault) {
        let isPrivileged = system.isPrivileged && !accessesAsUnprivileged
        guard address & (width.rawValue - 1) != 0 else {
            try writeBuffered(address, value, width, isPrivileged: isPrivileged)
            followSlow(address, isLoad: false, block, i)
            return
        }
        try checkUnaligned(address)
        chargeUnaligned(address, width, block)
        for byte in 0..<width.rawValue {
            try writeBuffered(address &+ byte, value >> (8 * byte) & 0xFF, .byte, isPrivileged: isPrivileged)
        }
        followSlow(address, isLoad: false, block, i)
    }

    /// Unaligned accesses fault where CCR.UNALIGN_TRP says so, and outside of Normal memory. DDI 0403E.e A3.2.1.
    private func checkUnaligned(_ address: UInt32) throws(MemoryFault) {
        guard !system.trapsUnaligned, features.allowsUnaligned, chip.bus.memory(at: address) != nil else {
            throw .unaligned(address)
        }
    }

    func chargeUnaligned(_ address: UInt32, _ width: AccessWidth, _ block: Block.Pointer) {
        let isOddWord = width == .word && address & 1 != 0
        charge(isOddWord ? prices.unalignedOdd : prices.unalignedHalf, to: .unaligned, block)
    }

    /// Keeps track of the bus slave, as the run loop's fast path does, and charges wait states.
    private func followSlow(_ address: UInt32, isLoad: Bool, _ block: Block.Pointer, _ i: Instruction.Pointer) {
        let slave: Int
        if let (memory, local) = chip.bus.memory(at: address) {
            slave = memory.distance
            let wait = contention(memory)
            if wait > 0 { charge(wait, to: .contention, block) }
            if isLoad, let timing = memory.timing, !timing.isTransparent {
                charge(timing.readDelay(local, at: chip.clock.now), to: .dataWait, block)
            }
        } else {
            slave = slaveOfDevice(address)
        }
        follow(slave, block, i)
    }

    /// One number for each bus behind the matrix: APB1, APB2, AHB1, AHB2, ... differ in bits 28...16. No distance between a
    /// memory's guest and host addresses is as low.
    func slaveOfDevice(_ address: UInt32) -> Int { .min + Int(address >> 16) }

    /// Accesses to different slaves cannot be pipelined into each other.
    func follow(_ slave: Int, _ block: Block.Pointer, _ i: Instruction.Pointer) {
        guard slave != state.pointee.lastSlave else { return }
        state.pointee.lastSlave = slave
        if i.x >> 15 != 0, i.pointee.operation.isSingleAccess { charge(prices.slaveChange, to: .busSlave, block) }
    }

    // MARK: Accesses without an instruction's price

    /// Reads as the core does: protection, bit-band aliases, memory, devices. The address is aligned.
    func read(
        _ address: UInt32, _ width: AccessWidth, isPrivileged: Bool
    ) throws(MemoryFault) -> UInt32 {
        guard system.permits(address, width, isWrite: false, isPrivileged: isPrivileged, isFetch: false) else {
            throw .protection(address)
        }
        if let (memory, local) = chip.bus.memory(at: address) {
            guard memory.contains(local, Int(width.rawValue)) else { throw .bus(address) }
            for byte in 0..<Int(width.rawValue) {
                memory.marks[Int(local - memory.base) + byte] = UInt8(truncatingIfNeeded: state.pointee.mark)
            }
            return memory.load(local, width)
        }
        if features.hasBitBand, let (word, bit) = BitBand.target(of: address) {
            return try read(word, .word, isPrivileged: isPrivileged) >> bit & 1
        }
        if !isPrivileged, system.isPrivate(address) { throw .bus(address) }
        do throws(BusError) {
            let value = try chip.bus.readPeripheral(address, width)
            remember(deviceAt: address)
            return value
        } catch {
            throw .bus(address)
        }
    }

    /// Writes as the core does. The address is aligned.
    func write(
        _ address: UInt32, _ value: UInt32, _ width: AccessWidth, isPrivileged: Bool
    ) throws(MemoryFault) {
        guard system.permits(address, width, isWrite: true, isPrivileged: isPrivileged, isFetch: false) else {
            throw .protection(address)
        }
        if let (memory, local) = chip.bus.memory(at: address) {
            guard memory.contains(local, Int(width.rawValue)) else { throw .bus(address) }
            guard memory.isWritable else {
                guard let program = memory.program else { throw .bus(address) }
                do throws(BusError) { try program(local, value, width) } catch { throw .bus(address) }
                return
            }
            for byte in 0..<Int(width.rawValue) {
                memory.marks[Int(local - memory.base) + byte] = UInt8(truncatingIfNeeded: state.pointee.mark)
            }
            memory.store(local, value, width)
            codeChanged(local, Int(width.rawValue))
            return
        }
        if features.hasBitBand, let (word, bit) = BitBand.target(of: address) {
            let old = try read(word, .word, isPrivileged: isPrivileged)
            try write(word, old & ~(1 << bit) | (value & 1) << bit, .word, isPrivileged: isPrivileged)
            return
        }
        if !isPrivileged, system.isPrivate(address), !system.isOpenToAll(address) { throw .bus(address) }
        do throws(BusError) {
            try chip.bus.write(address, value, width)
        } catch {
            throw .bus(address)
        }
    }
}

/// The bit-band regions: each word of an alias is a bit of SRAM or of the peripherals. DDI 0439 3.7.
enum BitBand {
    /// The word and the bit that an alias address stands for.
    static func target(of address: UInt32) -> (word: UInt32, bit: UInt32)? {
        let region = address & 0xF000_0000
        guard region == 0x2000_0000 || region == 0x4000_0000, address.bits(27, 25) == 1 else { return nil }
        let byte = region + (address & 0x01FF_FFFF) >> 5
        return (byte & ~3, (byte & 3) * 8 + address.bits(4, 2))
    }
}

extension Operation {
    /// Whether bit 15 of its `x` tells that it overlaps the access before it.
    var isSingleAccess: Bool {
        switch self {
        case .ldmia, .ldmdb, .stmia, .stmdb, .push: false
        default: true
        }
    }
}

/// The stack is deeper than before on this stack.
@inline(never)
func noteStack(_ state: CoreState.Pointer) {
    state.pointee.stackLow = state.registers[13]
    state.pointee.processor._withUnsafeGuaranteedRef { processor in
        processor.drain()
        processor.observer?.stackDeepened(
            to: state.registers[13], at: state.pointee.deadline - state.pointee.budget)
    }
}
