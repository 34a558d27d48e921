import Foundation
import Testing

#if os(Linux) && arch(x86_64)
/// What the program takes of the host. Times depend on the host and on who else is there; pages do not.
@Suite struct FootprintTests {
    /// What the kernel counted for one run: `man 2 getrusage`.
    struct Usage {
        let status: Int32
        /// KiB of memory at its peak.
        let peak: Int
        /// Pages that the kernel provided.
        let pageFaults: Int

        /// Runs the program through a small one that asks the kernel: the peak of a program counts that of the one that
        /// became it, and a test is large. The system call is `wait4` (61), and `ru_maxrss` and `ru_minflt` lie 32 and
        /// 64 bytes into what it tells.
        init(_ arguments: [String], program: URL = Command.fastProgram) throws {
            let words = ([program.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
            let run = try Command(
                shell: """
                    perl -e 'my $child = fork; if (!$child) { open STDOUT, ">", "/dev/null"; open STDERR, ">&STDOUT"; \
                    exec @ARGV or exit 99 } my ($status, $usage) = (pack("i", 0), "\\0" x 144); \
                    syscall(61, $child, $status, 0, $usage); \
                    print join " ", unpack("i", $status), unpack("x32 q x24 q", $usage)' -- \(words)
                    """)
            let numbers = run.output.split(separator: " ").compactMap { Int($0) }
            try #require(numbers.count == 3, "\(run.errors)")
            status = Int32(numbers[0] >> 8)
            (peak, pageFaults) = (numbers[1], numbers[2])
        }
    }

    struct Firmware: CustomTestStringConvertible {
        let file: String
        let target: String
        var testDescription: String { file }
    }

    private static let firmware: [Firmware] = {
        let folder = Command.root.appendingPathComponent("firmware")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        return files.compactMap { ($0 as? URL)?.path }.filter { $0.hasSuffix(".elf") }.sorted().map { file in
            Firmware(file: file, target: file.hasSuffix(".k210.elf") ? "k210" : "stm32f4")
        }
    }()

    @Test(
        "Less than 100 MB for all firmware, whatever executes it", arguments: firmware, ["interpreter", "translator"])
    func peak(firmware: Firmware, engine: String) throws {
        let usage = try Usage([
            "profile", firmware.file, "--target", firmware.target, "--engine", engine, "--format", "json",
            "--max-cycles", "20M",
        ])
        // The runner of networks fails without one, but it runs.
        #expect(usage.status != 65)
        #expect(usage.peak < 100_000_000 / 1024)
    }

    @Test("Less than 100 MB for a trace")
    func peakOfTrace() throws {
        for target in ["stm32f4", "k210"] {
            let file = Command.root.appendingPathComponent("firmware/hello/hello.\(target).elf").path
            let usage = try Usage(["trace", file, "--target", target, "--instructions", "10k"])
            #expect(usage.status == 0)
            #expect(usage.peak < 100_000_000 / 1024)
        }
    }

    /// A table that is filled before anybody asks for it, or a memory that is copied, shows here: a page is 4 KiB. The
    /// version alone takes what loading the program takes.
    @Test("Beginning to run a firmware touches few pages", arguments: [("stm32f4", 800), ("k210", 600)])
    func start(target: String, limit: Int) throws {
        let file = Command.root.appendingPathComponent("firmware/hello/hello.\(target).elf").path
        let nothing = try Usage(["--version"])
        let run = try Usage([file, "--target", target, "--max-cycles", "1k"])
        #expect(run.status == 124)
        #expect(run.pageFaults - nothing.pageFaults < limit)
    }
}
#endif
