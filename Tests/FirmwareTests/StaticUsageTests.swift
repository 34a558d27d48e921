import Testing

@testable import Firmware

@Suite("Flash and RAM before the program runs")
struct StaticUsageTests {
    private let memories: [StaticUsage.MemoryRange] = [
        .init(name: "FLASH", base: 0x800_0000, size: 0x10_0000, isFlash: true),
        .init(name: "SRAM1", base: 0x2000_0000, size: 0x1_C000, isFlash: false),
    ]

    // size -A:  .isr_vector 16  .note.gnu.build-id 36  .text 168  .data 16  .bss 68  ._stack 1028; the rest takes none.
    // Flash: 16 + 36 + 168 + 16 = 236. RAM: 16 + 68 + 1028 = 1112.
    @Test("Sections take what size -A says; .data takes both")
    func sections() throws {
        let usage = StaticUsage(try TinyFirmware.image(), in: memories)
        let names = [".isr_vector", ".note.gnu.build-id", ".text", ".data", ".bss", "._stack"]
        #expect(usage.sections.map(\.name) == names)
        #expect(usage.sections.map(\.flash) == [16, 36, 168, 16, 0, 0])
        #expect(usage.sections.map(\.ram) == [0, 0, 0, 16, 68, 1028])
        #expect(usage.flash == 236 && usage.ram == 1112)
        #expect(usage.memories.map(\.used) == [236, 1112])
    }

    // nm -S: the two handlers share their bytes and count once; weights (16 bytes) lie in .data, scratch (64) in .bss.
    @Test("Symbols take what nm -S says, each byte once")
    func symbols() throws {
        let usage = StaticUsage(try TinyFirmware.image(), in: memories)
        #expect(
            usage.symbols.map(\.symbol.rawName) == [
                "sum_of_squares", "handler", "main", "_ZNK3net5LayerIlE3runEl.isra.0", "scale", "weights", "result",
                "scratch",
            ])
        #expect(usage.symbols.map(\.flash) == [36, 2, 52, 6, 10, 16, 0, 0])
        #expect(usage.symbols.map(\.ram) == [0, 0, 0, 0, 0, 16, 4, 64])
        #expect(usage.symbols.map(\.section).suffix(3) == [".data", ".bss", ".bss"])
    }

    @Test("Code that runs in RAM takes RAM, and flash as well if it is copied there")
    func ramCode() throws {
        var file = ELFBuilder.code(8)
        file.programs.append(.init(bytes: [1, 2, 3, 4], virtual: 0x2000_0000, physical: 0x800_0008))
        file.sections.append(.init(name: ".ramfunc", flags: 6, address: 0x2000_0000, bytes: [1, 2, 3, 4]))
        file.programs.append(.init(bytes: [5, 6], virtual: 0x2000_0010))
        file.sections.append(.init(name: ".debugged", flags: 6, address: 0x2000_0010, bytes: [5, 6]))
        file.sections.append(.init(name: ".far", type: 8, flags: 3, address: 0x9000_0000, size: 0xFFFF_FFFF))
        let usage = StaticUsage(try FirmwareImage.load(bytes: file.bytes()), in: memories)
        #expect(usage.sections.map(\.flash) == [8, 4, 0, 0])
        #expect(usage.sections.map(\.ram) == [0, 4, 2, 0])
    }
}
