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

    @inline(always)
    private mutating func chargeDivider(_ dividend: UInt32, _ divisor: UInt32) {
        let cycles = divisionCycles(dividend, divisor) &- 2
        if cycles != 0 { charge(cycles, to: .divider) }
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

/// How many cycles a division takes, its operands given by their magnitudes: 2 to 12, of which the first two are the
/// static price.
///
/// ARM 100166 (3.3.1) gives the range, and that leading ones and zeros of the operands end it early. The rule was
/// measured on silicon by the Arm Cortex-M4 compendium (compendium.i-0.nl, "Division timing"): with bits(x) the length
/// of |x|, 2 if an operand is zero, 3 if bits(Rn) < bits(Rm), otherwise 5 + (bits(Rn) - bits(Rm)) / 4.
@inline(always)
func divisionCycles(_ dividend: UInt32, _ divisor: UInt32) -> Int {
    if dividend == 0 || divisor == 0 { return 2 }
    let longer = divisor.leadingZeroBitCount &- dividend.leadingZeroBitCount
    return longer < 0 ? 3 : 5 &+ longer &>> 2
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
