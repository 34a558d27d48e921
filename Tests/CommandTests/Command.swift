import Foundation
import Testing

/// Runs the program as a user does, and says what came of it.
struct Command {
    let status: Int32
    let output: String
    let errors: String

    /// The folder of this repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The program, which the build puts beside the tests.
    static let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("simulate")

    /// The program as people use it, if it is built; otherwise the one beside the tests.
    static let fastProgram: URL = {
        let release = root.appendingPathComponent(".build/release/simulate")
        return FileManager.default.isExecutableFile(atPath: release.path) ? release : program
    }()

    /// One of the programs in `Resources`.
    static func firmware(_ name: String) -> String {
        root.appendingPathComponent("Tests/CommandTests/Resources/\(name).elf").path
    }

    /// Runs `simulate` with arguments.
    @discardableResult
    init(_ arguments: [String], program: URL = Command.program, interruptedAfter seconds: Double? = nil) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        try self.init(process, interruptedAfter: seconds)
    }

    /// Runs `simulate` on one of the programs in `Resources`.
    init(_ name: String, _ arguments: String..., interruptedAfter seconds: Double? = nil) throws {
        try self.init(
            [Command.firmware(name), "--target", "stm32f4"] + arguments, interruptedAfter: seconds)
    }

    /// Runs a line of the shell, in which `$SIMULATE` is the program.
    init(shell line: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        try self.init(process, interruptedAfter: nil)
    }

    private init(_ process: Process, interruptedAfter seconds: Double?) throws {
        let folder = try TemporaryFolder()
        let output = try folder.newFile("output")
        let errors = try folder.newFile("errors")
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        process.currentDirectoryURL = Command.root
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["SIMULATE": Command.program.path, "SIMULATE_TARGETS": Command.root.appendingPathComponent("targets").path]
        ) { _, new in new }
        try process.run()
        if let seconds {
            Thread.sleep(forTimeInterval: seconds)
            process.interrupt()
        }
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        self.output = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        self.errors = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    }
}

/// A folder that is gone when nobody uses it any more.
final class TemporaryFolder {
    let url: URL
    var path: String { url.path }

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("simulate-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func newFile(_ name: String, _ bytes: [UInt8] = []) throws -> URL {
        let file = url.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file
    }
}
