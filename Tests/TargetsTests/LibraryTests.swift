import Testing

@testable import Targets

@Suite struct LibraryTests {
    @Test(arguments: ["stm32f4", "STM32F4", "stm32f407", "STM32F407VG", "stm32f4-discovery"])
    func aTargetIsFoundByNameOrAlias(name: String) throws {
        #expect(try Files.library().description(named: name).name == "stm32f4")
    }

    @Test(arguments: [
        ("stm32f", "stm32f4"), ("stm23f4", "stm32f4"), ("stm32f409", "stm32f407"),
        ("smt32f4-discovery", "stm32f4-discovery"),
    ])
    func aMisspellingGetsTheNearestNames(name: String, expected: String) throws {
        let library = try Files.library()
        let error = #expect(throws: TargetError.self) { try library.description(named: name) }
        guard case .noTarget(name, let nearest, ["stm32f4"]) = error?.problem else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(nearest.first == expected)
    }

    @Test func aWordLikeNothingGetsAllNames() throws {
        let library = try Files.library()
        let error = #expect(throws: TargetError.self) { try library.description(named: "k210") }
        #expect(error?.description == "there is no target k210; use stm32f4, or the path of a YAML file")
    }

    @Test(arguments: ["", "..", "a/b", String(repeating: "stm32f4", count: 10_000), "\u{0}\n"])
    func strangeNamesAreErrors(name: String) throws {
        let library = try Files.library()
        #expect(throws: TargetError.self) { try library.description(named: name) }
    }

    @Test func aBrokenFileIsItsOwnError() throws {
        let library = TargetLibrary(targets: ["bad.yaml": "name: 3", "tiny.yaml": Files.smallest], cores: [:])
        #expect(try library.description(named: "tiny").chip == "TINY1")
        let error = #expect(throws: TargetError.self) { try library.description(named: "bad") }
        #expect(error?.file == "bad.yaml")
        #expect(library.descriptions.map(\.name) == ["tiny"])
    }

    /// "kitten" to "sitting" are three changes (Levenshtein); a swap of neighbours is one (Damerau).
    @Test func distancesAreThoseOfTheTextbook() {
        func distance(_ a: String, _ b: String) -> Int {
            Spelling.distance(Array(a.unicodeScalars), Array(b.unicodeScalars))
        }
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("stm23", "stm32") == 1)
        #expect(distance("", "abc") == 3)
        #expect(distance("abc", "") == 3)
    }

    @Test func aCycleTableMustBeComplete() throws {
        let text = try Files.text("cores/cortex-m4.yaml")
        #expect(try CoreModel.parse(text, fileName: "x.yaml").name == "cortex-m4")
        let lacking = text.replacing("  loadStall:", with: "  loadStalls:")
        let error = #expect(throws: TargetError.self) { try CoreModel.parse(lacking, fileName: "x.yaml") }
        #expect(error?.description.contains("`rules` has no `loadStalls`") == true)
        let shorter = text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("  unalignedOdd:") }.joined(separator: "\n")
        let missing = #expect(throws: TargetError.self) { try CoreModel.parse(shorter, fileName: "x.yaml") }
        #expect(missing?.description.contains("`rules` lacks `unalignedOdd`") == true)
    }
}
