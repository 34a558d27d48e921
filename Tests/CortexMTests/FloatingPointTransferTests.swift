@testable import CortexM
import Testing

/// Loads, stores and moves whose effect is known by hand.
@Suite struct FloatingPointTransferTests {
    private let bench = FloatingPointBench()
    private var s: UnsafeMutablePointer<UInt32> { bench.state.singles }
    private var r: UnsafeMutablePointer<UInt32> { bench.state.registers }

    private func fill() {
        for index in 0..<(FloatingPointBench.size / 4) {
            bench.memory.storeBytes(of: 0xAB00_0000 + UInt32(index), toByteOffset: index * 4, as: UInt32.self)
        }
    }

    @Test("VLDR (literal) counts from the word-aligned PC, which is 4 ahead")
    func literals() {
        fill()
        // vldr s3, [pc, #8]; vldr s3, [pc, #-8]; vldr d2, [pc, #8]. The PC reads as 0x20000804, word 0x201.
        #expect(bench.execute(0xEDDF_1A02))
        #expect(s[3] == 0xAB00_0203)
        #expect(bench.execute(0xED5F_1A02))
        #expect(s[3] == 0xAB00_01FF)
        #expect(bench.execute(0xED9F_2B02))
        #expect([s[4], s[5]] == [0xAB00_0203, 0xAB00_0204])
    }

    @Test("FLDMIAX moves its base by a word more than it loads")
    func fldmx() {
        fill()
        r[1] = FloatingPointBench.base
        // fldmiax r1!, {d1-d2}: imm8 is 5.
        #expect(bench.execute(0xECB1_1B05))
        #expect(r[1] == FloatingPointBench.base + 20)
        #expect([s[2], s[3], s[4], s[5], s[6]] == [0xAB00_0000, 0xAB00_0001, 0xAB00_0002, 0xAB00_0003, 0])
    }

    @Test("An access marks the words it touched, and no others")
    func marks() {
        bench.state.pointee.mark = 0x0202_0202
        r[13] = FloatingPointBench.base + 64
        // vpush {s4-s6}
        #expect(bench.execute(0xED2D_2A03))
        #expect(r[13] == FloatingPointBench.base + 52)
        let place = bench.memory + FloatingPointBench.size
        let marks = (0..<32).map { place.load(fromByteOffset: 4 * $0, as: UInt32.self) }
        #expect(marks.enumerated().filter { $0.element == 0x0202_0202 }.map(\.offset) == [13, 14, 15])
    }

    @Test(
        "VMRS APSR_nzcv copies the flags of the comparison",
        arguments: [
            (1.0, 2.0, 0b1000), (2.0, 2.0, 0b0110), (2.0, 1.0, 0b0010), (.nan, 1.0, 0b0011), (-0.0, 0.0, 0b0110),
        ] as [(Float, Float, UInt32)])
    func comparison(a: Float, b: Float, flags: UInt32) {
        (s[0], s[1]) = (a.bitPattern, b.bitPattern)
        // vcmp.f32 s0, s1; vmrs APSR_nzcv, fpscr
        #expect(bench.execute(0xEEB4_0A60))
        #expect(bench.execute(0xEEF1_FA10))
        #expect(bench.flags == flags << 28)
    }

    @Test("Reserved bits of FPSCR cannot be written")
    func reservedBits() {
        r[0] = 0xFFFF_FFFF
        // vmsr fpscr, r0; vmrs r1, fpscr
        #expect(bench.execute(0xEEE1_0A10))
        #expect(bench.execute(0xEEF1_1A10))
        #expect(r[1] == 0xF7C0_009F)
    }

    @Test(
        "Double-precision arithmetic and D16 to D31 are not there",
        arguments: [
            // vadd.f64 d0, d0, d0; vcvt.f64.f32 d0, s0; vldr d16, [r0]; vpush {d16}; vmov.8 d0[0], r0.
            0xEE30_0B00, 0xEEB7_0AC0, 0xEDD0_0B00, 0xED6D_0B02, 0xEE40_0B10,
        ] as [UInt32])
    func absent(word: UInt32) {
        #expect(bench.decode(word)?.isEmpty == nil)
    }

    @Test(
        "Words that are UNPREDICTABLE stay within the registers",
        arguments: [
            // vldmia r0, {s31...} of 255 words; vmov s31, s32, r0, r1; vpush of nothing; VCVT with -1 fraction bits.
            0xECD0_FAFF, 0xEC41_0A3F, 0xED2D_0A00, 0xEEBA_0A6F,
        ] as [UInt32])
    func unpredictable(word: UInt32) {
        r[0] = FloatingPointBench.base
        r[13] = FloatingPointBench.base + 64
        let before = bench.state.pointee.readMap
        #expect(bench.execute(word))
        #expect(bench.state.pointee.readMap == before)
    }
}
