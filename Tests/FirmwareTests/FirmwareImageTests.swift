import Testing

@testable import Firmware

@Suite("A linked program, as readelf and nm show it")
struct FirmwareImageTests {
    // readelf -h: "Entry point address: 0x8000035". readelf -l:
    //   LOAD  0x001000 0x08000000 0x08000000 0x000dc 0x000dc R E
    //   LOAD  0x002000 0x20000000 0x080000dc 0x00010 0x00054 RW
    //   LOAD  0x000054 0x20000054 0x080000ec 0x00000 0x00404 RW
    @Test("The segments of tiny.elf lie where readelf -l says, .data to be flashed behind the code")
    func segments() throws {
        let image = try TinyFirmware.image()
        #expect(image.architecture == .arm32)
        #expect(!image.is64Bit)
        #expect(image.entry == 0x800_0035)
        #expect(image.segments.map(\.index) == [0, 1, 2])
        #expect(image.segments.map(\.physicalAddress) == [0x800_0000, 0x800_00DC, 0x800_00EC])
        #expect(image.segments.map(\.virtualAddress) == [0x800_0000, 0x2000_0000, 0x2000_0054])
        #expect(image.segments.map(\.bytes.count) == [0xDC, 0x10, 0])
        #expect(image.segments.map(\.memorySize) == [0xDC, 0x54, 0x404])
        #expect(image.segments.map(\.isExecutable) == [true, false, false])
        #expect(image.segments.map(\.isWritable) == [false, true, true])
        // int32_t weights[4] = {1, 2, 3, 4}
        #expect(image.loadableSegments.last?.bytes == [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0])
        // The vector table: __stack_top (nm: 20000458) and reset (nm: 08000034, with the Thumb bit).
        #expect(image.segments[0].bytes.prefix(8) == [0x58, 4, 0, 0x20, 0x35, 0, 0, 8])
    }

    // readelf -S:
    //   [ 3] .text   PROGBITS  08000034 001034 0000a8 00  AX
    //   [ 4] .data   PROGBITS  20000000 002000 000010 00  WA
    //   [ 5] .bss    NOBITS    20000010 002010 000044 00  WA
    //   [ 8] .simulate.layers  PROGBITS  00000000 002048 000018 00   L
    @Test("The sections of tiny.elf are those of readelf -S, and .data has a load address in flash")
    func sections() throws {
        let image = try TinyFirmware.image()
        let text = try #require(image.section(named: ".text"))
        #expect(text.index == 3 && text.address == 0x800_0034 && text.size == 0xA8)
        #expect(text.isAllocated && text.isExecutable && !text.isWritable && !text.isNoBits)
        #expect(text.loadAddress == 0x800_0034)
        let data = try #require(image.section(named: ".data"))
        #expect(data.address == 0x2000_0000 && data.loadAddress == 0x800_00DC && data.isWritable)
        let bss = try #require(image.section(named: ".bss"))
        #expect(bss.isNoBits && bss.isAllocated && bss.size == 0x44 && bss.loadAddress == nil)
        #expect(image.contents(of: bss).isEmpty)
        let layers = try #require(image.section(named: ".simulate.layers"))
        #expect(!layers.isAllocated && layers.size == 0x18)
        #expect(image.section(index: 5)?.name == ".bss")
        #expect(image.section(index: 0) == nil)
        #expect(image.section(index: 99) == nil)
    }

    // nm -nS: "08000088 00000034 T main", "20000014 00000040 b scratch", "08000084 00000002 W handler",
    // "0800003a t copy", "080000dc A __data_load".
    // nm -C: "080000bc t net::Layer<long>::run(long) const [clone .isra.0]".
    @Test("The symbols of tiny.elf are those of nm, without Thumb bits, C++ names demangled")
    func symbols() throws {
        let image = try TinyFirmware.image()
        let table = SymbolTable(image)
        let main = try #require(table.symbol(named: "main"))
        #expect(main.address == 0x800_0088 && main.size == 0x34 && main.kind == .function && main.isGlobal)
        #expect(main.sectionIndex == 3)
        let scratch = try #require(table.symbol(named: "scratch"))
        #expect(scratch.address == 0x2000_0014 && scratch.size == 0x40 && scratch.kind == .object)
        #expect(scratch.binding == .local && scratch.sectionIndex == 5)
        #expect(table.symbol(named: "handler")?.binding == .weak)
        #expect(table.symbol(named: "copy")?.kind == .label)
        #expect(table.symbol(named: "__data_load")?.sectionIndex == nil)
        let run = try #require(table.symbol(named: "_ZNK3net5LayerIlE3runEl.isra.0"))
        #expect(run.name == "net::Layer<long>::run(long) const [clone .isra.0]")
        #expect(table.symbol(named: run.name) == run)
        #expect(table.symbol(at: 0x2000_0053)?.name == "scratch")
        #expect(table.symbol(at: 0x2000_0054) == nil)
        #expect(!image.symbols.contains { $0.name.hasPrefix("$") || $0.name.hasSuffix(".c") })
    }

