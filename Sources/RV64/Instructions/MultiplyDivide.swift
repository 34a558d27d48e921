/// The M extension. Unprivileged manual, chapter 7.
let multiplications: [Encoding] = [
    register("MUL", "0000001", "000", "0110011", .mul, .multiply),
    register("MULH", "0000001", "001", "0110011", .mulh, .multiplyHigh),
    register("MULHSU", "0000001", "010", "0110011", .mulhsu, .multiplyHigh),
    register("MULHU", "0000001", "011", "0110011", .mulhu, .multiplyHigh),
    register("DIV", "0000001", "100", "0110011", .div, .divide),
    register("DIVU", "0000001", "101", "0110011", .divu, .divide),
    register("REM", "0000001", "110", "0110011", .rem, .divide),
    register("REMU", "0000001", "111", "0110011", .remu, .divide),
    register("MULW", "0000001", "000", "0111011", .mulw, .multiplyWord),
    register("DIVW", "0000001", "100", "0111011", .divw, .divide),
    register("DIVUW", "0000001", "101", "0111011", .divuw, .divide),
    register("REMW", "0000001", "110", "0111011", .remw, .divide),
    register("REMUW", "0000001", "111", "0111011", .remuw, .divide),
]

extension Execution {
    @inline(always) func mul(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &* r[i.m] }
    @inline(always) func mulw(_ i: Instruction.Pointer) { r[i.d] = word(low(r[i.n]) &* low(r[i.m])) }
    @inline(always) func mulhu(_ i: Instruction.Pointer) { r[i.d] = r[i.n].multipliedFullWidth(by: r[i.m]).high }
    @inline(always) func mulh(_ i: Instruction.Pointer) {
        r[i.d] = UInt64(bitPattern: signed(r[i.n]).multipliedFullWidth(by: signed(r[i.m])).high)
    }
    @inline(always) func mulhsu(_ i: Instruction.Pointer) {
        // A negative factor was taken as 2^64 more than it is.
        let (n, m) = (r[i.n], r[i.m])
        r[i.d] = n.multipliedFullWidth(by: m).high &- (signed(n) < 0 ? m : 0)
    }

    // A division takes a cycle for each bit of the quotient that may not be zero.

    @inline(always) mutating func div(_ i: Instruction.Pointer) {
        let (n, m) = (signed(r[i.n]), signed(r[i.m]))
        chargeDivision(n.magnitude, m.magnitude)
        r[i.d] = m == 0 ? .max : UInt64(bitPattern: n.dividedReportingOverflow(by: m).partialValue)
    }
    @inline(always) mutating func rem(_ i: Instruction.Pointer) {
        let (n, m) = (signed(r[i.n]), signed(r[i.m]))
        chargeDivision(n.magnitude, m.magnitude)
        r[i.d] = m == 0 ? r[i.n] : UInt64(bitPattern: n.remainderReportingOverflow(dividingBy: m).partialValue)
    }
    @inline(always) mutating func divu(_ i: Instruction.Pointer) {
        let (n, m) = (r[i.n], r[i.m])
        chargeDivision(n, m)
        r[i.d] = m == 0 ? .max : n / m
    }
    @inline(always) mutating func remu(_ i: Instruction.Pointer) {
        let (n, m) = (r[i.n], r[i.m])
        chargeDivision(n, m)
        r[i.d] = m == 0 ? n : n % m
    }
    @inline(always) mutating func divw(_ i: Instruction.Pointer) {
        let (n, m) = (Int32(truncatingIfNeeded: r[i.n]), Int32(truncatingIfNeeded: r[i.m]))
        chargeDivision(UInt64(n.magnitude), UInt64(m.magnitude))
        r[i.d] = m == 0 ? .max : word(UInt32(bitPattern: n.dividedReportingOverflow(by: m).partialValue))
    }
    @inline(always) mutating func remw(_ i: Instruction.Pointer) {
        let (n, m) = (Int32(truncatingIfNeeded: r[i.n]), Int32(truncatingIfNeeded: r[i.m]))
        chargeDivision(UInt64(n.magnitude), UInt64(m.magnitude))
        r[i.d] = word(UInt32(bitPattern: m == 0 ? n : n.remainderReportingOverflow(dividingBy: m).partialValue))
    }
    @inline(always) mutating func divuw(_ i: Instruction.Pointer) {
        let (n, m) = (low(r[i.n]), low(r[i.m]))
        chargeDivision(UInt64(n), UInt64(m))
        r[i.d] = m == 0 ? .max : word(n / m)
    }
    @inline(always) mutating func remuw(_ i: Instruction.Pointer) {
        let (n, m) = (low(r[i.n]), low(r[i.m]))
        chargeDivision(UInt64(n), UInt64(m))
        r[i.d] = word(m == 0 ? n : n % m)
    }

    /// The divider skips the quotient's leading zeros. It finds all 64 bits of a division by zero.
    @inline(always)
    private mutating func chargeDivision(_ dividend: UInt64, _ divisor: UInt64) {
        charge(max(divisor.leadingZeroBitCount - dividend.leadingZeroBitCount, 0), to: .divider)
    }
}
