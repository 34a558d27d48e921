/// RISC-V floating point, generic over the two formats, by the host's arithmetic wherever its answer and the flags are
/// known to be right: rounding to nearest even, results that are normal numbers. The rest is the reference's.
///
/// Once Inexact is set nobody needs to know whether a result is exact: a program sets it soon and clears it seldom.
@usableFromInline
enum RISCVArithmetic {
    @inlinable
    @inline(__always)
    static func add<F: HostFloat>(
        _: F.Type, _ a: F.Pattern, _ b: F.Pattern, _ rm: Rounding, _ flags: inout UInt32
    ) -> F.Pattern {
        let x = F(bitPattern: a)
        let y = F(bitPattern: b)
        let result = x + y
        // A tiny sum is exact.
        if _fastPath(rm == .RNE && result.isNumber) {
            if flags & 1 == 0, !F.isExact(result, sum: x, y) { flags |= 1 }
            return result.bitPattern
        }
        return F.Pattern(truncatingIfNeeded: RISCVReference.add(F.format, UInt64(a), UInt64(b), rm, &flags))
    }

    @inlinable
    @inline(__always)
    static func sub<F: HostFloat>(
        _: F.Type, _ a: F.Pattern, _ b: F.Pattern, _ rm: Rounding, _ flags: inout UInt32
    ) -> F.Pattern {
        let x = F(bitPattern: a)
        let y = F(bitPattern: b)
        let result = x - y
        if _fastPath(rm == .RNE && result.isNumber) {
            if flags & 1 == 0, !F.isExact(result, sum: x, -y) { flags |= 1 }
            return result.bitPattern
        }
        return F.Pattern(truncatingIfNeeded: RISCVReference.sub(F.format, UInt64(a), UInt64(b), rm, &flags))
    }

    @inlinable
    @inline(__always)
    static func mul<F: HostFloat>(
        _: F.Type, _ a: F.Pattern, _ b: F.Pattern, _ rm: Rounding, _ flags: inout UInt32
    ) -> F.Pattern {
        let x = F(bitPattern: a)
        let y = F(bitPattern: b)
        let result = x * y
        if _fastPath(rm == .RNE) {
            if _fastPath(result.isPlain) {
                if flags & 1 != 0 { return result.bitPattern }
                if result.hasResidual {
                    if !F.isExact(result, product: x, y) { flags |= 1 }
                    return result.bitPattern
                }
            } else if result == 0, x == 0 || y == 0 {
                return result.bitPattern
            }
        }
        return F.Pattern(truncatingIfNeeded: RISCVReference.mul(F.format, UInt64(a), UInt64(b), rm, &flags))
    }

    @inlinable
    @inline(__always)
    static func div<F: HostFloat>(
        _: F.Type, _ a: F.Pattern, _ b: F.Pattern, _ rm: Rounding, _ flags: inout UInt32
    ) -> F.Pattern {
        let x = F(bitPattern: a)
        let y = F(bitPattern: b)
        let result = x / y
        if _fastPath(rm == .RNE) {
            if _fastPath(result.isPlain) {
                if flags & 1 != 0 { return result.bitPattern }
                if x.hasResidual {
                    if !F.isExact(x, product: result, y) { flags |= 1 }
                    return result.bitPattern
                }
            } else if result == 0, x == 0 {
                return result.bitPattern
            }
        }
        return F.Pattern(truncatingIfNeeded: RISCVReference.div(F.format, UInt64(a), UInt64(b), rm, &flags))
    }

    @inlinable
    @inline(__always)
    static func sqrt<F: HostFloat>(
        _: F.Type, _ a: F.Pattern, _ rm: Rounding, _ flags: inout UInt32
    ) -> F.Pattern {
        let x = F(bitPattern: a)
        let result = x.squareRoot()
        if _fastPath(rm == .RNE && result.isPlain && x.hasResidual) {
            if flags & 1 == 0, !F.isExact(x, product: result, result) { flags |= 1 }
            return result.bitPattern
        }
        return F.Pattern(truncatingIfNeeded: RISCVReference.sqrt(F.format, UInt64(a), rm, &flags))
    }

