import Machine

/// The operations of loads and stores of several registers. DDI 0403E.e A7.7.40, A7.7.41, A7.7.99, A7.7.159.
///
/// Their accesses are always aligned; an address that is not is a UsageFault, which the slow path finds.
extension Execution {
    /// Host memory for `count` words at `address`, if they lie in one page of plain memory.
    @inline(always)
    mutating func words(
        _ map: UnsafeMutablePointer<Int>, _ address: UInt32, _ count: Int
    ) -> UnsafeMutableRawPointer? {
        let distance = map[Int(address &>> 12)]
        let lastPage = (address &+ UInt32(truncatingIfNeeded: count &* 4 &- 1)) &>> 12
        guard _fastPath(distance != 0 && address & 3 == 0 && lastPage == address &>> 12) else { return nil }
        state.pointee.lastSlave = distance
        return UnsafeMutableRawPointer(bitPattern: distance &+ Int(address))
    }

    @inline(always) mutating func ldmia(_ i: Instruction.Pointer) -> Bool {
        let base = r[i.n]
        return loadMultiple(i, from: base, newBase: base &+ 4 &* UInt32(i.x.nonzeroBitCount))
    }

    @inline(always) mutating func ldmdb(_ i: Instruction.Pointer) -> Bool {
        let start = r[i.n] &- 4 &* UInt32(i.x.nonzeroBitCount)
        return loadMultiple(i, from: start, newBase: start)
    }

    @inline(always)
    private mutating func loadMultiple(_ i: Instruction.Pointer, from start: UInt32, newBase: UInt32) -> Bool {
        var list = i.x
        guard let host = words(state.pointee.readMap, start, list.nonzeroBitCount) else {
            return slowLoadMultiple(i, from: start, newBase: newBase)
        }
        if i.pointee.a != 0 { r[i.n] = newBase }
        if list & 0x8000 != 0 {
            let last = host + 4 &* (list.nonzeroBitCount &- 1)
            r[Int(CortexM.loadedPC)] = last.load(as: UInt32.self)
            (last + state.pointee.markDistance).storeBytes(of: state.pointee.mark, as: UInt32.self)
            list &= 0x7FFF
        }
        var place = host
        while list != 0 {
            r[list.trailingZeroBitCount] = place.load(as: UInt32.self)
            (place + state.pointee.markDistance).storeBytes(of: state.pointee.mark, as: UInt32.self)
            place += 4
            list &= list &- 1
        }
        return true
    }

    /// The same, word by word. The base keeps its value until nothing can fault any more.
    @inline(always)
    private mutating func slowLoadMultiple(_ i: Instruction.Pointer, from start: UInt32, newBase: UInt32) -> Bool {
        slowly { slowTransfer($0, $1, i, start, newBase, isLoad: true) } == 0
    }

    @inline(always) mutating func stmia(_ i: Instruction.Pointer) -> Bool {
        let base = r[i.n]
        return storeMultiple(i, to: base, newBase: base &+ 4 &* UInt32(i.x.nonzeroBitCount))
    }

    @inline(always) mutating func stmdb(_ i: Instruction.Pointer) -> Bool {
        let start = r[i.n] &- 4 &* UInt32(i.x.nonzeroBitCount)
        return storeMultiple(i, to: start, newBase: start)
    }

    @inline(always) mutating func push(_ i: Instruction.Pointer) -> Bool {
        let goesOn = stmdb(i)
        checkStack()
        return goesOn
    }

    @inline(always)
    private mutating func storeMultiple(_ i: Instruction.Pointer, to start: UInt32, newBase: UInt32) -> Bool {
        var list = i.x
        guard let host = words(state.pointee.writeMap, start, list.nonzeroBitCount) else {
            return slowly { slowTransfer($0, $1, i, start, newBase, isLoad: false) } == 0
        }
        var place = host
        while list != 0 {
            place.storeBytes(of: r[list.trailingZeroBitCount], as: UInt32.self)
            (place + state.pointee.markDistance).storeBytes(of: state.pointee.mark, as: UInt32.self)
            place += 4
            list &= list &- 1
        }
        if i.pointee.a != 0 { r[i.n] = newBase }
        return true
    }

    /// Notes a new depth of the stack.
    @inline(always)
    mutating func checkStack() {
        if _slowPath(r[13] < state.pointee.stackLow) {
            flush()
            noteStack(state)
        }
    }

    // MARK: Pairs

    @inline(always) mutating func ldrdImm(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        return loadPair(i, address, base: r[i.n])
    }
    @inline(always) mutating func ldrdPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        return loadPair(i, address, base: address)
    }
    @inline(always) mutating func ldrdPost(_ i: Instruction.Pointer) -> Bool {
        loadPair(i, r[i.n], base: r[i.n] &+ i.imm)
    }

    @inline(always)
    private mutating func loadPair(_ i: Instruction.Pointer, _ address: UInt32, base: UInt32) -> Bool {
        guard let host = words(state.pointee.readMap, address, 2) else {
            return slowly { slowPair($0, $1, i, address, base, isLoad: true) } == 0
        }
        r[i.n] = base
        r[i.d] = host.load(as: UInt32.self)
        r[i.a] = host.load(fromByteOffset: 4, as: UInt32.self)
        markPair(host)
        return true
    }

    @inline(always) mutating func strdImm(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        return storePair(i, address, base: r[i.n])
    }
    @inline(always) mutating func strdPre(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        return storePair(i, address, base: address)
    }
    @inline(always) mutating func strdPost(_ i: Instruction.Pointer) -> Bool {
        storePair(i, r[i.n], base: r[i.n] &+ i.imm)
    }

    @inline(always)
    private mutating func storePair(_ i: Instruction.Pointer, _ address: UInt32, base: UInt32) -> Bool {
        guard let host = words(state.pointee.writeMap, address, 2) else {
            return slowly { slowPair($0, $1, i, address, base, isLoad: false) } == 0
        }
        host.storeBytes(of: r[i.d], as: UInt32.self)
        host.storeBytes(of: r[i.a], toByteOffset: 4, as: UInt32.self)
        markPair(host)
        r[i.n] = base
        return true
    }

    @inline(always)
    private func markPair(_ host: UnsafeMutableRawPointer) {
        let mark = UInt64(state.pointee.mark) &* 0x1_0000_0001
        (host + state.pointee.markDistance).storeBytes(of: mark, as: UInt64.self)
    }
}
