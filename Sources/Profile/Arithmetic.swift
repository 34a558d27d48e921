// Arithmetic on counts that may come from a file somebody else wrote: it clamps where `+` and `-` would trap.

extension Int {
    package func clampedAdding(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    package func clampedSubtracting(_ other: Int) -> Int {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }
}

extension Sequence where Element == Int {
    package var clampedSum: Int { reduce(0) { $0.clampedAdding($1) } }
}

/// `part` over `whole`; nil where that is no number.
package func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
}
