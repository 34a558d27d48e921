/// Single-precision arithmetic on bit patterns, as DDI 0403E.e A2.5.8 to A2.5.13 defines it. It needs no floating-point
/// unit of the host, and is what the faster ways in `HostArithmetic` are measured by.

/// FPAdd().
func FPAdd(_ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let value1 = FPUnpack(op1, &fpscr)
    let value2 = FPUnpack(op2, &fpscr)
    if let result = FPProcessNaNs(value1, value2, op1, op2, &fpscr) { return result }
    return sum(value1, value2, &fpscr)
}

/// FPSub(). The NaN that the second operand may be is not negated.
func FPSub(_ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let value1 = FPUnpack(op1, &fpscr)
    var value2 = FPUnpack(op2, &fpscr)
    if let result = FPProcessNaNs(value1, value2, op1, op2, &fpscr) { return result }
    value2.isNegative.toggle()
    return sum(value1, value2, &fpscr)
}

/// FPMul().
func FPMul(_ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let value1 = FPUnpack(op1, &fpscr)
    let value2 = FPUnpack(op2, &fpscr)
    if let result = FPProcessNaNs(value1, value2, op1, op2, &fpscr) { return result }
    let product = product(value1, value2)
    switch product.type {
    case .Nonzero: return FPRound(product.isNegative, product.mantissa, product.exponent, &fpscr)
    case .Zero: return FPZero(product.isNegative)
    case .Infinity: return FPInfinity(product.isNegative)
    case .QNaN, .SNaN: return invalid(&fpscr)
    }
}

/// FPMulAdd(): `op1` times `op2` plus `addend`, rounded once.
func FPMulAdd(_ addend: UInt32, _ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let valueA = FPUnpack(addend, &fpscr)
    let value1 = FPUnpack(op1, &fpscr)
    let value2 = FPUnpack(op2, &fpscr)
    let product = product(value1, value2)
    let nan = FPProcessNaNs3(valueA, value1, value2, addend, op1, op2, &fpscr)
    // Infinity times zero is an invalid operation even when the addend is a quiet NaN.
    if valueA.type == .QNaN, product.isNaN, !value1.isNaN, !value2.isNaN { return invalid(&fpscr) }
    if let nan { return nan }
    if product.isNaN { return invalid(&fpscr) }
    return sum(valueA, product, &fpscr)
}

/// FPDiv().
func FPDiv(_ op1: UInt32, _ op2: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let value1 = FPUnpack(op1, &fpscr)
    let value2 = FPUnpack(op2, &fpscr)
    if let result = FPProcessNaNs(value1, value2, op1, op2, &fpscr) { return result }
    let isNegative = value1.isNegative != value2.isNegative
    switch (value1.type, value2.type) {
    case (.Infinity, .Infinity), (.Zero, .Zero): return invalid(&fpscr)
    case (.Infinity, _): return FPInfinity(isNegative)
    case (_, .Zero):
        FPProcessException(.DivideByZero, &fpscr)
        return FPInfinity(isNegative)
    case (.Zero, _), (_, .Infinity): return FPZero(isNegative)
    default:
        // 62 bits by 24 bits: a quotient of at least 38.
        let dividend = value1.normalized(leading: 61)
        let divisor = value2.normalized(leading: 23)
        let (quotient, remainder) = dividend.mantissa.quotientAndRemainder(dividingBy: divisor.mantissa)
        return FPRound(
            isNegative, remainder == 0 ? quotient : quotient | 1, dividend.exponent - divisor.exponent, &fpscr)
    }
}

/// FPSqrt().
func FPSqrt(_ operand: UInt32, _ fpscr: inout UInt32) -> UInt32 {
    let value = FPUnpack(operand, &fpscr)
    if value.isNaN { return FPProcessNaN(value.type, operand, &fpscr) }
    if value.type == .Zero { return FPZero(value.isNegative) }
    if value.isNegative { return invalid(&fpscr) }
    if value.type == .Infinity { return FPInfinity(false) }
    // An even exponent, and 61 or 62 bits under the root.
    var radicand = value.normalized(leading: 61)
    if radicand.exponent & 1 != 0 { radicand = value.normalized(leading: 60) }
    let (root, isExact) = integerSquareRoot(radicand.mantissa)
    return FPRound(false, isExact ? root : root | 1, radicand.exponent / 2, &fpscr)
}

