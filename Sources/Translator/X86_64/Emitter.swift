/// From the form to x86-64 code.
///
/// rbx points to the state, r15 is the budget, r14 what is kept, r12 the guest's memory, and r13 its lines, unless what
/// they point to lies near something else; the favourite slots have registers of their own throughout, and rax, rcx,
/// rdx, rsi are free
/// between two operations.
struct Emitter {
    typealias Register = Assembler.Register

    static let state = Register.rbx
    static let budget = Register.r15
    static let memory = Register.r12
    static let lines = Register.r13
    static let scratch = Register.rax
    static let temporaries: [Register] = [.rdx, .rcx, .rsi]
    static let kept = Register.r14

    let layout: Layout
    let block: UInt
    let stubs: Stubs
    var assembler = Assembler()
    /// Where the code is entered from the simulator.
    var entry = 0
    /// Where it is entered from other code that did a part of it already.
    var entryAside = 0
    /// What lies behind the block's other code.
    private var distant: [Distant] = []
    /// Its own labels count from -1 downwards.
    private var labels = 0
    /// What set the host's flags, and where the code was then.
    var hostFlags: (source: WordOperation, at: Int)?
    /// Where the code was when the host's flags told how two singles compare.
    var comparedSinglesAt: Int?
    /// Whether three-operand and fused forms of floating point may be used.
    let usesVEX: Bool
    var homes: [Register?]
    /// The registers of singles.
    private(set) var vectors: [Vector?]
    /// What holds in the loop that is being emitted.
    var inLoop: LoopState?
    /// Whether the host's flags tell how the budget compares with zero.
    private var isBudgetCompared = false

    private enum Distant {
        case forms([Form])
        case call(Call, at: Label, back: Label)
        case word(DistantWord, at: Label)
        /// Forgets the calls that were not returned from.
        case forgetCalls(at: Label, next: Label)
    }

    init(_ layout: Layout, block: UInt, stubs: Stubs, usesVEX: Bool) {
        self.layout = layout
        self.block = block
        self.stubs = stubs
        self.usesVEX = usesVEX
        let singles = layout.words?.singles ?? SingleLayout()
        vectors = [Vector?](repeating: nil, count: singles.slots.count)
        for (slot, vector) in Emitter.homes(singles) { vectors[slot - singles.slots.lowerBound] = vector }
        homes = [Register?](repeating: nil, count: 64)
        for (slot, register) in Emitter.homes(layout) { homes[slot] = register }
    }

    /// The slots that have a register.
    static func homes(_ layout: Layout) -> [(slot: Int, register: Register)] {
        var registers: [Register] = [.rbp, .rdi, .r8, .r9, .r10, .r11]
        if !layout.usesLines { registers.append(.r13) }
        if !layout.usesMemory { registers.append(.r12) }
        return Array(zip(layout.favourites, registers))
    }

    mutating func emit(_ forms: [Form]) {
        emitAll(forms)
        while !distant.isEmpty {
            let now = distant
            distant = []
            for piece in now {
                switch piece {
                case .forms(let forms): emitAll(forms)
                case .call(let call, let label, let back):
                    assembler.place(label)
                    emit(call)
                    assembler.jump(back)
                case .word(let piece, let label):
                    assembler.place(label)
                    emit(piece)
                case .forgetCalls(let label, let next):
                    assembler.place(label)
                    forgetCalls()
                    assembler.jump(next)
                }
            }
        }
        assembler.link()
    }

    mutating func emitAll(_ forms: [Form]) {
        for form in forms {
            emit(form)
            // A subtraction compares as well.
            if case .binary(.subtract, .doubleword, .budget, .budget, .constant(let constant)) = form {
                isBudgetCompared = Int32(exactly: constant) != nil
            } else {
                isBudgetCompared = false
            }
        }
    }

    mutating func newLabel() -> Label {
        labels -= 1
        return Label(labels)
    }

