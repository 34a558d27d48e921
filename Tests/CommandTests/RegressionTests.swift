import Foundation
import Testing

/// The canary: a gate that has never been seen to close may be open for ever.
@Suite("The gate against regressions bites")
struct RegressionTests {
    private let folder: TemporaryFolder
    private let golden: URL

    /// A folder with a firmware and its golden numbers.
    init() throws {
        folder = try TemporaryFolder()
        golden = folder.url.appendingPathComponent("golden.stm32f4.json")
        try FileManager.default.copyItem(
            atPath: Command.firmware("layers"), toPath: folder.url.appendingPathComponent("layers.elf").path)
        let accepted = try Command(["test", folder.path, "--accept", "--target", "stm32f407"])
        #expect(accepted.status == 0)
        #expect(accepted.output.contains("accepted"))
    }

    private func edit(_ change: (inout [String]) -> Void) throws {
        var lines = try String(contentsOf: golden, encoding: .utf8).components(separatedBy: "\n")
        change(&lines)
        try lines.joined(separator: "\n").write(to: golden, atomically: true, encoding: .utf8)
    }

    /// Replaces the number behind `"cycles": ` in the line that has a text.
    private func setCycles(_ cycles: Int, in text: String) throws {
        try edit { lines in
            for index in lines.indices where lines[index].contains(text) {
                lines[index].replace(/"cycles": [0-9]+/, with: "\"cycles\": \(cycles)")
            }
        }
    }

    private func test(_ options: String...) throws -> Command { try Command(["test", folder.path] + options) }

    @Test("The same numbers pass, and accepting them writes nothing")
    func same() throws {
        let run = try test()
        #expect(run.status == 0)
        #expect(run.output.hasSuffix("1 passed, 0 failed\n"))
        let before = try FileManager.default.attributesOfItem(atPath: golden.path)[.modificationDate] as? Date
        #expect(try test("--accept").output.contains("unchanged"))
        let after = try FileManager.default.attributesOfItem(atPath: golden.path)[.modificationDate] as? Date
        #expect(before == after)
    }

    @Test("Slower fails; within the tolerance it passes")
    func slower() throws {
        try setCycles(80_000, in: "int8_add")
        let run = try test()
        #expect(run.status == 1)
        #expect(run.output.contains("slower: int8_add took 80,000 cycles, now "))
        #expect(run.output.hasSuffix("0 passed, 1 failed\n"))
        #expect(try test("--tolerance", "2%").status == 0)
        #expect(try test("--tolerance", "0.01%").status == 1)
    }

    @Test("Faster fails, too, and says: accept me")
    func faster() throws {
        try setCycles(90_000, in: "int8_add")
        let run = try test()
        #expect(run.status == 1)
        #expect(run.output.contains("faster: int8_add took 90,000 cycles, now "))
        #expect(run.output.contains("run again with --accept to keep it"))
        #expect(try test("--accept").output.contains("accepted"))
        #expect(try test().status == 0)
    }

    @Test("A new layer fails")
    func newLayer() throws {
        try edit { lines in
            lines.removeAll { $0.contains("int8_add") }
        }
        let run = try test()
        #expect(run.status == 1)
        #expect(run.output.contains("new layer: int8_add"))
    }

    @Test("A vanished layer fails, whatever the tolerance")
    func vanishedLayer() throws {
        try edit { lines in
            for index in lines.indices where lines[index].contains("int8_add") {
                lines.insert(lines[index].replacing("int8_add", with: "int8_softmax"), at: index)
                break
            }
        }
        let run = try test("--tolerance", "50%")
        #expect(run.status == 1)
        #expect(run.output.contains("vanished layer: int8_softmax"))
    }

    @Test("A changed firmware and a changed model are two other messages")
    func changed() throws {
        try edit { lines in
            for index in lines.indices where lines[index].contains("\"firmware\"") {
                lines[index].replace(/[0-9a-f]{64}/, with: String(repeating: "0", count: 64))
            }
        }
        let firmware = try test()
        #expect(firmware.status == 1)
        #expect(firmware.output.contains("firmware changed"))
        #expect(!firmware.output.contains("model changed"))
        #expect(try test("--accept").status == 0)
        try edit { lines in
            for index in lines.indices { lines[index].replace("\"cortex-m4\"", with: "\"cortex-m0\"") }
        }
        let model = try test()
        #expect(model.status == 1)
        #expect(model.output.contains("model changed"))
        #expect(!model.output.contains("firmware changed"))
    }

    @Test("A firmware that has come to run for ever is stopped, and fails")
    func endless() throws {
        let elf = folder.url.appendingPathComponent("layers.elf")
        try FileManager.default.removeItem(at: elf)
        try FileManager.default.copyItem(atPath: Command.firmware("sleep"), toPath: elf.path)
        let run = try test()
        #expect(run.status == 1)
        #expect(run.output.contains("outcome changed: an exit before, an endless wait now"))
        #expect(run.output.contains("asleep in idle"))
    }

    @Test("A firmware without golden numbers is mentioned; a damaged one does not hide the others")
    func others() throws {
        for (name, source) in [("seven.stm32f4", "exit7"), ("other", "calls")] {
            try FileManager.default.copyItem(
                atPath: Command.firmware(source), toPath: folder.url.appendingPathComponent(name + ".elf").path)
        }
        // With several in a folder each has its name before its golden numbers.
        try FileManager.default.moveItem(
            at: golden, to: folder.url.appendingPathComponent("layers.golden.stm32f4.json"))
        let run = try test()
        #expect(run.status == 0)
        #expect(run.output.contains("no golden numbers: skipped; run with --accept"))
        #expect(run.output.hasSuffix("1 passed, 0 failed, 2 skipped\n"))
        #expect(try test("--accept", "--target", "stm32f4").status == 0)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/seven.golden.stm32f4.json"))
        try Data("junk".utf8).write(to: folder.url.appendingPathComponent("other.elf"))
        let junit = folder.url.appendingPathComponent("verdicts.xml")
        let damaged = try test("--junit", junit.path)
        #expect(damaged.status == 65)
        #expect(damaged.output.contains("this is not an ELF file"))
        #expect(damaged.output.hasSuffix("2 passed, 0 failed, 1 not run\n"))
        let xml = try String(contentsOf: junit, encoding: .utf8)
        #expect(xml.contains("tests=\"3\" failures=\"0\" errors=\"1\""))
    }

    @Test("Nothing to compare is no success")
    func nothing() throws {
        try FileManager.default.removeItem(at: golden)
        let run = try test()
        #expect(run.status == 65)
        #expect(run.errors.contains("run once with --accept --target NAME"))
    }
}
