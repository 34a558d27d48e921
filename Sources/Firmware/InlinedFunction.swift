/// A function that the compiler put into another one instead of calling it. It has no symbol; only the debug information
/// knows that it is there.
public struct InlinedFunction: Sendable, Equatable {
    /// Demangled.
    public let name: String
    /// Where it is entered.
    public let entry: UInt64
    /// Its instructions.
    public let ranges: [Range<UInt64>]
    /// The numbers of the general registers that its arguments lie in at `entry`, by name; one that lies elsewhere is
    /// left out.
    public let argumentRegisters: [String: Int]

    public func contains(_ address: UInt64) -> Bool { ranges.contains { $0.contains(address) } }

    /// Whether another one lies wholly in it.
    public func encloses(_ other: InlinedFunction) -> Bool {
        other.ranges.allSatisfy { inner in ranges.contains { inner.clamped(to: $0) == inner } }
    }

    /// With the few instructions of its surroundings that the compiler has moved between its own.
    ///
    /// - Parameter most: the largest gap to close, in bytes.
    public func closingGaps(upTo most: UInt64) -> InlinedFunction {
        var closed: [Range<UInt64>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = closed.last, range.lowerBound <= last.upperBound || range.lowerBound - last.upperBound <= most
            {
                closed[closed.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                closed.append(range)
            }
        }
        return InlinedFunction(name: name, entry: entry, ranges: closed, argumentRegisters: argumentRegisters)
    }
}
