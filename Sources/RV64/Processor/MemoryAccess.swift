import Bits
import Engine
import Machine
import Profile

/// The complete way to memory: devices, lines that are not at hand, misaligned addresses, code that changes. The run
/// loop comes here whenever it cannot make an access at once; the whole instruction is done here. Answers `false` when
/// the run loop must be left.
@inline(never)
func accessSlowly(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
    state.pointee.hart._withUnsafeGuaranteedRef { hart in
        hart.access(block, i) { () throws(RaisedException) in
            let r = state.registers
            let address = r[i.n] &+ i.imm
            let operation = i.pointee.operation
            let width = operation.accessWidth
            guard operation.isStore else {
                let value = try hart.load(address, width, block)
                switch operation {
                case .lb: r[i.d] = UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: value)))
                case .lh: r[i.d] = UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: value)))
                case .lw: r[i.d] = UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value)))
                case .flw: state.floats[i.d] = 0xFFFF_FFFF_0000_0000 | value
                case .fld: state.floats[i.d] = value
                default: r[i.d] = value
                }
                return
            }
            let isFloat = operation == .fsw || operation == .fsd
            try hart.store(address, isFloat ? state.floats[i.m] : r[i.m], width, block)
        }
    }
}

extension Operation {
    /// How many bytes a load, a store or an atomic operation reaches.
    var accessWidth: UInt64 {
        switch self {
        case .lb, .lbu, .sb: 1
        case .lh, .lhu, .sh: 2
        case .lw, .lwu, .sw, .flw, .fsw: 4
        default: isAtomicWord ? 4 : 8
        }
    }
}

extension Hart {
    /// Makes accesses at the exact cycle of their instruction, and finds out whether the run loop must be left.
    func access(
        _ block: Block.Pointer, _ i: Instruction.Pointer, _ body: () throws(RaisedException) -> Void
    ) -> Bool {
        chip.clock.now = state.pointee.deadline - state.pointee.budget - Int(i.pointee.cyclesToEnd)
        currentPC = block.pointee.pc &+ UInt32(i.pointee.offset)
        harts.currentCore = index
        slowAccesses += 1
        do throws(RaisedException) {
            try body()
        } catch {
            exception = error
            state.pointee.departure = .exception
            return false
        }
        shrinkBudget()
        guard state.pointee.wantsAttention || block.mayOverrun(state.pointee.budget) || harts.wantsControl else {
            return true
        }
        state.pointee.departure = .attention
        return false
    }

    /// A device may have scheduled something that comes before the deadline.
    func shrinkBudget() {
        guard let next = chip.events.next, next < state.pointee.deadline else { return }
        state.pointee.budget -= state.pointee.deadline - next
        state.pointee.deadline = next
    }

    /// Charges a block for what an access took beyond its static price.
    func charge(_ cycles: Int, to cause: Cause, _ block: Block.Pointer) {
        state.pointee.budget -= cycles
        block.pointee.charged[cause.index] += cycles
    }

    private func charge(_ movement: SharedMemory.Movement, _ block: Block.Pointer) {
        let miss = movement.isMiss ? prices.dataMiss : 0
        charge(miss + movement.writeBacks * prices.writeBack, to: .dataCache, block)
    }

    /// An address on the bus; `nil` where nothing can answer.
    private func physical(_ address: UInt64) -> UInt32? {
        guard address >> 32 == 0 || features.ignoresHighAddressBits else { return nil }
        return UInt32(truncatingIfNeeded: address)
    }

    func load(_ address: UInt64, _ width: UInt64, _ block: Block.Pointer) throws(RaisedException) -> UInt64 {
        guard address & (width - 1) == 0 else {
            throw RaisedException(cause: .loadAddressMisaligned, value: address)
        }
        guard let place = physical(address) else { throw RaisedException(cause: .loadAccessFault, value: address) }
        if let line = shared.line(of: place) {
            charge(shared.share(line, with: index), block)
        } else {
            charge(prices.uncachedLoad, to: .uncached, block)
        }
        do throws(BusError) {
            let accesses = deviceAccesses
            let value = try read(place, width)
            if accesses != deviceAccesses { notePolling(place, value) }
            return value
        } catch {
            throw RaisedException(cause: .loadAccessFault, value: address)
        }
    }