/// FPCompare(): N, Z, C and V in bits 31...28. DDI 0403E.e A2.5.10.
func FPCompare(_ op1: UInt32, _ op2: UInt32, quietNaNExc: Bool, _ fpscr: inout UInt32) -> UInt32 {
    let value1 = FPUnpack(op1, &fpscr)
    let value2 = FPUnpack(op2, &fpscr)
    if value1.isNaN || value2.isNaN {
        if quietNaNExc || value1.type == .SNaN || value2.type == .SNaN { FPProcessException(.InvalidOp, &fpscr) }
        return 0b0011 << 28
    }
    let order1 = order(value1, op1)
    let order2 = order(value2, op2)
    return order1 == order2 ? 0b0110 << 28 : order1 < order2 ? 0b1000 << 28 : 0b0010 << 28
}

/// A number that grows with the value of the operand; zeros and flushed denormals are all 0.
private func order(_ value: Unpacked, _ operand: UInt32) -> Int {
    if value.type == .Zero { return 0 }
    return value.isNegative ? -Int(FPAbs(operand)) : Int(operand)
}

/// The result of an invalid operation without NaN operands.
private func invalid(_ fpscr: inout UInt32) -> UInt32 {
    FPProcessException(.InvalidOp, &fpscr)
    return FPDefaultNaN()
}

/// The exact product of two values; a NaN for infinity times zero.
private func product(_ value1: Unpacked, _ value2: Unpacked) -> Unpacked {
    let isNegative = value1.isNegative != value2.isNegative
    switch (value1.type, value2.type) {
    case (.Nonzero, .Nonzero):
        return Unpacked(
            type: .Nonzero, isNegative: isNegative, mantissa: value1.mantissa * value2.mantissa,
            exponent: value1.exponent + value2.exponent)
    case (.Infinity, .Infinity), (.Infinity, .Nonzero), (.Nonzero, .Infinity):
        return Unpacked(type: .Infinity, isNegative: isNegative)
    case (.Zero, .Zero), (.Zero, .Nonzero), (.Nonzero, .Zero):
        return Unpacked(type: .Zero, isNegative: isNegative)
    default:
        return Unpacked(type: .QNaN, isNegative: isNegative)
    }
}

/// The rounded sum of two values that are no NaNs, of at most 48 significant bits.
private func sum(_ value1: Unpacked, _ value2: Unpacked, _ fpscr: inout UInt32) -> UInt32 {
    switch (value1.type, value2.type) {
    case (.Infinity, .Infinity) where value1.isNegative != value2.isNegative: return invalid(&fpscr)
    case (.Infinity, _): return FPInfinity(value1.isNegative)
    case (_, .Infinity): return FPInfinity(value2.isNegative)
    case (.Zero, .Zero):
        if value1.isNegative == value2.isNegative { return FPZero(value1.isNegative) }
        return FPZero(Rounding(of: fpscr) == .RM)
    case (.Zero, _): return FPRound(value2.isNegative, value2.mantissa, value2.exponent, &fpscr)
    case (_, .Zero): return FPRound(value1.isNegative, value1.mantissa, value1.exponent, &fpscr)
    default: break
    }
    // Leading ones at bit 61: no overflow, and 14 bits below the longer operand. If ones are lost below them the
    // exponents are so far apart that no more than one leading bit can cancel.
    var larger = value1.normalized(leading: 61)
    var smaller = value2.normalized(leading: 61)
    if (larger.exponent, larger.mantissa) < (smaller.exponent, smaller.mantissa) { swap(&larger, &smaller) }
    let aligned = smaller.mantissa.shiftedRightSticky(larger.exponent - smaller.exponent)
    let mantissa =
        larger.isNegative == smaller.isNegative ? larger.mantissa + aligned : larger.mantissa - aligned
    if mantissa == 0 { return FPZero(Rounding(of: fpscr) == .RM) }
    return FPRound(larger.isNegative, mantissa, larger.exponent, &fpscr)
}

/// The largest integer whose square is not above `radicand`, which is below 2 to the 62.
private func integerSquareRoot(_ radicand: UInt64) -> (root: UInt64, isExact: Bool) {
    var root: UInt64 = 0
    var bit: UInt64 = 1 << 30
    while bit != 0 {
        let candidate = root | bit
        if candidate * candidate <= radicand { root = candidate }
        bit >>= 1
    }
    return (root, root * root == radicand)
}
