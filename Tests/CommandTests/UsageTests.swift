import Foundation
import Testing

@Suite("What a user gets wrong")
struct UsageTests {
    @Test(
        "Wrong usage ends with 64 and says what would be right",
        arguments: [
            (["--max-cycles", "-5"], "too little"), (["--max-cycles", "1e30"], "too much"),
            (["--max-cycles", "many"], "10M would be one"), (["--timeout", "nan"], "500ms would be one"),
            (["--timeout", "0"], "too little"), (["--hse", "99G"], "too much"), (["--seed", "-1"], "0 to 4294967295"),
            (["--seed", "18446744073709551615"], "0 to 4294967295"), (["--input", "USART2"], "USART2=file.bin"),
            (["--speed"], "Unknown option"),
        ])
    func usage(_ options: [String], _ hint: String) throws {
        let run = try Command([Command.firmware("exit7"), "--target", "stm32f4"] + options)
        #expect(run.status == 64)
        #expect(run.errors.contains(hint), "\(run.errors)")
        #expect(run.output == "")
    }

    @Test("A missing target is wrong usage, and so are an unknown format and table")
    func missing() throws {
        #expect(try Command([Command.firmware("exit7")]).status == 64)
        let profile = ["profile", Command.firmware("exit7"), "--target", "stm32f4"]
        #expect(try Command(profile + ["--format", "xml"]).status == 64)
        #expect(try Command(profile + ["--format", "csv", "--table", "colours"]).status == 64)
        #expect(try Command(profile + ["--table", "layers"]).status == 64)
        #expect(try Command(["test", ".", "--tolerance", "abc"]).status == 64)
    }

    @Test(
        "A file that cannot be used ends with 65 and one sentence",
        arguments: [
            (["nowhere.elf", "--target", "stm32f4"], "there is no firmware 'nowhere.elf'"),
            (["Sources", "--target", "stm32f4"], "is a folder"),
            (["Package.swift", "--target", "stm32f4"], "this is not an ELF file"),
            (["firmware/hello/hello.stm32f4.elf", "--target", "stm32f"], "did you mean stm32f4"),
            (["firmware/hello/hello.stm32f4.elf", "--target", "nothing.yaml"], "there is no target file"),
            (
                ["firmware/hello/hello.stm32f4.elf", "--target", "stm32f4", "--output", "COM1=x"],
                "no serial port 'COM1'"
            ),
            (
                ["firmware/hello/hello.stm32f4.elf", "--target", "stm32f4", "--output", "USART2=/no/x"],
                "no folder '/no'"
            ),
            (
                ["firmware/hello/hello.stm32f4.elf", "--target", "stm32f4", "--semihosting-root", "/no"],
                "no folder '/no'"
            ),
            (["profile", "firmware/hello/hello.stm32f4.elf", "--target", "stm32f4", "-r", "/no/x"], "no folder '/no'"),
            (["profile", "firmware/hello/hello.stm32f4.elf", "--target", "stm32f4", "-r", "/tmp"], "is a folder"),
            (["compare", "Package.swift", "Package.swift"], "Package.swift: "),
            (["disassemble", "firmware/hello/hello.stm32f4.elf", "board"], "did you mean board_"),
            (["targets", "stm32"], "did you mean stm32f4"),
            (["test", "Documentation"], "there is no *.elf"),
        ])
    func badInput(_ arguments: [String], _ sentence: String) throws {
        let run = try Command(arguments)
        #expect(run.status == 65)
        #expect(run.errors.hasPrefix("simulate: "))
        #expect(run.errors.contains(sentence), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(run.output == "")
    }

    /// Offsets in the header of an ELF file: class at 4, byte order at 5, type at 16, machine at 18 (gABI 4.1, "ELF
    /// Header").
    @Test(
        "A program for something else is told what it is",
        arguments: [
            ([4: 2], "64-bit"), ([5: 2, 16: 0, 17: 2, 18: 0, 19: 40], "big-endian"),
            ([16: 1], "has not been linked"), ([16: 3], "shared object"),
            ([4: 2, 18: 243], "this is RISC-V; k210 would be the target"), ([18: 3], "x86"),
        ] as [([Int: UInt8], String)])
    func otherProgram(_ changes: [Int: UInt8], _ sentence: String) throws {
        try expectRefusal(sentence) { bytes in
            for (offset, byte) in changes { bytes[offset] = byte }
        }
    }

