/// What lies behind a block's other code.
enum DistantWord {
    /// The access goes to another bus slave, whose map entry is in a register.
    case slave(Assembler.Register, Follow, back: Label)
    /// The sum of two products in rax is 2^31; a slot is to be added, and a field set if that is more than a word.
    case largestSum(Int?, sticky: Int, back: Label)
    case tooLarge(sticky: Int, back: Label)
    case mark(Assembler.Size, Assembler.Memory, back: Label)
    /// A result in rax that is no normal number: fine if it is zero, and exact because a factor is.
    case zero(factors: (Int, Int)?, back: Label, slow: Label)
}

/// Guest memory by pages, and single-precision arithmetic.
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
        case .zero(let factors, let back, let slow):
            assembler.lea(.rcx, Assembler.Memory(.rax, index: .rax), wide: false)
            assembler.test(.rcx, .rcx, wide: false)
            assembler.jump(.notEqual, slow)
            if let factors {
                for factor in [factors.0, factors.1] {
                    assembler.loadWord(.uint32, .rcx, .memory(memory(factor)))
                    assembler.arithmetic(.add, .rcx, .register(.rcx), wide: false)
                    assembler.jump(.equal, back)
                }
                assembler.jump(slow)
            } else {
                assembler.jump(back)
            }
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
            if let own = home(base), let other = home(index) {
                assembler.lea(.rax, Assembler.Memory(own, index: other, scale: 1 << Int(shift)), wide: false)
            } else {
                fetchWord(.slot(index), into: .rax)
                if shift != 0 { assembler.shift(.shl, .rax, by: shift, wide: false) }
                assembler.arithmetic(.add, .rax, wordTarget(.slot(base)), wide: false)
            }
        }
        return .rax
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
        assembler.store(Emitter.size(type), Emitter.kept, Assembler.Memory(.rcx, index: a, words.markDistance))
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
        let work = register(of: d) ?? .rsi
        assembler.loadWord(type, work, .memory(Assembler.Memory(.rcx, index: a)))
        put(work, d)
    }

    mutating func store(_ type: MemoryType, _ s: Operand, _ guest: GuestAddress, _ follow: Follow, _ slow: Label) {
        let a = address(guest)
        page(a, type.bytes, isWrite: true, slow)
        touch(type, a, follow)
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

    // MARK: Single precision

    mutating func checkFPSCR(_ slow: Label) {
        assembler.loadWord(.uint32, .rax, .memory(field(words.fpscr)))
        assembler.arithmetic(.and, .register(.rax), constant: Int32(bitPattern: words.fpscrMask), wide: false)
        assembler.arithmetic(.cmp, .register(.rax), constant: Int32(bitPattern: words.fpscrValue), wide: false)
        assembler.jump(.notEqual, slow)
    }

    /// Whether the result in rax is a normal number above the smallest.
    private mutating func checkPlain(_ other: Label) {
        assembler.mov(.rcx, .rax, wide: false)
        assembler.arithmetic(.and, .register(.rcx), constant: .max, wide: false)
        assembler.arithmetic(.sub, .register(.rcx), constant: 0x0080_0001, wide: false)
        assembler.arithmetic(.cmp, .register(.rcx), constant: 0x7F80_0000 - 0x0080_0001, wide: false)
        assembler.jump(.aboveOrEqual, other)
    }

    mutating func single(_ operation: SingleOperation, _ d: Int, _ n: Int, _ m: Int, _ slow: Label) {
        checkFPSCR(slow)
        let back = newLabel()
        switch operation {
        case .add, .subtract, .multiply, .negatedMultiply, .divide:
            let host: Assembler.Float =
                switch operation {
                case .add: .add
                case .subtract: .subtract
                case .divide: .divide
                default: .multiply
                }
            if operation == .negatedMultiply {
                assembler.loadWord(.uint32, .rax, .memory(memory(n)))
                assembler.arithmetic(.xor, .register(.rax), constant: .min, wide: false)
                assembler.moveBits(0, from: .rax)
            } else {
                assembler.loadFloat(0, memory(n), wide: false)
            }
            assembler.float(host, 0, memory(m), wide: false)
            assembler.moveBits(.rax, 0, wide: false)
            switch operation {
            case .add, .subtract: checkPlain(distantly(.zero(factors: nil, back: back, slow: slow)))
            case .multiply, .negatedMultiply: checkPlain(distantly(.zero(factors: (n, m), back: back, slow: slow)))
            default: checkPlain(slow)
            }
        case .multiplyAdd, .multiplySubtract:
            assembler.loadFloat(0, memory(n), wide: false)
            assembler.float(.multiply, 0, memory(m), wide: false)
            assembler.moveBits(.rax, 0, wide: false)
            checkPlain(slow)
            assembler.loadFloat(1, memory(d), wide: false)
            assembler.float(operation == .multiplyAdd ? .add : .subtract, 1, 0 as Assembler.Vector, wide: false)
            assembler.moveBits(.rax, 1, wide: false)
            checkPlain(slow)
        case .fusedAdd, .fusedSubtract:
            assembler.widen(0, memory(n))
            assembler.widen(1, memory(m))
            assembler.float(.multiply, 0, 1 as Assembler.Vector, wide: true)
            assembler.widen(1, memory(d))
            assembler.float(operation == .fusedAdd ? .add : .subtract, 1, 0 as Assembler.Vector, wide: true)
            // In the middle between two numbers the second rounding might err.
            assembler.moveBits(.rax, 1, wide: true)
            assembler.arithmetic(.and, .register(.rax), constant: 0x1FFF_FFFF, wide: false)
            assembler.arithmetic(.cmp, .register(.rax), constant: 0x1000_0000, wide: false)
            assembler.jump(.equal, slow)
            assembler.narrow(1, 1)
            assembler.moveBits(.rax, 1, wide: false)
            checkPlain(slow)
        }
        assembler.place(back)
        put(.rax, .slot(d))
    }

    mutating func compareSingles(_ n: Int, _ m: Operand, _ result: Int, _ unordered: Label) {
        assembler.loadFloat(0, memory(n), wide: false)
        if case .slot(let slot) = m {
            assembler.compareFloat(0, memory(slot), wide: false)
        } else {
            assembler.mov(.rax, constant: 0)
            assembler.moveBits(1, from: .rax)
            assembler.compareFloat(0, 1)
        }
        assembler.jump(.parity, unordered)
        assembler.mov(.rax, constant: 0x2000_0000)
        assembler.mov(.rcx, constant: 0x8000_0000)
        assembler.moveIf(.below, .rax, .rcx)
        assembler.mov(.rcx, constant: 0x6000_0000)
        assembler.moveIf(.equal, .rax, .rcx)
        assembler.store(.word, .rax, field(result))
    }
}
