import Testing

@testable import Firmware

@Suite("From an address to its function")
struct FunctionTableTests {
    // nm -nS:  08000034 T reset  0800003a t copy  08000048 t done  0800004c t stop  0800005c T twice
    //          08000060 00000024 T sum_of_squares  08000084 00000002 W handler  08000084 00000002 W other_handler
    //          08000088 00000034 T main  080000bc 00000006 t _ZNK3net5LayerIlE3runEl.isra.0  080000c2 0000000a T scale
    @Test("Sized functions have nm's ranges; assembly code without .size goes on to the next function")
    func tiny() throws {
        let table = FunctionTable(try TinyFirmware.image())
        #expect(
            table.functions.map(\.low) == [
                0x800_0034, 0x800_005C, 0x800_0060, 0x800_0084, 0x800_0088, 0x800_00BC, 0x800_00C2,
            ])
        #expect(
            table.functions.map(\.high) == [
                0x800_005C, 0x800_0060, 0x800_0084, 0x800_0086, 0x800_00BC, 0x800_00C2, 0x800_00CC,
            ])
        #expect(table.function(at: 0x800_0048)?.name == "reset")
        #expect(table.function(at: 0x800_005E)?.name == "twice")
        // Both weak: the shorter name first.
        #expect(table.function(at: 0x800_0084)?.name == "handler")
        #expect(table.function(at: 0x800_0084)?.aliases == ["other_handler"])
        // Two bytes of padding, then main.
        #expect(table.function(at: 0x800_0086) == nil)
        #expect(table.function(at: 0x800_0088)?.name == "main")
        #expect(table.function(at: 0x800_0033) == nil)
        #expect(table.function(at: 0x800_00CC) == nil)
        #expect(table.function(at: 0) == nil && table.function(at: .max) == nil)
        #expect(table.function(named: "_ZNK3net5LayerIlE3runEl.isra.0")?.low == 0x800_00BC)
        #expect(table.function(named: "other_handler")?.low == 0x800_0084)
    }

    @Test("Of names at one address a global one is preferred to a weak one to a local one, then the shorter")
    func aliases() throws {
        let at: UInt64 = 0x800_0001
        let image = try FirmwareImage.load(
            bytes: ELFBuilder.code(
                16,
                names: [
                    .init(name: "l", value: at, size: 4, info: 0x02),
                    .init(name: "weak", value: at, size: 4, info: 0x22),
                    .init(name: "global_b", value: at, size: 4), .init(name: "global_a", value: at, size: 8),
                    .init(name: "global_long", value: at, size: 4), .init(name: "x", value: at - 1, info: 0x10),
                ]
            ).bytes())
        let function = try #require(FunctionTable(image).functions.first)
        #expect(function.name == "global_a")
        #expect(function.aliases == ["global_b", "global_long", "weak", "l"])
        // The label x is one of the linker script, as _stext often is, since the function's size is known without it.
        #expect(function.low == 0x800_0000 && function.high == 0x800_0008)
    }

    @Test("A function that begins within another hides it until it ends")
    func nested() throws {
        let image = try FirmwareImage.load(
            bytes: ELFBuilder.code(
                64,
                names: [
                    .init(name: "outer", value: 0x800_0001, size: 32), .init(name: "inner", value: 0x800_0009, size: 8),
                    .init(name: "last", value: 0x800_0021),
                ]
            ).bytes())
        let table = FunctionTable(image)
        let names = [0, 7, 8, 15, 16, 31, 32, 63, 64].map { table.function(at: 0x800_0000 + $0)?.name }
        #expect(names == ["outer", "outer", "inner", "inner", "outer", "outer", "last", "last", nil])
    }

    @Test("Claims beyond the section end with it, and symbols outside their section are no functions")
    func hostile() throws {
        let image = try FirmwareImage.load(
            bytes: ELFBuilder.code(
                64,
                names: [
                    .init(name: "big", value: 0x800_0001, size: 0xFFFF_FFFF),
                    .init(name: "elsewhere", value: 0x3, size: 4),
                    .init(name: "nowhere", value: 0x800_0005, size: 4, section: 500),
                ]
            ).bytes())
        let table = FunctionTable(image)
        #expect(table.functions.map(\.name) == ["big"])
        #expect(table.functions.map(\.high) == [0x800_0040])
    }
}
