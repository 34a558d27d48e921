import Engine
import Translator

/// Loads and stores: see `Loads`, `Stores` and `MultipleTransfers`. What cannot be done at once is done by the run loop.
extension BlockTranslation {
    private enum Indexing { case offset, before, behind, register }

    /// - Returns: whether the record is a load or store of one register.
    mutating func access(_ i: Instruction.Pointer) -> Bool {
        switch i.pointee.operation {
        case .ldrLiteral: loadLiteral(i, i.d)
        case .ldrImm: load(i, .uint32, .offset)
        case .ldrPre: load(i, .uint32, .before)
        case .ldrPost: load(i, .uint32, .behind)
        case .ldrReg: load(i, .uint32, .register)
        case .ldrhImm: load(i, .uint16, .offset)
        case .ldrhPre: load(i, .uint16, .before)
        case .ldrhPost: load(i, .uint16, .behind)
        case .ldrhReg: load(i, .uint16, .register)
        case .ldrbImm: load(i, .uint8, .offset)
        case .ldrbPre: load(i, .uint8, .before)
        case .ldrbPost: load(i, .uint8, .behind)
        case .ldrbReg: load(i, .uint8, .register)
        case .ldrshImm: load(i, .int16, .offset)
        case .ldrshPre: load(i, .int16, .before)
        case .ldrshPost: load(i, .int16, .behind)
        case .ldrshReg: load(i, .int16, .register)
        case .ldrsbImm: load(i, .int8, .offset)
        case .ldrsbPre: load(i, .int8, .before)
        case .ldrsbPost: load(i, .int8, .behind)
        case .ldrsbReg: load(i, .int8, .register)
        case .strImm: store(i, .uint32, .offset)
        case .strPre: store(i, .uint32, .before)
        case .strPost: store(i, .uint32, .behind)
        case .strReg: store(i, .uint32, .register)
        case .strhImm: store(i, .uint16, .offset)
        case .strhPre: store(i, .uint16, .before)
        case .strhPost: store(i, .uint16, .behind)
        case .strhReg: store(i, .uint16, .register)
        case .strbImm: store(i, .uint8, .offset)
        case .strbPre: store(i, .uint8, .before)
        case .strbPost: store(i, .uint8, .behind)
        case .strbReg: store(i, .uint8, .register)
        case .vldr: single(i, isLoad: true)
        case .vstr: single(i, isLoad: false)
        case .vldrLiteral: loadLiteral(i, StateOffset.single(i.pointee.d))
        default: return false
        }
        return true
    }

    private func follow(_ i: Instruction.Pointer) -> Follow {
        Follow(cycles: Int32(i.x >> 15), account: account(.busSlave))
    }

    private func address(_ i: Instruction.Pointer, _ indexing: Indexing) -> GuestAddress {
        switch indexing {
        case .offset, .before: .offset(i.n, i.imm)
        case .behind: .offset(i.n, 0)
        case .register: .indexed(i.n, i.m, shift: UInt8(i.x & 3))
        }
    }

    private mutating func writeBack(_ i: Instruction.Pointer, _ indexing: Indexing) {
        switch indexing {
        case .offset, .register: break
        case .before, .behind:
            add(.binary(.add, .slot(i.n), .slot(i.n), .constant(Int64(Int32(bitPattern: i.imm)))))
        }
    }

    private mutating func load(_ i: Instruction.Pointer, _ type: MemoryType, _ indexing: Indexing) {
        let back = newLabel()
        let slow = slowly(i, back: back)
        let waiting = waitingLoad(i, type, .slot(i.d), address(i, indexing), slow: slow, back: back) {
            if i.d != i.n { $0.writeBack(i, indexing) }
        }
        add(.load(type, .slot(i.d), address(i, indexing), follow: follow(i), slow: waiting))
        // What was loaded goes over the base.
        if i.d != i.n { writeBack(i, indexing) }
        add(.label(back))
    }

    private mutating func store(_ i: Instruction.Pointer, _ type: MemoryType, _ indexing: Indexing) {
        let back = newLabel()
        let slow = slowly(i, back: back)
        add(.store(type, .slot(i.d), address(i, indexing), follow: follow(i), slow: slow))
        writeBack(i, indexing)
        add(.label(back))
    }

    private mutating func loadLiteral(_ i: Instruction.Pointer, _ d: Int) {
        let back = newLabel()
        let slow = slowly(i, back: back)
        if !waitingLiteral(i, .slot(d), slow: slow) {
            add(.load(.uint32, .slot(d), .constant(i.imm), follow: follow(i), slow: slow))
        }
        add(.label(back))
    }

    private mutating func single(_ i: Instruction.Pointer, isLoad: Bool) {
        let back = newLabel()
        let slow = slowly(i, back: back)
        let slot = StateOffset.single(i.pointee.d)
        if isLoad {
            let waiting = waitingLoad(i, .uint32, .slot(slot), address(i, .offset), slow: slow, back: back)
            add(.load(.uint32, .slot(slot), address(i, .offset), follow: follow(i), slow: waiting))
        } else {
            add(.store(.uint32, .slot(slot), address(i, .offset), follow: follow(i), slow: slow))
        }
        add(.label(back))
    }

    // MARK: Several registers