    @Test("A truncated program is told that it is")
    func truncated() throws {
        try expectRefusal("truncated") { $0.removeLast($0.count / 2) }
        try expectRefusal("is empty") { $0.removeAll() }
    }

    /// The first segment's file offset is in the word at `e_phoff` + 4, its physical address at + 12 (gABI 5.2).
    @Test("A program for other memories, or without a vector table, is told so")
    func misplaced() throws {
        try expectRefusal("outside the memories of stm32f4") { bytes in bytes[Int(bytes[28]) + 15] = 0x90 }
        try expectRefusal("no vector table") { bytes in
            let start = Int(bytes[Int(bytes[28]) + 4]) | Int(bytes[Int(bytes[28]) + 5]) << 8
            for offset in 0..<8 { bytes[start + offset] = 0 }
        }
    }

    private func expectRefusal(_ sentence: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Command.firmware("exit7"))))
        change(&bytes)
        let folder = try TemporaryFolder()
        let file = try folder.newFile("changed.elf", bytes)
        let run = try Command([file.path, "--target", "stm32f4"])
        #expect(run.status == 65)
        #expect(run.errors.contains(sentence), "\(run.errors)")
    }

    @Test("A reader who goes, closed streams and a full disk do no harm")
    func streams() throws {
        let kws = "firmware/kws/kws.stm32f4.elf"
        let head = try Command(shell: "$SIMULATE disassemble \(kws) | head -1")
        #expect(head.errors == "")
        let ignored = try Command(shell: "trap '' PIPE; $SIMULATE disassemble \(kws) | head -1")
        #expect(ignored.errors == "")
        let seven = Command.firmware("exit7")
        #expect(try Command(shell: "$SIMULATE \(seven) --target stm32f4 >&- 2>&-").status == 7)
        let full = try Command(shell: "$SIMULATE profile \(seven) --target stm32f4 > /dev/full")
        #expect(full.status == 65)
        #expect(full.errors.contains("stdout cannot be written"))
        #expect(full.errors.contains("Outcome"))
    }

    @Test("A report to a device does not replace the device")
    func device() throws {
        let run = try Command(["profile", Command.firmware("exit7"), "--target", "stm32f4", "-r", "/dev/null"])
        #expect(run.status == 7)
        let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        #expect(type == .typeCharacterSpecial)
    }

    @Test("A path that is no UTF-8 is a path that is not there")
    func invalidPath() throws {
        let run = try Command(shell: "$SIMULATE \"$(printf 'bad\\377\\033[31m.elf')\" --target stm32f4")
        #expect(run.status == 65)
        #expect(!run.errors.contains("\u{1B}"))
    }

    @Test(
        "Every subcommand has help",
        arguments: ["run", "profile", "test", "compare", "targets", "disassemble", "trace"])
    func help(_ name: String) throws {
        let run = try Command([name, "--help"])
        #expect(run.status == 0)
        #expect(run.output.contains("OVERVIEW"))
        #expect(run.output.contains("USAGE: simulate"))
        #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 110 })
    }

    @Test("`help` is no firmware, and tells of all subcommands")
    func helpOfAll() throws {
        for arguments in [["help"], ["--help"], ["help", "profile"]] {
            let run = try Command(arguments)
            #expect(run.status == 0)
            #expect(run.output.contains("USAGE: simulate"))
        }
        #expect(try Command(["help"]).output.contains("disassemble"))
        #expect(try Command(["--generate-completion-script", "bash"]).output.contains("disassemble"))
    }

    @Test("What is wrong with arguments is said with the usage of the subcommand", arguments: ["profile", "run"])
    func wrongArguments(_ name: String) throws {
        let run = try Command([name, "some.elf", "--target", "stm32f4", "--no-such-option"])
        #expect(run.status == 64)
        #expect(run.errors.contains("--no-such-option"))
        #expect(run.errors.contains("simulate \(name == "run" ? "[run]" : name) <firmware>"))
    }

    @Test("Colours are for terminals")
    func colours() throws {
        let run = try Command("exit7")
        #expect(!(run.output + run.errors).contains("\u{1B}"))
    }
}
