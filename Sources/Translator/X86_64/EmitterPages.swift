/// What lies behind a block's other code.
enum DistantWord {
    /// The access goes to another bus slave, whose map entry is in a register.
    case slave(Assembler.Register, Follow, back: Label)
    /// The sum of two products in rax is 2^31; a slot is to be added, and a field set if that is more than a word.
    case largestSum(Int?, sticky: Int, back: Label)
    case tooLarge(sticky: Int, back: Label)
    /// Bytes that have another mark.
    case mark(Assembler.Size, Assembler.Memory, back: Label)
    case zero(Emitter.ZeroResult)
}

/// Guest memory by pages.
extension Emitter {
    mutating func emit(_ piece: DistantWord) {
        switch piece {
        case .slave(let slave, let follow, let back):
            assembler.store(.doubleword, slave, field(words.lastSlave))
            assembler.arithmetic(.sub, .register(Emitter.budget), constant: follow.cycles)
            assembler.mov(.rsi, constant: Int64(bitPattern: UInt64(follow.account)))
            assembler.arithmetic(.add, .memory(Assembler.Memory(.rsi)), constant: follow.cycles)
            assembler.jump(back)
        case .largestSum(let addend, let sticky, let back): addToLargest(addend, sticky, back: back)
        case .tooLarge(let sticky, let back):
            assembler.store(.word, constant: 1, field(sticky))
            assembler.jump(back)
        case .mark(let size, let place, let back):
            assembler.store(size, Emitter.kept, place)
            assembler.jump(back)
        case .zero(let result): emit(result)
        }
    }

    // MARK: Pages

    /// The register that holds an address.
    private mutating func address(_ address: GuestAddress) -> Register {
        switch address {
        case .constant(let constant):
            assembler.mov(.rax, constant: Int64(constant))
        case .offset(let slot, let offset):
            let displacement = Int32(bitPattern: offset)
            if let own = home(slot) {
                if offset == 0 { return own }
                assembler.lea(.rax, Assembler.Memory(own, displacement), wide: false)
            } else {
                fetchWord(.slot(slot), into: .rax)
                if offset != 0 { assembler.arithmetic(.add, .register(.rax), constant: displacement, wide: false) }
            }
        case .indexed(let base, let index, let shift):
            indexed(base, index, shift)
        }
        return .rax
    }

    /// The sum of a base and a shifted index, in rax.
    mutating func indexed(_ base: Int, _ index: Int, _ shift: UInt8) {
        if let own = home(base), let other = home(index) {
            assembler.lea(.rax, Assembler.Memory(own, index: other, scale: 1 << Int(shift)), wide: false)
        } else {
            fetchWord(.slot(index), into: .rax)
            if shift != 0 { assembler.shift(.shl, .rax, by: shift, wide: false) }
            assembler.arithmetic(.add, .rax, wordTarget(.slot(base)), wide: false)
        }
    }

    /// Leaves the map's entry in rcx.
    private mutating func page(_ a: Register, _ bytes: Int, isWrite: Bool, _ slow: Label) {
        assembler.mov(.rcx, a, wide: false)
        assembler.shift(.shr, .rcx, by: 12, wide: false)
        assembler.mov(.rsi, constant: Int64(bitPattern: UInt64(isWrite ? words.writeMap : words.readMap)))
        assembler.load(.int64, .rcx, .memory(Assembler.Memory(.rsi, index: .rcx, scale: 8)))
        assembler.test(.rcx, .rcx)
        assembler.jump(.equal, slow)
        if bytes > 1 {
            assembler.testLowByte(a, constant: UInt8(bytes - 1))
            assembler.jump(.notEqual, slow)
        }
    }

    private mutating func touch(_ type: MemoryType, _ a: Register, _ follow: Follow) {
        mark(type, Assembler.Memory(.rcx, index: a))
        change(to: .rcx, follow)
    }

    /// Notes which bus slave was accessed.
    mutating func change(to slave: Register, _ follow: Follow) {
        guard follow.cycles != 0 else {
            assembler.store(.doubleword, slave, field(words.lastSlave))
            return
        }
        let back = newLabel()
        let changed = distantly(.slave(slave, follow, back: back))
        assembler.arithmetic(.cmp, slave, .memory(field(words.lastSlave)))
        assembler.jump(.notEqual, changed)
        assembler.place(back)
    }

    mutating func load(_ type: MemoryType, _ d: Place, _ guest: GuestAddress, _ follow: Follow, _ slow: Label) {
        let a = address(guest)
        page(a, type.bytes, isWrite: false, slow)
        touch(type, a, follow)
        if let own = vector(of: Operand(d)) {
            return assembler.loadFloat(own, Assembler.Memory(.rcx, index: a), wide: false)
        }
        let work = register(of: d) ?? .rsi
        assembler.loadWord(type, work, .memory(Assembler.Memory(.rcx, index: a)))
        put(work, d)
    }

    mutating func store(_ type: MemoryType, _ s: Operand, _ guest: GuestAddress, _ follow: Follow, _ slow: Label) {
        let a = address(guest)
        page(a, type.bytes, isWrite: true, slow)
        touch(type, a, follow)
        if let own = vector(of: s) { return assembler.storeFloat(own, Assembler.Memory(.rcx, index: a)) }
        let value: Register
        if let own = register(of: s) {
            value = own
        } else {
            fetchWord(s, into: .rsi)
            value = .rsi
        }
        assembler.store(Emitter.size(type), value, Assembler.Memory(.rcx, index: a))
    }

    mutating func reach(_ guest: GuestAddress, _ count: Int, _ isWrite: Bool, _ slow: Label) {
        let a = address(guest)
        page(a, 4, isWrite: isWrite, slow)
        if count > 1 {
            assembler.lea(.rsi, Assembler.Memory(a, Int32(4 * count - 1)), wide: false)
            assembler.arithmetic(.xor, .rsi, .register(a), wide: false)
            assembler.arithmetic(.and, .register(.rsi), constant: -4096, wide: false)
            assembler.jump(.notEqual, slow)
        }
        assembler.store(.doubleword, .rcx, field(words.lastSlave))
        assembler.arithmetic(.add, .rcx, .register(a))
    }
}
