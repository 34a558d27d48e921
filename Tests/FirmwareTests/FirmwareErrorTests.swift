import Testing

@testable import Firmware

@Suite("What cannot be run is refused with one sentence")
struct FirmwareErrorTests {
    private func error(_ bytes: [UInt8], expecting: Architecture = .arm32) -> FirmwareError? {
        do {
            _ = try FirmwareImage.load(bytes: bytes, expecting: expecting)
            return nil
        } catch {
            return error
        }
    }

    private func error(_ change: (inout ELFBuilder) -> Void) -> FirmwareError? {
        var file = ELFBuilder.code(8)
        change(&file)
        return error(file.bytes())
    }

    @Test("The plain file that the other tests spoil is accepted")
    func plain() {
        #expect(error(ELFBuilder.code(8).bytes()) == nil)
    }

    @Test("A file that is no ELF is named by what it looks like")
    func notELF() {
        #expect(error([]) == .notELF(.empty))
        #expect(error(Array("#!/bin/sh\n".utf8)) == .notELF(.unknown))
        #expect(error(Array(":020000040800F2\n".utf8)) == .notELF(.intelHex))
        #expect(error(Array("S00F000068656C6C6F\n".utf8)) == .notELF(.motorolaSRecord))
        #expect(error(Array("!<arch>\ncrt0.o/".utf8)) == .notELF(.archive))
        #expect(error(Array("UF2\n".utf8) + [0x57, 0x51, 0x5D, 0x9E]) == .notELF(.uf2))
        #expect(error([0x7F, 0x45, 0x4C]) == .notELF(.unknown))
    }

