import Foundation
import Testing

/// `--engine`: nothing but speed depends on it.
@Suite struct EngineTests {
    /// Two harts, interrupts, locks, a network on the KPU, floating point.
    @Test("Both engines give the same report, to the last digit", arguments: ["hello", "locks", "sine", "digits"])
    func sameReport(name: String) throws {
        let firmware = Command.root.appendingPathComponent("firmware/\(name)/\(name).k210.elf").path
        let reports = try ["interpreter", "translator"].map {
            try Command(
                ["profile", firmware, "--target", "k210", "--format", "json", "--engine", $0],
                program: Command.fastProgram)
        }
        #expect(reports[0].status == 0)
        #expect(reports[0].status == reports[1].status)
        #expect(reports[0].output == reports[1].output)
        #if arch(x86_64)
        #expect(reports[0].errors == reports[1].errors)
        #endif
    }

    private static let firmware: [String] = {
        let folder = Command.root.appendingPathComponent("firmware")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        return files.compactMap { ($0 as? URL)?.path }.filter { $0.hasSuffix(".stm32f4.elf") }.sorted()
    }()

    @Test("So they do for the first millions of cycles of all firmware for the STM32F4", arguments: firmware)
    func sameReportOfSTM32F4(file: String) throws {
        let reports = try ["interpreter", "translator"].map {
            try Command([
                "profile", file, "--target", "stm32f4", "--format", "json", "--engine", $0, "--max-cycles", "3000000",
            ])
        }
        #expect(reports[0].output.contains("\"cycles\""))
        #expect(reports[0].status == reports[1].status)
        #expect(reports[0].output == reports[1].output)
    }
}
