/// Loops that run by themselves: see `Loop`.
///
/// While one runs, the host's registers are given out anew: to the slots that it uses, to the mark, and to the lines
/// that its accesses reached last. An access in the same line as the one before needs no second look at the line.
extension Emitter {
    /// What an access of a loop knows: the distance from its line to the offset, in a register or below the stack
    /// pointer, where 128 bytes belong to nobody else (System V ABI, red zone).
    enum Reach {
        case register(Register)
        case memory(Assembler.Memory)
    }

    /// What holds only inside of a loop.
    struct LoopState {
        var mark: Register?
        /// By access, in the order of the body.
        var reaches: [Reach] = []
        var next = 0
        var rechecks: [Recheck] = []
    }

    /// An access that left its line, out of line.
    struct Recheck {
        let label: Label
        let back: Label
        let bytes: Int
        let base: Int
        let offset: Int32
        let bit: UInt8
        let reach: Reach
        let slow: Label
    }

    mutating func loop(_ loop: Loop) {
        let outer = homes
        let plan = LoopPlan(loop, homes)
        let restore = newLabel()
        let failed = newLabel()
        for (slot, home) in plan.vacated { assembler.store(Emitter.size(layout.slotType), home, memory(slot)) }
        if plan.takesKept {
            assembler.mov(.rax, constant: Int64(Int(bitPattern: layout.kept)))
            assembler.store(.word, Emitter.kept, Assembler.Memory(.rax))
        }
        for (slot, _) in plan.vacated { homes[slot] = nil }
        for (slot, home) in plan.slots {
            assembler.load(layout.slotType, home, .memory(memory(slot)))
            homes[slot] = home
        }
        if let mark = plan.state.mark {
            assembler.load(.int64, mark, .memory(Assembler.Memory(Emitter.state, Int32(layout.mark))))
        }
        let window = layout.window
        if layout.near == nil {
            // Guest addresses are used as they are.
            let zero = Int(bitPattern: window.memory) &- Int(truncatingIfNeeded: window.base)
            assembler.mov(Emitter.memory, constant: Int64(zero))
        }
        inLoop = plan.state
        for (access, reach) in zip(loop.body.compactMap(\.access), plan.state.reaches) {
            lookUp(access.bytes, access.base, access.offset, bit(access.isStore), reach, slow: failed)
        }
        emitAll(loop.warmUp)
        inLoop?.next = 0
        assembler.align()
        emitAll(loop.body)
        for piece in inLoop?.rechecks ?? [] {
            assembler.place(piece.label)
            lookUp(piece.bytes, piece.base, piece.offset, piece.bit, piece.reach, slow: piece.slow)
            assembler.jump(piece.back)
        }
        inLoop = nil
        assembler.place(failed)
        assembler.call(restore)
        assembler.jump(loop.otherwise)
        for exit in loop.exits {
            assembler.place(exit.label)
            assembler.call(restore)
            assembler.jump(exit.target)
        }
        // The way out, for all exits.
        assembler.place(restore)
        for (slot, home) in plan.slots { assembler.store(Emitter.size(layout.slotType), home, memory(slot)) }
        for (slot, home) in plan.vacated { assembler.load(layout.slotType, home, .memory(memory(slot))) }
        if plan.takesKept {
            assembler.mov(.rax, constant: Int64(Int(bitPattern: layout.kept)))
            assembler.load(.uint32, Emitter.kept, .memory(Assembler.Memory(.rax)))
        }
        if layout.near == nil { assembler.mov(Emitter.memory, constant: Int64(Int(bitPattern: window.memory))) }
        assembler.ret()
        homes = outer
    }

    private func bit(_ isStore: Bool) -> UInt8 { isStore ? layout.window.writable : layout.window.readable }

