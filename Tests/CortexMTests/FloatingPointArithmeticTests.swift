@testable import CortexM
import Testing

/// The reference arithmetic against double precision and against the sentences of DDI 0403E.e A2.5.
@Suite struct FloatingPointArithmeticTests {
    typealias Answer = Oracle.Answer

    /// Flushes an operand as A2.5.2 says, and notes Input Denormal.
    private func flush(_ operand: UInt32, _ fpscr: UInt32, _ flags: inout UInt32) -> Double {
        if fpscr & FPSCR.FZ != 0, operand & 0x7F80_0000 == 0, operand << 1 != 0 {
            flags |= FPSCR.IDC
            return operand >> 31 == 1 ? -0.0 : 0
        }
        return Double(Float(bitPattern: operand))
    }

    private func isFinite(_ operand: UInt32) -> Bool { operand & 0x7F80_0000 != 0x7F80_0000 }

    /// Rounds, or answers the zero whose sign the host got right except for rounding towards minus infinity.
    private func answer(_ exact: Double, exactZeroIsSum: Bool, _ fpscr: UInt32, _ flags: UInt32) -> Answer {
        if exact == 0 {
            let isNegative = exact.sign == .minus || exactZeroIsSum && fpscr & FPSCR.RMode == 2 << 22
            return Answer(bits: isNegative ? 0x8000_0000 : 0, flags: flags)
        }
        var result = Oracle.single(exact, fpscr)
        result.flags |= flags
        return result
    }

    /// Calls `body` with all pairs of special operands and with many random ones, in all rounding modes, with and
    /// without flush-to-zero.
    private func sweep(_ count: Int, _ body: (UInt32, UInt32, UInt32, UInt32) -> Void) {
        let special = FloatingPointOperands.special
        var random = FloatingPointOperands(seed: 0xF10A7)
        let modes = (0..<8).map { UInt32($0) << 22 }
        for (index, a) in special.enumerated() {
            for (other, b) in special.enumerated() {
                body(a, b, special[(index * 7 + other * 3) % special.count], modes[(index + other) & 7])
            }
        }
        for index in 0..<count { body(random.operand(), random.operand(), random.operand(), modes[index & 7]) }
    }

    @Test("Sums and differences are those of real numbers, rounded once")
    func sums() {
        sweep(200_000) { a, b, _, fpscr in
            guard isFinite(a), isFinite(b) else { return }
            var flags: UInt32 = 0
            let (x, y) = (flush(a, fpscr, &flags), flush(b, fpscr, &flags))
            for isDifference in [false, true] {
                let exact = Oracle.sum(x, isDifference ? -y : y)
                // A zero made of two zeros of one sign keeps it.
                let keepsSign = x == 0 && y == 0 && x.sign == (isDifference ? -y : y).sign
                let expected = answer(exact, exactZeroIsSum: !keepsSign, fpscr, flags)
                var status = fpscr
                let bits = isDifference ? FPSub(a, b, &status) : FPAdd(a, b, &status)
                check(Answer(bits: bits, flags: status & 0xFF), expected, isDifference ? "sub" : "add", a, b, 0, fpscr)
            }
        }
    }

    @Test("Products are those of real numbers, rounded once")
    func products() {
        sweep(200_000) { a, b, _, fpscr in
            guard isFinite(a), isFinite(b) else { return }
            var flags: UInt32 = 0
            let exact = flush(a, fpscr, &flags) * flush(b, fpscr, &flags)
            var status = fpscr
            let bits = FPMul(a, b, &status)
            check(
                Answer(bits: bits, flags: status & 0xFF), answer(exact, exactZeroIsSum: false, fpscr, flags), "mul", a,
                b, 0, fpscr)
        }
    }

