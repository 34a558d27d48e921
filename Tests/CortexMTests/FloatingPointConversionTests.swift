@testable import CortexM
import FloatingPoint
import Testing

/// Conversions against double precision and against the sentences of DDI 0403E.e A2.5.14.
@Suite struct FloatingPointConversionTests {
    typealias Answer = Oracle.Answer

    /// All rounding modes, with and without flush-to-zero and the alternative half-precision format.
    private let modes: [UInt32] = (0..<4).flatMap { mode in
        [0, FPSCR.FZ, FPSCR.AHP, FPSCR.AHP | FPSCR.FZ].map { UInt32(mode) << 22 | $0 }
    }

    private func sweep(_ count: Int, _ body: (UInt32, UInt32) -> Void) {
        var random = FloatingPointOperands(seed: 0xC0417)
        for operand in FloatingPointOperands.special { for mode in modes { body(operand, mode) } }
        for index in 0..<count { body(random.operand(), modes[index & 15]) }
    }

    private func check(_ actual: Answer, _ expected: Answer, _ name: String, _ operand: UInt32, _ fpscr: UInt32) {
        if actual != expected {
            let operands = [operand, fpscr].map { "0x" + String($0, radix: 16) }
            Issue.record("\(name) \(operands): \(actual), expected \(expected)")
        }
    }

    private func isDenormal(_ operand: UInt32) -> Bool { operand & 0x7F80_0000 == 0 && operand << 1 != 0 }

    @Test("A conversion to fixed point scales, rounds and saturates; saturation is Invalid Operation, not Inexact")
    func toFixedPoint() {
        let kinds: [(width: Int, fraction: Int, isUnsigned: Bool)] = [
            (32, 0, false), (32, 0, true), (32, 1, false), (32, 31, false), (32, 32, true), (32, 32, false),
            (16, 0, false), (16, 0, true), (16, 15, false), (16, 16, true), (16, 7, true), (16, 16, false),
        ]
        sweep(20_000) { operand, fpscr in
            for kind in kinds {
                for rounding in [Rounding.RTZ, Rounding(of: fpscr)] {
                    var status = fpscr
                    let bits = FPToFixed(
                        operand, width: kind.width, fractionBits: kind.fraction, isUnsigned: kind.isUnsigned,
                        rounding: rounding, &status)
                    let rule = rounding == .RTZ ? .towardZero : Oracle.rule(fpscr)
                    let expected = fixed(operand, kind, rule, fpscr)
                    check(Answer(bits: bits, flags: status & 0xFF), expected, "to fixed \(kind)", operand, fpscr)
                }
            }
        }
    }

    private func fixed(
        _ operand: UInt32, _ kind: (width: Int, fraction: Int, isUnsigned: Bool),
        _ rule: FloatingPointRoundingRule, _ fpscr: UInt32
    ) -> Answer {
        let value = Double(Float(bitPattern: operand))
        if value.isNaN { return Answer(bits: 0, flags: FPSCR.IOC) }
        if isDenormal(operand), fpscr & FPSCR.FZ != 0 { return Answer(bits: 0, flags: FPSCR.IDC) }
        let scaled = Double(sign: .plus, exponent: kind.fraction, significand: value)
        let rounded = scaled.rounded(rule)
        let smallest = kind.isUnsigned ? 0 : -Double(sign: .plus, exponent: kind.width - 1, significand: 1)
        let largest = Double(sign: .plus, exponent: kind.isUnsigned ? kind.width : kind.width - 1, significand: 1) - 1
        let saturated = min(max(rounded, smallest), largest)
        let flags = saturated != rounded ? FPSCR.IOC : rounded != scaled ? FPSCR.IXC : 0
        return Answer(bits: UInt32(truncatingIfNeeded: Int64(saturated)), flags: flags)
    }

