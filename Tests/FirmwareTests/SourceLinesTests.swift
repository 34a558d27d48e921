import Testing

@testable import Firmware

@Suite("From an address to the source")
struct SourceLinesTests {
    // addr2line -f -i -C:  0x8000060  sum_of_squares /tiny/tiny.c:23
    //                      0x8000074  square /tiny/tiny.c:19, sum_of_squares /tiny/tiny.c:26
    //                      0x80000bc  net::Layer<long>::run(long) const /tiny/names.cpp:8
    //                      0x8000034  reset /tiny/start.s:15      0x8000000  ?? ??:0
    @Test("Lines, functions and inlined calls are those of addr2line -f -i -C")
    func tiny() throws {
        let lines = SourceLines(try TinyFirmware.image())
        #expect(lines.isAvailable)
        #expect(lines.frames(at: 0x800_0060) == [
            SourceFrame(function: "sum_of_squares", file: "/tiny/tiny.c", line: 23)
        ])
        #expect(lines.frames(at: 0x800_0074) == [
            SourceFrame(function: "square", file: "/tiny/tiny.c", line: 19),
            SourceFrame(function: "sum_of_squares", file: "/tiny/tiny.c", line: 26),
        ])
        #expect(lines.frames(at: 0x800_00BC) == [
            SourceFrame(function: "net::Layer<long>::run(long) const", file: "/tiny/names.cpp", line: 8)
        ])
        let reset = try #require(lines.line(at: 0x800_0034))
        #expect(reset.file == "/tiny/start.s" && reset.line == 15)
        #expect(lines.frames(at: 0x800_0034).map(\.function) == ["reset"])
        #expect(lines.frames(at: 0x800_0000).isEmpty)
        #expect(lines.frames(at: .max).isEmpty && lines.frames(at: 0).isEmpty)
    }

    @Test("A program without debug information has no answers")
    func none() throws {
        let lines = SourceLines(try FirmwareImage.load(bytes: ELFBuilder.code(16).bytes()))
        #expect(!lines.isAvailable)
        #expect(lines.frames(at: 0x800_0000).isEmpty)
        #expect(lines.line(at: 0x800_0000) == nil)
    }

    @Test("Sections that claim to expand beyond reason, or that name other files, are not read")
    func bombs() throws {
        // Elf32_Chdr: ch_type 1 (zlib), ch_size 4 GiB - 1, ch_addralign 1. SHF_COMPRESSED is 0x800.
        let header: [UInt8] = [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0x78, 0x9C]
        let bad: [ELFBuilder.Section] = [
            .init(name: ".debug_info", flags: 0x800, bytes: header),
            .init(name: ".zdebug_info", bytes: Array("ZLIB".utf8) + [UInt8](repeating: 0xFF, count: 8)),
            .init(name: ".gnu_debugaltlink", bytes: Array("/dev/stdin".utf8) + [0]),
        ]
        for section in bad {
            var file = ELFBuilder.code(16)
            file.sections.append(section)
            #expect(!SourceLines(try FirmwareImage.load(bytes: file.bytes())).isAvailable)
        }
    }
}