    @Test("A fused multiply-add is rounded once")
    func fusedMultiplyAdds() {
        sweep(200_000) { a, b, c, fpscr in
            guard isFinite(a), isFinite(b), isFinite(c) else { return }
            var flags: UInt32 = 0
            let addend = flush(c, fpscr, &flags)
            let product = flush(a, fpscr, &flags) * flush(b, fpscr, &flags)
            let exact = Oracle.sum(addend, product)
            let keepsSign = addend == 0 && product == 0 && addend.sign == product.sign
            var status = fpscr
            let bits = FPMulAdd(c, a, b, &status)
            check(
                Answer(bits: bits, flags: status & 0xFF), answer(exact, exactZeroIsSum: !keepsSign, fpscr, flags),
                "fma", a, b, c, fpscr)
        }
    }

    @Test("Quotients are those of real numbers, rounded once; a number divided by zero is infinite and says so")
    func quotients() {
        sweep(200_000) { a, b, _, fpscr in
            guard isFinite(a), isFinite(b) else { return }
            var flags: UInt32 = 0
            let (x, y) = (flush(a, fpscr, &flags), flush(b, fpscr, &flags))
            var status = fpscr
            let bits = FPDiv(a, b, &status)
            let expected: Answer
            if y == 0 {
                expected =
                    x == 0
                    ? Answer(bits: 0x7FC0_0000, flags: flags | FPSCR.IOC)
                    : Answer(bits: (a ^ b) & 0x8000_0000 | 0x7F80_0000, flags: flags | FPSCR.DZC)
            } else {
                expected = answer(Oracle.quotient(x, y), exactZeroIsSum: false, fpscr, flags)
            }
            check(Answer(bits: bits, flags: status & 0xFF), expected, "div", a, b, 0, fpscr)
        }
    }

    @Test("Square roots are those of real numbers, rounded once; that of a negative number is invalid")
    func squareRoots() {
        sweep(200_000) { a, _, _, fpscr in
            guard isFinite(a) else { return }
            var flags: UInt32 = 0
            let x = flush(a, fpscr, &flags)
            var status = fpscr
            let bits = FPSqrt(a, &status)
            let expected =
                x < 0
                ? Answer(bits: 0x7FC0_0000, flags: flags | FPSCR.IOC)
                : answer(x == 0 ? x : Oracle.squareRoot(x), exactZeroIsSum: false, fpscr, flags)
            check(Answer(bits: bits, flags: status & 0xFF), expected, "sqrt", a, 0, 0, fpscr)
        }
    }

    private func check(
        _ actual: Answer, _ expected: Answer, _ name: String, _ a: UInt32, _ b: UInt32, _ c: UInt32, _ fpscr: UInt32
    ) {
        // #expect on every case would take minutes.
        if actual != expected {
            let operands = [a, b, c, fpscr].map { "0x" + String($0, radix: 16) }
            Issue.record("\(name) \(operands): \(actual), expected \(expected)")
        }
    }

    // MARK: Infinities and NaNs

    static let infinity: UInt32 = 0x7F80_0000
    static let one: UInt32 = 0x3F80_0000
    static let quiet: UInt32 = 0x7FC1_2345
    static let otherQuiet: UInt32 = 0xFFD0_0001
    static let signalling: UInt32 = 0x7F81_2345
    static let otherSignalling: UInt32 = 0xFF80_0001

    @Test("Infinities minus infinities, zero times infinity and infinity by infinity are invalid, and the Default NaN")
    func invalidOperations() {
        let minus = Self.infinity | 0x8000_0000
        expect(0x7FC0_0000, 1) { FPAdd(Self.infinity, minus, &$0) }
        expect(0x7FC0_0000, 1) { FPSub(minus, minus, &$0) }
        expect(0x7FC0_0000, 1) { FPMul(0, minus, &$0) }
        expect(0x7FC0_0000, 1) { FPDiv(Self.infinity, minus, &$0) }
        expect(0x7FC0_0000, 1) { FPSqrt(minus, &$0) }
        expect(0x7FC0_0000, 1) { FPMulAdd(Self.one, Self.infinity, 0, &$0) }
        expect(0x7FC0_0000, 1) { FPMulAdd(minus, Self.infinity, Self.one, &$0) }
    }

