import TestSupport

/// All that an instruction may read or write beside memory.
struct Registers: Equatable {
    /// r0 to r14, and the PC.
    var core = [UInt32](repeating: 0, count: 16)
    /// N, Z, C, V, Q and GE, where they stand in the APSR.
    var apsr: UInt32 = 0
    var singles = [UInt32](repeating: 0, count: 32)
    var fpscr: UInt32 = 0

    static let apsrMask: UInt32 = 0xF80F_0000
    /// N, Z, C, V, AHP, DN, FZ, RMode and the cumulative flags. DDI 0403E.e A2.5.3.
    static let fpscrMask: UInt32 = 0xF7C0_009F

    /// Values at which operations change their behaviour, among random ones.
    static func random(_ random: inout SplitMix) -> Registers {
        var registers = Registers()
        for index in 0..<15 { registers.core[index] = integer(&random) }
        registers.core[13] = Layout.middle(&random, alignment: 4)
        registers.apsr = random.word() & apsrMask
        for index in 0..<32 { registers.singles[index] = float(&random) }
        registers.fpscr = random.word() & fpscrMask
        if random.one(in: 2) { registers.fpscr &= ~0x07C0_0000 }
        return registers
    }

    private static func integer(_ random: inout SplitMix) -> UInt32 {
        switch random.below(8) {
        case 0: random.below(80)
        case 1: random.element(of: [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_8000, 0x7FFF, 0x8000])
        case 2: random.element(of: [0x7FFF_7FFF, 0x8000_8000, 0x7FFF_8000, 0x8000_7FFF, 0x807F_FF00, 0x7F80_00FF])
        case 3: UInt32(bitPattern: -Int32(random.below(80)))
        default: random.word()
        }
    }

    private static func float(_ random: inout SplitMix) -> UInt32 {
        let sign = random.word() & 0x8000_0000
        switch random.below(10) {
        case 0: return sign
        case 1: return sign | random.element(of: [0x7F80_0000, 0x7FC0_0000, 0x7F80_0001, 0x7FFF_FFFF, 0x7FA5_5AA5])
        case 2: return sign | random.element(of: [1, 0x007F_FFFF, 0x0080_0000, 0x7F7F_FFFF, 0x3F80_0000, 0x3F80_0001])
        case 3: return sign | random.word() & 0x007F_FFFF
        case 4: return sign | Float(random.below(100_000)).bitPattern
        case 5, 6: return sign | 0x3C00_0000 + random.word() & 0x07FF_FFFF
        default: return random.word()
        }
    }

    /// What differs from `expected`, for the message.
    func differences(from expected: Registers) -> [String] {
        var lines: [String] = []
        func compare(_ name: String, _ actual: UInt32, _ expected: UInt32) {
            if actual != expected { lines.append("\(name) \(hex(actual)), expected \(hex(expected))") }
        }
        for index in 0..<16 { compare("r\(index)", core[index], expected.core[index]) }
        compare("apsr", apsr, expected.apsr)
        for index in 0..<32 { compare("s\(index)", singles[index], expected.singles[index]) }
        compare("fpscr", fpscr, expected.fpscr)
        return lines
    }
}