    /// In double precision the product of singles is exact and the sum is rounded once too often; that is harmless
    /// unless the first rounding moved it into the middle between two singles.
    @inlinable
    @inline(__always)
    static func fma(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ rm: Rounding, _ flags: inout UInt32
    ) -> UInt32 {
        let product = Double(Float(bitPattern: a)) * Double(Float(bitPattern: b))
        let addend = Double(Float(bitPattern: c))
        let sum = product + addend
        let result = Float(sum)
        let isMiddle = sum.bitPattern & 0x1FFF_FFFF == 0x1000_0000
        if _fastPath(rm == .RNE && (result.isPlain || sum == 0)),
            _fastPath(!isMiddle) || Double.isExact(sum, sum: product, addend)
        {
            if flags & 1 == 0, Double(result) != sum || !Double.isExact(sum, sum: product, addend) { flags |= 1 }
            return result.bitPattern
        }
        let reference = RISCVReference.fma(.binary32, UInt64(a), UInt64(b), UInt64(c), rm, &flags)
        return UInt32(truncatingIfNeeded: reference)
    }

    @inlinable
    @inline(__always)
    static func fma(
        _ a: UInt64, _ b: UInt64, _ c: UInt64, _ rm: Rounding, _ flags: inout UInt32
    ) -> UInt64 {
        let x = Double(bitPattern: a)
        let y = Double(bitPattern: b)
        let z = Double(bitPattern: c)
        if _fastPath(rm == .RNE) {
            let result = z.addingProduct(x, y)
            if _fastPath(result.isPlain) {
                if flags & 1 != 0 { return result.bitPattern }
                let product = x * y
                // Exact in two steps, it is exact in one; the reference knows the other cases.
                if product.isPlain, product.hasResidual, Double.isExact(product, product: x, y),
                    Double.isExact(result, sum: product, z)
                {
                    return result.bitPattern
                }
            } else if result == 0, z == 0, x == 0 || y == 0 {
                return result.bitPattern
            }
        }
        return RISCVReference.fma(.binary64, a, b, c, rm, &flags)
    }

    // MARK: Comparison

    @inlinable
    @inline(__always)
    static func min<F: HostFloat>(_: F.Type, _ a: F.Pattern, _ b: F.Pattern, _ flags: inout UInt32) -> F.Pattern {
        let x = F(bitPattern: a)
        let y = F(bitPattern: b)
        if x < y { return a }
        if x > y { return b }
        let reference = RISCVReference.extremum(F.format, UInt64(a), UInt64(b), isMaximum: false, &flags)
        return F.Pattern(truncatingIfNeeded: reference)
    }

    @inlinable
    @inline(__always)
    static func max<F: HostFloat>(_: F.Type, _ a: F.Pattern, _ b: F.Pattern, _ flags: inout UInt32) -> F.Pattern {
        let x = F(bitPattern: a)
        let y = F(bitPattern: b)
        if x > y { return a }
        if x < y { return b }
        let reference = RISCVReference.extremum(F.format, UInt64(a), UInt64(b), isMaximum: true, &flags)
        return F.Pattern(truncatingIfNeeded: reference)
    }

    @inlinable
    @inline(__always)
    static func isEqual<F: HostFloat>(_: F.Type, _ a: F.Pattern, _ b: F.Pattern, _ flags: inout UInt32) -> Bool {
        let x = F(bitPattern: a)
        let y = F(bitPattern: b)
        if x != x || y != y {
            RISCVReference.compare(F.format, UInt64(a), UInt64(b), isSignalling: false, &flags)
        }
        return x == y
    }

    @inlinable
    @inline(__always)
    static func isLess<F: HostFloat>(_: F.Type, _ a: F.Pattern, _ b: F.Pattern, _ flags: inout UInt32) -> Bool {
        let x = F(bitPattern: a)
        let y = F(bitPattern: b)
        // Unordered operands are an invalid operation.
        if x != x || y != y { flags |= 16 }
        return x < y
    }

    @inlinable
    @inline(__always)
    static func isLessOrEqual<F: HostFloat>(
        _: F.Type, _ a: F.Pattern, _ b: F.Pattern, _ flags: inout UInt32
    ) -> Bool {
        let x = F(bitPattern: a)
        let y = F(bitPattern: b)
        if x != x || y != y { flags |= 16 }
        return x <= y
    }
}
