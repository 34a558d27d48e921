import FloatingPoint

/// Single-precision arithmetic on bit patterns, as DDI 0403E.e A2.5.8 to A2.5.13 defines it. It needs no floating-point
/// unit of the host, and is what the faster ways in `HostArithmetic` are measured by.

/// FPAdd().
func FPAdd(_ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let (a, b) = (flushed(op1, &fpscr), flushed(op2, &fpscr))
    return single(&fpscr) { BinaryFormat.binary32.add(a, b, &$0) }
}

/// FPSub(). The NaN that the second operand may be is not negated.
func FPSub(_ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let (a, b) = (flushed(op1, &fpscr), flushed(op2, &fpscr))
    return single(&fpscr) { BinaryFormat.binary32.sub(a, b, &$0) }
}

/// FPMul().
func FPMul(_ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let (a, b) = (flushed(op1, &fpscr), flushed(op2, &fpscr))
    return single(&fpscr) { BinaryFormat.binary32.mul(a, b, &$0) }
}

/// FPMulAdd(): `op1` times `op2` plus `addend`, rounded once.
func FPMulAdd(_ addend: UInt32, _ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let (a, b, c) = (flushed(op1, &fpscr), flushed(op2, &fpscr), flushed(addend, &fpscr))
    return single(&fpscr) { BinaryFormat.binary32.fusedMultiplyAdd(a, b, c, &$0) }
}

/// FPDiv().
func FPDiv(_ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let (a, b) = (flushed(op1, &fpscr), flushed(op2, &fpscr))
    return single(&fpscr) { BinaryFormat.binary32.div(a, b, &$0) }
}

/// FPSqrt().
func FPSqrt(_ operand: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let a = flushed(operand, &fpscr)
    return single(&fpscr) { BinaryFormat.binary32.sqrt(a, &$0) }
}

/// FPCompare(): N, Z, C and V in bits 31...28. DDI 0403E.e A2.5.10.
func FPCompare(_ op1: UInt32, _ op2: UInt32, quietNaNExc: Bool, _ fpscr: inout UInt32) -> UInt32 {
    let (a, b) = (flushed(op1, &fpscr), flushed(op2, &fpscr))
    return inEnvironment(&fpscr) { environment in
        switch BinaryFormat.binary32.compare(a, b, isSignalling: quietNaNExc, &environment) {
        case .less: 0b1000 << 28
        case .equal: 0b0110 << 28
        case .greater: 0b0010 << 28
        case .unordered: 0b0011 << 28
        }
    }
}

/// The operand as arithmetic takes it: in flush-to-zero mode a denormal is a zero. DDI 0403E.e A2.5.7, FPUnpack().
func flushed(_ operand: UInt32, _ fpscr: inout UInt32) -> UInt64 {
    guard fpscr & FPSCR.FZ != 0, isDenormal(operand) else { return UInt64(operand) }
    fpscr |= FPSCR.IDC
    return UInt64(operand & 0x8000_0000)
}

/// A result in single precision: in flush-to-zero mode a tiny one is a zero, which Underflow alone says.
/// DDI 0403E.e A2.5.9, FPRound().
private func single(_ fpscr: inout UInt32, _ operation: (inout FloatEnvironment) -> UInt64) -> UInt32 {
    var environment = FloatEnvironment(of: fpscr)
    let result = UInt32(truncatingIfNeeded: operation(&environment))
    if fpscr & FPSCR.FZ != 0, environment.flags.contains(.underflow) || isDenormal(result) {
        fpscr |= FPSCR.UFC
        return result & 0x8000_0000
    }
    fpscr |= FPSCR.cumulative(environment.flags)
    return result
}

private func isDenormal(_ operand: UInt32) -> Bool { FPAbs(operand) &- 1 < 0x007F_FFFF }
