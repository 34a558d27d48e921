import FloatingPoint
import Testing

/// Unicorn has the same result and the same flags for every instruction of F and D, in every rounding mode.
@Suite struct UnicornTests {
    private static let count = 12_000

    @Test("F and D are as Unicorn's", arguments: RISCVOperation.all)
    func agreement(operation: RISCVOperation) throws {
        for rounding in Rounding.allCases {
            var rows = rows(for: operation, seed: UInt64(rounding.rawValue) << 32 | UInt64(operation.word))
            let unicorn = try RISCVUnicorn()
            try unicorn.run(operation, fcsr: UInt64(rounding.rawValue) << 5, on: &rows)
            var differences = 0
            for row in rows where !Self.isKnownDifference(operation, row) {
                let result = operation.result == .f32 ? row.result & 0xFFFF_FFFF : row.result
                let expected = (result, UInt32(truncatingIfNeeded: row.flags))
                // With NX set before, nothing else may change.
                for before: UInt32 in [0, 1] {
                    var flags = before
                    let actual = operation.function((row.a, row.b, row.c), rounding, &flags)
                    if actual == expected.0, flags == expected.1 | before { continue }
                    differences += 1
                    if differences > 5 { continue }
                    Issue.record(
                        """
                        \(operation.name) \(rounding) \(hex([row.a, row.b, row.c])): \(hex([actual])) flags \(flags), \
                        expected \(hex([expected.0])) flags \(expected.1 | before)
                        """)
                }
            }
            #expect(differences == 0)
        }
    }

    private func hex(_ values: [UInt64]) -> String { values.map { String($0, radix: 16) }.joined(separator: " ") }

    private func rows(for operation: RISCVOperation, seed: UInt64) -> [RISCVUnicorn.Row] {
        var operands = Operands(width: operation.operands == .f64 ? 64 : 32, seed: seed)
        return (0..<Self.count).map { _ in
            switch operation.operands {
            case .integer: return RISCVUnicorn.Row(a: operands.integer(), b: 0, c: 0)
            case .f64:
                let (a, b, c) = operands.three()
                return RISCVUnicorn.Row(a: a, b: b, c: c)
            case .f32:
                // NaN-boxed.
                let (a, b, c) = operands.three()
                let box: UInt64 = 0xFFFF_FFFF << 32
                return RISCVUnicorn.Row(a: a | box, b: b | box, c: c | box)
            }
        }
    }

    /// What Unicorn 2.0 does as older versions of the architecture did, or wrongly.
    private static func isKnownDifference(_ operation: RISCVOperation, _ row: RISCVUnicorn.Row) -> Bool {
        let isSingle = operation.operands == .f32
        func kind(_ bits: UInt64) -> UInt64 {
            isSingle ? RISCVFloat.classify32(UInt32(truncatingIfNeeded: bits)) : RISCVFloat.classify64(bits)
        }
        let (signalling, quiet, infinities, zeros): (UInt64, UInt64, UInt64, UInt64) = (0x100, 0x200, 0x81, 0x18)
        if operation.name.hasPrefix("FMIN") || operation.name.hasPrefix("FMAX") {
            // Version 2.0: a signalling NaN makes the result a NaN.
            return (kind(row.a) | kind(row.b)) & signalling != 0
        }
        if operation.name.hasPrefix("FMADD") {
            // Infinity times zero plus a quiet NaN: not flagged.
            let factors = kind(row.a) | kind(row.b)
            return factors & infinities != 0 && factors & zeros != 0 && kind(row.c) == quiet
        }
        return false
    }
}
