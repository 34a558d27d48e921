/// The operations of IEEE 754-2008 5.4.1.
extension BinaryFormat {
    /// `a` plus `b`.
    public func add(_ a: UInt64, _ b: UInt64, _ environment: inout FloatEnvironment) -> UInt64 {
        let x = unpack(a)
        let y = unpack(b)
        if let nan = nan(x, a, y, b, &environment) { return nan }
        return sum(x, y, &environment)
    }

    /// `a` minus `b`. A NaN that `b` may be keeps its sign.
    public func sub(_ a: UInt64, _ b: UInt64, _ environment: inout FloatEnvironment) -> UInt64 {
        let x = unpack(a)
        var y = unpack(b)
        if let nan = nan(x, a, y, b, &environment) { return nan }
        y.isNegative.toggle()
        return sum(x, y, &environment)
    }

    /// `a` times `b`.
    public func mul(_ a: UInt64, _ b: UInt64, _ environment: inout FloatEnvironment) -> UInt64 {
        let x = unpack(a)
        let y = unpack(b)
        if let nan = nan(x, a, y, b, &environment) { return nan }
        guard let product = product(x, y) else { return invalid(&environment) }
        switch product.kind {
        case .infinity: return infinity(isNegative: product.isNegative)
        case .zero: return zero(isNegative: product.isNegative)
        default: return round(product.isNegative, product.significand, product.exponent, &environment)
        }
    }

    /// `a` times `b` plus `c`, rounded once. Among NaNs that propagate the addend comes first.
    public func fusedMultiplyAdd(
        _ a: UInt64, _ b: UInt64, _ c: UInt64, _ environment: inout FloatEnvironment
    ) -> UInt64 {
        let x = unpack(a)
        let y = unpack(b)
        let z = unpack(c)
        let product = product(x, y)
        // Infinity times zero is invalid even when the addend is a quiet NaN.
        if product == nil, !x.isNaN, !y.isNaN, z.kind != .signallingNaN { return invalid(&environment) }
        if x.isNaN || y.isNaN || z.isNaN, let nan = nan([(z, c), (x, a), (y, b)], &environment) { return nan }
        guard let product else { return invalid(&environment) }
        return sum(product, z, &environment)
    }

    /// `a` divided by `b`.
    public func div(_ a: UInt64, _ b: UInt64, _ environment: inout FloatEnvironment) -> UInt64 {
        let x = unpack(a)
        let y = unpack(b)
        if let nan = nan(x, a, y, b, &environment) { return nan }
        let isNegative = x.isNegative != y.isNegative
        switch (x.kind, y.kind) {
        case (.infinity, .infinity), (.zero, .zero): return invalid(&environment)
        case (.infinity, _): return infinity(isNegative: isNegative)
        case (_, .zero):
            environment.flags.insert(.divisionByZero)
            return infinity(isNegative: isNegative)
        case (.zero, _), (_, .infinity): return zero(isNegative: isNegative)
        default: break
        }
        // A quotient of three bits more than the precision, or one less than that.
        let dividend = x.normalized(leading: 2 * fractionBits + 3)
        let divisor = y.normalized(leading: fractionBits)
        let (quotient, rest) = dividend.significand.quotientAndRemainder(dividingBy: divisor.significand)
        let exponent = dividend.exponent - divisor.exponent
        return round(isNegative, rest == 0 ? quotient : quotient | 1, exponent, &environment)
    }

    /// The square root of `a`.
    public func sqrt(_ a: UInt64, _ environment: inout FloatEnvironment) -> UInt64 {
        let x = unpack(a)
        if x.isNaN { return nan([(x, a)], &environment) ?? a }
        if x.kind == .zero { return a }
        if x.isNegative { return invalid(&environment) }
        if x.kind == .infinity { return a }
        // An even exponent, and twice as many bits as the root needs, or one more.
        var radicand = x.normalized(leading: 2 * fractionBits + 4)
        if radicand.exponent & 1 != 0 { radicand = x.normalized(leading: 2 * fractionBits + 5) }
        let (root, isExact) = radicand.significand.squareRoot(bits: fractionBits + 3)
        return round(false, isExact ? root : root | 1, radicand.exponent / 2, &environment)
    }

    // MARK: Numbers

