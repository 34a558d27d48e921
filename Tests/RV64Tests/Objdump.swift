import Foundation

/// GNU objdump as the measure of the disassembler.
enum Objdump {
    /// The lines of little-endian code by address, as `mnemonic<tab>operands`, without comments and without the symbols
    /// that objdump makes up.
    ///
    /// - Parameter options: for objdump's `-M`: `no-aliases`, `numeric`, or empty.
    static func lines(of code: [UInt8], options: String = "") throws -> [UInt64: String] {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let binary = directory.appendingPathComponent("code.bin")
        try Data(code).write(to: binary)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["riscv64-unknown-elf-objdump", "-D", "-z", "-b", "binary", "-m", "riscv:rv64"]
            + (options.isEmpty ? [] : ["-M", options]) + [binary.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        var lines: [UInt64: String] = [:]
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            // "   8:\t30002573          \tcsrr\ta0,mstatus # comment"
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard columns.count >= 3, let address = UInt64(columns[0].drop { $0 == " " }.dropLast(), radix: 16)
            else { continue }
            let text = columns[2...].joined(separator: "\t").prefix { $0 != "#" && $0 != "<" }
            lines[address] = text.trimmingCharacters(in: .whitespaces)
        }
        return lines
    }

    /// Instructions of 32 bits, one behind the other.
    static func lines(of words: [UInt32], options: String = "") throws -> [UInt64: String] {
        let code = words.flatMap { word in [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) } }
        return try lines(of: code, options: options)
    }
}