    func store(
        _ address: UInt64, _ value: UInt64, _ width: UInt64, _ block: Block.Pointer
    ) throws(RaisedException) {
        guard address & (width - 1) == 0 else {
            throw RaisedException(cause: .storeAddressMisaligned, value: address)
        }
        guard let place = physical(address) else { throw RaisedException(cause: .storeAccessFault, value: address) }
        if let line = shared.line(of: place) {
            charge(shared.own(line, by: index), block)
        } else {
            charge(prices.uncachedStore, to: .uncached, block)
        }
        do throws(BusError) {
            try write(place, value, width)
        } catch {
            throw RaisedException(cause: .storeAccessFault, value: address)
        }
    }

    // MARK: Accesses without time

    /// Reads as the hart does. The address is aligned.
    func read(_ address: UInt32, _ width: UInt64) throws(BusError) -> UInt64 {
        if let place = shared.place(of: address) {
            let value = (place - Int(address & 7)).load(as: UInt64.self) >> UInt64(8 * (address & 7))
            mark((place + chip.arena.markDistance).assumingMemoryBound(to: UInt8.self), width)
            return value & UInt64.max >> (64 - 8 * width)
        }
        if let (memory, local) = chip.bus.memory(at: address) {
            guard memory.contains(local, Int(width)) else { throw .nothingThere }
            mark(memory.marks + Int(local - memory.base), width)
            return memory.loadDoubleword(local & ~7) >> UInt64(8 * (local & 7)) & UInt64.max >> (64 - 8 * width)
        }
        deviceAccesses += 1
        return width == 8
            ? try chip.bus.readDoubleword(address)
            : UInt64(try chip.bus.readPeripheral(address, AccessWidth(bytes: width)))
    }

    /// Writes as the hart does. The address is aligned.
    func write(_ address: UInt32, _ value: UInt64, _ width: UInt64) throws(BusError) {
        guard let (memory, local) = chip.bus.memory(at: address) else {
            deviceAccesses += 1
            if width == 8 { return try chip.bus.writeDoubleword(address, value) }
            return try chip.bus.write(address, UInt32(truncatingIfNeeded: value), AccessWidth(bytes: width))
        }
        guard memory.isWritable else { throw .readOnly }
        guard memory.contains(local, Int(width)) else { throw .nothingThere }
        mark(memory.marks + Int(local - memory.base), width)
        if width == 8 {
            memory.storeDoubleword(local, value)
        } else {
            memory.store(local, UInt32(truncatingIfNeeded: value), AccessWidth(bytes: width))
        }
        harts.memoryWritten(local, Int(width), by: self, isCached: shared.line(of: address) != nil)
    }

    private func mark(_ marks: UnsafeMutablePointer<UInt8>, _ width: UInt64) {
        for byte in 0..<Int(width) { marks[byte] = touchMark }
    }
}

extension AccessWidth {
    /// - Parameter bytes: 1, 2 or 4; anything else is taken as 4.
    fileprivate init(bytes: UInt64) {
        self = bytes == 1 ? .byte : bytes == 2 ? .halfword : .word
    }
}

// MARK: Atomic operations

extension Hart {
    /// LR, SC and the atomic memory operations. Answers `false` when the run loop must be left.
    func executeAtomic(_ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
        access(block, i) { () throws(RaisedException) in
            let r = state.registers
            let operation = i.pointee.operation
            let width = operation.accessWidth
            let address = r[i.n]
            let operand = r[i.m]
            func register(_ value: UInt64) -> UInt64 {
                width == 4 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))) : value
            }
            let line = physical(address).flatMap(shared.line)
            switch operation {
            case .lrw, .lrd:
                let value = try load(address, width, block)
                if let line { shared.reserve(line, for: index) }
                r[i.d] = register(value)
            case .scw, .scd:
                guard address & (width - 1) == 0 else {
                    throw RaisedException(cause: .storeAddressMisaligned, value: address)
                }
                guard line != nil else { throw RaisedException(cause: .storeAccessFault, value: address) }
                let holds = shared.endReservation(of: index, line: line)
                if holds { try store(address, operand, width, block) }
                r[i.d] = holds ? 0 : 1
            default:
                // The store half decides which exception it is.
                guard address & (width - 1) == 0 else {
                    throw RaisedException(cause: .storeAddressMisaligned, value: address)
                }
                guard line != nil else { throw RaisedException(cause: .storeAccessFault, value: address) }
                let value = register(try load(address, width, block))
                if let result = operation.atomicResult(value, operand) {
                    try store(address, result, width, block)
                }
                r[i.d] = value
            }
        }
    }
}
