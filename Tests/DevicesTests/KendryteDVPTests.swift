import Machine
import Testing

@testable import Devices

/// The camera and the screen, as `dvp.c` and the `ov2640.c`, `lcd.c` and `nt35310.c` of Kendryte's examples drive them.
@Suite struct KendryteDVPTests {
    let chip: Chip
    let SRAM: Memory
    let DVP: Devices.DVP
    let line = Watched()

    init() {
        (chip, SRAM) = makeK210()
        DVP = Devices.DVP(
            chip: chip, clock: { 200e6 }, sensor: ImageSensor(model: .OV2640), interrupt: line.line)
        DVP[.cmos_cfg] = 1 << 8 | 3
        DVP[.sccb_cfg] = 255 << 8 | 255 << 16
    }

    /// `dvp_sccb_start_transfer`.
    func transfer(_ count: UInt32, _ control: UInt32) {
        DVP[.sccb_cfg] = DVP[.sccb_cfg] & ~3 | (count - 1)
        DVP[.sccb_ctl] = control
        DVP[.sts] = 3 << 24
        let start = chip.clock.now
        while DVP[.sts] & 1 << 24 != 0, chip.clock.now - start < 1_000_000 { chip.run(for: 100) }
        // Nine bits of 510 cycles of 200 MHz for each byte.
        #expect(abs(chip.clock.now - start - Int(Double(9 * 510 * count) * 2.015)) <= 100)
    }

    func write(_ register: UInt32, _ value: UInt32) { transfer(3, 1 | 0x60 | register << 8 | value << 16) }

    func read(_ register: UInt32, of device: UInt32 = 0x60) -> UInt32 {
        transfer(2, 1 | device | register << 8)
        transfer(2, device)
        return DVP[.sccb_cfg] >> 24
    }

    /// `ov2640_read_id`: manufacturer 0x7FA2, device 0x2642.
    @Test func theCameraTellsWhatItIs() {
        write(0xFF, 1)
        #expect(read(0x1C) << 8 | read(0x1D) == 0x7FA2)
        #expect(read(0x0A) << 8 | read(0x0B) == 0x2642)
        write(0x12, 0x40)
        #expect(read(0x12) == 0x40)
        write(0xFF, 0)
        #expect(read(0x12) == 0)
        // Nobody there.
        #expect(read(0x0A, of: 0x42) == 0xFF)
        DVP.sensor = ImageSensor(model: .GC0328)
        #expect(read(0xF0, of: 0x42) == 0x9D)
    }

    /// 320 x 240, RGB, four beats, both outputs.
    func setUp(_ picture: Picture) {
        DVP.sensor?.picture = picture
        DVP[.cmos_cfg] |= 1 << 16
        DVP[.dvp_cfg] = 1 << 8 | 10 << 12 | 240 << 20 | 0xC
        (DVP[.r_addr], DVP[.g_addr], DVP[.b_addr]) = (0x4010_0000, 0x4011_2C00, 0x4012_5800)
        DVP[.rgb_addr] = 0x4020_0000
    }

    static let picture = Picture(width: 320, height: 240) { x, y in
        (UInt8(truncatingIfNeeded: x), UInt8(y), UInt8(truncatingIfNeeded: x ^ y))
    }

    /// The loop of the face detector: interrupts on, start in the handler, finished flag.
    @Test func aFrameComesThroughItsTwoInterrupts() {
        setUp(Self.picture)
        DVP[.sts] = 0x303
        DVP[.dvp_cfg] |= 3
        chip.run(seconds: 0.0334)
        #expect(line.level)
        #expect(DVP[.sts] & 0x101 == 1)
        DVP[.sts] = 3 << 16
        DVP[.sts] |= 3
        #expect(!line.level)
        #expect(DVP[.sts] & 1 << 16 != 0)
        chip.run(seconds: 0.030)
        #expect(DVP[.sts] & 0x101 == 0)
        chip.run(seconds: 0.003)
        #expect(line.level)
        #expect(DVP[.sts] & 0x100 != 0)
        #expect(DVP[.sts] & 1 << 16 == 0)
        // Pixel (100, 50): red 100, green 50, blue 86. RGB565: 12, 12, 10.
        let place = UInt32(50 * 320 + 100)
        let word = SRAM.load(0x8020_0000 + 2 * place, .word)
        #expect(word >> 16 == 12 << 11 | 12 << 5 | 10)
        // Its right neighbour is in the lower half: 101, 50, 87.
        #expect(word & 0xFFFF == 12 << 11 | 12 << 5 | 10)
        #expect(SRAM.load(0x8010_0000 + place, .byte) == 96)
        #expect(SRAM.load(0x8011_2C00 + place, .byte) == 48)
        #expect(SRAM.load(0x8012_5800 + place, .byte) == 80)
        // (319, 239): 63, 239, 208.
        #expect(SRAM.load(0x8010_0000 + 76_799, .byte) == 56)
        #expect(SRAM.load(0x8011_2C00 + 76_799, .byte) == 236)
    }

