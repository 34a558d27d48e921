/// Writes x86-64 machine code: the few instructions that the emitter uses, with 32-bit jumps to labels.
///
/// Encodings are from the AMD64 Architecture Programmer's Manual, volume 3, and Intel's manual, volume 2.
struct Assembler {
    enum Register: UInt8, CaseIterable, Sendable {
        case rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
    }

    enum Size: Sendable {
        case byte, halfword, word, doubleword
    }

    /// A register or memory.
    enum Target: Equatable, Sendable {
        case register(Register)
        case memory(Memory)
    }

    struct Memory: Equatable, Sendable {
        var base: Register
        var index: Register?
        /// 1, 2, 4 or 8.
        var scale = 1
        var displacement: Int32 = 0

        init(_ base: Register, _ displacement: Int32 = 0) {
            self.base = base
            self.displacement = displacement
        }

        init(_ base: Register, index: Register, scale: Int = 1, _ displacement: Int32 = 0) {
            self.base = base
            self.index = index
            self.scale = scale
            self.displacement = displacement
        }
    }

    /// The two-operand operations, by their number in the opcode.
    enum Arithmetic: UInt8, CaseIterable, Sendable {
        case add = 0
        case or = 1
        /// Subtracts the carry as well.
        case sbb = 3
        case and = 4
        case sub = 5
        case xor = 6
        case cmp = 7
    }

    /// Shifts and rotations, by their number in the ModRM byte.
    enum Shift: UInt8, CaseIterable, Sendable {
        case ror = 1
        case shl = 4
        case shr = 5
        case sar = 7
    }

    /// Condition codes.
    enum Flag: UInt8, CaseIterable, Sendable {
        case overflow = 0
        case noOverflow = 1
        case below = 2
        case aboveOrEqual = 3
        case equal = 4
        case notEqual = 5
        case belowOrEqual = 6
        case above = 7
        case negative = 8
        case positive = 9
        case parity = 10
        case less = 12
        case greaterOrEqual = 13
        case lessOrEqual = 14
        case greater = 15
    }

    private(set) var bytes: [UInt8] = []
    /// By label, from the two ends at which labels are numbered; -1 where a label has no place yet.
    private var places: (forms: [Int32], own: [Int32]) = ([], [])
    private var fixups: [(place: Int, label: Label)] = []

    init() { bytes.reserveCapacity(1024) }

    // MARK: Encoding

