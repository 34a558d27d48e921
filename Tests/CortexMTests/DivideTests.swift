import Testing

@testable import CortexM

struct DivideTests {
    /// compendium.i-0.nl, "Division timing": f(Rn, Rm) with Rn the dividend.
    @Test(
        "A division takes 2 cycles with a zero, 3 with a longer divisor, and one more for every 4 bits of difference",
        arguments: [
            (0, 7, 2), (7, 0, 2), (0, 0, 2),  // an operand is zero
            (1, 2, 3), (255, 256, 3), (1, 0xFFFF_FFFF, 3),  // bits(Rn) < bits(Rm)
            (3, 2, 5), (2, 3, 5), (15, 2, 5),  // 0 to 2 bits longer: 5 + 0
            (16, 1, 6), (255, 1, 6), (256, 1, 7),  // 4 bits: 5 + 1; 7 bits: 5 + 1; 8 bits: 5 + 2
            (0xFFFF_FFFF, 1, 12),  // 31 bits: 5 + 7
        ] as [(UInt32, UInt32, Int)])
    func cycles(dividend: UInt32, divisor: UInt32, expected: Int) {
        #expect(divisionCycles(dividend, divisor) == expected)
    }

    /// ARM 100166, table 3-1: SDIV and UDIV take 2 to 12 cycles.
    @Test("No division takes fewer than 2 or more than 12 cycles")
    func range() {
        for dividend in (0..<33).map({ UInt32(truncatingIfNeeded: 1 as UInt64 &<< $0 - 1) }) {
            for divisor in (0..<33).map({ UInt32(truncatingIfNeeded: 1 as UInt64 &<< $0 - 1) }) {
                #expect(2...12 ~= divisionCycles(dividend, divisor))
            }
        }
    }
}