    @Test("Infinities are otherwise exact")
    func infinities() {
        let minus = Self.infinity | 0x8000_0000
        expect(minus, 0) { FPAdd(Self.one, minus, &$0) }
        expect(minus, 0) { FPSub(Self.one, Self.infinity, &$0) }
        expect(minus, 0) { FPMul(minus, Self.one, &$0) }
        expect(0x8000_0000, 0) { FPDiv(Self.one, minus, &$0) }
        expect(minus, 0) { FPDiv(minus, Self.one, &$0) }
        expect(minus, 0) { FPDiv(minus, 0, &$0) }
        expect(Self.infinity, 0) { FPSqrt(Self.infinity, &$0) }
        expect(minus, 0) { FPMulAdd(Self.one, minus, Self.one, &$0) }
        expect(minus, 0) { FPMulAdd(minus, Self.one, Self.one, &$0) }
    }

    @Test("The result is the first signalling NaN, made quiet; without one, the first quiet NaN (A2.5.8)")
    func nanOperands() {
        expect(Self.quiet, 0) { FPAdd(Self.quiet, Self.otherQuiet, &$0) }
        expect(Self.otherQuiet, 0) { FPAdd(Self.one, Self.otherQuiet, &$0) }
        expect(0x7FC1_2345, 1) { FPAdd(Self.quiet, Self.signalling, &$0) }
        expect(0x7FC1_2345, 1) { FPMul(Self.signalling, Self.otherSignalling, &$0) }
        expect(0xFFC0_0001, 1) { FPMulAdd(Self.quiet, Self.otherSignalling, Self.signalling, &$0) }
        expect(0x7FC1_2345, 1) { FPMulAdd(Self.otherQuiet, Self.one, Self.signalling, &$0) }
        expect(Self.otherQuiet, 0) { FPMulAdd(Self.otherQuiet, Self.quiet, Self.one, &$0) }
        expect(0xFFC0_0001, 1) { FPSqrt(Self.otherSignalling, &$0) }
        // A quiet NaN added to zero times infinity.
        expect(0x7FC0_0000, 1) { FPMulAdd(Self.quiet, 0, Self.infinity, &$0) }
    }

    @Test("With FPSCR.DN every NaN is the Default NaN")
    func defaultNaN() {
        expect(0x7FC0_0000, 0, FPSCR.DN) { FPAdd(Self.quiet, Self.otherQuiet, &$0) }
        expect(0x7FC0_0000, 1, FPSCR.DN) { FPAdd(Self.quiet, Self.signalling, &$0) }
        expect(0x7FC0_0000, 0, FPSCR.DN) { FPHalfToSingle(0xFE01, &$0) }
    }

    @Test("VCMP of NaNs is unordered, and invalid for a signalling one; VCMPE is invalid for any")
    func comparisons() {
        expect(0x3000_0000, 0) { FPCompare(Self.quiet, Self.one, quietNaNExc: false, &$0) }
        expect(0x3000_0000, 1) { FPCompare(Self.one, Self.signalling, quietNaNExc: false, &$0) }
        expect(0x3000_0000, 1) { FPCompare(Self.quiet, Self.one, quietNaNExc: true, &$0) }
        expect(0x6000_0000, 0) { FPCompare(0, 0x8000_0000, quietNaNExc: true, &$0) }
        expect(0x8000_0000, 0) { FPCompare(0x8000_0001, 0, quietNaNExc: true, &$0) }
        expect(0x6000_0000, 0x80, FPSCR.FZ) { FPCompare(0x8000_0001, 0, quietNaNExc: true, &$0) }
        expect(0x2000_0000, 0) { FPCompare(Self.infinity, 0x7F7F_FFFF, quietNaNExc: true, &$0) }
        expect(0x8000_0000, 0) { FPCompare(0xBF80_0001, 0xBF80_0000, quietNaNExc: true, &$0) }
    }

    private func expect(_ bits: UInt32, _ flags: UInt32, _ fpscr: UInt32 = 0, _ body: (inout UInt32) -> UInt32) {
        var status = fpscr
        let result = body(&status)
        #expect(Answer(bits: result, flags: status & 0xFF) == Answer(bits: bits, flags: flags))
    }
}
