import Engine
import Translator

/// Loads and stores: see `Loads`, `Stores` and `MultipleTransfers`. What cannot be done at once is done by the run loop.
extension BlockTranslation {
    /// - Returns: whether the record is a load or store.
    mutating func access(_ i: Instruction.Pointer, _ index: Int) -> Bool {
        guard let touch = i.pointee.touch else { return false }
        switch i.pointee.operation {
        case .ldrLiteral, .ldrImm, .ldrPre, .ldrPost, .ldrReg: load(i, index, touch, .uint32)
        case .ldrhImm, .ldrhPre, .ldrhPost, .ldrhReg: load(i, index, touch, .uint16)
        case .ldrbImm, .ldrbPre, .ldrbPost, .ldrbReg: load(i, index, touch, .uint8)
        case .ldrshImm, .ldrshPre, .ldrshPost, .ldrshReg: load(i, index, touch, .int16)
        case .ldrsbImm, .ldrsbPre, .ldrsbPost, .ldrsbReg: load(i, index, touch, .int8)
        case .strImm, .strPre, .strPost, .strReg: store(i, index, touch, .uint32)
        case .strhImm, .strhPre, .strhPost, .strhReg: store(i, index, touch, .uint16)
        case .strbImm, .strbPre, .strbPost, .strbReg: store(i, index, touch, .uint8)
        case .vldr, .vldrLiteral: load(i, index, touch, .uint32, to: StateOffset.single(i.pointee.d))
        case .vstr: store(i, index, touch, .uint32, from: StateOffset.single(i.pointee.d))
        case .ldmia, .ldmdb:
            let slots = i.listed.map { $0 == 15 ? Int(CortexM.loadedPC) : $0 }
            move(i, index, touch, slots, changesFirst: true)
        case .stmia, .stmdb: move(i, index, touch, i.listed, changesFirst: false)
        case .push:
            move(i, index, touch, i.listed, changesFirst: false)
            checkStack(i)
        case .ldrdImm, .ldrdPre, .ldrdPost: move(i, index, touch, [i.d, i.a], changesFirst: true)
        case .strdImm, .strdPre, .strdPost: move(i, index, touch, [i.d, i.a], changesFirst: false)
        default:
            let first = StateOffset.single(i.pointee.d)
            move(i, index, touch, Array(first..<(first + Int(touch.size / 4))), changesFirst: false)
            if i.pointee.operation == .vpush { checkStack(i) }
        }
        return true
    }

    private mutating func writeBack(_ touch: Touch) {
        guard case .offset(let base, _) = touch.way, touch.change != 0 else { return }
        add(.binary(.add, .slot(base), .slot(base), .constant(Int64(Int32(bitPattern: touch.change)))))
    }

    // MARK: One register

    private mutating func load(
        _ i: Instruction.Pointer, _ index: Int, _ touch: Touch, _ type: MemoryType, to slot: Int? = nil
    ) {
        let slot = slot ?? i.d
        // What was loaded goes over the base.
        let changesBase = slot != i.n
        reach(i, index, touch) { translation, way in
            switch way {
            case .near(let near): translation.add(.nearLoad(type, .slot(slot), touch.guestAddress, near))
            case .byPage(let follow, let slow):
                translation.add(.load(type, .slot(slot), touch.guestAddress, follow: follow, slow: slow))
            case .byLine(let slow, let elsewhere):
                translation.waitingLoad(i, type, .slot(slot), touch.guestAddress, slow: slow, elsewhere: elsewhere)
            }
            if changesBase { translation.writeBack(touch) }
        }
    }

    private mutating func store(
        _ i: Instruction.Pointer, _ index: Int, _ touch: Touch, _ type: MemoryType, from slot: Int? = nil
    ) {
        let slot = slot ?? i.d
        reach(i, index, touch) { translation, way in
            switch way {
            case .near(let near): translation.add(.nearStore(type, .slot(slot), touch.guestAddress, near))
            case .byPage(let follow, let slow):
                translation.add(.store(type, .slot(slot), touch.guestAddress, follow: follow, slow: slow))
            case .byLine: break
            }
            translation.writeBack(touch)
        }
    }

