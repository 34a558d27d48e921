import Foundation

/// GNU objdump as the measure of a disassembler.
public struct Objdump: Sendable {
    private let name: String
    private let arguments: [String]
    /// What begins a comment, and the symbols that objdump makes up.
    private let comment: Set<Character>

    public static let arm = Objdump(
        name: "arm-none-eabi-objdump", arguments: ["-marm", "-Mforce-thumb"], comment: ["@", ";", "<"])

    /// - Parameter options: for objdump's `-M`: `no-aliases`, `numeric`, or empty.
    public static func riscv64(_ options: String = "") -> Objdump {
        Objdump(
            name: "riscv64-unknown-elf-objdump",
            arguments: ["-m", "riscv:rv64"] + (options.isEmpty ? [] : ["-M", options]), comment: ["#", "<"])
    }

    /// The lines of little-endian code by address from 0, as `mnemonic<tab>operands`, without comments.
    public func lines(of code: [UInt8]) throws -> [UInt32: String] {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let binary = directory.appendingPathComponent("code.bin")
        try Data(code).write(to: binary)
        let output = try outputOf("/usr/bin/env", [name, "-D", "-z", "-b", "binary"] + arguments + [binary.path])
        var lines: [UInt32: String] = [:]
        for line in output.split(separator: "\n") {
            // "   e:\tf7f1 a234 \tudf.w\t#4660\t@ 0x1234"
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard columns.count >= 3, let address = UInt32(columns[0].drop { $0 == " " }.dropLast(), radix: 16)
            else { continue }
            let text = columns[2...].joined(separator: "\t").prefix { !comment.contains($0) }
            lines[address] = text.trimmingCharacters(in: .whitespaces)
        }
        return lines
    }

    /// Instructions of 32 bits, one behind the other.
    public func lines(of words: [UInt32]) throws -> [UInt32: String] {
        try lines(of: words.flatMap { word in [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) } })
    }
}

/// What a program prints, on both its outputs.
///
/// - Parameter seconds: after so many it is ended; a program that hangs must not hang the tests.
func outputOf(_ path: String, _ arguments: [String], within seconds: Double = 300) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { if process.isRunning { process.terminate() } }
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return output
}
