import FloatingPoint
import Testing

/// What RISC-V's instructions let the host compute is what the integers compute, results and flags alike.
@Suite struct ReferenceTests {
    private typealias Fast = ((UInt64, UInt64, UInt64), inout UInt32) -> UInt64
    private typealias Slow = ((UInt64, UInt64, UInt64), inout FloatEnvironment) -> UInt64

    private func compare(width: Int, _ name: String, _ fast: Fast, _ slow: Slow) {
        var operands = Operands(width: width, seed: UInt64(name.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
        var differences = 0
        for _ in 0..<40_000 {
            let three = operands.three()
            var environment = FloatEnvironment()
            var flags: UInt32 = 0
            let expected = slow(three, &environment)
            let actual = fast(three, &flags)
            if actual == expected, flags == environment.flags.rawValue { continue }
            differences += 1
            if differences < 5 { Issue.record("\(name) \(three): \(actual) \(flags), expected \(expected)") }
        }
        #expect(differences == 0)
    }

    @Test("Double precision")
    func doubles() {
        let format = BinaryFormat.binary64
        compare(width: 64, "add", { RISCVFloat.add64($0.0, $0.1, .RNE, &$1) }, { format.add($0.0, $0.1, &$1) })
        compare(width: 64, "sub", { RISCVFloat.sub64($0.0, $0.1, .RNE, &$1) }, { format.sub($0.0, $0.1, &$1) })
        compare(width: 64, "mul", { RISCVFloat.mul64($0.0, $0.1, .RNE, &$1) }, { format.mul($0.0, $0.1, &$1) })
        compare(width: 64, "div", { RISCVFloat.div64($0.0, $0.1, .RNE, &$1) }, { format.div($0.0, $0.1, &$1) })
        compare(width: 64, "sqrt", { RISCVFloat.sqrt64($0.0, .RNE, &$1) }, { format.sqrt($0.0, &$1) })
        compare(
            width: 64, "fma", { RISCVFloat.fma64($0.0, $0.1, $0.2, .RNE, &$1) },
            { format.fusedMultiplyAdd($0.0, $0.1, $0.2, &$1) })
    }

    @Test("Single precision")
    func singles() {
        let format = BinaryFormat.binary32
        func low(_ bits: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: bits) }
        compare(
            width: 32, "add", { UInt64(RISCVFloat.add32(low($0.0), low($0.1), .RNE, &$1)) },
            { format.add($0.0, $0.1, &$1) })
        compare(
            width: 32, "sub", { UInt64(RISCVFloat.sub32(low($0.0), low($0.1), .RNE, &$1)) },
            { format.sub($0.0, $0.1, &$1) })
        compare(
            width: 32, "mul", { UInt64(RISCVFloat.mul32(low($0.0), low($0.1), .RNE, &$1)) },
            { format.mul($0.0, $0.1, &$1) })
        compare(
            width: 32, "div", { UInt64(RISCVFloat.div32(low($0.0), low($0.1), .RNE, &$1)) },
            { format.div($0.0, $0.1, &$1) })
        compare(
            width: 32, "sqrt", { UInt64(RISCVFloat.sqrt32(low($0.0), .RNE, &$1)) }, { format.sqrt($0.0, &$1) })
        compare(
            width: 32, "fma", { UInt64(RISCVFloat.fma32(low($0.0), low($0.1), low($0.2), .RNE, &$1)) },
            { format.fusedMultiplyAdd($0.0, $0.1, $0.2, &$1) })
    }
}