    private enum Way {
        case near(Near)
        case byPage(Follow, slow: Label)
        case byLine(slow: Label, elsewhere: Label)
    }

    /// Has `body` write the access itself, and does what is left: slow paths, and the change of the bus slave.
    private mutating func reach(
        _ i: Instruction.Pointer, _ index: Int, _ touch: Touch, _ body: (inout BlockTranslation, Way) -> Void
    ) {
        let follow = Follow(cycles: touch.isSingle ? Int32(i.x >> 15) : 0, account: account(.busSlave))
        let astray = newLabel()
        let waiting = waiting
        if let waiting, foresight.expects(index, touch, in: waiting.memory) {
            let back = newLabel()
            let slow = slowly(i, touch, back: back)
            let elsewhere = outOfLine {
                body(&$0, .byPage(follow, slow: slow))
                $0.add(.jump(back))
            }
            body(&self, .byLine(slow: slow, elsewhere: elsewhere))
            add(.label(back))
            guard case .constant = touch.way else { return foresight.loseSlave() }
            return foresight.use(slave: waiting.memory.distance)
        }
        switch foresight.approach(index, touch, otherwise: astray) {
        case .near(let near):
            outOfLine(at: astray) {
                $0.materialise()
                $0.add(.call(RuntimeHelper.stray.call(i)))
            }
            body(&self, .near(near))
            change(to: near.distance, follow)
        case .byPage:
            let back = newLabel()
            let slow = slowly(i, touch, back: back)
            let byLine =
                waiting == nil || touch.isWrite
                ? slow
                : outOfLine {
                    body(&$0, .byLine(slow: slow, elsewhere: slow))
                    $0.add(.jump(back))
                }
            body(&self, .byPage(follow, slow: byLine))
            add(.label(back))
        }
    }

    /// What cannot be done at once mostly is a load that waits for its line.
    private mutating func slowly(_ i: Instruction.Pointer, _ touch: Touch, back: Label) -> Label {
        guard touch.isSingle, !touch.isWrite else { return slowly(i, back: back) }
        return outOfLine {
            $0.materialise()
            $0.add(.call(RuntimeHelper.load.call(i)))
            $0.add(.jump(back))
        }
    }

    /// Which bus slave an access went to is mostly known beforehand, and so is what that costs.
    private mutating func change(to slave: Int, _ follow: Follow) {
        switch foresight.slave {
        case slave: return
        case nil: add(follow.cycles == 0 ? .note(slave: slave) : .change(slave: slave, follow))
        default:
            charge(Int(follow.cycles), to: .busSlave)
            add(.note(slave: slave))
        }
        foresight.use(slave: slave)
    }

    // MARK: Several registers

    private mutating func move(
        _ i: Instruction.Pointer, _ index: Int, _ touch: Touch, _ slots: [Int], changesFirst: Bool
    ) {
        func words(_ translation: inout BlockTranslation) {
            if changesFirst { translation.writeBack(touch) }
            for (position, slot) in slots.enumerated() {
                let word = HostAddress.at(temporary: 1, 4 * position)
                if touch.isWrite {
                    translation.add(.store(.uint32, .slot(slot), word))
                } else {
                    translation.add(.load(.uint32, .slot(slot), word))
                }
                translation.add(.mark(.uint32, at: Int32(4 * position)))
            }
            if !changesFirst { translation.writeBack(touch) }
        }
        reach(i, index, touch) { translation, way in
            let address = touch.guestAddress
            switch way {
            case .near(let near): translation.add(.nearReach(address, near))
            case .byPage(_, let slow):
                translation.add(.reach(address, words: slots.count, isWrite: touch.isWrite, slow: slow))
            case .byLine(let slow, let elsewhere):
                translation.waitingWords(i, slots.count, address, slow: slow, elsewhere: elsewhere)
            }
            words(&translation)
        }
    }
}

extension Instruction.Pointer {
    /// The registers of a list.
    fileprivate var listed: [Int] { (0..<16).filter { x >> UInt16($0) & 1 != 0 } }
}
