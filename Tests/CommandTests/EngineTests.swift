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

    @Test func aTargetWithoutTranslatorSaysSoAndRuns() throws {
        let firmware = Command.root.appendingPathComponent("firmware/workloads/memcpy.stm32f4.elf").path
        let run = try Command(
            ["run", firmware, "--target", "stm32f4", "--engine", "translator", "--max-cycles", "1k"],
            program: Command.fastProgram)
        #expect(run.status == 124)
        #expect(run.errors.contains("the interpreter executes it"))
    }
}