    private mutating func emit(_ form: Form) {
        switch form {
        case .move(let d, let s): move(d, s)
        case .binary(let operation, let width, let d, let a, let b): binary(operation, width, d, a, b)
        case .multiplyHigh(let isSigned, let d, let a, let b): multiplyHigh(isSigned, d, a, b)
        case .divide(let width, let isRemainder, let d, let a, let b):
            divide(width, isRemainder, d, a, b)
        case .highestBit(let d, let s):
            let result = register(of: d) ?? .rax
            assembler.highestBit(result, target(of: s))
            put(result, d)
        case .compare(let condition, let d, let a, let b):
            let flag = compare(condition, a, b)
            assembler.set(flag, .rax)
            assembler.load(.uint8, .rax, .register(.rax))
            put(.rax, d)
        case .extend(let type, let d, let s):
            let result = register(of: d) ?? .rax
            assembler.load(type, result, target(of: s))
            put(result, d)
        case .load(let type, let d, let address):
            if let own = vector(of: Operand(d)) { return assembler.loadFloat(own, memory(address), wide: false) }
            let result = register(of: d) ?? .rax
            assembler.load(type, result, .memory(memory(address)))
            put(result, d)
        case .store(let type, let s, let address): store(type, s, address)
        case .add(let constant, let address):
            assembler.arithmetic(.add, .memory(memory(address)), constant: constant)
        case .count(let constant, let address, let label):
            assembler.arithmetic(.add, .memory(memory(address)), constant: constant)
            assembler.jump(.negative, label)
        case .addTo(let address, let s):
            let number = load(Operand(s), into: .rsi)
            assembler.arithmetic(.add, memory(address), number)
        case .keep(let bit):
            let doubled = Assembler.Memory(Emitter.kept, index: Emitter.kept, bit ? 1 : 0)
            assembler.lea(Emitter.kept, doubled, wide: false)
        case .guestLoad(let type, let d, let base, let offset, let detour): guestLoad(type, d, base, offset, detour)
        case .guestStore(let type, let s, let base, let offset, let detour):
            guestStore(type, s, base, offset, detour)
        case .loop(let loop): self.loop(loop)
        case .float(let operation, let width, let a, let b): float(operation, width == .doubleword, a, b)
        case .fusedMultiplyAdd(let width, let a, let b, let c, let negatesProduct, let negatesSum):
            fused(width == .doubleword, a, b, c, negatesProduct, negatesSum)
        case .floatFromInteger(let width, let from, let s):
            let isWide = width == .doubleword
            assembler.convert(0, load(s, into: .rax), wide: isWide, from: from == .doubleword)
            assembler.moveBits(.rdx, 0, wide: isWide)
        case .integerFromFloat(let width, let slot, let truncates):
            assembler.convert(.rdx, memory(slot), wide: width == .doubleword, truncates: truncates)
        case .floatFromFloat(let from, let slot):
            assembler.float(.convert, 0, memory(slot), wide: from == .doubleword)
            assembler.moveBits(.rdx, 0, wide: from == .word)
        case .floatCompare(let condition, let width, let a, let b, let unordered):
            floatCompare(condition, width == .doubleword, a, b, unordered)
        case .label(let label):
            assembler.place(label)
            hostFlags = nil
            comparedSinglesAt = nil
        case .jump(let label): assembler.jump(label)
        case .branch(.less, .budget, .constant(0), let label) where isBudgetCompared: assembler.jump(.less, label)
        case .branch(let condition, let a, let b, let label):
            let flag = compare(condition, a, b)
            assembler.jump(flag, label)
        case .check(let condition, let type, let address, let operand, let label):
            check(condition, type, address, operand, label)
        case .outOfLine(let forms): distant.append(.forms(forms))
        case .call(let call): emit(call)
        case .leave(let record):
            assembler.mov(.rax, constant: Int64(bitPattern: UInt64(block)))
            assembler.store(.doubleword, .rax, Assembler.Memory(Emitter.state, Int32(layout.leftBlock)))
            assembler.mov(.rax, constant: Int64(bitPattern: UInt64(record)))
            assembler.store(.doubleword, .rax, Assembler.Memory(Emitter.state, Int32(layout.leftRecord)))
            assembler.mov(.rax, constant: Int64(bitPattern: UInt64(stubs.exit)))
            assembler.jump(.register(.rax))
        case .goTo(let address): assembler.jump(.memory(memory(address)))
        case .callCode(let address, let returnAddress): callCode(address, returnAddress)
        case .checkReturn(let target, let label): checkReturn(target, otherwise: label)
        case .returnCode(let record): returnCode(record)
        case .leaveReturn: leaveReturn()
        case .entry: entry = assembler.bytes.count
        case .entryAside: entryAside = assembler.bytes.count
        case .word(let form): emit(form)
        }
    }

