import Profile

/// How much more than its golden number a measured number may be, 0 % to 100 %.
public struct Tolerance: Equatable, Sendable {
    /// Ten-thousandths of a percent, so that what the user wrote is kept exactly.
    public let partsPerMillion: Int

    /// Any difference counts.
    public static let exact = Tolerance(unchecked: 0)

    /// Why a text is no tolerance.
    public enum Failure: Error, Equatable, Sendable {
        case notANumber(String)
        case outOfRange(String)
        /// More than four decimals.
        case tooFine(String)
    }

    /// Reads `2%`, `2 %`, `2` or `0.5%`.
    public init(_ text: String) throws(Failure) {
        var digits = text[...]
        if digits.hasSuffix("%") { digits.removeLast() }
        while digits.last == " " { digits.removeLast() }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isDigit) }) else {
            throw digits.first == "-" ? .outOfRange(text) : .notANumber(text)
        }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        guard fraction.count <= 4 else { throw .tooFine(text) }
        guard let whole = Int(parts[0]), whole <= 100,
            let small = Int(fraction + String(repeating: "0", count: 4 - fraction.count))
        else { throw .outOfRange(text) }
        let partsPerMillion = whole * 10_000 + small
        guard partsPerMillion <= 1_000_000 else { throw .outOfRange(text) }
        self.partsPerMillion = partsPerMillion
    }

    private init(unchecked partsPerMillion: Int) {
        self.partsPerMillion = partsPerMillion
    }

    public var isExact: Bool { partsPerMillion == 0 }

    /// Whether `run` is at most this much above `golden`; neither is negative.
    func permits(_ run: Int, golden: Int) -> Bool {
        guard run > golden else { return true }
        let growth = run.clampedSubtracting(golden).magnitude.multipliedFullWidth(by: 1_000_000)
        let allowed = golden.magnitude.multipliedFullWidth(by: UInt(partsPerMillion))
        return (growth.high, growth.low) <= (allowed.high, allowed.low)
    }

    private static func isDigit(_ character: Character) -> Bool {
        ("0"..."9").contains(character)
    }
}

extension Tolerance: CustomStringConvertible {
    /// `2 %`.
    public var description: String { Numeral.trimmed(Double(partsPerMillion) / 1e4) + " %" }
}

extension Tolerance.Failure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notANumber(let text): "\"\(text)\" is not a tolerance; 2% would be one"
        case .outOfRange(let text): "the tolerance \"\(text)\" is not between 0% and 100%"
        case .tooFine(let text): "the tolerance \"\(text)\" has more than four decimals"
        }
    }
}