    private mutating func append(_ value: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    private mutating func append(_ value: Int32) { append(UInt32(bitPattern: value)) }

    /// One instruction with a ModRM byte.
    ///
    /// - Parameters:
    ///   - opcode: its bytes, the first in the lowest eight bits that are not zero; escape bytes included.
    ///   - prefix: a mandatory prefix or the operand-size prefix; 0 for none.
    ///   - isByteReg: whether `reg` is a byte register, for which `sil` and others need a REX prefix.
    ///   - isByte: the same for the target.
    mutating func encode(
        _ opcode: [UInt8], _ reg: UInt8, _ target: Target, isWide: Bool, prefix: UInt8 = 0, isByteReg: Bool = false,
        isByte: Bool = false
    ) {
        if prefix != 0 { bytes.append(prefix) }
        var rex: UInt8 = isWide ? 0x48 : 0x40
        if reg >= 8 { rex |= 4 }
        var needsREX = isByteReg && reg >= 4
        switch target {
        case .register(let register):
            if register.rawValue >= 8 { rex |= 1 }
            if isByte, register.rawValue >= 4 { needsREX = true }
        case .memory(let memory):
            if memory.base.rawValue >= 8 { rex |= 1 }
            if let index = memory.index, index.rawValue >= 8 { rex |= 2 }
        }
        if rex != 0x40 || needsREX { bytes.append(rex) }
        bytes.append(contentsOf: opcode)
        encode(operand: target, reg)
    }

    mutating func encode(operand target: Target, _ reg: UInt8) {
        let field = (reg & 7) << 3
        switch target {
        case .register(let register):
            bytes.append(0xC0 | field | register.rawValue & 7)
        case .memory(let memory):
            let base = memory.base.rawValue & 7
            let displacement = memory.displacement
            let isShort = Int32(Int8.min)...Int32(Int8.max) ~= displacement
            // Without a displacement, rbp and r13 as a base would mean something else.
            let mode: UInt8 = displacement == 0 && base != 5 ? 0 : isShort ? 0x40 : 0x80
            if memory.index != nil || base == 4 {
                let index = memory.index.map { $0.rawValue & 7 } ?? 4
                let scale = UInt8(memory.scale.trailingZeroBitCount) << 6
                bytes.append(mode | field | 4)
                bytes.append(scale | index << 3 | base)
            } else {
                bytes.append(mode | field | base)
            }
            switch mode {
            case 0x40: bytes.append(UInt8(bitPattern: Int8(truncatingIfNeeded: displacement)))
            case 0x80: append(displacement)
            default: break
            }
        }
    }

    // MARK: Moves

    mutating func mov(_ d: Register, _ s: Register, wide: Bool = true) {
        encode([0x8B], d.rawValue, .register(s), isWide: wide)
    }

    mutating func mov(_ d: Register, constant: Int64) {
        if constant == 0 {
            encode([0x31], d.rawValue, .register(d), isWide: false)
        } else if constant > 0, constant <= UInt32.max {
            if d.rawValue >= 8 { bytes.append(0x41) }
            bytes.append(0xB8 | d.rawValue & 7)
            append(UInt32(truncatingIfNeeded: constant))
        } else if let short = Int32(exactly: constant) {
            encode([0xC7], 0, .register(d), isWide: true)
            append(short)
        } else {
            bytes.append(d.rawValue >= 8 ? 0x49 : 0x48)
            bytes.append(0xB8 | d.rawValue & 7)
            append(UInt32(truncatingIfNeeded: constant))
            append(UInt32(truncatingIfNeeded: constant >> 32))
        }
    }

    /// Loads, with zeros or the sign in front where the type is narrow.
    mutating func load(_ type: MemoryType, _ d: Register, _ s: Target) {
        let isByte = type.bytes == 1
        switch type {
        case .uint8: encode([0x0F, 0xB6], d.rawValue, s, isWide: false, isByte: isByte)
        case .int8: encode([0x0F, 0xBE], d.rawValue, s, isWide: true)
        case .uint16: encode([0x0F, 0xB7], d.rawValue, s, isWide: false)
        case .int16: encode([0x0F, 0xBF], d.rawValue, s, isWide: true)
        case .uint32: encode([0x8B], d.rawValue, s, isWide: false)
        case .int32: encode([0x63], d.rawValue, s, isWide: true)
        case .int64: encode([0x8B], d.rawValue, s, isWide: true)
        }
    }

    mutating func store(_ size: Size, _ s: Register, _ d: Memory) {
        switch size {
        case .byte: encode([0x88], s.rawValue, .memory(d), isWide: false, isByteReg: true)
        case .halfword: encode([0x89], s.rawValue, .memory(d), isWide: false, prefix: 0x66)
        case .word: encode([0x89], s.rawValue, .memory(d), isWide: false)
        case .doubleword: encode([0x89], s.rawValue, .memory(d), isWide: true)
        }
    }

    mutating func store(_ size: Size, constant: Int32, _ d: Memory) {
        switch size {
        case .byte:
            encode([0xC6], 0, .memory(d), isWide: false)
            bytes.append(UInt8(truncatingIfNeeded: constant))
        case .halfword:
            encode([0xC7], 0, .memory(d), isWide: false, prefix: 0x66)
            bytes.append(UInt8(truncatingIfNeeded: constant))
            bytes.append(UInt8(truncatingIfNeeded: constant >> 8))
        case .word, .doubleword:
            encode([0xC7], 0, .memory(d), isWide: size == .doubleword)
            append(constant)
        }
    }

    mutating func lea(_ d: Register, _ s: Memory, wide: Bool = true) {
        encode([0x8D], d.rawValue, .memory(s), isWide: wide)
    }

    // MARK: Arithmetic

    /// `d = d operation s`.
    mutating func arithmetic(_ operation: Arithmetic, _ d: Register, _ s: Target, wide: Bool = true) {
        encode([operation.rawValue << 3 | 3], d.rawValue, s, isWide: wide)
    }

    /// `d = d operation s`, in memory.
    mutating func arithmetic(_ operation: Arithmetic, _ d: Memory, _ s: Register, wide: Bool = true) {
        encode([operation.rawValue << 3 | 1], s.rawValue, .memory(d), isWide: wide)
    }

    mutating func arithmetic(_ operation: Arithmetic, _ d: Target, constant: Int32, wide: Bool = true) {
        if let short = Int8(exactly: constant) {
            encode([0x83], operation.rawValue, d, isWide: wide)
            bytes.append(UInt8(bitPattern: short))
        } else {
            encode([0x81], operation.rawValue, d, isWide: wide)
            append(constant)
        }
    }

    mutating func compareByte(_ d: Memory, constant: UInt8) {
        encode([0x80], Arithmetic.cmp.rawValue, .memory(d), isWide: false)
        bytes.append(constant)
    }

    mutating func testByte(_ d: Memory, constant: UInt8) {
        encode([0xF6], 0, .memory(d), isWide: false)
        bytes.append(constant)
    }

    mutating func test(_ d: Register, _ s: Register, wide: Bool = true) {
        encode([0x85], s.rawValue, .register(d), isWide: wide)
    }

    mutating func testLowByte(_ d: Register, _ s: Register) {
        encode([0x84], s.rawValue, .register(d), isWide: false, isByteReg: true, isByte: true)
    }

    mutating func multiply(_ d: Register, _ s: Target, wide: Bool = true) {
        encode([0x0F, 0xAF], d.rawValue, s, isWide: wide)
    }

    /// rdx:rax = rax times s.
    mutating func multiplyFull(isSigned: Bool, _ s: Target) { encode([0xF7], isSigned ? 5 : 4, s, isWide: true) }

    /// rax and rdx = rdx:rax divided by s, and what remains.
    mutating func divide(_ s: Target, wide: Bool = true) { encode([0xF7], 6, s, isWide: wide) }

    /// BSR.
    mutating func highestBit(_ d: Register, _ s: Target) { encode([0x0F, 0xBD], d.rawValue, s, isWide: true) }

    mutating func shift(_ operation: Shift, _ d: Register, by amount: UInt8, wide: Bool = true) {
        encode([0xC1], operation.rawValue, .register(d), isWide: wide)
        bytes.append(amount)
    }

    /// By cl.
    mutating func shift(_ operation: Shift, _ d: Register, wide: Bool = true) {
        encode([0xD3], operation.rawValue, .register(d), isWide: wide)
    }

    mutating func set(_ flag: Flag, _ d: Register) {
        encode([0x0F, 0x90 | flag.rawValue], 0, .register(d), isWide: false, isByte: true)
    }

    // MARK: Control

    mutating func push(_ register: Register) {
        if register.rawValue >= 8 { bytes.append(0x41) }
        bytes.append(0x50 | register.rawValue & 7)
    }

    /// Pushes 64 bits, of which the upper half is the constant's sign.
    mutating func push(constant: Int32) {
        bytes.append(0x68)
        append(constant)
    }

    mutating func pop(_ register: Register) {
        if register.rawValue >= 8 { bytes.append(0x41) }
        bytes.append(0x58 | register.rawValue & 7)
    }

    mutating func ret() { bytes.append(0xC3) }
    mutating func jump(_ target: Target) { encode([0xFF], 4, target, isWide: false) }
    mutating func call(_ target: Target) { encode([0xFF], 2, target, isWide: false) }

    mutating func jump(_ label: Label) {
        bytes.append(0xE9)
        reference(label)
    }

    mutating func call(_ label: Label) {
        bytes.append(0xE8)
        reference(label)
    }

    /// Does nothing until an address that processors like loops to begin at.
    mutating func align() {
        while bytes.count & 15 != 0 { bytes.append(0x90) }
    }

    mutating func jump(_ flag: Flag, _ label: Label) {
        bytes.append(0x0F)
        bytes.append(0x80 | flag.rawValue)
        reference(label)
    }

    private mutating func reference(_ label: Label) {
        fixups.append((bytes.count, label))
        append(UInt32(0))
    }

    mutating func place(_ label: Label) {
        let here = Int32(truncatingIfNeeded: bytes.count)
        if label.number < 0 {
            Assembler.note(here, at: ~label.number, in: &places.own)
        } else {
            Assembler.note(here, at: label.number, in: &places.forms)
        }
    }

    private static func note(_ place: Int32, at index: Int, in places: inout [Int32]) {
        while places.count <= index { places.append(-1) }
        places[index] = place
    }

    private func offset(of label: Label) -> Int? {
        let (index, places) = label.number < 0 ? (~label.number, places.own) : (label.number, places.forms)
        guard index < places.count, places[index] >= 0 else { return nil }
        return Int(places[index])
    }

    /// Fills in the distances of jumps. Every label that is used has a place by now.
    mutating func link() {
        for (place, label) in fixups {
            guard let target = offset(of: label) else { continue }
            let distance = UInt32(truncatingIfNeeded: target - place - 4)
            for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: distance >> UInt32(8 * byte)) }
        }
        fixups.removeAll()
    }

    // MARK: Floating point

    enum Float: UInt8, CaseIterable, Sendable {
        case add = 0x58
        case multiply = 0x59
        case subtract = 0x5C
        case divide = 0x5E
        case squareRoot = 0x51
        /// CVTSS2SD, CVTSD2SS: to the other format.
        case convert = 0x5A
    }

    /// xmm registers have the numbers of general ones.
    typealias Vector = UInt8

    mutating func loadFloat(_ d: Vector, _ s: Memory, wide: Bool) {
        encode([0x0F, 0x10], d, .memory(s), isWide: false, prefix: wide ? 0xF2 : 0xF3)
    }

    mutating func float(_ operation: Float, _ d: Vector, _ s: Memory, wide: Bool) {
        encode([0x0F, operation.rawValue], d, .memory(s), isWide: false, prefix: wide ? 0xF2 : 0xF3)
    }

    /// UCOMISS, UCOMISD.
    mutating func compareFloat(_ d: Vector, _ s: Memory, wide: Bool) {
        encode([0x0F, 0x2E], d, .memory(s), isWide: false, prefix: wide ? 0x66 : 0)
    }

    /// MOVD, MOVQ to a general register.
    mutating func moveBits(_ d: Register, _ s: Vector, wide: Bool) {
        bytes.append(0x66)
        encode([0x0F, 0x7E], s, .register(d), isWide: wide)
    }

    /// CVTSI2SS, CVTSI2SD from a general register.
    mutating func convert(_ d: Vector, _ s: Register, wide: Bool, from isDoubleword: Bool) {
        bytes.append(wide ? 0xF2 : 0xF3)
        encode([0x0F, 0x2A], d, .register(s), isWide: isDoubleword)
    }

    /// CVTSS2SI and its siblings, to 64 bits.
    mutating func convert(_ d: Register, _ s: Memory, wide: Bool, truncates: Bool) {
        encode([0x0F, truncates ? 0x2C : 0x2D], d.rawValue, .memory(s), isWide: true, prefix: wide ? 0xF2 : 0xF3)
    }

    /// Asks the processor what it has.
    mutating func cpuid() { bytes.append(contentsOf: [0x0F, 0xA2]) }

    /// VFMADD213SS and its siblings: `d = ±(d * s) ± memory`.
    mutating func fused(_ d: Vector, _ s: Vector, _ m: Memory, wide: Bool, negatesProduct: Bool, negatesSum: Bool) {
        let opcode: UInt8 =
            switch (negatesProduct, negatesSum) {
            case (false, false): 0xA9
            case (false, true): 0xAB
            case (true, false): 0xAD
            case (true, true): 0xAF
            }
        // A VEX prefix of three bytes: map 0F38, prefix 66; inverted register extensions.
        bytes.append(0xC4)
        bytes.append(0xE2 & ~(m.base.rawValue >= 8 ? 0x20 : 0))
        bytes.append((wide ? 0x80 : 0) | (~s & 15) << 3 | 1)
        bytes.append(opcode)
        encode(operand: .memory(m), d)
    }
}
