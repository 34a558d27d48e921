import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// What a program answered, and what it cost.
struct Answer {
    let exitCode: Int32
    /// Processor time, user and system, in seconds.
    let seconds: Double
    /// From its start to its end, in seconds.
    let wallSeconds: Double
    /// The most memory that it ever had at once, in bytes. The kernel counts from this program's own, some 20 MB.
    let peakBytes: Int
    let output: String
    let errors: String
}

/// A program to run, with its arguments.
struct Command {
    let words: [String]

    /// Hash tables are laid out alike in every run, so that counts of host instructions repeat.
    private static let environment = ProcessInfo.processInfo.environment
        .merging(["SWIFT_DETERMINISTIC_HASHING": "1"]) { $1 }
        .map { "\($0)=\($1)" }

    /// Starts it, without input.
    ///
    /// - Throws: `BenchmarkError.failed` if it cannot be started.
    func start() throws -> Running {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("benchmarks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (number, name) in [(1, Running.output), (2, Running.errors)] {
            let file = folder.appendingPathComponent(name).path
            posix_spawn_file_actions_addopen(&actions, Int32(number), file, O_WRONLY | O_CREAT, 0o600)
        }
        var (arguments, variables) = (Command.copy(words), Command.copy(Command.environment))
        defer { (arguments + variables).forEach { free($0) } }
        var process: pid_t = 0
        let begin = ContinuousClock.now
        guard posix_spawnp(&process, words[0], &actions, nil, &arguments, &variables) == 0 else {
            try? FileManager.default.removeItem(at: folder)
            throw BenchmarkError.failed(words, 127, "it cannot be started")
        }
        return Running(command: self, process: process, begin: begin, folder: folder)
    }

    /// Runs it, and insists on one of the exit codes.
    ///
    /// - Throws: `BenchmarkError.failed`, with what the program said.
    func run(expecting codes: Set<Int32> = [0]) throws -> Answer { try start().end(expecting: codes) }

    private static func copy(_ words: [String]) -> [UnsafeMutablePointer<CChar>?] { words.map { strdup($0) } + [nil] }
}

/// A program that was started.
struct Running {
    static let output = "output"
    static let errors = "errors"

    let command: Command
    fileprivate let process: pid_t
    fileprivate let begin: ContinuousClock.Instant
    fileprivate let folder: URL

    /// Waits for its end, and insists on one of the exit codes.
    ///
    /// - Throws: `BenchmarkError.failed`, with what the program said.
    func end(expecting codes: Set<Int32>) throws -> Answer {
        defer { try? FileManager.default.removeItem(at: folder) }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchmarkError.failed(command.words, 127, "it got lost") }
        }
        let wall = begin.duration(to: .now)
        let texts = try [Running.output, Running.errors].map {
            String(decoding: try Data(contentsOf: folder.appendingPathComponent($0)), as: UTF8.self)
        }
        let signal = status & 0x7F
        let answer = Answer(
            exitCode: signal == 0 ? status >> 8 & 0xFF : 128 + signal,
            seconds: [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 },
            wallSeconds: wall / .seconds(1), peakBytes: usage.ru_maxrss * 1024, output: texts[0], errors: texts[1])
        guard codes.contains(answer.exitCode) else {
            throw BenchmarkError.failed(command.words, answer.exitCode, String(answer.errors.suffix(2000)))
        }
        return answer
    }
}
