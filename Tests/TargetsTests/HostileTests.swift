import Testing

@testable import Targets

/// Texts made to break a reader: each ends with a sentence, soon.
@Suite struct HostileTests {
    @Test(.timeLimit(.minutes(1))) func aliasesThatStandForExponentiallyMuchAreRefused() {
        var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (name, before) in zip("bcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxy") {
            text += "\(name): &\(name) [\([String](repeating: "*\(before)", count: 9).joined(separator: ", "))]\n"
        }
        #expect(complaint(text).hasPrefix("my.yaml:1: a word begins with & or *"))
    }

    @Test(arguments: [
        "name: &x y", "name: *x", "? &x y\n: z", "- &x y", "{a: &x y}", "[a,&x]", "\"a\":&x y", "&x a: b",
    ])
    func anchorsAreRefusedWhereverTheyStand(text: String) {
        #expect(complaint(text).contains("begins with & or *"))
    }

    @Test func anAmpersandByItselfIsHarmless() throws {
        let text = Files.smallest.replacing("sources: [none]", with: "sources: [\"R & D\", a*b, \"2 * 3\"]")
        #expect(try TargetDescription.parse(text, fileName: "").model.sources == ["R & D", "a*b", "2 * 3"])
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 60_000),
            String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
            String(repeating: "[\n", count: 100_000), String(repeating: "{ a:\n", count: 40_000),
            (0..<700).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            (0..<700).map { String(repeating: " ", count: $0) + "-\n" }.joined(),
        ]) func deepNestingIsAnError(text: String)
    {
        #expect(complaint(text).hasPrefix("my.yaml:"))
    }

    @Test func aLargeFileIsAnError() {
        #expect(complaint(String(repeating: "# nothing\n", count: 100_000)).contains("at most 262144 bytes"))
    }

    @Test(arguments: [
        "", "\n", "---\n", "--- a\n--- b\n", "...", "%YAML 9.9\n---\na: b", "\u{0}", "\u{FEFF}name: x", "\u{1B}[31m: x",
        "a: b: c", "\t", "'", "\"\\x", "!!binary x", "!!int: 3", "{", "a:\n- b\n c", "null", "~", "? [a]\n: b",
        "<<: {a: b}",
        "name: !!null ''", "\u{202E}: x", "name: |\n  a\n  b",
    ]) func nonsenseIsAnError(text: String) {
        let sentence = complaint(text)
        #expect(sentence.hasPrefix("my.yaml:"))
        #expect(!sentence.contains("\n"))
        #expect(!sentence.contains("\u{1B}"))
    }

    @Test func aLongNameIsClipped() {
        let name = String(repeating: "x", count: 900)
        #expect(complaint("\(name): 1").utf8.count < 400)
    }

    /// Every text that lacks an end, or has one wrong byte, is read or refused.
    @Test func damagedFilesAreReadOrRefused() throws {
        let text = Array(Files.smallest.utf8)
        for length in 0..<text.count { _ = complaint(String(decoding: text[..<length], as: UTF8.self)) }
        for place in text.indices {
            for byte in Array("\0\u{7F}[{&*:-?#'\"%@9".utf8) {
                var damaged = text
                damaged[place] = byte
                _ = complaint(String(decoding: damaged, as: UTF8.self))
            }
        }
    }
}
