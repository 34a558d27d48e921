import Foundation
import Profile
import Testing

@testable import Report

@Suite("The JSON report")
struct JSONTests {
    private func failure(_ text: String) -> JSON.Failure? {
        do {
            _ = try JSON.decode(Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test("A profile read back is the same profile, and written again the same bytes")
    func roundTrip() throws {
        let text = try JSON.encode(sample)
        let decoded = try JSON.decode(text.utf8)
        #expect(decoded == sample)
        #expect(try JSON.encode(decoded) == text)
    }

    @Test("Keys are sorted, unknown values left out, paths not escaped")
    func form() throws {
        var profile = sample
        profile.functions[0].file = "src/main.c"
        let text = try JSON.encode(profile)
        #expect(text.hasPrefix("{\n  \"clock\" : {\n    \"caches\" : \"prefetch, instruction and data cache\","))
        #expect(text.contains("\"file\" : \"src/main.c\""))
        #expect(text.contains("\"schema\" : {\n    \"name\" : \"simulate.profile\",\n    \"version\" : 1\n  }"))
        #expect(!text.contains("null"))
        #expect(text.hasSuffix("}\n"))
    }

    @Test("Infinite time cannot be written")
    func notRepresentable() {
        var profile = sample
        profile.totals.seconds = .infinity
        #expect(throws: JSON.Failure.notRepresentable) { try JSON.encode(profile) }
    }

    @Test("What is not a JSON object is not a profile", arguments: ["", "{", "[]", "7", "\u{0}", "\u{7F}ELF", "{}x"])
    func notJSON(text: String) {
        #expect(failure(text) == .notJSON)
    }

    @Test("A file that was cut off is not a profile")
    func cutOff() throws {
        #expect(failure(String(try JSON.encode(sample).dropLast(100))) == .notJSON)
    }

    @Test("Nesting without end is refused, not followed")
    func deep() {
        #expect(failure(String(repeating: "[", count: 1_000_000)) == .notJSON)
        #expect(failure(String(repeating: "{\"schema\":", count: 1_000_000)) == .notJSON)
    }

    @Test("Other JSON is told from a profile")
    func foreign() {
        #expect(failure("{}") == .foreign(schema: nil))
        #expect(failure(#"{"schema": 1}"#) == .foreign(schema: nil))
        #expect(failure(#"{"schema": {"name": "sbom", "version": 1}}"#) == .foreign(schema: "sbom"))
        #expect(
            failure(#"{"schema": {"name": "sbom", "version": 1}}"#)?.description
                == "this is not a profile: its schema is \"sbom\"")
    }

    @Test("A newer schema is refused by its number")
    func newer() {
        let failure = failure(#"{"schema": {"name": "simulate.profile", "version": 2}}"#)
        #expect(failure == .newer(version: 2))
        #expect(
            failure?.description
                == "this profile has schema version 2, newer than the version 1 that this simulator reads")
        #expect(self.failure(#"{"schema": {"name": "simulate.profile", "version": 0}}"#) == .unknownVersion(0))
    }

    @Test("A damaged profile is refused with the key at fault")
    func damaged() throws {
        let text = try JSON.encode(sample)
        func damage(_ good: String, _ bad: String) throws -> JSON.Failure? {
            try #require(text.contains(good))
            return failure(text.replacingOccurrences(of: good, with: bad))
        }
        #expect(
            try damage("\"macs\" : 480000", "\"macs\" : \"many\"")
                == .malformed(key: "layers[0].macs", problem: "has the wrong type"))
        #expect(
            try damage("\"sha256\"", "\"md5\"") == .malformed(key: "firmware.sha256", problem: "is missing"))
        #expect(
            try damage("\"kind\" : \"exited\"", "\"kind\" : \"won\"")
                == .malformed(key: "outcome.kind", problem: "has a value that it cannot have"))
        for number in ["480000.5", "99999999999999999999", "1e999", "-"] {
            #expect(
                try damage("\"macs\" : 480000", "\"macs\" : \(number)")?.description
                    == "this profile is damaged: a number cannot be read")
        }
        #expect(try damage("\"seconds\" : ", "\"seconds\" : 1e999, \"s\" : ") != nil)
    }

    @Test("Numbers that cannot all be true are refused")
    func contradictory() throws {
        let text = try JSON.encode(sample)
        let negative = text.replacingOccurrences(of: "\"macs\" : 480000", with: "\"macs\" : -1")
        #expect(
            failure(negative)?.description == "this profile is damaged: layer conv_1: "
                + "the number of multiply-accumulates is -1, which is no count")
        let huge = text.replacingOccurrences(of: "\"macs\" : 480000", with: "\"macs\" : 9223372036854775807")
        #expect(failure(huge) != nil)
    }
}