    /// - Returns: whether the record is a load or store of several registers.
    mutating func transfer(_ i: Instruction.Pointer) -> Bool {
        let count = i.x.nonzeroBitCount
        let words = Int(i.x & 0xFF)
        let up = 4 &* UInt32(count)
        switch i.pointee.operation {
        case .ldmia: multiple(i, .offset(i.n, 0), change: up, isLoad: true)
        case .ldmdb: multiple(i, .offset(i.n, 0 &- up), change: 0 &- up, isLoad: true)
        case .stmia: multiple(i, .offset(i.n, 0), change: up, isLoad: false)
        case .stmdb: multiple(i, .offset(i.n, 0 &- up), change: 0 &- up, isLoad: false)
        case .push:
            multiple(i, .offset(i.n, 0 &- up), change: 0 &- up, isLoad: false)
            checkStack(i)
        case .ldrdImm: pair(i, .offset(i.n, i.imm), change: 0, isLoad: true)
        case .ldrdPre: pair(i, .offset(i.n, i.imm), change: i.imm, isLoad: true)
        case .ldrdPost: pair(i, .offset(i.n, 0), change: i.imm, isLoad: true)
        case .strdImm: pair(i, .offset(i.n, i.imm), change: 0, isLoad: false)
        case .strdPre: pair(i, .offset(i.n, i.imm), change: i.imm, isLoad: false)
        case .strdPost: pair(i, .offset(i.n, 0), change: i.imm, isLoad: false)
        case .vldrDouble: singles(i, i.imm, 2, isLoad: true, writesBack: false)
        case .vstrDouble: singles(i, i.imm, 2, isLoad: false, writesBack: false)
        case .vldmia: singles(i, 0, words, isLoad: true, writesBack: i.a != 0)
        case .vldmdb: singles(i, i.imm, words, isLoad: true, writesBack: i.a != 0)
        case .vstmia: singles(i, 0, words, isLoad: false, writesBack: i.a != 0)
        case .vstmdb: singles(i, i.imm, words, isLoad: false, writesBack: i.a != 0)
        case .vpush:
            singles(i, i.imm, words, isLoad: false, writesBack: i.a != 0)
            checkStack(i)
        default: return false
        }
        return true
    }

    private mutating func change(_ slot: Int, by change: UInt32) {
        guard change != 0 else { return }
        add(.binary(.add, .slot(slot), .slot(slot), .constant(Int64(Int32(bitPattern: change)))))
    }

    /// Moves slots from or to the words that temporary 1 points to, with their marks.
    private mutating func move(_ slots: [Int], isLoad: Bool) {
        for (index, slot) in slots.enumerated() {
            if isLoad {
                add(.load(.uint32, .slot(slot), .at(temporary: 1, 4 * index)))
            } else {
                add(.store(.uint32, .slot(slot), .at(temporary: 1, 4 * index)))
            }
            add(.store(.uint32, .kept, .at(temporary: 1, 4 * index + markDistance)))
        }
    }

    private mutating func multiple(_ i: Instruction.Pointer, _ start: GuestAddress, change: UInt32, isLoad: Bool) {
        let slots = (0..<16).filter { i.x >> UInt16($0) & 1 != 0 }
        guard !slots.isEmpty else { return add(.call(RuntimeHelper.execute.call(i))) }
        let back = newLabel()
        let slow = slowly(i, back: back)
        if isLoad {
            func body(_ translation: inout BlockTranslation) {
                if i.a != 0 { translation.change(i.n, by: change) }
                translation.move(slots.map { $0 == 15 ? Int(CortexM.loadedPC) : $0 }, isLoad: true)
            }
            let waiting = waitingWords(i, slots.count, start, slow: slow, back: back, body)
            add(.reach(start, words: slots.count, isWrite: false, slow: waiting))
            body(&self)
        } else {
            add(.reach(start, words: slots.count, isWrite: true, slow: slow))
            move(slots, isLoad: false)
            if i.a != 0 { self.change(i.n, by: change) }
        }
        add(.label(back))
    }

    private mutating func pair(_ i: Instruction.Pointer, _ start: GuestAddress, change: UInt32, isLoad: Bool) {
        let back = newLabel()
        let slow = slowly(i, back: back)
        func body(_ translation: inout BlockTranslation) {
            if isLoad { translation.change(i.n, by: change) }
            translation.move([i.d, i.a], isLoad: isLoad)
            if !isLoad { translation.change(i.n, by: change) }
        }
        let waiting = isLoad ? waitingWords(i, 2, start, slow: slow, back: back, body) : slow
        add(.reach(start, words: 2, isWrite: !isLoad, slow: waiting))
        body(&self)
        add(.label(back))
    }

    private mutating func singles(
        _ i: Instruction.Pointer, _ offset: UInt32, _ count: Int, isLoad: Bool, writesBack: Bool
    ) {
        guard count > 0, i.d + count <= 32 else { return add(.call(RuntimeHelper.execute.call(i))) }
        let back = newLabel()
        let slow = slowly(i, back: back)
        let first = StateOffset.single(i.pointee.d)
        let start = GuestAddress.offset(i.n, offset)
        func body(_ translation: inout BlockTranslation) {
            translation.move(Array(first..<(first + count)), isLoad: isLoad)
            if writesBack { translation.change(i.n, by: i.imm) }
        }
        let waiting = isLoad ? waitingWords(i, count, start, slow: slow, back: back, body) : slow
        add(.reach(start, words: count, isWrite: !isLoad, slow: waiting))
        body(&self)
        add(.label(back))
    }
}
