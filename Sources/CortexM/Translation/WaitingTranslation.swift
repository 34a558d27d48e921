import Engine
import Machine
import Translator

/// Loads from the memory with wait states, which is in no access map: see `Processor.loadWaiting`. A line that is in its
/// data cache is late for nothing; only that it was used is noted.
extension BlockTranslation {
    /// The memory whose lines can be looked at.
    var waiting: (memory: WaitingMemory, data: CachedLines)? {
        state.pointee.processor._withUnsafeGuaranteedRef { processor in
            guard let memory = processor.waiting, let data = memory.timing.lines.pointee.data else { return nil }
            return (memory, data)
        }
    }

    /// Where a load goes on that is in no access map: from lines that are at hand it is made, with `behind` it, and
    /// goes on at `back`; what else there may be is done at `slow`.
    mutating func waitingLoad(
        _ i: Instruction.Pointer, _ type: MemoryType, _ d: Place, _ address: GuestAddress, slow: Label, back: Label,
        _ behind: (inout BlockTranslation) -> Void = { _ in }
    ) -> Label {
        guard let waiting else { return slow }
        return outOfLine {
            $0.findLines(i, address, size: type.bytes, alignment: type.bytes, waiting.memory, waiting.data, slow)
            $0.load(type, d)
            behind(&$0)
            $0.add(.jump(back))
        }
    }

    /// The same for several words, which `body` loads from where temporary 1 points to.
    mutating func waitingWords(
        _ i: Instruction.Pointer, _ count: Int, _ address: GuestAddress, slow: Label, back: Label,
        _ body: (inout BlockTranslation) -> Void
    ) -> Label {
        guard let waiting, count > 0 else { return slow }
        return outOfLine {
            // What other masters take from it is counted word by word.
            $0.add(.check(.notEqual, .uint8, .state(StateOffset.isWaitingHeld), .constant(0), slow))
            $0.findLines(i, address, size: 4 * count, alignment: 4, waiting.memory, waiting.data, slow)
            body(&$0)
            $0.add(.jump(back))
        }
    }

    /// A load from a constant address in that memory.
    ///
    /// - Returns: whether it is one.
    mutating func waitingLiteral(_ i: Instruction.Pointer, _ d: Place, slow: Label) -> Bool {
        guard let waiting, i.imm &- waiting.memory.base < waiting.memory.size, i.imm & 3 == 0 else { return false }
        findLines(i, .constant(i.imm), size: 4, alignment: 4, waiting.memory, waiting.data, slow)
        load(.uint32, d)
        return true
    }

    /// Makes sure that the lines of some bytes are there and notes their use; temporary 1 then points to the bytes.
    private mutating func findLines(
        _ i: Instruction.Pointer, _ address: GuestAddress, size: Int, alignment: Int, _ memory: WaitingMemory,
        _ data: CachedLines, _ slow: Label
    ) {
        let shift = memory.timing.lineShift
        let places = UInt(bitPattern: data.places)
        // Late already, so that the run loop is to be left.
        add(.branch(.less, .budget, .constant(0), slow))
        if case .constant(let constant) = address {
            add(.load(.uint8, .temporary(1), .absolute(places + UInt((constant - memory.base) >> shift))))
            use(data, slow)
        } else {
            compute(address)
            if alignment > 1 {
                add(.binary(.and, .doubleword, .temporary(2), .temporary(0), .constant(Int64(alignment - 1))))
                add(.branch(.notEqual, .temporary(2), .constant(0), slow))
            }
            let last = size - alignment
            // One look for each line that there may be; the last byte may lie in one more.
            for offset in Array(stride(from: 0, to: last, by: 1 << Int(shift))) + [last] {
                let distance = Int64(offset) - Int64(memory.base)
                add(.binary(.add, .doubleword, .temporary(1), .temporary(0), .constant(distance)))
                if offset == 0 {
                    let end = Int64(memory.size) - Int64(last)
                    add(.branch(.greaterOrEqualUnsigned, .temporary(1), .constant(end), slow))
                }
                add(.binary(.shiftRight, .doubleword, .temporary(1), .temporary(1), .constant(Int64(shift))))
                add(.load(.uint8, .temporary(1), .table(places, index: 1, scale: 1)))
                use(data, slow)
            }
        }
        change(to: memory.distance, i, slow)
        if case .constant(let constant) = address {
            add(.binary(.add, .doubleword, .temporary(1), .temporary(2), .constant(Int64(constant))))
        } else {
            add(.binary(.add, .doubleword, .temporary(1), .temporary(2), .temporary(0)))
        }
    }

    /// Loads what temporary 1 points to.
    private mutating func load(_ type: MemoryType, _ d: Place) {
        add(.mark(type, at: 0))
        switch type {
        case .int8:
            add(.load(.uint8, .temporary(2), .at(temporary: 1, 0)))
            add(.unary(.signedByte, d, .temporary(2)))
        case .int16:
            add(.load(.uint16, .temporary(2), .at(temporary: 1, 0)))
            add(.unary(.signedHalfword, d, .temporary(2)))
        default: add(.load(type, d, .at(temporary: 1, 0)))
        }
    }

    /// Puts an address into temporary 0.
    private mutating func compute(_ address: GuestAddress) {
        let result = Place.temporary(0)
        switch address {
        case .constant(let constant): add(.move(result, .constant(Int64(constant))))
        case .offset(let base, let offset):
            add(.binary(.add, result, .slot(base), .constant(Int64(Int32(bitPattern: offset)))))
        case .indexed(let base, let index, let shift):
            add(.binary(.shiftLeft, result, .slot(index), .constant(Int64(shift))))
            add(.binary(.add, result, .temporary(0), .slot(base)))
        }
    }

    /// Notes the use of the line whose place is in temporary 1, if it has one. A use that is noted twice is one.
    private mutating func use(_ data: CachedLines, _ slow: Label) {
        add(.branch(.equal, .temporary(1), .constant(0), slow))
        let uses = HostAddress.absolute(UInt(bitPattern: data.uses))
        let place = MemoryLayout<UInt64>.stride
        add(.add(1, uses))
        add(.load(.int64, .temporary(2), uses))
        add(.store(.int64, .temporary(2), .table(UInt(bitPattern: data.lastUse) - UInt(place), index: 1, scale: place)))
    }

    /// Puts the slave's map entry into temporary 2, and charges for it if the access before went to another one.
    private mutating func change(to slave: Int, _ i: Instruction.Pointer, _ slow: Label) {
        let isOverlapping = i.x >> 15 != 0 && i.pointee.operation.isSingleAccess
        let cycles =
            isOverlapping ? state.pointee.processor._withUnsafeGuaranteedRef { $0.prices.slaveChange } : 0
        let same = newLabel()
        let other = outOfLine {
            if cycles > 0 { $0.add(.branch(.less, .budget, .constant(Int64(cycles)), slow)) }
            $0.add(.store(.int64, .temporary(2), .state(StateOffset.lastSlave)))
            $0.charge(cycles, to: .busSlave)
            $0.add(.jump(same))
        }
        add(.move(.temporary(2), .constant(Int64(slave))))
        add(.check(.notEqual, .int64, .state(StateOffset.lastSlave), .temporary(2), other))
        add(.label(same))
    }
}
