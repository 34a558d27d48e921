import Foundation
import Profile
import Testing

@testable import Baseline

@Suite("Golden files")
struct GoldenTests {
    private let text = """
        {
          "golden": 1,
          "target": "stm32f4",
          "firmware": "aa11",
          "model": {"name": "cortex-m4", "version": "1.0"},
          "outcome": "exited",
          "exitCode": 0,
          "console": {"bytes": 12, "sha256": "cc33"},
          "cycles": 1000,
          "instructions": 800,
          "flashBytes": 5000,
          "ramBytes": 2000,
          "stackPeakBytes": 256,
          "layers": [
            {"name": "conv", "cycles": 600, "macs": 300},
            {"name": "softmax", "cycles": 200, "macs": null}
          ]
        }

        """

    private func failure(_ text: String) -> Golden.Failure? {
        do {
            _ = try Golden.decode(Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test("One layer is one line, so that one changed layer is one changed line")
    func form() throws {
        #expect(try Golden(run()).encoded() == text)
    }

    @Test("A golden file read back is the same")
    func roundTrip() throws {
        let odd = run {
            $0.layers[0].name = "a \"quoted\" \\ name\n\u{1F}\u{2028}é層"
            $0.outcome = .fault(description: "x")
            $0.console = nil
            $0.memory.mainStack = nil
        }
        for profile in [run(), odd, run { $0.layers = [] }] {
            let golden = try Golden(profile)
            #expect(try Golden.decode(golden.encoded().utf8) == golden)
        }
    }

    @Test("A run that the user stopped sets no golden numbers", arguments: [Outcome.interrupted(), .breakpoint])
    func stopped(outcome: Outcome) {
        #expect(throws: Golden.Failure.stopped(outcome.clause)) { try Golden(run { $0.outcome = outcome }) }
    }

    @Test("What is no golden file is refused", arguments: ["", "[]", "{}", "{", "{\"golden\": \"1\"}", "\u{0}"])
    func foreign(text: String) {
        #expect(failure(text) == .foreign)
    }

    @Test("Nesting without end is refused, not followed")
    func deep() {
        #expect(failure(String(repeating: "[", count: 1_000_000)) == .foreign)
    }

    @Test("A newer form is refused by its number")
    func newer() {
        #expect(failure("{\"golden\": 2}") == .newer(version: 2))
    }

    @Test(
        "A damaged golden file is refused with the key at fault",
        arguments: [
            ("\"cycles\": 1000", "\"cycles\": -1", "cycles"),
            ("\"cycles\": 1000", "\"cycles\": 9007199254740993", "cycles"),
            ("\"cycles\": 1000", "\"cycles\": 1e99", "a number"),
            ("\"cycles\": 600", "\"cycles\": \"600\"", "layers[0].cycles"),
            ("\"macs\": 300", "\"macs\": -300", "layers[0].macs"),
            ("\"target\"", "\"chip\"", "target"),
            ("\"exited\"", "\"won\"", "outcome"),
            ("\"golden\": 1", "\"golden\": 0", "golden"),
        ])
    func damaged(good: String, bad: String, key: String) throws {
        try #require(text.contains(good))
        #expect(failure(text.replacingOccurrences(of: good, with: bad)) == .malformed(key: key))
    }
}