    @Test("A truncated file names the part that is missing")
    func truncated() {
        let file = ELFBuilder.code(8).bytes()
        #expect(error(Array(file.prefix(10))) == .truncated(.header, end: 20, size: 10))
        #expect(error(Array(file.prefix(51))) == .truncated(.header, end: 52, size: 51))
        // 52 bytes of header and one program header of 32.
        #expect(error(Array(file.prefix(83))) == .truncated(.programHeaders, end: 84, size: 83))
        let size = file.count - 1
        #expect(error(Array(file.prefix(size))) == .truncated(.sectionHeaders, end: UInt64(file.count), size: size))
        var onlySegment = ELFBuilder.code(8)
        onlySegment.sections = []
        // The segment lies at 84 ..< 92.
        #expect(error(Array(onlySegment.bytes().prefix(91))) == .truncated(.segment(0), end: 92, size: 91))
        #expect(
            FirmwareError.truncated(.segment(0), end: 92, size: 91).description
                == "the file is truncated: segment 0 reaches to byte 92, but the file has only 91 bytes; "
                + "build or copy it again")
    }

    @Test("Programs for other machines are named")
    func otherMachines() {
        let riscv = error {
            $0.machine = 243
            $0.is64Bit = true
        }
        #expect(riscv == .otherArchitecture(machine: 243, is64Bit: true, expected: .arm32))
        #expect(riscv?.description == "this is RISC-V; k210 would be the target")
        let host = error {
            $0.machine = 62
            $0.is64Bit = true
        }
        #expect(host?.description.hasPrefix("this is a program for the PC (x86-64)") == true)
        // The machine is read in the file's own byte order: a big-endian MIPS program.
        let mips = error {
            $0.machine = 8
            $0.isBigEndian = true
        }
        #expect(mips == .otherArchitecture(machine: 8, is64Bit: false, expected: .arm32))
        #expect(error { $0.machine = 243 }?.description.hasPrefix("this is 32-bit RISC-V") == true)
        #expect(
            error(ELFBuilder.code(8).bytes(), expecting: .riscv64)?.description
                == "this is 32-bit Arm; stm32f4 would be the target")
    }

    @Test("64-bit or big-endian Arm, objects and shared objects are refused")
    func otherForms() {
        #expect(error { $0.is64Bit = true } == .otherWidth(is64Bit: true, expected: .arm32))
        #expect(error { $0.isBigEndian = true } == .bigEndian(expected: .arm32))
        #expect(error { $0.type = 1 } == .relocatable)
        #expect(error { $0.type = 3 } == .sharedObject)
        #expect(error { $0.type = 4 } == .notExecutable(type: 4))
        #expect(FirmwareError.relocatable.description.contains("link it first"))
    }

    @Test("A program without bytes to load is refused")
    func nothingToLoad() {
        #expect(error { $0.programs = [] } == .noLoadableSegments)
        #expect(error { $0.programs[0].type = 4 } == .noLoadableSegments)
        #expect(
            error { $0.programs = [.init(virtual: 0x2000_0000, memorySize: 0xFFFF_FFFF)] } == .noLoadableSegments)
    }

    @Test("Sizes that contradict the file are refused, and huge ones take no memory")
    func hostileSizes() throws {
        #expect(
            error { $0.programs[0].memorySize = 4 }
                == .malformed(.segment(0), "has more bytes in the file than in memory"))
        // Two segments may not claim the same bytes: a small file would grow without end.
        var twice = ELFBuilder.code(64)
        twice.sections = []
        twice.programs = [.init(bytes: [UInt8](repeating: 0, count: 300)), .init(bytes: [1])]
        var bytes = twice.bytes()
        // The second segment's p_offset (at 84 + 4) and p_filesz (at 84 + 16), p_memsz (at 84 + 20) of the first.
        bytes.replaceSubrange(88..<92, with: bytes[56..<60])
        bytes.replaceSubrange(100..<108, with: bytes[68..<76])
        #expect(error(bytes) == .malformed(.segment(1), "claims bytes that another segment has"))
        // 4 GiB of .bss.
        var huge = ELFBuilder.code(8)
        huge.programs.append(.init(virtual: 0x2000_0000, memorySize: 0xDFFF_FFFF))
        huge.sections.append(.init(name: ".bss", type: 8, flags: 3, address: 0x2000_0000, size: 0xFFFF_FFFF))
        let image = try FirmwareImage.load(bytes: huge.bytes())
        #expect(image.segments.last?.memorySize == 0xDFFF_FFFF)
        #expect(image.misfit(in: [0x800_0000...0x80F_FFFF])?.address == 0x2000_0000)
        // 64-bit offsets that overflow.
        var wide = ELFBuilder.code(8)
        wide.is64Bit = true
        wide.machine = 243
        wide.sections = []
        var wideBytes = wide.bytes()
        wideBytes.replaceSubrange(72..<80, with: [UInt8](repeating: 0xFF, count: 8))
        #expect(
            error(wideBytes, expecting: .riscv64)
                == .malformed(.segment(0), "reaches beyond the last 64-bit offset"))
        var far = wide
        far.programs[0].virtual = .max - 3
        #expect(error(far.bytes(), expecting: .riscv64) == .malformed(.segment(0), "reaches beyond the last address"))
    }

    @Test("Names cannot multiply a small file, nor can a mangled name that refers to itself")
    func hostileNames() {
        // 3000 symbols share the suffixes of one string of 30,000 letters: 90 million letters in all.
        var file = ELFBuilder.code(8, names: [.init(name: String(repeating: "a", count: 30_000), value: 0x800_0000)])
        file.names += (0..<3000).map { _ in .init(name: "", value: 0x800_0000) }
        var bytes = file.bytes()
        // Entries of the symbol table: 84 bytes of headers, the segment and .text of 8 bytes each, the empty symbol.
        let table = 84 + 16 + 16
        for entry in 0...3000 {
            bytes.replaceSubrange(table + 16 * entry..<table + 16 * entry + 4, with: [1, 0, 0, 0])
        }
        #expect(error(bytes) == .malformed(.symbolTable, "has more than 64 MiB of names"))
        // Each level is a template with the level before as both arguments: 2^60 letters if it were written out.
        let levels = (0..<60).map { level in
            let reference = level == 0 ? "S_" : "S\(String(level - 1, radix: 36, uppercase: true))_"
            return "1bI\(reference)\(reference)E"
        }
        let name = "_Z1f1a" + levels.joined()
        #expect(Demangler.demangled(name) == name)
        #expect(Demangler.demangled("_ZN3net4convEPKai") == "net::conv(signed char const*, int)")
        #expect(Demangler.demangled("main") == "main")
    }
}
