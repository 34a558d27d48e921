import Engine
import Machine

/// The operations of floating-point loads and stores. Their accesses are always aligned, whatever CCR.UNALIGN_TRP says;
/// an address that is not is a UsageFault, which the slow path finds. DDI 0403E.e A7.7.235, A7.7.236, A7.7.255,
/// A7.7.256.
extension Execution {
    // MARK: VLDR, VSTR

    @inline(always) mutating func vldrLiteral(_ i: Instruction.Pointer) -> Bool { loadSingle(i, i.imm) }
    @inline(always) mutating func vldr(_ i: Instruction.Pointer) -> Bool { loadSingle(i, r[i.n] &+ i.imm) }

    @inline(always)
    private mutating func loadSingle(_ i: Instruction.Pointer, _ address: UInt32) -> Bool {
        if _slowPath(address & 3 != 0) { return transferSlowly(i, address, count: 1, isLoad: true) }
        let loaded = load32(address, i)
        if _slowPath(loaded & Execution.faulted != 0) { return false }
        s[i.d] = plain(loaded)
        return loaded &>> 32 == 0
    }

    @inline(always) mutating func vstr(_ i: Instruction.Pointer) -> Bool {
        let address = r[i.n] &+ i.imm
        if _slowPath(address & 3 != 0) { return transferSlowly(i, address, count: 1, isLoad: false) }
        return store32(address, s[i.d], i) == 0
    }

    @inline(always) mutating func vldrDouble(_ i: Instruction.Pointer) -> Bool {
        loadSingles(i, from: r[i.n] &+ i.imm, count: 2, newBase: nil)
    }

    @inline(always) mutating func vstrDouble(_ i: Instruction.Pointer) -> Bool {
        storeSingles(i, to: r[i.n] &+ i.imm, count: 2, newBase: nil)
    }

    // MARK: VLDM, VSTM

    @inline(always) mutating func vldmia(_ i: Instruction.Pointer) -> Bool {
        loadSingles(i, from: r[i.n], count: i.words, newBase: newBase(i))
    }

    @inline(always) mutating func vldmdb(_ i: Instruction.Pointer) -> Bool {
        loadSingles(i, from: r[i.n] &+ i.imm, count: i.words, newBase: newBase(i))
    }

    @inline(always) mutating func vstmia(_ i: Instruction.Pointer) -> Bool {
        storeSingles(i, to: r[i.n], count: i.words, newBase: newBase(i))
    }

    @inline(always) mutating func vstmdb(_ i: Instruction.Pointer) -> Bool {
        storeSingles(i, to: r[i.n] &+ i.imm, count: i.words, newBase: newBase(i))
    }

    @inline(always) mutating func vpush(_ i: Instruction.Pointer) -> Bool {
        let goesOn = vstmdb(i)
        checkStack()
        return goesOn
    }

    @inline(always)
    private func newBase(_ i: Instruction.Pointer) -> UInt32? { i.a != 0 ? r[i.n] &+ i.imm : nil }

    // MARK: Words

    @inline(always)
    private mutating func loadSingles(
        _ i: Instruction.Pointer, from start: UInt32, count: Int, newBase: UInt32?
    ) -> Bool {
        guard let host = words(state.pointee.readMap, start, count) else {
            return transferSlowly(i, start, count: count, isLoad: true)
        }
        (s + i.d).update(from: host.assumingMemoryBound(to: UInt32.self), count: count)
        mark(host, count)
        if let newBase { r[i.n] = newBase }
        return true
    }

    @inline(always)
    private mutating func storeSingles(
        _ i: Instruction.Pointer, to start: UInt32, count: Int, newBase: UInt32?
    ) -> Bool {
        guard let host = words(state.pointee.writeMap, start, count) else {
            return transferSlowly(i, start, count: count, isLoad: false)
        }
        host.assumingMemoryBound(to: UInt32.self).update(from: s + i.d, count: count)
        mark(host, count)
        if let newBase { r[i.n] = newBase }
        return true
    }

    @inline(always)
    private func mark(_ host: UnsafeMutableRawPointer, _ count: Int) {
        let marks = host + state.pointee.markDistance
        for word in 0..<count {
            marks.storeBytes(of: state.pointee.mark, toByteOffset: word &* 4, as: UInt32.self)
        }
    }

    @inline(always)
    private mutating func transferSlowly(
        _ i: Instruction.Pointer, _ start: UInt32, count: Int, isLoad: Bool
    ) -> Bool {
        slowly { slowSingles($0, $1, i, start, count: count, isLoad: isLoad) } == 0
    }
}

/// S registers from or to memory, word by word. The base keeps its value until nothing can fault any more; only
/// multiples write it back.
@inline(never)
func slowSingles(
    _ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer, _ start: UInt32, count: Int,
    isLoad: Bool
) -> UInt64 {
    state.pointee.processor._withUnsafeGuaranteedRef { processor in
        processor.access(block, i) { () throws(MemoryFault) -> UInt32 in
            guard start & 3 == 0 else { throw .unaligned(start) }
            var address = start
            for register in i.d..<(i.d + count) {
                if isLoad {
                    state.singles[register] = try processor.load(address, .word, block, i)
                } else {
                    try processor.store(address, state.singles[register], .word, block, i)
                }
                address &+= 4
            }
            if i.a != 0 { state.registers[i.n] &+= i.imm }
            return 0
        }
    }
}

extension Instruction.Pointer {
    /// How many words a multiple transfers.
    fileprivate var words: Int { @inline(always) get { Int(pointee.x & 0xFF) } }
}
