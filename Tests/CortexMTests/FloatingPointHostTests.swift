@testable import CortexM
import Testing

/// What the run loop lets the host compute is what the reference computes, registers and FPSCR alike.
@Suite struct FloatingPointHostTests {
    static let operations: [Operation] = [
        .vadd, .vsub, .vmul, .vnmul, .vmla, .vmls, .vnmla, .vnmls, .vfma, .vfms, .vfnma, .vfnms, .vdiv, .vsqrt,
        .vcmp, .vcmpZero, .vcmpe, .vcmpeZero, .vcvtToS32, .vcvtToU32, .vcvtFromS32, .vcvtFromU32,
    ]

    @Test("The run loop and the reference agree", arguments: operations)
    func agreement(operation: Operation) {
        let bench = FloatingPointBench()
        let state = bench.state
        let s = state.singles
        let record = UnsafeMutablePointer<Instruction>.allocate(capacity: 1)
        defer { record.deallocate() }
        record.initialize(to: Instruction(operation, d: 0, n: 1, m: 2))
        var random = FloatingPointOperands(seed: UInt64(operation.rawValue))
        for count in 0..<150_000 {
            // Mostly as a program runs that has made an inexact result before.
            let fpscr = count & 15 == 0 ? UInt32(truncatingIfNeeded: random.next()) & FPSCR.writable : FPSCR.IXC
            let operands = (random.operand(), random.operand(), random.operand())
            func prepare() {
                (s[0], s[1], s[2]) = operands
                state.pointee.fpscr = fpscr
                state.pointee.fpFlags = 0
            }
            prepare()
            executeFloatingPoint(state, record)
            let expected = [s[0], state.pointee.fpscr, state.pointee.fpFlags]
            prepare()
            bench.execute([record.pointee])
            let actual = [s[0], state.pointee.fpscr, state.pointee.fpFlags]
            if actual != expected {
                let before = hex([operands.0, operands.1, operands.2, fpscr])
                Issue.record("\(operation) \(before): \(hex(actual)), expected \(hex(expected))")
            }
        }
    }

    private func hex(_ values: [UInt32]) -> [String] { values.map { "0x" + String($0, radix: 16) } }

    @Test("An underflow to the smallest normal number is left to the reference")
    func smallestNormal() {
        // The product is 2 to the -126 less 2 to the -150: tiny before rounding, so it underflows.
        let (a, b): (UInt32, UInt32) = (0x3F7F_FFFF, 0x0080_0000)
        #expect(HostArithmetic.mul(a, b) == nil)
        var fpscr = FPSCR.IXC
        #expect(FPMul(0x3FFF_FFFF, 0x0040_0000, &fpscr) == 0x0080_0000)
        #expect(fpscr == FPSCR.IXC | FPSCR.UFC)
    }

    @Test("A fused sum whose double is a tie of singles is left to the reference")
    func doubleRounding() {
        // 1 + 2^-24 exactly, and a little more than that: the same double to 53 bits.
        let addend: UInt32 = 0x3F80_0000
        let factor: UInt32 = 0x3380_0000
        #expect(HostArithmetic.mulAdd(addend, factor, addend) == nil)
        #expect(HostArithmetic.mulAdd(addend, factor, 0x3F80_0001) != nil)
    }
}
