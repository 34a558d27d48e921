/// Instructions for single precision in vector registers.
extension Assembler.Target {
    /// A vector register, which has the number of a general one.
    static func vector(_ number: Assembler.Vector) -> Assembler.Target {
        .register(Assembler.Register(rawValue: number & 15) ?? .rax)
    }
}

extension Assembler {
    /// The operations of bits.
    enum Bitwise: UInt8, CaseIterable, Sendable {
        case pand = 0xDB
        case pxor = 0xEF
        /// Equal doublewords become ones.
        case pcmpeqd = 0x76
    }

    /// Conversions between integers of 32 bits and singles, in all four lanes.
    enum LaneConversion: CaseIterable, Sendable {
        case cvtdq2ps, cvttps2dq, cvtps2dq
    }

    /// What VFMADD231SS and its siblings do with the product and the addend.
    enum Fused: UInt8, CaseIterable, Sendable {
        case vfmadd231ss = 0xB9
        case vfmsub231ss = 0xBB
        case vfnmadd231ss = 0xBD
        case vfnmsub231ss = 0xBF
    }

    /// MOVAPS: all of a register.
    mutating func copy(_ d: Vector, _ s: Vector) { encode([0x0F, 0x28], d, .vector(s), isWide: false) }

    /// MOVSS to memory.
    mutating func storeFloat(_ s: Vector, _ d: Memory) {
        encode([0x0F, 0x11], s, .memory(d), isWide: false, prefix: 0xF3)
    }

    /// ADDSS and its siblings.
    mutating func single(_ operation: Float, _ d: Vector, _ s: Target) {
        encode([0x0F, operation.rawValue], d, s, isWide: false, prefix: 0xF3)
    }

    /// VADDSS and its siblings: `d = first operation s`.
    mutating func single(_ operation: Float, _ d: Vector, _ first: Vector, _ s: Target) {
        vex(map: 1, prefix: 2, operation.rawValue, d, first, s)
    }

    /// `d = ± first * s ± d`, rounded once.
    mutating func fused(_ operation: Fused, _ d: Vector, _ first: Vector, _ s: Target) {
        vex(map: 2, prefix: 1, operation.rawValue, d, first, s)
    }

    /// UCOMISS.
    mutating func compareSingle(_ d: Vector, _ s: Target) { encode([0x0F, 0x2E], d, s, isWide: false) }

    mutating func bitwise(_ operation: Bitwise, _ d: Vector, _ s: Vector) {
        encode([0x0F, operation.rawValue], d, .vector(s), isWide: false, prefix: 0x66)
    }

    /// PSLLD or PSRLD by a constant.
    mutating func shiftLanes(left: Bool, _ d: Vector, by amount: UInt8) {
        encode([0x0F, 0x72], left ? 6 : 2, .vector(d), isWide: false, prefix: 0x66)
        append(amount)
    }

    mutating func convertLanes(_ conversion: LaneConversion, _ d: Vector, _ s: Vector) {
        let prefix: UInt8 =
            switch conversion {
            case .cvtdq2ps: 0
            case .cvttps2dq: 0xF3
            case .cvtps2dq: 0x66
            }
        encode([0x0F, 0x5B], d, .vector(s), isWide: false, prefix: prefix)
    }

    /// CVTTSS2SI or CVTSS2SI, to 64 bits.
    mutating func integer(_ d: Register, _ s: Target, truncates: Bool) {
        encode([0x0F, truncates ? 0x2C : 0x2D], d.rawValue, s, isWide: true, prefix: 0xF3)
    }

    /// CVTSS2SD.
    mutating func widen(_ d: Vector, _ s: Target) { encode([0x0F, 0x5A], d, s, isWide: false, prefix: 0xF3) }

    /// With a VEX prefix, as short as it can be. Intel's manual, volume 2, 2.3.5.
    ///
    /// - Parameters:
    ///   - map: 1 for opcodes behind 0F, 2 for those behind 0F38.
    ///   - prefix: 1 stands for 66, 2 for F3.
    private mutating func vex(
        map: UInt8, prefix: UInt8, _ opcode: UInt8, _ d: Vector, _ first: Vector, _ s: Target
    ) {
        let (base, index): (UInt8, UInt8) =
            switch s {
            case .register(let register): (register.rawValue, 0)
            case .memory(let memory): (memory.base.rawValue, memory.index?.rawValue ?? 0)
            }
        // The extensions of the register numbers are inverted.
        let extended: UInt8 = d >= 8 ? 0 : 0x80
        let last = (~first & 15) << 3 | prefix
        if map == 1, base < 8, index < 8 {
            append(0xC5)
            append(extended | last)
        } else {
            append(0xC4)
            append(extended | (index >= 8 ? 0 : 0x40) | (base >= 8 ? 0 : 0x20) | map)
            append(last)
        }
        append(opcode)
        encode(operand: s, d)
    }
}
