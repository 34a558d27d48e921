import Engine
import Machine
import Translator

/// Loads from the memory with wait states, which is in no access map: see `Processor.loadWaiting`. A line that is in its
/// data cache is late for nothing; only that it was used is noted.
extension BlockTranslation {
    /// The memory whose lines can be looked at.
    var waiting: (memory: WaitingMemory, data: CachedLines)? {
        state.pointee.processor._withUnsafeGuaranteedRef { processor in
            guard let memory = processor.waiting, let data = memory.lines.pointee.data else { return nil }
            return (memory, data)
        }
    }

    /// A load from that memory: from lines that are at hand it is made at once. What lies elsewhere is for `elsewhere`,
    /// what there else may be for `slow`.
    mutating func waitingLoad(
        _ i: Instruction.Pointer, _ type: MemoryType, _ d: Place, _ address: GuestAddress, slow: Label,
        elsewhere: Label
    ) {
        findLines(i, address, size: type.bytes, alignment: type.bytes, slow, elsewhere)
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

    /// The same for several words, to which temporary 1 then points.
    mutating func waitingWords(
        _ i: Instruction.Pointer, _ count: Int, _ address: GuestAddress, slow: Label, elsewhere: Label
    ) {
        // What other masters take from it is counted word by word.
        add(.check(.notEqual, .uint8, .state(StateOffset.isWaitingHeld), .constant(0), slow))
        findLines(i, address, size: 4 * count, alignment: 4, slow, elsewhere)
    }

    /// Makes sure that the lines of some bytes are there and notes their use; temporary 1 then points to the bytes.
    private mutating func findLines(
        _ i: Instruction.Pointer, _ address: GuestAddress, size: Int, alignment: Int, _ slow: Label, _ elsewhere: Label
    ) {
        guard let (memory, data) = waiting, size > 0 else { return add(.jump(elsewhere)) }
        let shift = memory.lineShift
        let places = UInt(bitPattern: data.places)
        // Late already, so that the run loop is to be left.
        add(.branch(.less, .budget, .constant(0), slow))
        if case .constant(let constant) = address {
            let first = Int(constant) - Int(memory.base)
            let end = first + size
            guard first >= 0, end <= Int(memory.size), first & (alignment - 1) == 0 else {
                return add(.jump(elsewhere))
            }
            for line in (first >> Int(shift))...((end - 1) >> Int(shift)) {
                add(.load(.uint8, .temporary(1), .absolute(places + UInt(line))))
                use(data, slow)
            }
            change(to: memory.distance, i, slow)
            return add(.binary(.add, .doubleword, .temporary(1), .temporary(2), .constant(Int64(constant))))
        }
        compute(address)
        let last = size - alignment
        // One look for each line that there may be; the last byte may lie in one more.
        for offset in Array(stride(from: 0, to: last, by: 1 << Int(shift))) + [last] {
            let distance = Int64(offset) - Int64(memory.base)
            add(.binary(.add, .doubleword, .temporary(1), .temporary(0), .constant(distance)))
            if offset == 0 {
                let end = Int64(memory.size) - Int64(last)
                add(.branch(.greaterOrEqualUnsigned, .temporary(1), .constant(end), elsewhere))
                if alignment > 1 {
                    add(.binary(.and, .doubleword, .temporary(2), .temporary(0), .constant(Int64(alignment - 1))))
                    add(.branch(.notEqual, .temporary(2), .constant(0), slow))
                }
            }
            add(.binary(.shiftRight, .doubleword, .temporary(1), .temporary(1), .constant(Int64(shift))))
            add(.load(.uint8, .temporary(1), .table(places, index: 1, scale: 1)))
            use(data, slow)
        }
        change(to: memory.distance, i, slow)
        add(.binary(.add, .doubleword, .temporary(1), .temporary(2), .temporary(0)))
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
        add(.move(.temporary(2), .constant(Int64(slave))))
        guard foresight.slave != slave else { return }
        let same = newLabel()
        let other = outOfLine {
            if cycles > 0 { $0.add(.branch(.less, .budget, .constant(Int64(cycles)), slow)) }
            $0.add(.store(.int64, .temporary(2), .state(StateOffset.lastSlave)))
            $0.charge(cycles, to: .busSlave)
            $0.add(.jump(same))
        }
        add(.check(.notEqual, .int64, .state(StateOffset.lastSlave), .temporary(2), other))
        add(.label(same))
    }
}
