import Engine
import Machine
import Profile

/// The core as an observer sees it.
extension Processor: ObservedCore {
    public func register(_ number: Int) -> UInt64 { UInt64(state.registers[number & 15]) }

    /// The first four in R0 to R3, the others on the stack. AAPCS32 6.4.
    public func argument(_ index: Int) -> UInt64? {
        index < 4
            ? register(index)
            : word(at: state.registers[13] &+ 4 &* UInt32(truncatingIfNeeded: index - 4)).map(UInt64.init)
    }

    public var returnAddress: UInt32 { state.registers[14] & ~1 }

    public var stackPointer: UInt32 { state.registers[13] }

    public var usesProcessStack: Bool { system.usesProcessStack }

    public var processStackPointer: UInt32 { system.usesProcessStack ? state.registers[13] : system.otherSP }

    public var stackLow: UInt32 {
        get { state.pointee.stackLow }
        set { state.pointee.stackLow = newValue }
    }

    public var touchMark: UInt8 {
        get { UInt8(truncatingIfNeeded: state.pointee.mark) }
        set { state.pointee.mark = UInt32(newValue) * 0x0101_0101 }
    }

    public func gather(_ visit: (_ function: Int32, _ instructions: Int, _ cycles: CauseVector) -> Void) {
        drain()
        ledger.gather(dirtyEnd: &state.pointee.dirty) { block, instructions, cycles in
            visit(block.pointee.function, instructions, cycles)
        }
    }

    public var outsideBlocks: CauseVector { outside }

    public func word(at address: UInt32) -> UInt32? {
        guard let (memory, local) = chip.bus.memory(at: address), memory.contains(local, 4) else { return nil }
        return memory.load(local, .word)
    }

    /// Blocks that contain the addresses are decoded anew, so that each begins a block.
    public func observe(_ addresses: Set<UInt32>) {
        for address in addresses where observedAddresses.insert(address).inserted {
            codeChanged(address, 2)
        }
    }
}

extension Processor: CountingCore {
    package var dirtyEnd: UnsafeMutablePointer<Block.Pointer> {
        get { state.pointee.dirty }
        set { state.pointee.dirty = newValue }
    }
}
