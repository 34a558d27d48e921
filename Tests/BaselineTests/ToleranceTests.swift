import Testing

@testable import Baseline

@Suite("Tolerances")
struct ToleranceTests {
    @Test(
        "A percentage is read with or without its sign",
        arguments: [
            ("2%", 20_000), ("2", 20_000), ("2 %", 20_000), ("0.5%", 5_000), ("0", 0), ("100%", 1_000_000),
            ("0.0001%", 1), ("1.2500", 12_500),
        ])
    func reading(text: String, partsPerMillion: Int) throws {
        #expect(try Tolerance(text).partsPerMillion == partsPerMillion)
    }

    @Test(
        "What is no number is refused", arguments: ["", "%", "two", "2%%", "2,5%", ".5", "5.", "1e1", "+2", "nan", "٢"])
    func noNumber(text: String) {
        #expect(throws: Tolerance.Failure.notANumber(text)) { try Tolerance(text) }
    }

    @Test(
        "What is not between 0 and 100 is refused",
        arguments: ["101%", "100.1%", "-1%", "99999999999999999999", "-0.5"])
    func outOfRange(text: String) {
        #expect(throws: Tolerance.Failure.outOfRange(text)) { try Tolerance(text) }
    }

    @Test("Refusals are sentences")
    func sentences() {
        #expect(
            Tolerance.Failure.outOfRange("200%").description == "the tolerance \"200%\" is not between 0% and 100%")
        #expect(throws: Tolerance.Failure.tooFine("0.00001%")) { try Tolerance("0.00001%") }
    }

    // 2 % of 1,000 is 20.
    @Test("The limit itself is within the tolerance, one more is not")
    func limit() throws {
        let tolerance = try Tolerance("2%")
        #expect(tolerance.permits(1020, golden: 1000))
        #expect(!tolerance.permits(1021, golden: 1000))
        #expect(tolerance.permits(1, golden: 1000))
        #expect(!tolerance.permits(1, golden: 0))
        #expect(!tolerance.permits(.max, golden: 1))
        #expect(Tolerance.exact.permits(5, golden: 5) && !Tolerance.exact.permits(6, golden: 5))
    }
}
