/// Loads and stores of integer registers. Unprivileged manual, sections 2.6 and 4.3.
let loads: [Encoding] = [
    load("LB", "000", .lb, .loadNarrow), load("LH", "001", .lh, .loadNarrow), load("LW", "010", .lw, .load),
    load("LD", "011", .ld, .load), load("LBU", "100", .lbu, .loadNarrow), load("LHU", "101", .lhu, .loadNarrow),
    load("LWU", "110", .lwu, .load),
]

let stores: [Encoding] = [
    store("SB", "000", .sb), store("SH", "001", .sh), store("SW", "010", .sw), store("SD", "011", .sd),
]

private func load(_ name: String, _ funct3: String, _ operation: Operation, _ timing: TimingClass) -> Encoding {
    encoding(
        name, "iiiiiiiiiiii nnnnn \(funct3) ddddd 0000011", "\(name.lowercased()) <d>,<immI>(<n>)", timing
    ) {
        Instruction(operation, d: destination($0.d), n: $0.n, imm: $0.immI)
    }
}

private func store(_ name: String, _ funct3: String, _ operation: Operation) -> Encoding {
    encoding(
        name, "jjjjjjj mmmmm nnnnn \(funct3) iiiii 0100011", "\(name.lowercased()) <m>,<immS>(<n>)", .store
    ) {
        Instruction(operation, n: $0.n, m: $0.m, imm: $0.immS)
    }
}

/// A method that answers `false` has the run loop left: either the access trapped and nothing was changed, or it is
/// complete and a device asked for attention.
extension Execution {
    /// Where in the run loop's memory an access lies; whoever takes it must have asked `isReadable`.
    @inline(always)
    func place(_ i: Instruction.Pointer) -> UInt64 { r[i.n] &+ i.imm &- state.pointee.memoryBase }

    /// Whether an access of `size` bytes is aligned, lies in the run loop's memory, and its line is at hand.
    @inline(always)
    func isReadable(_ place: UInt64, _ size: UInt64) -> Bool {
        place < state.pointee.memorySize && place & (size - 1) == 0
            && state.pointee.lines[Int(truncatingIfNeeded: place &>> 6)] & LineState.readable != 0
    }

    @inline(always)
    func isWritable(_ place: UInt64, _ size: UInt64) -> Bool {
        place < state.pointee.memorySize && place & (size - 1) == 0
            && state.pointee.lines[Int(truncatingIfNeeded: place &>> 6)] & LineState.writable != 0
    }

    @inline(always)
    private func host(_ place: UInt64) -> UnsafeMutableRawPointer {
        state.pointee.memory + Int(truncatingIfNeeded: place)
    }

    @inline(always)
    func take<Value: FixedWidthInteger>(_ place: UInt64, as type: Value.Type) -> Value {
        let host = host(place)
        (host + state.pointee.markDistance).storeBytes(of: Value(truncatingIfNeeded: state.pointee.mark), as: type)
        return host.load(as: type)
    }

    @inline(always)
    func put<Value: FixedWidthInteger>(_ value: Value, _ place: UInt64) {
        let host = host(place)
        (host + state.pointee.markDistance)
            .storeBytes(of: Value(truncatingIfNeeded: state.pointee.mark), as: Value.self)
        host.storeBytes(of: value, as: Value.self)
    }

    /// The complete way to memory: it does the whole instruction.
    @inline(always)
    mutating func slowly(_ i: Instruction.Pointer) -> Bool {
        flush()
        let goesOn = accessSlowly(state, block, i)
        budget = state.pointee.budget
        return goesOn
    }

    @inline(always) mutating func lb(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isReadable(place, 1)) else { return slowly(i) }
        r[i.d] = UInt64(bitPattern: Int64(Int8(bitPattern: take(place, as: UInt8.self))))
        return true
    }
    @inline(always) mutating func lbu(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isReadable(place, 1)) else { return slowly(i) }
        r[i.d] = UInt64(take(place, as: UInt8.self))
        return true
    }
    @inline(always) mutating func lh(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isReadable(place, 2)) else { return slowly(i) }
        r[i.d] = UInt64(bitPattern: Int64(Int16(bitPattern: take(place, as: UInt16.self))))
        return true
    }
    @inline(always) mutating func lhu(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isReadable(place, 2)) else { return slowly(i) }
        r[i.d] = UInt64(take(place, as: UInt16.self))
        return true
    }
    @inline(always) mutating func lw(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isReadable(place, 4)) else { return slowly(i) }
        r[i.d] = word(take(place, as: UInt32.self))
        return true
    }
    @inline(always) mutating func lwu(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isReadable(place, 4)) else { return slowly(i) }
        r[i.d] = UInt64(take(place, as: UInt32.self))
        return true
    }
    @inline(always) mutating func ld(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isReadable(place, 8)) else { return slowly(i) }
        r[i.d] = take(place, as: UInt64.self)
        return true
    }

    @inline(always) mutating func sb(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isWritable(place, 1)) else { return slowly(i) }
        put(UInt8(truncatingIfNeeded: r[i.m]), place)
        return true
    }
    @inline(always) mutating func sh(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isWritable(place, 2)) else { return slowly(i) }
        put(UInt16(truncatingIfNeeded: r[i.m]), place)
        return true
    }
    @inline(always) mutating func sw(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isWritable(place, 4)) else { return slowly(i) }
        put(low(r[i.m]), place)
        return true
    }
    @inline(always) mutating func sd(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isWritable(place, 8)) else { return slowly(i) }
        put(r[i.m], place)
        return true
    }
}
