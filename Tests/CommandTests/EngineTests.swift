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

    #if os(Linux) && arch(x86_64)
    /// A shell command that runs what follows where nothing may be made executable: a filter of system calls answers
    /// EACCES to `mprotect` (10) with PROT_EXEC (4), as hardened systems do. `perl-base` is part of every Debian.
    private static let forbidding = """
        perl -e 'my $rules = join "", map { pack "SCCL", @$_ } [0x20,0,0,4], [0x15,0,5,0xC000003E], [0x20,0,0,0], \
        [0x15,0,3,10], [0x20,0,0,32], [0x45,0,1,4], [6,0,0,0x5000D], [6,0,0,0x7FFF0000]; \
        my $filter = pack "S x6 P", 8, $rules; \
        syscall(157, 38, 1, 0, 0, 0) == 0 && syscall(157, 22, 2, $filter) == 0 or exit 99; exec @ARGV' --
        """
    private static let notice = "simulate: this machine gives no executable memory; the interpreter executes"

    @Test(
        "A machine that gives no executable memory has the interpreter run, and that is said",
        arguments: [("hello", "k210"), ("hello", "stm32f4")])
    func noExecutableMemory(name: String, target: String) throws {
        let run = "\"$SIMULATE\" profile firmware/\(name)/\(name).\(target).elf --target \(target)"
        let refused = try Command(shell: "\(EngineTests.forbidding) \(run)")
        let allowed = try Command(shell: run)
        #expect(refused.status == 0)
        #expect(refused.errors.hasPrefix(EngineTests.notice), "\(refused.errors)")
        #expect(refused.output == allowed.output)
        #expect(allowed.errors == "")
        // Who asks for the interpreter need not be told.
        let interpreted = try Command(shell: "\(EngineTests.forbidding) \(run) --engine interpreter")
        #expect(interpreted.output == allowed.output)
        #expect(interpreted.errors == "")
    }

    @Test("It is said once, however many firmwares are run, and not where single steps are wanted")
    func noExecutableMemoryOnce() throws {
        let tests = try Command(shell: "\(EngineTests.forbidding) \"$SIMULATE\" test firmware/hello")
        #expect(tests.status == 0)
        #expect(tests.output.hasSuffix("2 passed, 0 failed\n"))
        #expect(tests.errors.split(separator: "\n").count == 1)
        #expect(tests.errors.hasPrefix(EngineTests.notice))
        let trace = try Command(
            shell: "\(EngineTests.forbidding) \"$SIMULATE\" trace firmware/hello/hello.stm32f4.elf --target stm32f4 "
                + "--instructions 10")
        #expect(trace.status == 0)
        #expect(!trace.errors.contains("executable memory"))
    }
    #endif

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
