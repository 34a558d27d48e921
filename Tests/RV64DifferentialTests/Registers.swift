import TestSupport

/// All that an instruction may read or write beside memory.
struct Registers: Equatable {
    /// x0 to x31.
    var x = [UInt64](repeating: 0, count: 32)
    /// f0 to f31.
    var f = [UInt64](repeating: 0, count: 32)
    var pc: UInt64 = 0
    var fcsr: UInt64 = 0
    var mscratch: UInt64 = 0

    /// What the floating-point registers begin with.
    enum Floats {
        case singles
        case doubles
        /// Single precision where bit 3 of the register's number is 0, double where it is 1.
        case mixed

        func isDouble(_ register: Int) -> Bool {
            switch self {
            case .singles: false
            case .doubles: true
            case .mixed: register & 8 != 0
            }
        }
    }

    static let canonicalNaN: UInt64 = 0xFFFF_FFFF_7FC0_0000

    /// Values at which operations change their behaviour, among random ones.
    static func random(_ floats: Floats, _ random: inout SplitMix) -> Registers {
        var registers = Registers()
        for index in 1..<32 { registers.x[index] = integer(&random) }
        // Numbers of like size make sums that cancel and ties.
        let areAlike = random.one(in: 3)
        for index in 0..<32 {
            registers.f[index] =
                floats.isDouble(index) ? double(areAlike, &random) : single(areAlike, &random) | 0xFFFF_FFFF << 32
        }
        // Rounding modes 5 to 7 are reserved, and trap where they are used.
        registers.fcsr = UInt64(random.below(5)) << 5 | (random.one(in: 2) ? 0 : UInt64(random.below(32)))
        registers.mscratch = random.next()
        return registers
    }

    static func integer(_ random: inout SplitMix) -> UInt64 {
        switch random.below(10) {
        case 0: return UInt64(random.below(80))
        case 1: return UInt64(bitPattern: -Int64(random.below(80)))
        case 2: return random.element(of: [0, 1, .max, 1 << 63, .max >> 1, 1 << 32, 0xFFFF_FFFF, 0xFFFF_FFFE])
        // Ends of the 32-bit numbers, extended either way.
        case 3: return random.element(of: [0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_7FFF_FFFF])
        case 4: return UInt64(bitPattern: Int64(Int32(bitPattern: random.word())))
        case 5: return UInt64(random.word())
        // One run of ones: a number at the limits of a float's precision.
        case 6:
            let (width, shift) = (1 + UInt64(random.below(64)), UInt64(random.below(64)))
            return (UInt64.max >> (64 - width)) << shift
        default: return random.next()
        }
    }

    static func single(_ isAlike: Bool, _ random: inout SplitMix) -> UInt64 {
        let sign = UInt64(random.word() & 0x8000_0000)
        if isAlike, random.below(4) != 0 {
            // 1/8 to 8, with few or all bits.
            let mantissa = random.one(in: 2) ? random.word() & 0x7F_FFFF : 1 << random.below(23)
            return sign | UInt64(124 + random.below(7)) << 23 | UInt64(mantissa)
        }
        switch random.below(12) {
        case 0: return sign
        case 1: return sign | random.element(of: [0x7F80_0000, 0x7FC0_0000, 0x7F80_0001, 0x7FFF_FFFF, 0x7FA5_5AA5])
        case 2: return sign | random.element(of: [1, 0x7F_FFFF, 0x80_0000, 0x7F7F_FFFF, 0x3F80_0000, 0x3F80_0001])
        case 3: return sign | UInt64(random.word() & 0x7F_FFFF)
        case 4: return sign | UInt64(Float(random.below(100_000)).bitPattern)
        // Around the ends of the integers.
        case 5:
            let power = random.element(of: [31, 32, 63, 64] as [UInt64])
            return sign | ((127 + power) << 23 &- 2 &+ UInt64(random.below(4)))
        case 6: return sign | UInt64(Float(random.below(64)).bitPattern) &+ UInt64(random.below(3)) << 20
        case 7, 8: return sign | UInt64(0x3C00_0000 + random.word() & 0x07FF_FFFF)
        default: return UInt64(random.word())
        }
    }

    static func double(_ isAlike: Bool, _ random: inout SplitMix) -> UInt64 {
        let sign = random.next() & 1 << 63
        let mantissas: UInt64 = 1 << 52 - 1
        if isAlike, random.below(4) != 0 {
            let mantissa = random.one(in: 2) ? random.next() & mantissas : 1 << UInt64(random.below(52))
            return sign | UInt64(1020 + random.below(7)) << 52 | mantissa
        }
        switch random.below(12) {
        case 0: return sign
        case 1:
            return sign
                | random.element(of: [
                    0x7FF << 52, 0x7FF8 << 48, 0x7FF << 52 | 1, 0x7FFF_FFFF_FFFF_FFFF, 0x7FF5_5AA5_A55A_5AA5,
                ])
        case 2: return sign | random.element(of: [1, mantissas, 1 << 52, 0x7FEF_FFFF_FFFF_FFFF, 0x3FF << 52])
        case 3: return sign | random.next() & mantissas
        case 4: return sign | Double(random.below(100_000)).bitPattern
        case 5:
            let power = random.element(of: [31, 32, 63, 64] as [UInt64])
            return sign | ((1023 + power) << 52 &- 2 &+ UInt64(random.below(4)))
        // Around what single precision holds: its ends, its subnormals, its ties.
        case 6: return sign | (UInt64(1023 - 152 + random.below(30)) << 52 | random.next() & mantissas)
        case 7: return sign | (UInt64(1023 + 120 + random.below(12)) << 52 | random.next() & mantissas)
        case 8: return sign | (UInt64(1000 + random.below(50)) << 52 | UInt64(random.word()) << 28 & mantissas)
        default: return random.next()
        }
    }

    /// What differs from `expected`, for the message.
    func differences(from expected: Registers) -> [String] {
        var lines: [String] = []
        func compare(_ name: String, _ actual: UInt64, _ expected: UInt64) {
            if actual != expected { lines.append("\(name) \(hex(actual)), expected \(hex(expected))") }
        }
        for index in 0..<32 { compare("x\(index)", x[index], expected.x[index]) }
        for index in 0..<32 { compare("f\(index)", f[index], expected.f[index]) }
        compare("pc", pc, expected.pc)
        compare("fcsr", fcsr, expected.fcsr)
        compare("mscratch", mscratch, expected.mscratch)
        return lines
    }
}
