/// Instructions for guests with 32-bit registers.
extension Assembler {
    /// Loads, with zeros in front, or the sign in front of the lower 32 bits.
    mutating func loadWord(_ type: MemoryType, _ d: Register, _ s: Target) {
        switch type {
        case .uint8: encode([0x0F, 0xB6], d.rawValue, s, isWide: false, isByte: true)
        case .int8: encode([0x0F, 0xBE], d.rawValue, s, isWide: false, isByte: true)
        case .uint16: encode([0x0F, 0xB7], d.rawValue, s, isWide: false)
        case .int16: encode([0x0F, 0xBF], d.rawValue, s, isWide: false)
        case .uint32, .int32: encode([0x8B], d.rawValue, s, isWide: false)
        case .int64: encode([0x8B], d.rawValue, s, isWide: true)
        }
    }

    mutating func not(_ d: Register) { encode([0xF7], 2, .register(d), isWide: false) }

    /// IMUL with a constant.
    mutating func multiply(_ d: Register, _ s: Register, constant: Int32) {
        encode([0x69], d.rawValue, .register(s), isWide: false)
        for byte in 0..<4 { append(UInt8(truncatingIfNeeded: constant >> Int32(8 * byte))) }
    }

    /// BSWAP.
    mutating func reverse(_ d: Register) {
        if d.rawValue >= 8 { append(0x41) }
        append(0x0F)
        append(0xC8 | d.rawValue & 7)
    }

    /// The number of the highest bit that is set; the flag `equal` tells that there is none.
    mutating func scanReverse(_ d: Register, _ s: Target) { encode([0x0F, 0xBD], d.rawValue, s, isWide: false) }

    mutating func moveIf(_ flag: Flag, _ d: Register, _ s: Register) {
        encode([0x0F, 0x40 | flag.rawValue], d.rawValue, .register(s), isWide: false)
    }

    mutating func set(_ flag: Flag, _ d: Memory) { encode([0x0F, 0x90 | flag.rawValue], 0, .memory(d), isWide: false) }

    /// CMP of memory with a register.
    mutating func compare(_ size: Size, _ d: Memory, _ s: Register) {
        switch size {
        case .byte: encode([0x38], s.rawValue, .memory(d), isWide: false, isByteReg: true)
        case .halfword: encode([0x39], s.rawValue, .memory(d), isWide: false, prefix: 0x66)
        case .word: encode([0x39], s.rawValue, .memory(d), isWide: false)
        case .doubleword: encode([0x39], s.rawValue, .memory(d), isWide: true)
        }
    }

    mutating func testLowByte(_ d: Register, constant: UInt8) {
        encode([0xF6], 0, .register(d), isWide: false, isByte: true)
        append(constant)
    }

    mutating func testWord(_ d: Memory, constant: UInt32) {
        encode([0xF7], 0, .memory(d), isWide: false)
        for byte in 0..<4 { append(UInt8(truncatingIfNeeded: constant >> UInt32(8 * byte))) }
    }

    // MARK: Floating point, between vector registers

    mutating func float(_ operation: Float, _ d: Vector, _ s: Vector, wide: Bool) {
        encode([0x0F, operation.rawValue], d, .vector(s), isWide: false, prefix: wide ? 0xF2 : 0xF3)
    }

    /// CVTSD2SS.
    mutating func narrow(_ d: Vector, _ s: Vector) {
        encode([0x0F, 0x5A], d, .vector(s), isWide: false, prefix: 0xF2)
    }

    /// MOVD from a general register.
    mutating func moveBits(_ d: Vector, from s: Register) {
        encode([0x0F, 0x6E], d, .register(s), isWide: false, prefix: 0x66)
    }

    /// MOVD from memory.
    mutating func moveBits(_ d: Vector, from s: Target) {
        encode([0x0F, 0x6E], d, s, isWide: false, prefix: 0x66)
    }

    /// PMADDWD: both products of halfwords, added.
    mutating func multiplyPairs(_ d: Vector, _ s: Vector) {
        encode([0x0F, 0xF5], d, .vector(s), isWide: false, prefix: 0x66)
    }
}
