import FloatingPoint
import Testing

/// Sentences of the RISC-V Instruction Set Manual, volume I, chapters 11 and 12, that the comparison with Unicorn leaves
/// out or that are worth saying. fflags: NX 1, UF 2, OF 4, DZ 8, NV 16.
@Suite struct RISCVFloatTests {
    private static let one: UInt32 = 0x3F80_0000
    private static let infinity: UInt32 = 0x7F80_0000
    private static let canonical: UInt32 = 0x7FC0_0000
    private static let quiet: UInt32 = 0xFFC1_2345
    private static let signalling: UInt32 = 0x7F81_2345

    private func expect<Value: Equatable>(
        _ value: Value, _ flags: UInt32, sourceLocation: SourceLocation = #_sourceLocation,
        _ operation: (inout UInt32) -> Value
    ) {
        var raised: UInt32 = 0
        #expect(operation(&raised) == value, sourceLocation: sourceLocation)
        #expect(raised == flags, sourceLocation: sourceLocation)
    }

    @Test("11.3: a NaN result is the canonical NaN, whatever the operands")
    func canonicalNaN() {
        expect(Self.canonical, 0) { RISCVFloat.add32(Self.quiet, Self.one, .RNE, &$0) }
        expect(Self.canonical, 16) { RISCVFloat.mul32(Self.one, Self.signalling, .RNE, &$0) }
        expect(Self.canonical, 0) { RISCVFloat.sqrt32(Self.quiet, .RNE, &$0) }
        expect(0x7FF8_0000_0000_0000, 16) { RISCVFloat.f64FromF32(Self.signalling, .RNE, &$0) }
        expect(Self.canonical, 0) { RISCVFloat.f32FromF64(0xFFF8_0000_0000_0001, .RTZ, &$0) }
    }

    @Test("11.6: FMIN and FMAX give the number beside a NaN, the canonical NaN for two, and -0.0 is below +0.0")
    func extrema() {
        expect(Self.one, 16) { RISCVFloat.min32(Self.signalling, Self.one, &$0) }
        expect(Self.one, 16) { RISCVFloat.max32(Self.one, Self.signalling, &$0) }
        expect(Self.one, 0) { RISCVFloat.max32(Self.quiet, Self.one, &$0) }
        expect(Self.canonical, 0) { RISCVFloat.min32(Self.quiet, Self.quiet, &$0) }
        expect(Self.canonical, 16) { RISCVFloat.min32(Self.signalling, Self.quiet, &$0) }
        expect(0x8000_0000, 0) { RISCVFloat.min32(0, 0x8000_0000, &$0) }
        expect(0, 0) { RISCVFloat.max32(0x8000_0000, 0, &$0) }
    }

    @Test("11.6: infinity times zero is invalid even when the addend is a quiet NaN")
    func fusedInvalid() {
        expect(Self.canonical, 16) { RISCVFloat.fma32(Self.infinity, 0, Self.quiet, .RNE, &$0) }
        expect(0x7FF8_0000_0000_0000, 16) {
            RISCVFloat.fma64(0, 0xFFF0_0000_0000_0000, 0x7FF8_0000_0000_0000, .RNE, &$0)
        }
    }

