/// Accesses to guest memory, and floating point.
extension Emitter {
    /// Finds the place of an access in the window, in units of its size, in rax, and makes sure of everything that
    /// lets it be made at once: it lies in the window, it is aligned, its line is at hand.
    private mutating func check(_ bytes: Int, _ base: Int, _ offset: Int32, _ bit: UInt8, slow: Label) {
        let window = layout.window
        let toWindow = Int64(offset) - Int64(bitPattern: window.base)
        if let displacement = Int32(exactly: toWindow) {
            if let register = home(base) {
                assembler.lea(.rax, Assembler.Memory(register, displacement))
            } else {
                fetch(.slot(base), into: .rax)
                assembler.arithmetic(.add, .register(.rax), constant: displacement)
            }
        } else {
            if let register = home(base) {
                assembler.lea(.rax, Assembler.Memory(register, offset))
            } else {
                fetch(.slot(base), into: .rax)
                if offset != 0 { assembler.arithmetic(.add, .register(.rax), constant: offset) }
            }
            if let displacement = Int32(exactly: -Int64(bitPattern: window.base)) {
                assembler.arithmetic(.add, .register(.rax), constant: displacement)
            } else {
                assembler.mov(.rcx, constant: Int64(bitPattern: window.base))
                assembler.arithmetic(.sub, .rax, .register(.rcx))
            }
        }
        // Bits that are not zero in an aligned address go to the top, where they put it outside.
        let shift = UInt8(bytes.trailingZeroBitCount)
        if shift > 0 { assembler.shift(.ror, .rax, by: shift) }
        let count = Int32(clamping: window.size >> UInt64(shift))
        assembler.arithmetic(.cmp, .register(.rax), constant: count)
        assembler.jump(.aboveOrEqual, slow)
        assembler.mov(.rcx, .rax, wide: false)
        assembler.shift(.shr, .rcx, by: 6 - shift, wide: false)
        if let near = layout.near {
            assembler.testByte(Assembler.Memory(Emitter.state, index: .rcx, near.lines), constant: bit)
        } else if let distance = layout.linesDistance {
            assembler.testByte(Assembler.Memory(Emitter.memory, index: .rcx, distance), constant: bit)
        } else {
            assembler.testByte(Assembler.Memory(Emitter.lines, index: .rcx), constant: bit)
        }
        assembler.jump(.equal, slow)
    }

    private mutating func mark(_ type: MemoryType) {
        assembler.load(.int64, .rdx, .memory(Assembler.Memory(Emitter.state, Int32(layout.mark))))
        var place = found(type)
        place.displacement += Int32(truncatingIfNeeded: layout.window.markDistance)
        assembler.store(Emitter.size(type), .rdx, place)
    }

    /// What `check` found.
    private func found(_ type: MemoryType) -> Assembler.Memory {
        guard let near = layout.near else { return Assembler.Memory(Emitter.memory, index: .rax, scale: type.bytes) }
        return Assembler.Memory(Emitter.state, index: .rax, scale: type.bytes, near.memory)
    }

    /// Where an access lies that can be made now; it is marked.
    private mutating func place(_ type: MemoryType, _ base: Int, _ offset: Int32, _ bit: UInt8, slow: Label)
        -> Assembler.Memory
    {
        if inLoop != nil { return reach(type, base, offset, bit, slow: slow) }
        check(type.bytes, base, offset, bit, slow: slow)
        mark(type)
        return found(type)
    }

    mutating func guestLoad(_ type: MemoryType, _ d: Place?, _ base: Int, _ offset: Int32, _ detour: Detour) {
        let back = newLabel()
        let slow = distantly(detour, back: back)
        let place = place(type, base, offset, layout.window.readable, slow: slow)
        if let d {
            let result = register(of: d) ?? .rax
            assembler.load(type, result, .memory(place))
            put(result, d)
        }
        assembler.place(back)
    }

    mutating func guestStore(_ type: MemoryType, _ s: Operand, _ base: Int, _ offset: Int32, _ detour: Detour) {
        let back = newLabel()
        let slow = distantly(detour, back: back)
        let place = place(type, base, offset, layout.window.writable, slow: slow)
        if case .constant(let constant) = s, let short = Int32(exactly: constant) {
            assembler.store(Emitter.size(type), constant: short, place)
        } else {
            assembler.store(Emitter.size(type), load(s, into: .rdx), place)
        }
        assembler.place(back)
    }

    // MARK: Floating point

    mutating func float(_ operation: FloatOperation, _ isWide: Bool, _ a: Int, _ b: Int) {
        let host: Assembler.Float =
            switch operation {
            case .add: .add
            case .subtract: .subtract
            case .multiply: .multiply
            case .divide: .divide
            case .squareRoot: .squareRoot
            }
        assembler.loadFloat(0, memory(a), wide: isWide)
        assembler.float(host, 0, memory(b), wide: isWide)
        assembler.moveBits(.rdx, 0, wide: isWide)
    }

    mutating func fused(
        _ isWide: Bool, _ a: Int, _ b: Int, _ c: Int, _ negatesProduct: Bool, _ negatesSum: Bool
    ) {
        assembler.loadFloat(0, memory(a), wide: isWide)
        assembler.loadFloat(1, memory(b), wide: isWide)
        assembler.fused(0, 1, memory(c), wide: isWide, negatesProduct: negatesProduct, negatesSum: negatesSum)
        assembler.moveBits(.rdx, 0, wide: isWide)
    }

    mutating func floatCompare(_ condition: FloatCondition, _ isWide: Bool, _ a: Int, _ b: Int, _ unordered: Label) {
        // Less is asked the other way round, so that one flag tells it.
        let (first, second) = condition == .equal ? (a, b) : (b, a)
        assembler.loadFloat(0, memory(first), wide: isWide)
        assembler.compareFloat(0, memory(second), wide: isWide)
        assembler.jump(.parity, unordered)
        switch condition {
        case .equal: assembler.set(.equal, .rax)
        case .less: assembler.set(.above, .rax)
        case .lessOrEqual: assembler.set(.aboveOrEqual, .rax)
        }
        assembler.load(.uint8, .rdx, .register(.rax))
    }
}

extension Layout {
    /// From the state to the guest's memory, to its lines, and to where its address 0 would be, if all of that and the
    /// marks are within reach of 32 bits.
    var near: (memory: Int32, lines: Int32, zero: Int32)? {
        guard words == nil else { return nil }
        func distance(_ pointer: UnsafeMutableRawPointer) -> Int {
            Int(bitPattern: pointer) &- Int(bitPattern: state)
        }
        let memory = distance(window.memory)
        let zero = memory &- Int(truncatingIfNeeded: window.base)
        let last = memory &+ window.markDistance &+ Int(truncatingIfNeeded: window.size)
        // Offsets are added to these.
        let range = Int(Int32.min) + 0x1_0000...Int(Int32.max) - 0x1_0000
        guard range.contains(memory), range.contains(zero), range.contains(zero &+ window.markDistance),
            range.contains(last), let lines = Int32(exactly: distance(window.lines))
        else { return nil }
        return (Int32(memory), lines, Int32(zero))
    }

    /// From the guest's memory to its lines, if that is near.
    var linesDistance: Int32? {
        let distance = Int(bitPattern: window.lines) &- Int(bitPattern: window.memory)
        return Int32(exactly: distance)
    }

    /// Whether the memory, and its lines, need a register of their own.
    var usesMemory: Bool { words != nil || near == nil }
    var usesLines: Bool { words == nil && near == nil && linesDistance == nil }
}
