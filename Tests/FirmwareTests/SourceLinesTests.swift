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
        #expect(
            lines.frames(at: 0x800_0060) == [
                SourceFrame(function: "sum_of_squares", file: "/tiny/tiny.c", line: 23)
            ])
        #expect(
            lines.frames(at: 0x800_0074) == [
                SourceFrame(function: "square", file: "/tiny/tiny.c", line: 19),
                SourceFrame(function: "sum_of_squares", file: "/tiny/tiny.c", line: 26),
            ])
        #expect(
            lines.frames(at: 0x800_00BC) == [
                SourceFrame(function: "net::Layer<long>::run(long) const", file: "/tiny/names.cpp", line: 8)
            ])
        let reset = try #require(lines.line(at: 0x800_0034))
        #expect(reset.file == "/tiny/start.s" && reset.line == 15)
        #expect(lines.frames(at: 0x800_0034).map(\.function) == ["reset"])
        #expect(lines.frames(at: 0x800_0000).isEmpty)
        #expect(lines.frames(at: .max).isEmpty && lines.frames(at: 0).isEmpty)
    }

    // llvm-dwarfdump: square, entry 0x8000074, ranges 0x8000064..66 and 0x8000074..76, in sum_of_squares at
    // 0x8000060, 0x24 bytes long.
    @Test("What is inlined in a function is told, with where it is entered")
    func inlined() throws {
        let lines = SourceLines(try TinyFirmware.image())
        let all = lines.inlinedFunctions(in: 0x800_0060..<0x800_0084)
        let square = try #require(all.first)
        #expect(all.count == 1)
        #expect(square.name == "square" && square.entry == 0x800_0074)
        #expect(square.ranges == [0x800_0064..<0x800_0066, 0x800_0074..<0x800_0076])
        #expect(square.contains(0x800_0065) && !square.contains(0x800_0066))
        #expect(square.closingGaps(upTo: 13).ranges == square.ranges)
        #expect(square.closingGaps(upTo: 14).ranges == [0x800_0064..<0x800_0076])
        #expect(square.closingGaps(upTo: 14).encloses(square) && !square.encloses(square.closingGaps(upTo: 14)))
        #expect(lines.inlinedFunctions(in: 0x800_0000..<0x800_0004).isEmpty)
        #expect(lines.lineStarts(in: 0x800_0070..<0x800_0078).prefix(3) == [0x800_0070, 0x800_0074, 0x800_0076])
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

    // DWARF 4, sections 7.5.1 and 7.5.3: a unit whose one abbreviation has low_pc (11, form addr 01), high_pc (12,
    // form data4 06) and then any number of attributes of a vendor (3fff, as LEB128 ff 7f) that take no bytes
    // (form flag_present 19), so that each entry of one byte costs the reader as many steps.
    @Test(
        "Abbreviations that make each entry cost thousands of steps are not read",
        arguments: [(10, true), (1000, false)])
    func abbreviations(extra: Int, isRead: Bool) throws {
        var abbreviation: [UInt8] = [1, 0x11, 0, 0x11, 0x01, 0x12, 0x06]
        for _ in 0..<extra { abbreviation += [0xFF, 0x7F, 0x19] }
        // unit_length 16: version 4, debug_abbrev_offset 0, address_size 4, code 1, low_pc, high_pc as a size.
        let unit: [UInt8] = [16, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 8, 16, 0, 0, 0]
        var file = ELFBuilder.code(16, names: [.init(name: "main", value: 0x800_0001, size: 16)])
        file.sections.append(.init(name: ".debug_info", bytes: unit))
        file.sections.append(.init(name: ".debug_abbrev", bytes: abbreviation + [0, 0, 0]))
        let lines = SourceLines(try FirmwareImage.load(bytes: file.bytes()))
        #expect(lines.isAvailable == isRead)
    }
}