    @Test func nothingIsStoredThatWasNotAskedFor() {
        setUp(Self.picture)
        chip.run(seconds: 0.2)
        #expect(DVP[.sts] & 0x101 == 1)
        #expect(SRAM.bytes(0x8020_0000, 1000).allSatisfy { $0 == 0 })
    }

    @Test func automaticModeStoresEveryFrame() {
        setUp(Self.picture)
        DVP[.dvp_cfg] |= 1 << 4 | 2
        chip.run(seconds: 0.0667)
        #expect(line.level)
        DVP[.sts] = 3 << 8
        #expect(!line.level)
        chip.run(seconds: 0.0334)
        #expect(line.level)
    }

    @Test func aPictureOfAnotherSizeIsFitted() {
        setUp(Picture(width: 2, height: 1) { x, _ in x == 0 ? (255, 0, 0) : (0, 255, 0) })
        DVP[.dvp_cfg] |= 1 << 4
        chip.run(seconds: 0.07)
        #expect(SRAM.load(0x8010_0000 + 159, .byte) == 0xF8)
        #expect(SRAM.load(0x8010_0000 + 160, .byte) == 0)
        #expect(SRAM.load(0x8011_2C00 + 320 * 239 + 319, .byte) == 0xFC)
    }

    @Test func anAddressWithoutMemoryIsASentence() {
        setUp(Self.picture)
        DVP[.rgb_addr] = 0x805F_FFFF
        DVP[.r_addr] = 0xFFFF_FFF0
        DVP[.dvp_cfg] = 0x004F_F91F
        chip.run(seconds: 0.1)
        #expect(chip.notices.all.contains { $0.what.contains("rgb_addr") })
    }
}

@Suite struct KendryteLCDTests {
    let chip: Chip
    let SRAM: Memory
    let DMAC: Devices.DMAC
    let SPI0: SPI
    let LCD: Devices.LCD
    /// The D/C pin.
    final class Pin {
        var level = true
    }
    let pin = Pin()

    init() {
        (chip, SRAM) = makeK210()
        DMAC = Devices.DMAC(chip: chip)
        SPI0 = SPI(name: "SPI0", chip: chip, kind: .master, clock: { 403e6 })
        let pin = pin
        LCD = Devices.LCD(chip: chip, isCommand: { !pin.level })
        SPI0.attach(LCD, chipSelect: 3)
        chip.bus.add(SPI0, at: 0x5200_0000, size: 0x1000)
        DMAC.connect(SPI0.transmitRequest, number: 1)
        DMAC.requestSelect = { _ in 1 }
        SPI0[.BAUDR] = 20
    }

    /// `spi_send_data_normal_dma` in octal mode, with an instruction or an address as wide as the frames.
    func send(_ words: [UInt32], bits: UInt32, isFill: Bool = false, items: Int? = nil) {
        SRAM.fill(0x8000_0000, words: words)
        (SPI0[.DMATDLR], SPI0[.SER], SPI0[.SSIENR]) = (0x10, 0, 0)
        SPI0[.CTRLR0] = 3 << 21 | (bits - 1) << 16 | 1 << 8
        SPI0[.SPI_CTRLR0] = 2 | (bits == 8 ? 2 << 8 : bits == 16 ? 3 << 8 : 8 << 2)
        SPI0[.DMACR] = 2
        SPI0[.SSIENR] = 1
        DMAC.start(
            0, from: 0x8000_0000, to: 0x5200_0060, isSourceFixed: isFill, isDestinationFixed: true,
            items: items ?? words.count)
        SPI0[.SER] = 8
        while !DMAC.isIdle(0) { chip.run(for: 100) }
        while SPI0[.SR] & 5 != 4 { chip.run(for: 10) }
        SPI0[.SER] = 0
        SPI0[.SSIENR] = 0
    }

