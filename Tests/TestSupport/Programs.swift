import Foundation
import Semihosting

/// A folder of small programs, each as an ELF file and with the text that it must print.
public struct Programs: Sendable {
    private let folder: URL

    /// - Parameter file: the test's; the folder `Programs` lies beside it.
    public init(beside file: String = #filePath) {
        folder = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Programs")
    }

    /// Those that have a text.
    public func names() throws -> Set<String> {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return Set(files.filter { $0.hasSuffix(".expected") }.map { String($0.dropLast(9)) })
    }

    public func path(_ name: String) -> String { folder.appendingPathComponent("\(name).elf").path }

    public func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent("\(name).elf")))
    }

    public func expected(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent("\(name).expected"), encoding: .utf8)
    }

    /// Where an output departs from the text; `nil` if it does not.
    public func difference(of output: String, from name: String) throws -> String? {
        let expected = try expected(name)
        guard output != expected else { return nil }
        let actual = output.split(separator: "\n", omittingEmptySubsequences: false)
        let lines = expected.split(separator: "\n", omittingEmptySubsequences: false)
        guard let different = zip(actual, lines).first(where: { $0 != $1 }) else {
            return "\(actual.count) lines of \(lines.count)"
        }
        return "`\(different.0)`, expected `\(different.1)`"
    }
}

/// QEMU's system emulators, where they are installed.
public enum QEMU {
    public static func path(_ architecture: String) -> String? {
        ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map { "\($0)/qemu-system-\(architecture)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What a program prints there, through semihosting.
    ///
    /// - Parameter options: the machine, and the program.
    public static func output(_ path: String, _ options: [String], within seconds: Double) throws -> String {
        let quiet = ["-display", "none", "-monitor", "none", "-serial", "null"]
        return try outputOf(path, quiet + options, within: seconds)
    }
}

/// Keeps what the program prints; has no files.
public final class OutputHost: SemihostingHost {
    public private(set) var output = ""
    public let commandLine = ""

    public init() {}

    public func write(_ bytes: [UInt8], isError: Bool) { output += String(decoding: bytes, as: UTF8.self) }
    public func readConsole(_ count: Int) -> [UInt8] { [] }
    public func open(_ path: String, _ mode: SemihostingMode) throws(SemihostingError) -> any SemihostingFile {
        throw .accessDenied
    }
    public func remove(_ path: String) throws(SemihostingError) { throw .accessDenied }
    public func rename(_ old: String, to new: String) throws(SemihostingError) { throw .accessDenied }
}
