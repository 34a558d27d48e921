import Testing

@testable import Profile

@Suite("Numbers as people read them")
struct NumeralTests {
    @Test("Thousands are separated by commas")
    func grouping() {
        #expect(Numeral.grouped(0) == "0")
        #expect(Numeral.grouped(999) == "999")
        #expect(Numeral.grouped(1_000) == "1,000")
        #expect(Numeral.grouped(-1_234_567) == "-1,234,567")
        #expect(Numeral.grouped(Int.min) == "-9,223,372,036,854,775,808")
        #expect(Numeral.grouped(nil) == "-")
        #expect(Numeral.signed(1_000) == "+1,000")
        #expect(Numeral.signed(0) == "0")
    }

    @Test("Decimals are rounded, halves away from zero")
    func decimals() {
        #expect(Numeral.fixed(1.25, places: 1) == "1.3")
        #expect(Numeral.fixed(-1.25, places: 1) == "-1.3")
        #expect(Numeral.fixed(0.04, places: 1) == "0.0")
        #expect(Numeral.fixed(-0.04, places: 1) == "0.0")
        #expect(Numeral.fixed(12_345.006, places: 2) == "12,345.01")
        #expect(Numeral.fixed(2.5, places: 0) == "3")
    }

    @Test("What is no number is a dash, never inf or nan", arguments: [.infinity, -.infinity, .nan, 1e300])
    func noNumber(value: Double) {
        #expect(Numeral.fixed(value, places: 3) == "-")
    }

    @Test("A percentage of nothing is a dash, and little is not nothing")
    func percent() {
        #expect(Numeral.percent(1, of: 0) == "-")
        #expect(Numeral.percent(0, of: 10) == "0.0")
        #expect(Numeral.percent(1, of: 8) == "12.5")
        #expect(Numeral.percent(1, of: 1_000_000) == "<0.1")
        #expect(Numeral.percent(10, of: 10) == "100.0")
    }

    @Test("Frequencies and durations choose their unit")
    func units() {
        #expect(Numeral.frequency(168e6) == "168 MHz")
        #expect(Numeral.frequency(32_768) == "32.768 kHz")
        #expect(Numeral.frequency(50) == "50 Hz")
        #expect(Numeral.duration(1.5) == "1.500 s")
        #expect(Numeral.duration(0.0734861) == "73.486 ms")
        #expect(Numeral.duration(0.0000125) == "12.500 µs")
        #expect(Numeral.duration(0) == "0.000 µs")
        #expect(Numeral.address(0x800_0456) == "0x08000456")
        #expect(Numeral.address(0x8000_0000_0000) == "0x800000000000")
    }

    @Test("Sums clamp where they would overflow")
    func clamping() {
        #expect([Int.max, 1].clampedSum == .max)
        #expect(Int.min.clampedSubtracting(1) == .min)
        #expect(0.clampedSubtracting(.min) == .max)
        #expect(5.clampedAdding(-7) == -2)
    }

    @Test("Names cannot carry terminal commands or turn the line around")
    func printable() {
        #expect("\u{1B}[31mred\u{7}\n".printable == "\u{FFFD}[31mred\u{FFFD}\u{FFFD}")
        #expect("a\u{202E}b".printable == "a\u{FFFD}b")
        #expect("größe_µs 層".printable == "größe_µs 層")
    }
}