    func command(_ command: UInt32, _ data: [UInt32] = []) {
        pin.level = false
        send([command], bits: 8)
        pin.level = true
        if !data.isEmpty { send(data, bits: 8) }
    }

    func setArea(_ left: UInt32, _ top: UInt32, _ right: UInt32, _ bottom: UInt32) {
        command(0x2A, [left >> 8, left & 0xFF, right >> 8, right & 0xFF])
        command(0x2B, [top >> 8, top & 0xFF, bottom >> 8, bottom & 0xFF])
        command(0x2C)
    }

    /// `lcd_init`, `lcd_set_direction(DIR_YX_LRDU)`, `lcd_clear(RED)`, `lcd_draw_picture` of 2 x 2.
    @Test(arguments: [0x00, 0x20, 0x40, 0x60, 0x80, 0xA0, 0xC0, 0xE8] as [UInt32])
    func whatIsDrawnIsSeen(direction: UInt32) {
        command(0x01)
        command(0x11)
        command(0x3A, [0x55])
        command(0x36, [direction])
        command(0x29)
        let isWide = direction & 0x20 != 0
        let (width, height): (UInt32, UInt32) = isWide ? (320, 240) : (240, 320)
        setArea(0, 0, width - 1, height - 1)
        send([0xF800_F800], bits: 32, isFill: true, items: 38_400)
        setArea(10, 20, 11, 21)
        send([0x07E0_001F, 0xFFFF_0000], bits: 32)
        let picture = LCD.picture
        #expect((picture.width, picture.height) == (Int(width), Int(height)))
        #expect(picture[0, 0] == (255, 0, 0))
        #expect(picture[Int(width) - 1, Int(height) - 1] == (255, 0, 0))
        #expect(picture[10, 20] == (0, 255, 0))
        #expect(picture[11, 20] == (0, 0, 255))
        #expect(picture[10, 21] == (255, 255, 255))
        #expect(picture[11, 21] == (0, 0, 0))
        #expect(picture[12, 20] == (255, 0, 0))
        #expect(chip.notices.all.isEmpty)
    }

    @Test func pointsAndEighteenBitColours() {
        command(0x29)
        command(0x3A, [0x66])
        setArea(3, 4, 3, 4)
        send([0xFC, 0x00, 0x80], bits: 8)
        #expect(LCD.picture[3, 4] == (255, 0, 0x82))
        command(0x3A, [0x55])
        setArea(5, 6, 5, 6)
        send([0xFFE0], bits: 16)
        #expect(LCD.picture[5, 6] == (255, 255, 0))
        command(0x28)
        #expect(LCD.picture[5, 6] == (0, 0, 0))
    }

    /// 38400 words of 32 bits on 8 lines are 4 clocks of 20 cycles each.
    @Test func aScreenTakesTheTimeOfItsWords() {
        command(0x3A, [0x55])
        var pictures = 0
        LCD.onPicture = { pictures += 1 }
        setArea(0, 0, 239, 319)
        let start = chip.clock.now
        send([0], bits: 32, isFill: true, items: 38_400)
        #expect((3_072_000...3_072_500).contains(chip.clock.now - start))
        #expect(pictures == 1)
    }

    @Test func hostileWindowsDoNoHarm() {
        command(0x29)
        command(0x3A, [0x55])
        for (a, b) in [(0xFFFF, 0), (0, 0xFFFF), (300, 400), (239, 239)] as [(UInt32, UInt32)] {
            setArea(a, a, b, b)
            send([0x1234_5678], bits: 32, isFill: true, items: 500)
        }
        #expect(LCD.picture.width == 240)
    }
}
