import Testing

@testable import Firmware

@Suite("Layer markers")
struct LayerMarkersTests {
    // objdump -s -j .simulate.layers:  0000 8e000008 62656769 6e207233 20723100  ....begin r3 r1.
    //                                  0010 94000008 656e6400                    ....end.
    // objdump -d: before 0800008e stand "movs r1, #4" and "ldr r3, [pc, #32]" (the name), as in tiny.c line 42.
    @Test("tiny.elf has one layer, from the load of its name to the call's return")
    func tiny() throws {
        let layers = LayerMarkers(try TinyFirmware.image())
        #expect(
            layers.markers == [
                LayerMarker(address: 0x800_008E, kind: .begin(nameRegister: 3, macsRegister: 1)),
                LayerMarker(address: 0x800_0094, kind: .end),
            ])
        #expect(layers.warnings.isEmpty)
    }

    private func record(_ address: UInt32, _ text: String) -> [UInt8] {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: address >> (8 * $0)) } + Array(text.utf8) + [0]
        return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    @Test("The Thumb bit is cleared, removed functions are passed over, every register name is known")
    func records() {
        let bytes =
            record(0x800_0101, "begin fp lr") + record(0, "begin r0 r1") + record(0x800_0010, "end")
            + record(0x800_0010, "begin ip r10")
        let layers = LayerMarkers(bytes, .arm32)
        #expect(
            layers.markers == [
                LayerMarker(address: 0x800_0010, kind: .end),
                LayerMarker(address: 0x800_0010, kind: .begin(nameRegister: 12, macsRegister: 10)),
                LayerMarker(address: 0x800_0100, kind: .begin(nameRegister: 11, macsRegister: 14)),
            ])
        #expect(layers.warnings.isEmpty)
        #expect(
            LayerMarkers(record(0x8000_0000, "begin a0 s11"), .riscv64).markers
                == [LayerMarker(address: 0x8000_0000, kind: .begin(nameRegister: 10, macsRegister: 27))])
    }

    @Test("A malformed record is passed over with a warning; those behind it count")
    func malformed() {
        let texts = ["begin r3", "begin r15 r1", "begin r3 r1 r2", "begin r+3 r1", "stop", "", "end "]
        for text in texts {
            let layers = LayerMarkers(record(0x800_0010, text) + record(0x800_0020, "end"), .arm32)
            #expect(layers.markers == [LayerMarker(address: 0x800_0020, kind: .end)])
            #expect(layers.warnings == [.unknownText(offset: 0, text: text)])
        }
        let end = record(0x800_0020, "end")
        for cut in 1..<7 {
            let layers = LayerMarkers(end + end.prefix(cut), .arm32)
            #expect(layers.markers.count == 1)
            #expect(layers.warnings == [.truncated(offset: 8)])
        }
        #expect(LayerMarkers([], .arm32).markers.isEmpty)
    }
}
