/// SDIV and UDIV, and the time they take.
extension Execution {
    @inline(always)
    mutating func udiv(_ i: Instruction.Pointer) -> Bool {
        let dividend = r[i.n]
        let divisor = r[i.m]
        guard _fastPath(divisor != 0) else { return leaveForZeroDivisor(i) }
        chargeDivider(dividend, divisor)
        r[i.d] = dividend / divisor
        return true
    }

    @inline(always)
    mutating func sdiv(_ i: Instruction.Pointer) -> Bool {
        let dividend = Int32(bitPattern: r[i.n])
        let divisor = Int32(bitPattern: r[i.m])
        guard _fastPath(divisor != 0) else { return leaveForZeroDivisor(i) }
        chargeDivider(dividend.magnitude, divisor.magnitude)
        // -2^31 / -1 is 2^31, of which the low 32 bits are kept. DDI 0403E.e A7.7.127.
        r[i.d] = UInt32(bitPattern: dividend.dividedReportingOverflow(by: divisor).partialValue)
        return true
    }

    /// What the divider takes beyond the two cycles that every division takes.
    ///
    /// DDI 0439 and ARM 100166 (3.3.1) say 2 to 12 cycles, ending early by the leading ones and zeros of the operands.
    /// The rule is measured, on silicon, by the Cortex-M3/M4 compendium (compendium.i-0.nl, "Division timing"): with
    /// bits(x) the length of |x|, 2 cycles if an operand is zero, 3 if bits(Rn) < bits(Rm), otherwise
    /// 5 + (bits(Rn) - bits(Rm)) / 4.
    @inline(always)
    private mutating func chargeDivider(_ dividend: UInt32, _ divisor: UInt32) {
        guard dividend != 0 else { return }
        let shorter = divisor.leadingZeroBitCount &- dividend.leadingZeroBitCount
        charge(shorter < 0 ? 1 : 3 &+ shorter &>> 2, to: .divider)
    }

    /// A division by zero gives zero, or is a UsageFault; it takes no time beyond two cycles.
    @inline(always)
    private mutating func leaveForZeroDivisor(_ i: Instruction.Pointer) -> Bool {
        flush()
        let goesOn = divideByZero(state, block, i)
        refresh()
        return goesOn
    }
}

/// SDIV and UDIV. DDI 0403E.e A5.3.17, A7.7.127, A7.7.195.
let divisions: [Encoding] = [
    encoding(
        "SDIV T1", "11111 0111 001 nnnn 1111 dddd 1111 mmmm", "sdiv{c} <Rd>, <Rn>, <Rm>", .divide,
        unpredictable: badOperands
    ) {
        Instruction(.sdiv, d: $0.d, n: $0.n, m: $0.m)
    },
    encoding(
        "UDIV T1", "11111 0111 011 nnnn 1111 dddd 1111 mmmm", "udiv{c} <Rd>, <Rn>, <Rm>", .divide,
        unpredictable: badOperands
    ) {
        Instruction(.udiv, d: $0.d, n: $0.n, m: $0.m)
    },
]
