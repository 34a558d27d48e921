/// RISC-V floating point by integers alone: canonical NaNs, tininess after rounding. What the host's arithmetic does not
/// answer comes here; it is what the fast ways are measured by.
@usableFromInline
enum RISCVReference {
    /// Runs `operation` and leaves what flags it raises in `flags`.
    @inline(__always)
    private static func run<Result>(
        _ rm: Rounding, _ flags: inout UInt32, _ operation: (inout FloatEnvironment) -> Result
    ) -> Result {
        var environment = FloatEnvironment(rounding: rm)
        defer { flags |= environment.flags.rawValue }
        return operation(&environment)
    }

    @usableFromInline
    static func add(_ f: BinaryFormat, _ a: UInt64, _ b: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        run(rm, &flags) { f.add(a, b, &$0) }
    }

    @usableFromInline
    static func sub(_ f: BinaryFormat, _ a: UInt64, _ b: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        run(rm, &flags) { f.sub(a, b, &$0) }
    }

    @usableFromInline
    static func mul(_ f: BinaryFormat, _ a: UInt64, _ b: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        run(rm, &flags) { f.mul(a, b, &$0) }
    }

    @usableFromInline
    static func div(_ f: BinaryFormat, _ a: UInt64, _ b: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        run(rm, &flags) { f.div(a, b, &$0) }
    }

    @usableFromInline
    static func sqrt(_ f: BinaryFormat, _ a: UInt64, _ rm: Rounding, _ flags: inout UInt32) -> UInt64 {
        run(rm, &flags) { f.sqrt(a, &$0) }
    }

    @usableFromInline
    static func fma(
        _ f: BinaryFormat, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ rm: Rounding, _ flags: inout UInt32
    ) -> UInt64 {
        run(rm, &flags) { f.fusedMultiplyAdd(a, b, c, &$0) }
    }

    /// FMIN and FMAX since version 2.2 of F and D.
    @usableFromInline
    static func extremum(
        _ f: BinaryFormat, _ a: UInt64, _ b: UInt64, isMaximum: Bool, _ flags: inout UInt32
    ) -> UInt64 {
        run(.RNE, &flags) { f.extremum(a, b, isMaximum: isMaximum, &$0) }
    }

    /// What an unordered comparison raises.
    @usableFromInline
    static func compare(_ f: BinaryFormat, _ a: UInt64, _ b: UInt64, isSignalling: Bool, _ flags: inout UInt32) {
        run(.RNE, &flags) { _ = f.compare(a, b, isSignalling: isSignalling, &$0) }
    }

    /// FCLASS: one bit of ten.
    @usableFromInline
    static func classify(_ f: BinaryFormat, _ a: UInt64) -> UInt64 {
        let (kind, isNegative) = f.classify(a)
        return switch kind {
        case .infinity: isNegative ? 1 << 0 : 1 << 7
        case .normal: isNegative ? 1 << 1 : 1 << 6
        case .denormal: isNegative ? 1 << 2 : 1 << 5
        case .zero: isNegative ? 1 << 3 : 1 << 4
        case .signallingNaN: 1 << 8
        case .quietNaN: 1 << 9
        }
    }

    @usableFromInline
    static func convert(
        _ f: BinaryFormat, _ a: UInt64, from: BinaryFormat, _ rm: Rounding, _ flags: inout UInt32
    ) -> UInt64 {
        run(rm, &flags) { f.convert(a, from: from, &$0) }
    }

    @usableFromInline
    static func fromInteger(
        _ f: BinaryFormat, isNegative: Bool, magnitude: UInt64, _ rm: Rounding, _ flags: inout UInt32
    ) -> UInt64 {
        run(rm, &flags) { f.fromInteger(isNegative: isNegative, magnitude: magnitude, &$0) }
    }

    /// FCVT to an integer, as a register holds it: 32 bits are sign-extended, unsigned ones too. A NaN is as good as
    /// plus infinity.
    @usableFromInline
    static func toInteger(
        _ f: BinaryFormat, _ a: UInt64, width: Int, isSigned: Bool, _ rm: Rounding, _ flags: inout UInt32
    ) -> UInt64 {
        run(rm, &flags) {
            let largest: UInt64 = .max >> UInt64(64 - width + (isSigned ? 1 : 0))
            let result = f.toInteger(a, width: width, isSigned: isSigned, &$0) ?? largest
            return width == 32 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: result))) : result
        }
    }
}
