/// Numbers as people read them, the same on every host whatever its locale.
package enum Numeral {
    /// What stands where there is no number.
    package static let unknown = "-"

    /// `1,234,567`.
    package static func grouped(_ value: Int) -> String {
        (value < 0 ? "-" : "") + grouped(value.magnitude)
    }

    package static func grouped(_ value: Int?) -> String {
        value.map { grouped($0) } ?? unknown
    }

    /// `+1,234`, `-1,234` or `0`.
    package static func signed(_ value: Int) -> String {
        (value > 0 ? "+" : "") + grouped(value)
    }

    /// `1,234.50`: `places` decimals, halves away from zero; `-` for what is no number or too large to be one.
    package static func fixed(_ value: Double?, places: Int) -> String {
        guard let value, value.isFinite else { return unknown }
        var scale: UInt = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (value.magnitude * Double(scale)).rounded(.toNearestOrAwayFromZero)
        // Beyond 2^53 a Double has no decimals left to print.
        guard scaled < 0x1p53 else { return unknown }
        let digits = UInt(scaled)
        let sign = value < 0 && digits != 0 ? "-" : ""
        guard places > 0 else { return sign + grouped(digits) }
        let fraction = String(digits % scale)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return sign + grouped(digits / scale) + "." + zeros + fraction
    }

    /// `12.3`, the percentage that `part` is of `whole`; `<0.1` for what is little but not nothing.
    package static func percent(_ part: Int, of whole: Int) -> String {
        guard let share = ratio(part, whole) else { return unknown }
        let text = fixed(share * 100, places: 1)
        return part > 0 && text == "0.0" ? "<0.1" : text
    }

    /// `168 MHz`, `32.768 kHz`: at most three decimals, no trailing zeros.
    package static func frequency(_ hertz: Double) -> String {
        let (scale, unit) = hertz >= 1e6 ? (1e6, "MHz") : hertz >= 1e3 ? (1e3, "kHz") : (1, "Hz")
        return trimmed(hertz / scale) + " " + unit
    }

    /// `73.486 ms`, in the unit that suits.
    package static func duration(_ seconds: Double) -> String {
        let (scale, unit) = seconds >= 1 ? (1.0, "s") : seconds >= 1e-3 ? (1e3, "ms") : (1e6, "µs")
        return fixed(seconds * scale, places: 3) + " " + unit
    }

    /// At most three decimals, no trailing zeros.
    package static func trimmed(_ value: Double) -> String {
        var text = fixed(value, places: 3)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// `0x08001234`: at least eight digits.
    package static func address(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return "0x" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    private static func grouped(_ magnitude: UInt) -> String {
        let digits = String(magnitude)
        var text = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