    @Test("A conversion from fixed point rounds as FPSCR says, or to nearest")
    func fromFixedPoint() {
        sweep(50_000) { operand, fpscr in
            for fraction in [0, 1, 15, 16, 31, 32] {
                let narrow = Int64(Int16(truncatingIfNeeded: operand))
                for number in [Int64(operand), Int64(Int32(bitPattern: operand)), narrow] {
                    for toNearest in [false, true] {
                        var status = fpscr
                        let bits = FixedToFP(number, fractionBits: fraction, roundsToNearest: toNearest, &status)
                        let exact = Double(sign: .plus, exponent: -fraction, significand: Double(number))
                        let mode = toNearest ? fpscr & ~FPSCR.RMode : fpscr
                        let expected = number == 0 ? Answer(bits: 0, flags: 0) : Oracle.single(exact, mode)
                        check(Answer(bits: bits, flags: status & 0xFF), expected, "from fixed", operand, fpscr)
                        if status & ~0xFF != fpscr & ~0xFF { Issue.record("FPSCR controls changed") }
                    }
                }
            }
        }
    }

    @Test("A conversion to half precision rounds once, in either format")
    func toHalf() {
        sweep(200_000) { operand, fpscr in
            var status = fpscr
            let bits = UInt32(FPSingleToHalf(operand, &status))
            let value = Float(bitPattern: operand)
            let sign = operand >> 16 & 0x8000
            let isAlternative = fpscr & FPSCR.AHP != 0
            let expected: Answer
            if value.isNaN {
                let isSignalling = operand >> 22 & 1 == 0
                expected = Answer(
                    bits: isAlternative ? sign : sign | 0x7E00 | operand >> 13 & 0x1FF,
                    flags: isAlternative || isSignalling ? FPSCR.IOC : 0)
            } else if value.isInfinite {
                expected =
                    isAlternative
                    ? Answer(bits: sign | 0x7FFF, flags: FPSCR.IOC) : Answer(bits: sign | 0x7C00, flags: 0)
            } else if value == 0 {
                expected = Answer(bits: sign, flags: 0)
            } else if isDenormal(operand), fpscr & FPSCR.FZ != 0 {
                expected = Answer(bits: sign, flags: FPSCR.IDC)
            } else {
                expected = Oracle.half(Double(value), fpscr)
            }
            check(Answer(bits: bits, flags: status & 0xFF), expected, "to half", operand, fpscr)
        }
    }

    @Test("A conversion from half precision is exact; the alternative format has neither infinities nor NaNs")
    func fromHalf() {
        for operand in UInt16.min...UInt16.max {
            let isNegative = operand >> 15 == 1
            let exponent = Int(operand >> 10 & 0x1F)
            let fraction = Double(operand & 0x3FF)
            for isAlternative in [false, true] {
                for flushing in [0, FPSCR.FZ] {
                    var status = flushing | (isAlternative ? FPSCR.AHP : 0)
                    let bits = FPHalfToSingle(operand, &status)
                    let expected: Answer
                    if exponent == 31, !isAlternative {
                        let isSignalling = operand & 0x3FF != 0 && operand & 0x200 == 0
                        let payload = UInt32(operand & 0x3FF) << 13 | (fraction == 0 ? 0 : 0x40_0000)
                        let sign: UInt32 = isNegative ? 0x8000_0000 : 0
                        expected = Answer(bits: sign | 0x7F80_0000 | payload, flags: isSignalling ? FPSCR.IOC : 0)
                    } else {
                        let significand = exponent == 0 ? fraction : fraction + 1024
                        let magnitude = Double(sign: .plus, exponent: max(exponent, 1) - 25, significand: significand)
                        expected = Answer(bits: Float(isNegative ? -magnitude : magnitude).bitPattern, flags: 0)
                    }
                    check(Answer(bits: bits, flags: status & 0xFF), expected, "from half", UInt32(operand), status)
                }
            }
        }
    }

    @Test(
        "VFPExpandImm() makes the 256 constants of A6.4.1",
        arguments: [
            (0x70, 1.0), (0x00, 2.0), (0x78, 1.5), (0x60, 0.5), (0x3F, 31.0), (0x40, 0.125), (0x80, -2.0), (0xF0, -1.0),
        ] as [(UInt32, Float)])
    func constants(imm8: UInt32, value: Float) {
        #expect(VFPExpandImm(imm8) == value.bitPattern)
    }
}
