/// Single-precision arithmetic, where the host's answer and its flags are the guest's.
extension Emitter {
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

    mutating func integerFromSingle(_ d: Int, _ m: Int, _ slow: Label) {
        checkFPSCR(slow)
        assembler.truncate(.rax, memory(m))
        assembler.arithmetic(.cmp, .register(.rax), constant: .min, wide: false)
        assembler.jump(.equal, slow)
        put(.rax, .slot(d))
    }

    mutating func singleFromInteger(_ isSigned: Bool, _ d: Int, _ m: Int, _ slow: Label) {
        checkFPSCR(slow)
        assembler.loadWord(.uint32, .rax, .memory(memory(m)))
        assembler.convert(0, .rax, wide: false, from: !isSigned)
        assembler.moveBits(.rax, 0, wide: false)
        put(.rax, .slot(d))
    }

    /// A result in rax that is no normal number: fine if it is zero, and exact because a factor is.
    mutating func zero(_ factors: (Int, Int)?, _ back: Label, _ slow: Label) {
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