    private mutating func emit(_ call: Call) {
        assembler.mov(.rsi, constant: Int64(bitPattern: UInt64(block)))
        assembler.mov(.rdx, constant: Int64(bitPattern: UInt64(call.record)))
        assembler.mov(.rax, constant: Int64(bitPattern: UInt64(stubs.helpers[call.helper])))
        assembler.call(.register(.rax))
    }

    /// Where an access goes on that cannot be made at once; a helper comes back.
    mutating func distantly(_ detour: Detour, back: Label) -> Label {
        switch detour {
        case .call(let call): distantly(call, back: back)
        case .exit(let label): label
        }
    }

    /// Does something out of line and comes back.
    private mutating func distantly(_ call: Call, back: Label) -> Label {
        let label = newLabel()
        distant.append(.call(call, at: label, back: back))
        return label
    }

    /// Forgets out of line the calls that were not returned from, and goes on at `next`.
    mutating func forgettingCalls(next: Label) -> Label {
        let label = newLabel()
        distant.append(.forgetCalls(at: label, next: next))
        return label
    }

    mutating func distantly(_ piece: DistantWord) -> Label {
        let label = newLabel()
        distant.append(.word(piece, at: label))
        return label
    }

    // MARK: Places

    func home(_ slot: Int) -> Register? { slot < homes.count ? homes[slot] : nil }

    /// The register of a single.
    func vector(of operand: Operand) -> Vector? {
        if case .slot(let slot) = operand { return vector(slot) }
        return nil
    }

    func memory(_ slot: Int) -> Assembler.Memory {
        Assembler.Memory(Emitter.state, Int32(layout.slots + layout.slotType.bytes * slot))
    }

    func register(of place: Place) -> Register? { register(of: Operand(place)) }

    func register(of operand: Operand) -> Register? {
        switch operand {
        case .slot(let slot): home(slot)
        case .temporary(let number): Emitter.temporaries[number]
        case .budget: Emitter.budget
        case .kept: Emitter.kept
        case .constant: nil
        }
    }

    /// Where an operand is; a constant goes to rax first.
    mutating func target(of operand: Operand) -> Assembler.Target {
        if let register = register(of: operand) { return .register(register) }
        switch operand {
        case .slot(let slot): return .memory(memory(slot))
        case .constant(let constant): assembler.mov(.rax, constant: constant)
        case .temporary, .budget, .kept: break
        }
        return .register(.rax)
    }

    /// A register that holds an operand: its own, or the one given.
    mutating func load(_ operand: Operand, into register: Register) -> Register {
        if let own = self.register(of: operand) { return own }
        fetch(operand, into: register)
        return register
    }

    /// Copies an operand into a register.
    mutating func fetch(_ operand: Operand, into register: Register) {
        switch operand {
        case .constant(let constant): assembler.mov(register, constant: constant)
        case .slot(let slot) where home(slot) == nil: assembler.load(layout.slotType, register, .memory(memory(slot)))
        default: if let own = self.register(of: operand), own != register { assembler.mov(register, own) }
        }
    }

