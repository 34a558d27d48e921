/// Single-precision arithmetic, where the host's answer and its flags are the guest's. xmm0 and xmm1 are free; the
/// favourite singles have the others throughout.
extension Emitter {
    typealias Vector = Assembler.Vector

    /// The singles that have a vector register.
    static func homes(_ layout: SingleLayout) -> [(slot: Int, vector: Vector)] {
        Array(zip(layout.favourites, Vector(2)...15))
    }

    func vector(_ slot: Int) -> Vector? {
        words.singles.slots.contains(slot) ? vectors[slot - words.singles.slots.lowerBound] : nil
    }

    /// Where a single is.
    private func single(_ slot: Int) -> Assembler.Target {
        vector(slot).map(Assembler.Target.vector) ?? .memory(memory(slot))
    }

    /// A vector register that holds a single: its own, or the one given.
    private mutating func load(single slot: Int, into work: Vector) -> Vector {
        if let own = vector(slot) { return own }
        assembler.loadFloat(work, memory(slot), wide: false)
        return work
    }

    private mutating func copy(single slot: Int, into work: Vector) {
        let own = load(single: slot, into: work)
        if own != work { assembler.copy(work, own) }
    }

    private mutating func put(_ result: Vector, single slot: Int) {
        if let own = vector(slot) {
            if own != result { assembler.copy(own, result) }
        } else {
            assembler.storeFloat(result, memory(slot))
        }
    }

    /// The bits of a single.
    mutating func fetchWord(single slot: Int, into register: Register) {
        if let own = vector(slot) {
            assembler.moveBits(register, own, wide: false)
        } else {
            assembler.loadWord(.uint32, register, .memory(memory(slot)))
        }
    }

    mutating func emit(_ form: SingleForm) {
        switch form {
        case .arithmetic(let operation, let d, let n, let m, let same, let slow):
            arithmetic(operation, d, n, m, same.flatMap(vector), slow)
        case .squareRoot(let d, let m, let slow):
            let result = d == m ? 0 : vector(d) ?? 0
            let back = newLabel()
            assembler.single(.squareRoot, result, single(m))
            checkPlain(result, ZeroResult(.always, back: back, slow: slow))
            assembler.place(back)
            put(result, single: d)
        case .move(.copy, let d, let m): put(load(single: m, into: 0), single: d)
        case .move(let move, let d, let m):
            let result = d == m ? 0 : vector(d) ?? 0
            copy(single: m, into: result)
            setSigns(1, move == .negate)
            assembler.bitwise(move == .negate ? .pxor : .pand, result, 1)
            put(result, single: d)
        case .constant(let d, let bits):
            guard let own = vector(d) else {
                return assembler.store(.word, constant: Int32(bitPattern: bits), memory(d))
            }
            assembler.mov(.rax, constant: Int64(bits))
            assembler.moveBits(own, from: .rax)
        case .toInteger(let conversion, let d, let m, let slow): toInteger(conversion, d, m, slow)
        case .fromInteger(true, let d, let m):
            let result = vector(d) ?? 0
            assembler.convertLanes(.cvtdq2ps, result, load(single: m, into: 0))
            put(result, single: d)
        case .fromInteger(false, let d, let m):
            fetchWord(single: m, into: .rax)
            assembler.bitwise(.pxor, 0, 0)
            assembler.convert(0, .rax, wide: false, from: true)
            put(0, single: d)
        case .compare(let n, let m, let field, let flags, let slow): compare(n, m, field, flags, slow)
        }
    }

    // MARK: Results

    /// A result that is no normal number above the smallest; its bits are in rax.
    struct ZeroResult {
        /// When a result that is zero is exact.
        enum Exactness {
            case always
            /// If one of these is zero.
            case ifZero([Int])
            /// If besides the addend was, which is in a vector register or memory, and has lost its own register.
            case ifAddendIsZero(Assembler.Target, home: Int, factors: [Int])
            case never
        }
        let exactness: Exactness
        /// A register that lost what it held to the result, and where that is.
        let lost: (Vector, copy: Vector)?
        let back: Label
        let slow: Label

