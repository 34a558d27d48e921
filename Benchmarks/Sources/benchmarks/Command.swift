import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// What a program answered, and what it cost.
struct Answer {
    let exitCode: Int32
    /// Seconds of processor time, user and system, of the program and of all that it waited for.
    let seconds: Double
    let output: String
    let errors: String
}

/// A program to run, with its arguments.
struct Command {
    let words: [String]

    /// Runs it to its end. One at a time: the times of children are told apart by their order only.
    ///
    /// - Throws: `BenchmarkError.failed` if it cannot be started.
    func run() throws -> Answer {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("benchmarks-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try ["output", "errors"].map { name in
            let file = folder.appendingPathComponent(name)
            try Data().write(to: file)
            return (file, try FileHandle(forWritingTo: file))
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = files[0].1
        process.standardError = files[1].1
        // Hash tables are laid out alike in every run, so that counts of host instructions repeat.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_DETERMINISTIC_HASHING": "1"]) { $1 }
        let before = Command.secondsOfChildren
        try process.run()
        process.waitUntilExit()
        let seconds = Command.secondsOfChildren - before
        let texts = try files.map { String(decoding: try Data(contentsOf: $0.0), as: UTF8.self) }
        return Answer(
            exitCode: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            seconds: seconds, output: texts[0], errors: texts[1])
    }

    /// Runs it, and insists on one of the exit codes.
    ///
    /// - Throws: `BenchmarkError.failed`, with what the program said.
    func run(expecting codes: Set<Int32>) throws -> Answer {
        let answer = try run()
        guard codes.contains(answer.exitCode) else {
            throw BenchmarkError.failed(words, answer.exitCode, String(answer.errors.suffix(2000)))
        }
        return answer
    }

    private static var secondsOfChildren: Double {
        // RUSAGE_CHILDREN, which C libraries declare in different types.
        let children: Int32 = -1
        var usage = rusage()
        getrusage(children, &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}

enum BenchmarkError: Error, CustomStringConvertible {
    case usage
    case failed([String], Int32, String)
    case unreadable(String)
    case slower

    var description: String {
        switch self {
        case .usage: "usage: benchmarks speed | count [--accept]"
        case .failed(let words, let code, let errors):
            "\(words.joined(separator: " "))\nended with exit code \(code)\n\(errors)"
        case .unreadable(let what): "cannot read \(what)"
        case .slower: "The simulator needs more host instructions than before. If that is right: make accept"
        }
    }
}