    /// Makes sure of an access as everywhere, and remembers its line.
    private mutating func lookUp(
        _ bytes: Int, _ base: Int, _ offset: Int32, _ bit: UInt8, _ reach: Reach, slow: Label
    ) {
        let window = layout.window
        fetch(.slot(base), into: .rcx)
        if offset != 0 { assembler.arithmetic(.add, .register(.rcx), constant: offset) }
        assembler.mov(.rax, constant: Int64(bitPattern: 0 &- window.base))
        assembler.arithmetic(.add, .rax, .register(.rcx))
        let shift = UInt8(bytes.trailingZeroBitCount)
        if shift > 0 { assembler.shift(.ror, .rax, by: shift) }
        assembler.arithmetic(
            .cmp, .register(.rax), constant: Int32(clamping: window.size >> UInt64(shift)))
        assembler.jump(.aboveOrEqual, slow)
        assembler.shift(.shr, .rax, by: 6 - shift)
        assembler.mov(.rdx, constant: Int64(Int(bitPattern: window.lines)))
        assembler.testByte(Assembler.Memory(.rdx, index: .rax), constant: bit)
        assembler.jump(.equal, slow)
        assembler.arithmetic(.and, .register(.rcx), constant: -64)
        switch reach {
        case .register(let register):
            assembler.mov(register, constant: Int64(offset))
            assembler.arithmetic(.sub, register, .register(.rcx))
        case .memory(let place):
            assembler.mov(.rax, constant: Int64(offset))
            assembler.arithmetic(.sub, .rax, .register(.rcx))
            assembler.store(.doubleword, .rax, place)
        }
    }

    /// An access inside of a loop: the mark is made, and what the place is in memory is answered.
    mutating func reach(_ type: MemoryType, _ base: Int, _ offset: Int32, _ bit: UInt8, slow: Label)
        -> Assembler.Memory
    {
        guard let known = inLoop?.reaches[inLoop?.next ?? 0] else { return Assembler.Memory(Emitter.memory) }
        inLoop?.next += 1
        let piece = Recheck(
            label: newLabel(), back: newLabel(), bytes: type.bytes, base: base, offset: offset, bit: bit, reach: known,
            slow: slow)
        inLoop?.rechecks.append(piece)
        let own = home(base)
        switch known {
        case .register(let register):
            let address = load(.slot(base), into: .rax)
            assembler.lea(.rcx, Assembler.Memory(address, index: register))
        case .memory(let place):
            assembler.load(.int64, .rcx, .memory(place))
            assembler.arithmetic(.add, .rcx, target(of: .slot(base)))
        }
        let shift = UInt8(type.bytes.trailingZeroBitCount)
        // As outside of loops, bits that are not zero in an aligned address go to the top.
        if shift > 0 { assembler.shift(.ror, .rcx, by: shift) }
        assembler.arithmetic(.cmp, .register(.rcx), constant: 64 >> Int32(shift))
        assembler.jump(.aboveOrEqual, piece.label)
        assembler.place(piece.back)
        if own == nil { fetch(.slot(base), into: .rax) }
        var place = Assembler.Memory(Emitter.memory, index: own ?? .rax, offset)
        if let near = layout.near {
            place.base = Emitter.state
            place.displacement += near.zero
        }
        var mark = place
        mark.displacement &+= Int32(truncatingIfNeeded: layout.window.markDistance)
        if inLoop?.mark == nil {
            assembler.load(.int64, .rdx, .memory(Assembler.Memory(Emitter.state, Int32(layout.mark))))
        }
        assembler.store(Emitter.size(type), inLoop?.mark ?? .rdx, mark)
        return place
    }
}

/// Who has which register of the host in a loop.
private struct LoopPlan {
    /// Slots that get a register, beyond those that have one and are used.
    var slots: [(slot: Int, register: Assembler.Register)] = []
    /// Slots that give theirs away.
    var vacated: [(slot: Int, register: Assembler.Register)] = []
    var takesKept = false
    var state = Emitter.LoopState()

    private enum Wish {
        case slot(Int)
        case mark
        case reach(Int)
    }

