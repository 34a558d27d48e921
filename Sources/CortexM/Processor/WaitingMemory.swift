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
    let timing: any AccessTiming

    init?(_ memory: Memory) {
        guard let timing = memory.timing else { return nil }
        base = memory.base
        size = UInt32(memory.size)
        distance = Int(bitPattern: memory.bytes) - Int(memory.base)
        self.timing = timing
    }
}

extension Processor {
    /// An aligned load from that memory, with all that the complete way does; `nil` for any other access.
    func loadWaiting(
        _ address: UInt32, _ width: AccessWidth, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) -> UInt64? {
        guard let base = waiting?.base, let size = waiting?.size, let distance = waiting?.distance,
            address &- base < size, address & (width.rawValue &- 1) == 0,
            let host = UnsafeMutableRawPointer(bitPattern: distance &+ Int(address))
        else { return nil }
        let mark = host + state.pointee.markDistance
        let value: UInt32
        switch width {
        case .byte:
            value = UInt32(host.load(as: UInt8.self))
            mark.storeBytes(of: UInt8(truncatingIfNeeded: state.pointee.mark), as: UInt8.self)
        case .halfword:
            value = UInt32(host.load(as: UInt16.self))
            mark.storeBytes(of: UInt16(truncatingIfNeeded: state.pointee.mark), as: UInt16.self)
        case .word:
            value = host.load(as: UInt32.self)
            mark.storeBytes(of: state.pointee.mark, as: UInt32.self)
        }
        let now = state.pointee.deadline - state.pointee.budget - Int(i.pointee.cyclesToEnd)
        charge(waiting?.timing.readDelay(address, at: now) ?? 0, to: .dataWait, block)
        if distance != state.pointee.lastSlave {
            state.pointee.lastSlave = distance
            if i.x >> 15 != 0, i.pointee.operation.isSingleAccess {
                charge(prices.slaveChange, to: .busSlave, block)
            }
        }
        guard state.pointee.budget < 0 else { return UInt64(value) }
        state.pointee.departure = .attention
        return UInt64(value) | Execution.attention
    }
}