    /// The exact product of two values that are no NaNs; `nil` for infinity times zero, and for a NaN.
    private func product(_ x: Unpacked, _ y: Unpacked) -> Unpacked? {
        let isNegative = x.isNegative != y.isNegative
        switch (x.kind, y.kind) {
        case (.quietNaN, _), (.signallingNaN, _), (_, .quietNaN), (_, .signallingNaN): return nil
        case (.infinity, .zero), (.zero, .infinity): return nil
        case (.infinity, _), (_, .infinity): return Unpacked(kind: .infinity, isNegative: isNegative)
        case (.zero, _), (_, .zero): return Unpacked(kind: .zero, isNegative: isNegative)
        default:
            return Unpacked(
                kind: .normal, isNegative: isNegative, significand: x.significand * y.significand,
                exponent: x.exponent + y.exponent)
        }
    }

    /// The rounded sum of two values that are no NaNs, of at most 106 significant bits.
    private func sum(_ x: Unpacked, _ y: Unpacked, _ environment: inout FloatEnvironment) -> UInt64 {
        switch (x.kind, y.kind) {
        case (.infinity, .infinity) where x.isNegative != y.isNegative: return invalid(&environment)
        case (.infinity, _): return infinity(isNegative: x.isNegative)
        case (_, .infinity): return infinity(isNegative: y.isNegative)
        case (.zero, .zero):
            if x.isNegative == y.isNegative { return zero(isNegative: x.isNegative) }
            return zero(isNegative: environment.rounding == .RDN)
        case (.zero, _): return round(y.isNegative, y.significand, y.exponent, &environment)
        case (_, .zero): return round(x.isNegative, x.significand, x.exponent, &environment)
        default: break
        }
        // Leading ones at bit 125: no overflow, and 20 bits below the longer operand. If ones are lost below them the
        // exponents are so far apart that no more than one leading bit can cancel.
        var larger = x.normalized(leading: 125)
        var smaller = y.normalized(leading: 125)
        if (larger.exponent, larger.significand) < (smaller.exponent, smaller.significand) { swap(&larger, &smaller) }
        let aligned = smaller.significand.shiftedRightSticky(larger.exponent - smaller.exponent)
        let isSum = larger.isNegative == smaller.isNegative
        let significand = isSum ? larger.significand + aligned : larger.significand - aligned
        if significand == 0 { return zero(isNegative: environment.rounding == .RDN) }
        return round(larger.isNegative, significand, larger.exponent, &environment)
    }

    // MARK: NaNs

    /// The result of an invalid operation without NaN operands.
    private func invalid(_ environment: inout FloatEnvironment) -> UInt64 {
        environment.flags.insert(.invalid)
        return canonicalNaN
    }

    private func nan(
        _ x: Unpacked, _ a: UInt64, _ y: Unpacked, _ b: UInt64, _ environment: inout FloatEnvironment
    ) -> UInt64? {
        x.isNaN || y.isNaN ? nan([(x, a), (y, b)], &environment) : nil
    }

    /// The result if an operand is a NaN; `nil` if none is.
    private func nan(_ operands: [(value: Unpacked, bits: UInt64)], _ environment: inout FloatEnvironment) -> UInt64? {
        let signalling = operands.first { $0.value.kind == .signallingNaN }
        guard let first = signalling ?? operands.first(where: { $0.value.kind == .quietNaN }) else { return nil }
        if signalling != nil { environment.flags.insert(.invalid) }
        return quieted(first.bits, from: self, environment)
    }

    /// What a NaN of a format makes of a result of this one.
    func quieted(_ nan: UInt64, from format: BinaryFormat, _ environment: FloatEnvironment) -> UInt64 {
        switch environment.nans {
        case .canonical: return canonicalNaN
        case .propagated:
            // The payload keeps its high bits.
            let aligned = (nan & format.fractionMask) << UInt64(63 - format.fractionBits)
            return infinity(isNegative: nan & format.signBit != 0) | quietBit | aligned >> UInt64(63 - fractionBits)
        }
    }
}

extension UInt128 {
    /// The largest integer whose square is not above this one.
    ///
    /// - Parameter bits: of the root; the square of a longer one is above this number.
    fileprivate func squareRoot(bits: Int) -> (root: UInt128, isExact: Bool) {
        var root: UInt128 = 0
        var rest = self
        for position in stride(from: bits - 1, through: 0, by: -1) {
            // (root + bit)^2 = root^2 + (2 root + bit) bit
            let bit: UInt128 = 1 << UInt128(position)
            let difference = (root << 1 | bit) << UInt128(position)
            if difference <= rest {
                rest -= difference
                root |= bit
            }
        }
        return (root, rest == 0)
    }
}