        init(_ exactness: Exactness, lost: (Vector, copy: Vector)? = nil, back: Label, slow: Label) {
            self.exactness = exactness
            self.lost = lost
            self.back = back
            self.slow = slow
        }
    }

    /// Looks whether a result is a normal number above the smallest: no exception but Inexact comes with it, and none
    /// of its operands was infinite or a NaN.
    private mutating func checkPlain(_ result: Vector, _ other: ZeroResult) {
        let (least, count): (UInt32, UInt32) = (0x0080_0001, 0x7F80_0000 - 0x0080_0001)
        assembler.moveBits(.rax, result, wide: false)
        // Twice the bits: the sign goes.
        let displacement = Int32(bitPattern: 0 &- 2 * least)
        assembler.lea(.rcx, Assembler.Memory(.rax, index: .rax, displacement), wide: false)
        assembler.arithmetic(.cmp, .register(.rcx), constant: Int32(bitPattern: 2 * count), wide: false)
        if case .never = other.exactness, other.lost == nil {
            assembler.jump(.aboveOrEqual, other.slow)
        } else {
            assembler.jump(.aboveOrEqual, distantly(.zero(other)))
        }
    }

    mutating func emit(_ piece: ZeroResult) {
        let inexact = piece.lost == nil ? piece.slow : newLabel()
        func isZero(_ target: Assembler.Target) {
            if case .register(let vector) = target {
                assembler.moveBits(.rcx, vector.rawValue, wide: false)
            } else {
                assembler.loadWord(.uint32, .rcx, target)
            }
            assembler.arithmetic(.add, .rcx, .register(.rcx), wide: false)
        }
        func anyIsZero(_ slots: [Int]) {
            for slot in slots {
                isZero(single(slot))
                assembler.jump(.equal, piece.back)
            }
            assembler.jump(inexact)
        }
        assembler.lea(.rcx, Assembler.Memory(.rax, index: .rax), wide: false)
        assembler.test(.rcx, .rcx, wide: false)
        assembler.jump(.notEqual, inexact)
        switch piece.exactness {
        case .always: assembler.jump(piece.back)
        case .never: assembler.jump(inexact)
        case .ifZero(let factors): anyIsZero(factors)
        case .ifAddendIsZero(let addend, let home, let factors):
            isZero(addend)
            assembler.jump(.notEqual, inexact)
            // If the addend is a factor as well, that one is zero.
            if factors.contains(home) { assembler.jump(piece.back) } else { anyIsZero(factors) }
        }
        if let (register, copy) = piece.lost {
            assembler.place(inexact)
            assembler.copy(register, copy)
            assembler.jump(piece.slow)
        }
    }

    // MARK: Arithmetic

    private mutating func arithmetic(
        _ operation: SingleOperation, _ d: Int, _ n: Int, _ m: Int, _ same: Vector?, _ slow: Label
    ) {
        switch operation {
        case .add: simple(.add, d, n, m, .always, slow)
        case .subtract: simple(.subtract, d, n, m, .always, slow)
        case .multiply: simple(.multiply, d, n, m, .ifZero([n, m]), slow)
        case .divide: simple(.divide, d, n, m, .ifZero([n]), slow)
        case .negatedMultiply:
            multiply(n, m, slow)
            setSigns(1, true)
            assembler.bitwise(.pxor, 0, 1)
            put(0, single: d)
        case .multiplyAdd, .multiplySubtract, .multiplyFrom, .negatedMultiplyAdd:
            let back = newLabel()
            multiply(n, m, slow)
            let result = accumulate(operation, d)
            checkPlain(result, ZeroResult(.always, back: back, slow: slow))
            assembler.place(back)
            put(result, single: d)
        case .fusedAdd: fused(.vfmadd231ss, d, n, m, same, slow)
        case .fusedSubtract: fused(.vfnmadd231ss, d, n, m, same, slow)
        case .fusedFrom: fused(.vfmsub231ss, d, n, m, same, slow)
        case .negatedFusedAdd: fused(.vfnmsub231ss, d, n, m, same, slow)
        }
    }