    /// Puts a result where it belongs.
    mutating func put(_ result: Register, _ place: Place) {
        if let register = register(of: place) {
            if register != result { assembler.mov(register, result) }
        } else if let own = vector(of: Operand(place)) {
            assembler.moveBits(own, from: result)
        } else if case .slot(let slot) = place {
            assembler.store(Emitter.size(layout.slotType), result, memory(slot))
        }
    }

    /// From the state to a constant address, if it is near.
    private func distance(to address: UInt) -> Int32? {
        Int32(exactly: Int(bitPattern: address) &- Int(bitPattern: layout.state))
    }

    /// An address of the simulator's own, for which rax may be used.
    mutating func memory(_ address: HostAddress) -> Assembler.Memory {
        switch address {
        case .state(let distance): return Assembler.Memory(Emitter.state, Int32(distance))
        case .absolute(let address):
            if let distance = distance(to: address) { return Assembler.Memory(Emitter.state, distance) }
            assembler.mov(.rax, constant: Int64(bitPattern: UInt64(address)))
            return Assembler.Memory(.rax)
        case .at(let temporary, let distance):
            return Assembler.Memory(Emitter.temporaries[temporary], Int32(distance))
        case .table(let table, let index, let scale):
            if let distance = distance(to: table) {
                return Assembler.Memory(Emitter.state, index: Emitter.temporaries[index], scale: scale, distance)
            }
            assembler.mov(.rax, constant: Int64(bitPattern: UInt64(table)))
            return Assembler.Memory(.rax, index: Emitter.temporaries[index], scale: scale)
        case .entry(let table, let index, let scale):
            return Assembler.Memory(Emitter.temporaries[table], index: Emitter.temporaries[index], scale: scale)
        }
    }

    // MARK: Moves

    private mutating func move(_ d: Place, _ s: Operand) {
        if let register = register(of: d) {
            fetch(s, into: register)
        } else if case .slot(let slot) = d {
            if case .constant(let constant) = s, let short = Int32(exactly: constant) {
                assembler.store(Emitter.size(layout.slotType), constant: short, memory(slot))
            } else {
                put(load(s, into: .rax), d)
            }
        }
    }

    private mutating func store(_ type: MemoryType, _ s: Operand, _ address: HostAddress) {
        let size = Emitter.size(type)
        if let own = vector(of: s) { return assembler.storeFloat(own, memory(address)) }
        // Of a constant only the bits count that are stored.
        if case .constant(let constant) = s, type.bytes < 8 || Int32(exactly: constant) != nil {
            assembler.store(size, constant: Int32(truncatingIfNeeded: constant), memory(address))
            return
        }
        if let register = register(of: s) {
            assembler.store(size, register, memory(address))
            return
        }
        // rax may be needed for the address.
        switch address {
        case .absolute, .table:
            fetch(s, into: .rsi)
            assembler.store(size, .rsi, memory(address))
        case .state, .at, .entry:
            fetch(s, into: .rax)
            assembler.store(size, .rax, memory(address))
        }
    }

    private mutating func check(
        _ condition: Condition, _ type: MemoryType, _ address: HostAddress, _ operand: Operand, _ label: Label
    ) {
        if case .constant(let constant) = operand, type == .int64, let short = Int32(exactly: constant) {
            assembler.arithmetic(.cmp, .memory(memory(address)), constant: short)
        } else if case .constant(let constant) = operand, type == .uint8, 0..<128 ~= constant {
            assembler.compareByte(memory(address), constant: UInt8(constant))
        } else if let register = register(of: operand), type == .int64 {
            assembler.arithmetic(.cmp, memory(address), register)
        } else {
            assembler.load(type, .rax, .memory(memory(address)))
            compare(.rax, operand)
        }
        assembler.jump(Emitter.flag(condition), label)
    }

    static func size(_ type: MemoryType) -> Assembler.Size {
        switch type {
        case .int8, .uint8: .byte
        case .int16, .uint16: .halfword
        case .int32, .uint32: .word
        case .int64: .doubleword
        }
    }
}

extension Layout {
    /// What a slot in memory is.
    var slotType: MemoryType { words == nil ? .int64 : .uint32 }
}