    @Test("11.7: table of the ranges of conversions to integers")
    func saturation() {
        let huge: UInt64 = 0x7FE0_0000_0000_0000
        let nan: UInt64 = 0xFFF8_0000_0000_0000
        let negative: UInt64 = 0xFFE0_0000_0000_0000
        expect(0x7FFF_FFFF, 16) { RISCVFloat.int32FromF64(huge, .RTZ, &$0) }
        expect(0x7FFF_FFFF, 16) { RISCVFloat.int32FromF64(nan, .RTZ, &$0) }
        expect(0xFFFF_FFFF_8000_0000, 16) { RISCVFloat.int32FromF64(negative, .RTZ, &$0) }
        expect(UInt64.max, 16) { RISCVFloat.uint32FromF64(huge, .RTZ, &$0) }
        expect(UInt64.max, 16) { RISCVFloat.uint32FromF64(nan, .RTZ, &$0) }
        expect(0, 16) { RISCVFloat.uint32FromF64(negative, .RTZ, &$0) }
        expect(UInt64(Int64.max), 16) { RISCVFloat.int64FromF64(nan, .RTZ, &$0) }
        expect(1 << 63, 16) { RISCVFloat.int64FromF64(negative, .RTZ, &$0) }
        expect(UInt64.max, 16) { RISCVFloat.uint64FromF64(nan, .RTZ, &$0) }
        expect(0, 16) { RISCVFloat.uint64FromF64(negative, .RTZ, &$0) }
        // -0.5: only rounding down leaves the range of an unsigned integer.
        expect(0, 1) { RISCVFloat.uint32FromF32(0xBF00_0000, .RNE, &$0) }
        expect(0, 16) { RISCVFloat.uint32FromF32(0xBF00_0000, .RDN, &$0) }
        expect(0, 16) { RISCVFloat.uint32FromF32(0xBF00_0000, .RMM, &$0) }
        // Unsigned, and sign-extended all the same.
        expect(0xFFFF_FFFF_8000_0000, 0) { RISCVFloat.uint32FromF64(0x41E0_0000_0000_0000, .RTZ, &$0) }
    }

    @Test("11.2: tininess is detected after rounding")
    func tininess() {
        // (2 - 2^-23) 2^-127 lies in the middle between the largest denormal and the smallest normal number, and has 24
        // bits: with the precision of a normal number it stays below, so it is tiny.
        expect(0x0080_0000, 3) { RISCVFloat.mul32(0x3FFF_FFFF, 0x0040_0000, .RNE, &$0) }
        // 2^-126 - 2^-173 is below the smallest normal number, but not with 24 bits: not tiny.
        expect(0x0080_0000, 1) { RISCVFloat.fma32(0xB380_0000, 1, 0x0080_0000, .RNE, &$0) }
    }

    @Test("RMM rounds ties away from zero")
    func tiesAway() {
        // 1 + 2^-24
        expect(0x3F80_0001, 1) { RISCVFloat.add32(Self.one, 0x3380_0000, .RMM, &$0) }
        expect(0x3F80_0000, 1) { RISCVFloat.add32(Self.one, 0x3380_0000, .RNE, &$0) }
        expect(0xBF80_0001, 1) { RISCVFloat.add32(0xBF80_0000, 0xB380_0000, .RMM, &$0) }
        expect(3, 1) { RISCVFloat.int32FromF32(0x4020_0000, .RMM, &$0) }
        expect(2, 1) { RISCVFloat.int32FromF32(0x4020_0000, .RNE, &$0) }
    }

    @Test("A flag that is set stays set")
    func stickiness() {
        var flags: UInt32 = 31
        #expect(RISCVFloat.add32(Self.one, Self.one, .RNE, &flags) == 0x4000_0000)
        #expect(flags == 31)
    }

    @Test("A division by zero is DZ, zero by zero is NV")
    func division() {
        expect(Self.infinity, 8) { RISCVFloat.div32(Self.one, 0, .RNE, &$0) }
        expect(0xFF80_0000, 8) { RISCVFloat.div32(Self.one, 0x8000_0000, .RTZ, &$0) }
        expect(Self.canonical, 16) { RISCVFloat.div32(0, 0, .RNE, &$0) }
        expect(Self.infinity, 0) { RISCVFloat.div32(Self.infinity, 0, .RNE, &$0) }
    }

    @Test("11.9: FCLASS sets one bit of ten")
    func classes() {
        let values: [UInt32] = [
            0xFF80_0000, 0xBF80_0000, 0x8000_0001, 0x8000_0000, 0, 1, 0x0080_0000, 0x7F80_0000, 0x7F80_0001,
            0x7FC0_0000,
        ]
        for (bit, value) in values.enumerated() { #expect(RISCVFloat.classify32(value) == 1 << UInt64(bit)) }
        #expect(RISCVFloat.classify64(0x800F_FFFF_FFFF_FFFF) == 1 << 2)
        #expect(RISCVFloat.classify64(0x7FF7_FFFF_FFFF_FFFF) == 1 << 8)
    }
}