    private mutating func simple(
        _ host: Assembler.Float, _ d: Int, _ n: Int, _ m: Int, _ exactness: ZeroResult.Exactness, _ slow: Label
    ) {
        let result = d == n || d == m ? 0 : vector(d) ?? 0
        let back = newLabel()
        if usesVEX {
            assembler.single(host, result, load(single: n, into: 0), single(m))
        } else {
            copy(single: n, into: result)
            assembler.single(host, result, single(m))
        }
        checkPlain(result, ZeroResult(exactness, back: back, slow: slow))
        assembler.place(back)
        put(result, single: d)
    }

    /// The product, rounded, in xmm0.
    private mutating func multiply(_ n: Int, _ m: Int, _ slow: Label) {
        let back = newLabel()
        copy(single: n, into: 0)
        assembler.single(.multiply, 0, single(m))
        checkPlain(0, ZeroResult(.ifZero([n, m]), back: back, slow: slow))
        assembler.place(back)
    }

    /// Adds `d` to the product in xmm0.
    ///
    /// - Returns: the register that holds the sum.
    private mutating func accumulate(_ operation: SingleOperation, _ d: Int) -> Vector {
        switch operation {
        case .multiplyAdd:
            assembler.single(.add, 0, single(d))
            return 0
        case .multiplySubtract:
            copy(single: d, into: 1)
            assembler.single(.subtract, 1, .vector(0))
            return 1
        case .multiplyFrom:
            assembler.single(.subtract, 0, single(d))
            return 0
        default:
            setSigns(1, true)
            assembler.bitwise(.pxor, 0, 1)
            assembler.single(.subtract, 0, single(d))
            return 0
        }
    }

    /// The sign bit of each lane, or all others.
    private mutating func setSigns(_ vector: Vector, _ isSign: Bool) {
        assembler.bitwise(.pcmpeqd, vector, vector)
        assembler.shiftLanes(left: isSign, vector, by: isSign ? 31 : 1)
    }

    private mutating func fused(
        _ operation: Assembler.Fused, _ d: Int, _ n: Int, _ m: Int, _ same: Vector?, _ slow: Label
    ) {
        guard usesVEX else { return fusedInDoubles(operation, d, n, m, slow) }
        let back = newLabel()
        if let own = vector(d) {
            let copy = same ?? 1
            if same == nil { assembler.copy(copy, own) }
            assembler.fused(operation, own, load(single: n, into: 0), single(m))
            let exactness = ZeroResult.Exactness.ifAddendIsZero(.vector(copy), home: d, factors: [n, m])
            checkPlain(own, ZeroResult(exactness, lost: (own, copy: copy), back: back, slow: slow))
            assembler.place(back)
        } else {
            assembler.loadFloat(0, memory(d), wide: false)
            assembler.fused(operation, 0, load(single: n, into: 1), single(m))
            let exactness = ZeroResult.Exactness.ifAddendIsZero(.memory(memory(d)), home: d, factors: [n, m])
            checkPlain(0, ZeroResult(exactness, back: back, slow: slow))
            assembler.place(back)
            put(0, single: d)
        }
    }

