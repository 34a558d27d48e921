import TestSupport
import Testing

@testable import Firmware

extension SplitMix {
    fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

@Suite("Damaged files are refused or read, and never more than that")
struct HostileFirmwareTests {
    /// Uses all of the module on a file.
    private func useAll(_ bytes: [UInt8]) {
        do {
            let image = try FirmwareImage.load(bytes: bytes)
            let functions = FunctionTable(image)
            let symbols = SymbolTable(image)
            let lines = SourceLines(image)
            for address in stride(from: UInt64(0x800_0030), to: 0x800_00E0, by: 2) {
                _ = functions.function(at: address)
                _ = symbols.symbol(at: address)
                _ = lines.frames(at: address)
            }
            _ = LayerMarkers(image)
            _ = StaticUsage(image, in: [.init(name: "FLASH", base: 0x800_0000, size: 0x10_0000, isFlash: true)])
            _ = image.misfit(in: [0x800_0000...0x80F_FFFF])
        } catch {
            #expect(!error.description.isEmpty)
        }
    }

    /// The parts of tiny.elf that say something (readelf -h, -S): the headers, what follows the code, the tables.
    private func place(_ random: inout SplitMix, _ size: Int) -> Int {
        switch random.below(4) {
        case 0: random.below(0xB4)
        case 1: size - 1 - random.below(22 * 40)
        default: 0x2000 + random.below(size - 0x2000)
        }
    }

    @Test("Thousands of mutants of tiny.elf: bytes changed", arguments: 0..<8)
    func mutants(seed: UInt64) throws {
        let original = try TinyFirmware.bytes()
        var random = SplitMix(seed: seed)
        for _ in 0..<400 {
            var bytes = original
            for _ in 0...random.below(6) {
                let place = place(&random, bytes.count)
                switch random.below(4) {
                case 0: bytes[place] ^= 1 << UInt8(random.below(8))
                case 1: bytes[place] = 0xFF
                case 2: bytes[place] = 0
                default: bytes[place] = UInt8(random.below(256))
                }
            }
            useAll(bytes)
        }
    }

    @Test("Every seventh length of tiny.elf is refused: its section headers stand last")
    func truncations() throws {
        let original = try TinyFirmware.bytes()
        for length in stride(from: 0, to: original.count, by: 7) {
            #expect(throws: FirmwareError.self) { try FirmwareImage.load(bytes: Array(original.prefix(length))) }
        }
    }
}