    init(_ loop: Loop, _ homes: [Assembler.Register?]) {
        var uses = [Int](repeating: 0, count: 256)
        var accesses = 0
        for form in loop.body {
            for slot in form.slots { uses[slot] += 1 }
            if form.access != nil { accesses += 1 }
        }
        let forms = loop.warmUp + loop.body
        var free: [Assembler.Register] = []
        for (slot, home) in homes.enumerated() where uses[slot] == 0 {
            guard let home else { continue }
            free.append(home)
            vacated.append((slot, home))
        }
        free.append(Emitter.kept)
        takesKept = true
        if forms.allSatisfy(\.isPlain) { free.append(Emitter.temporaries[2]) }
        var wishes: [(weight: Int, wish: Wish)] = loop.slots.compactMap { slot in
            uses[slot] > 0 && (slot >= homes.count || homes[slot] == nil) ? (2 * uses[slot], .slot(slot)) : nil
        }
        if accesses > 0 { wishes.append((2 * accesses, .mark)) }
        for index in 0..<accesses { wishes.append((3, .reach(index))) }
        // The first of equals comes first.
        let order = wishes.indices.sorted { (wishes[$1].weight, $0) < (wishes[$0].weight, $1) }
        state.reaches = (0..<accesses).map { .memory(Assembler.Memory(.rsp, Int32(-8 * ($0 + 2)))) }
        for (index, register) in zip(order, free) {
            switch wishes[index].wish {
            case .slot(let slot): slots.append((slot, register))
            case .mark: state.mark = register
            case .reach(let access): state.reaches[access] = .register(register)
            }
        }
    }
}

extension Form {
    /// Whether its code does without the last temporary, as which large constants go, too.
    fileprivate var isPlain: Bool {
        func isSmall(_ operand: Operand) -> Bool {
            switch operand {
            case .constant(let constant): Int32(exactly: constant) != nil
            case .temporary(let number): number < 2
            case .slot, .budget, .kept: true
            }
        }
        switch self {
        case .binary(.multiply, _, let d, let a, let b):
            return isSmall(Operand(d)) && !a.isConstant && isSmall(a) && !b.isConstant && isSmall(b)
        case .binary(_, _, let d, let a, let b), .compare(_, let d, let a, let b):
            return isSmall(Operand(d)) && isSmall(a) && isSmall(b)
        case .extend(_, let d, let s): return isSmall(Operand(d)) && isSmall(s)
        case .move(.slot, _), .guestLoad(_, .slot, _, _, _), .guestStore(_, .slot, _, _, _), .label, .jump: return true
        case .branch(_, let a, let b, _): return isSmall(a) && isSmall(b)
        case .load(_, .temporary(let number), let address): return number < 2 && address.isPlain
        case .store(_, let s, let address): return isSmall(s) && address.isPlain
        case .check(_, _, let address, let s, _): return isSmall(s) && address.isPlain
        default: return false
        }
    }

    /// The access that it is.
    fileprivate var access: (bytes: Int, base: Int, offset: Int32, isStore: Bool)? {
        switch self {
        case .guestLoad(let type, _, let base, let offset, _): (type.bytes, base, offset, false)
        case .guestStore(let type, _, let base, let offset, _): (type.bytes, base, offset, true)
        default: nil
        }
    }

    /// The slots that it reads or writes, each as often as it does.
    fileprivate var slots: [Int] {
        switch self {
        case .move(let d, let s): [d.slot, s.slot].compactMap(\.self)
        case .binary(_, _, let d, let a, let b), .multiplyHigh(_, let d, let a, let b),
            .compare(_, let d, let a, let b):
            [d.slot, a.slot, b.slot].compactMap(\.self)
        case .extend(_, let d, let s): [d.slot, s.slot].compactMap(\.self)
        case .load(_, let d, _): [d.slot].compactMap(\.self)
        case .store(_, let s, _): [s.slot].compactMap(\.self)
        case .guestLoad(_, let d, let base, _, _): [d.slot, base].compactMap(\.self)
        case .guestStore(_, let s, let base, _, _): [s.slot, base].compactMap(\.self)
        case .floatFromInteger(_, _, let s): [s.slot].compactMap(\.self)
        case .branch(_, let a, let b, _): [a.slot, b.slot].compactMap(\.self)
        case .check(_, _, _, let s, _): [s.slot].compactMap(\.self)
        default: []
        }
    }
}

extension HostAddress {
    fileprivate var isPlain: Bool {
        switch self {
        case .state, .absolute: true
        case .at(let number, _), .table(_, let number, _): number < 2
        case .entry: false
        }
    }
}

extension Place {
    fileprivate var slot: Int? {
        if case .slot(let slot) = self { return slot }
        return nil
    }
}

extension Operand {
    fileprivate var slot: Int? {
        if case .slot(let slot) = self { return slot }
        return nil
    }
}