    // readelf -s: $t at 08000034, $d at 0800004e and 08000050, $t at 0800005c.
    @Test("Mapping symbols are kept apart and tell code from literal pools")
    func mapping() throws {
        let image = try TinyFirmware.image()
        let start = image.mappingSymbols.filter { (0x800_0034...0x800_005C).contains($0.address) }
        #expect(start.map(\.address) == [0x800_0034, 0x800_004E, 0x800_0050, 0x800_005C])
        #expect(start.map(\.kind) == [.thumb, .data, .data, .thumb])
        #expect(image.isCode(0x800_004C) && !image.isCode(0x800_0054) && image.isCode(0x800_005C))
        #expect(MappingSymbol.kind(of: "$d.realdata", .arm32) == .data)
        #expect(MappingSymbol.kind(of: "$xrv64gc", .riscv64) == .riscv)
        #expect(MappingSymbol.kind(of: "$total", .arm32) == nil)
    }

    // readelf -n: "Build ID: 421be1afb0dd2bc5dd68e255d5020cb3ae10e332". sha256sum: as below.
    @Test("Build ID and digest are those of readelf -n and sha256sum")
    func identity() throws {
        let image = try TinyFirmware.image()
        let id = try #require(image.buildID)
        #expect(id.prefix(4) == [0x42, 0x1B, 0xE1, 0xAF] && id.count == 20)
        #expect(image.sha256 == "884ee00fa7b37afb32ecc5cc3cfc602f0d04f59970a654bd96e8ec0841deeb71")
    }

    // FIPS 180-4 examples (NIST "SHA256.pdf": one block, two blocks), and sha256sum of nothing and of 64 letters a.
    @Test(
        "SHA-256 agrees with the examples of FIPS 180-4 and with sha256sum",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"
            ),
        ])
    func digest(text: String, expected: String) {
        #expect(SHA256.hexDigest(of: Array(text.utf8)) == expected)
    }

    @Test("A segment outside the chip's memories is named with the first address that has none")
    func misfit() throws {
        let image = try TinyFirmware.image()
        let flash: ClosedRange<UInt64> = 0x800_0000...0x80F_FFFF
        // The program's RAM ends at __stack_top, 20000458.
        #expect(image.misfit(in: [0x2000_0000...0x2000_0457, flash]) == nil)
        // Two memories that touch serve as one.
        #expect(image.misfit(in: [flash, 0x2000_0400...0x2000_FFFF, 0x2000_0000...0x2000_03FF]) == nil)
        let short = try #require(image.misfit(in: [0x2000_0000...0x2000_0456, flash]))
        #expect(short.segment.index == 2 && short.address == 0x2000_0457)
        let none = try #require(image.misfit(in: [0x2000_0000...0x2001_BFFF]))
        #expect(none.segment.index == 0 && none.address == 0x800_0000)
        // .data (16 bytes to be flashed at 080000dc) is cut at 080000e4.
        let cut = try #require(image.misfit(in: [0x800_0000...0x800_00E3, 0x2000_0000...0x2001_BFFF]))
        #expect(cut.segment.index == 1 && cut.address == 0x800_00E4)
    }

    @Test("A 64-bit RISC-V program is read when one is expected")
    func riscv() throws {
        var file = ELFBuilder.code(16, at: 0x8000_0000, names: [.init(name: "start", value: 0x8000_0003, size: 8)])
        file.is64Bit = true
        file.machine = 243
        file.entry = 0x8000_0000
        let image = try FirmwareImage.load(bytes: file.bytes(), expecting: .riscv64)
        #expect(image.is64Bit && image.architecture == .riscv64)
        #expect(image.segments.first?.physicalAddress == 0x8000_0000)
        // Bit 0 has no meaning of its own here.
        #expect(image.symbols.map(\.address) == [0x8000_0003])
    }
}