    /// In double precision the product is exact and the sum is rounded once too often; that is harmless unless it fell
    /// in the middle between two singles.
    private mutating func fusedInDoubles(
        _ operation: Assembler.Fused, _ d: Int, _ n: Int, _ m: Int, _ slow: Label
    ) {
        assembler.widen(0, single(n))
        assembler.widen(1, single(m))
        assembler.float(.multiply, 0, 1 as Vector, wide: true)
        assembler.widen(1, single(d))
        switch operation {
        case .vfmadd231ss, .vfnmsub231ss: assembler.float(.add, 1, 0 as Vector, wide: true)
        case .vfnmadd231ss: assembler.float(.subtract, 1, 0 as Vector, wide: true)
        case .vfmsub231ss:
            assembler.float(.subtract, 0, 1 as Vector, wide: true)
            assembler.copy(1, 0)
        }
        assembler.moveBits(.rax, 1, wide: true)
        assembler.arithmetic(.and, .register(.rax), constant: 0x1FFF_FFFF, wide: false)
        assembler.arithmetic(.cmp, .register(.rax), constant: 0x1000_0000, wide: false)
        assembler.jump(.equal, slow)
        assembler.narrow(1, 1)
        checkPlain(1, ZeroResult(.never, back: slow, slow: slow))
        if operation == .vfnmsub231ss {
            setSigns(0, true)
            assembler.bitwise(.pxor, 1, 0)
        }
        put(1, single: d)
    }

    // MARK: Conversions and comparisons

    private mutating func toInteger(_ conversion: SingleConversion, _ d: Int, _ m: Int, _ slow: Label) {
        if conversion == .unsigned {
            assembler.integer(.rax, single(m), truncates: true)
            assembler.mov(.rcx, .rax, wide: false)
            assembler.arithmetic(.cmp, .rcx, .register(.rax))
            assembler.jump(.notEqual, slow)
            assembler.moveBits(0, from: .rax)
            return put(0, single: d)
        }
        let result = d == m ? 0 : vector(d) ?? 0
        let operand = load(single: m, into: 0)
        assembler.convertLanes(conversion == .signed ? .cvttps2dq : .cvtps2dq, result, operand)
        assembler.moveBits(.rax, result, wide: false)
        // What does not fit.
        assembler.arithmetic(.cmp, .register(.rax), constant: .min, wide: false)
        assembler.jump(.equal, slow)
        put(result, single: d)
    }

    private mutating func compare(_ n: Int, _ m: Int?, _ result: Int, _ taking: FlagSet?, _ slow: Label) {
        let first = load(single: n, into: 0)
        if let m {
            assembler.compareSingle(first, single(m))
        } else {
            assembler.bitwise(.pxor, 1, 1)
            assembler.compareSingle(first, .vector(1))
        }
        assembler.jump(.parity, slow)
        // Less, equal, greater: -1, 0, 1.
        assembler.set(.above, .rax)
        assembler.load(.uint8, .rax, .register(.rax))
        if let taking, taking.contains(.c) { assembler.set(.aboveOrEqual, field(words.c)) }
        assembler.arithmetic(.sbb, .register(.rax), constant: 0)
        let table = Assembler.Memory(Emitter.state, index: .rax, scale: 4, Int32(words.singles.comparisons + 4))
        assembler.loadWord(.uint32, .rcx, .memory(table))
        assembler.store(.word, .rcx, field(result))
        guard let taking else { return }
        if taking.contains(.nz) { assembler.store(.doubleword, .rax, field(words.nz)) }
        if taking.contains(.v) { assembler.store(.word, constant: 0, field(words.v)) }
        comparedSinglesAt = assembler.bytes.count
    }

    /// The host's condition that is the guest's right behind a comparison whose flags were taken. V is clear, and C is
    /// the opposite of N.
    func hostFlagOfSingles(_ condition: FlagCondition) -> Assembler.Flag? {
        guard comparedSinglesAt == assembler.bytes.count else { return nil }
        return switch condition {
        case .equal: .equal
        case .notEqual: .notEqual
        case .minus, .carryClear: .negative
        case .plus, .carrySet: .positive
        case .higher, .greater: .greater
        case .lowerOrSame, .lessOrEqual: .lessOrEqual
        case .greaterOrEqual: .greaterOrEqual
        case .less: .less
        case .overflow, .noOverflow: nil
        }
    }
}
