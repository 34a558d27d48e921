import Machine
import Testing

@testable import Devices

/// SPI3 with its flash, and SPI0 with a device that records, driven as `spi.c` and the `w25qxx.c` of Kendryte's
/// examples do.
@Suite struct KendryteSPITests {
    let chip: Chip
    let SRAM: Memory
    let DMAC: Devices.DMAC
    let SPI3: SPI
    let flash: SPIFlash
    static let image = (0..<0x2_0000).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }

    init() {
        (chip, SRAM) = makeK210()
        DMAC = Devices.DMAC(chip: chip)
        SPI3 = SPI(name: "SPI3", chip: chip, kind: .flashMaster, clock: { 403e6 })
        flash = SPIFlash(chip: chip, contents: Self.image)
        SPI3.attach(flash, chipSelect: 0)
        chip.bus.add(SPI3, at: 0x5400_0000, size: 0x1000)
        DMAC.connect(SPI3.receiveRequest, number: 6)
        DMAC.connect(SPI3.transmitRequest, number: 7)
        DMAC.requestSelect = { $0 == 1 ? 6 : 7 }
        SPI3[.BAUDR] = 16
    }

    /// `spi_init` and `spi_init_non_standard`.
    func set(
        format: UInt32 = 0, bits: UInt32 = 8, mode: UInt32, instruction: UInt32 = 0, address: UInt32 = 0,
        wait: UInt32 = 0, style: UInt32 = 0, endian: UInt32 = 0, count: Int = 1
    ) {
        SPI3[.IMR] = 0
        SPI3[.DMACR] = 0
        SPI3[.DMATDLR] = 0x10
        SPI3[.DMARDLR] = 0
        SPI3[.SER] = 0
        SPI3[.SSIENR] = 0
        SPI3[.CTRLR0] = format << 22 | (bits - 1) | mode << 10
        SPI3[.SPI_CTRLR0] = wait << 11 | instruction << 8 | (address / 4) << 2 | style
        SPI3[.ENDIAN] = endian
        SPI3[.CTRLR1] = UInt32(count - 1)
    }

    /// `spi_receive_data_standard` and `spi_receive_data_multiple`, which poll.
    func receive(_ command: [UInt32], _ count: Int) -> [UInt32] {
        SPI3[.SSIENR] = 1
        for word in command { SPI3[.DR] = word }
        SPI3[.SER] = 1
        var result: [UInt32] = []
        var polls = 0
        while result.count < count, polls < 1_000_000 {
            chip.run(for: 10)
            polls += 1
            for _ in 0..<SPI3[.RXFLR] { result.append(SPI3[.DR]) }
        }
        SPI3[.SER] = 0
        SPI3[.SSIENR] = 0
        return result
    }

    func send(_ words: [UInt32]) {
        SPI3[.SSIENR] = 1
        SPI3[.SER] = 1
        var left = words[...]
        while !left.isEmpty {
            for _ in 0..<(32 - SPI3[.TXFLR]) where !left.isEmpty { SPI3[.DR] = left.removeFirst() }
            chip.run(for: 20)
        }
        while SPI3[.SR] & 5 != 4 { chip.run(for: 10) }
        SPI3[.SER] = 0
        SPI3[.SSIENR] = 0
    }

    func command(_ bytes: [UInt32]) {
        set(mode: 1)
        send(bytes)
    }

    func status(_ command: UInt32) -> UInt32 {
        set(mode: 3)
        return receive([command], 1)[0]
    }

    @Test func theFlashSaysThatItIsAW25Q128() {
        set(mode: 3, count: 2)
        #expect(receive([0x90, 0, 0, 0], 2) == [0xEF, 0x17])
        set(mode: 3, count: 3)
        #expect(receive([0x9F], 3) == [0xEF, 0x40, 0x18])
    }

    @Test func readingTakesTheTimeOfItsBits() {
        set(mode: 3, count: 16)
        SPI3[.SSIENR] = 1
        for word in [0x03, 0, 0x12, 0x34] as [UInt32] { SPI3[.DR] = word }
        let start = chip.clock.now
        SPI3[.SER] = 1
        // 4 bytes out and 16 in, 8 bits each, 16 cycles of 403 MHz per bit.
        chip.run(until: start + 20 * 128 - 1)
        #expect(SPI3[.RXFLR] == 15)
        #expect(SPI3[.SR] & 1 == 1)
        chip.run(until: start + 20 * 128)
        #expect(SPI3[.RXFLR] == 16)
        #expect(SPI3[.SR] & 1 == 0)
        let bytes = (0..<16).map { _ in UInt8(SPI3[.DR]) }
        #expect(bytes == Array(Self.image[0x1234..<0x1244]))
        #expect(SPI3[.RISR] & 4 == 0)
        _ = SPI3[.DR]
        #expect(SPI3[.RISR] & 4 == 4)  // RXU
        #expect(SPI3[.RXUICR] == 1)
        #expect(SPI3[.RISR] & 4 == 0)
    }

    /// The reads of `_w25qxx_read_data`: format, opcode, address word, address bits, wait cycles, style.
    @Test(
        arguments: [
            (1, 0x3B, 0x010203, 24, 8, 0), (1, 0xBB, 0x01020300, 32, 0, 1), (2, 0x6B, 0x010203, 24, 8, 0),
            (2, 0xEB, 0x01020300, 32, 4, 1),
        ] as [(UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)])
    func readsOnTwoAndFourLinesGiveTheSameBytes(
        format: UInt32, opcode: UInt32, word: UInt32, address: UInt32, wait: UInt32, style: UInt32
    ) {
        command([0x06])
        command([0x01, 0, 2])
        chip.run(seconds: 0.011)
        #expect(status(0x35) == 2)
        set(format: format, mode: 3, instruction: 2, address: address, wait: wait, style: style, count: 40)
        // The image ends at 0x20000, so only two thirds of the address are inside it.
        let bytes = receive([opcode, word & ~(style == 0 ? 0xFF0000 : 0xFF00_0000)], 40)
        #expect(bytes.map { UInt8($0) } == Array(Self.image[0x0203..<0x022B]))
    }

    @Test func fastReadHasADummyByte() {
        set(mode: 3, count: 4)
        #expect(receive([0x0B, 0, 1, 0, 0xFF], 4).map { UInt8($0) } == Array(Self.image[0x100..<0x104]))
    }

    /// W25Q128JV-IQ, 7.1.8: QE is 1 as delivered. Until it is set again, quad commands mean nothing.
    @Test func quadReadsAreIgnoredWhileQEIsClear() {
        #expect(status(0x35) == 2)
        command([0x06])
        command([0x31, 0])
        chip.run(seconds: 0.011)
        #expect(status(0x35) == 0)
        set(format: 2, mode: 3, instruction: 2, address: 24, wait: 8, count: 2)
        #expect(receive([0x6B, 0], 2) == [0xFF, 0xFF])
        #expect(chip.notices.all.contains { $0.what.contains("QE") })
    }

    @Test func aWordOfFourBytesIsInTheOrderOfMemoryWithENDIAN() {
        command([0x06])
        command([0x01, 0, 2])
        chip.run(seconds: 0.011)
        set(format: 2, bits: 32, mode: 3, instruction: 2, address: 32, wait: 4, style: 1, endian: 1, count: 2)
        // Bytes 0x100 and on of the image are 01 00 03 02 05 04 07 06.
        #expect(receive([0xEB, 0x1_0000], 2) == [0x0203_0001, 0x0607_0405])
        set(format: 2, bits: 32, mode: 3, instruction: 2, address: 32, wait: 4, style: 1, endian: 0, count: 1)
        let word = Self.image[0x100..<0x104].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        #expect(receive([0xEB, 0x1_0000], 1) == [word])
    }

    @Test func programmingOnlyClearsBitsAndStaysInItsPage() {
        command([0x06])
        #expect(status(0x05) == 2)
        command([0x20, 0, 0x10, 0])
        #expect(status(0x05) & 1 == 1)
        // tSE 45 ms, typical.
        chip.run(seconds: 0.0455)
        #expect(status(0x05) == 0)
        #expect(flash.contents[0x0FFF] == Self.image[0x0FFF])
        #expect(flash.contents[0x1000..<0x2000].allSatisfy { $0 == 0xFF })
        #expect(flash.contents[0x2000] == Self.image[0x2000])
        command([0x06])
        command([0x02, 0, 0x10, 0xFE, 0x0F, 0xAA, 0x55])
        // tPP 0.4 ms, typical.
        chip.run(seconds: 0.3e-3)
        #expect(status(0x05) & 1 == 1)
        chip.run(seconds: 0.15e-3)
        #expect(status(0x05) == 0)
        #expect(flash.contents[0x10FE..<0x1101] == [0x0F, 0xAA, 0xFF])
        #expect(flash.contents[0x1000] == 0x55)
        command([0x06])
        command([0x02, 0, 0x10, 0xFE, 0xF3])
        chip.run(seconds: 1e-3)
        #expect(flash.contents[0x10FE] == 0x03)
        // Without write enable nothing happens.
        command([0x02, 0, 0x10, 0x80, 0])
        #expect(flash.contents[0x1080] == 0xFF)
        #expect(flash.isChanged)
    }

    /// `w25qxx_quad_page_program_dma`, then a read of 4 KiB on four lines, both by DMA.
    @Test func aPageIsProgrammedAndReadBackByDMA() {
        command([0x06])
        command([0x01, 0, 2])
        chip.run(seconds: 0.011)
        command([0x06])
        command([0x52, 0, 0, 0])
        chip.run(seconds: 0.121)
        command([0x06])
        SRAM.fill(0x8000_0000, words: [0x32, 0x300] + (0..<256).map { UInt32(255 - $0) })
        set(format: 2, mode: 1, instruction: 2, address: 24)
        SPI3[.DMACR] = 2
        SPI3[.SSIENR] = 1
        DMAC.start(0, from: 0x8000_0000, to: 0x5400_0060, isDestinationFixed: true, items: 258)
        chip.run(for: 100)
        #expect(!DMAC.isIdle(0))
        SPI3[.SER] = 1
        while !DMAC.isIdle(0) { chip.run(for: 20) }
        while SPI3[.SR] & 5 != 4 { chip.run(for: 10) }
        SPI3[.SER] = 0
        SPI3[.SSIENR] = 0
        chip.run(seconds: 1e-3)
        #expect(Array(flash.contents[0x300..<0x400]) == (0..<256).map { UInt8(255 - $0) })

        SRAM.fill(0x8000_0000, words: [0xEB, 0])
        set(format: 2, mode: 3, instruction: 2, address: 32, wait: 4, style: 1, count: 4096)
        SPI3[.DMACR] = 3
        SPI3[.SSIENR] = 1
        DMAC.start(1, from: 0x5400_0060, to: 0x8001_0000, isSourceFixed: true, burst: 0, items: 4096)
        DMAC.start(0, from: 0x8000_0000, to: 0x5400_0060, isDestinationFixed: true, items: 2)
        chip.run(for: 50)
        let start = chip.clock.now
        SPI3[.SER] = 1
        while !DMAC.isIdle(1) { chip.run(for: 1) }
        // 8 + 8 + 4 + 4096 * 2 clocks of 16 cycles, and the last batch's way through the DMA.
        #expect((131_392...131_500).contains(chip.clock.now - start))
        SPI3[.SER] = 0
        SPI3[.SSIENR] = 0
        #expect(SRAM.words(0x8001_0000, 4096).map { UInt8($0) } == Array(flash.contents[0..<4096]))
    }

    /// What a device on SPI0 sees.
    final class Recorder: SPIDevice {
        var words: [UInt32] = []
        var lines: [Int] = []
        var selections = 0
        func select() { selections += 1 }
        func exchange(_ value: UInt32, bits: Int, lines: Int) -> UInt32 {
            words.append(value)
            self.lines.append(lines)
            return ~value
        }
        func deselect() {}
    }

    @Test func SPI0ExchangesFramesOfAnyLength() {
        let SPI0 = SPI(name: "SPI0", chip: chip, kind: .master, clock: { 200e6 })
        let device = Recorder()
        SPI0.attach(device, chipSelect: 3)
        for bits in 4...32 as ClosedRange<UInt32> {
            device.words = []
            SPI0[.BAUDR] = 2
            SPI0[.CTRLR0] = (bits - 1) << 16
            SPI0[.SSIENR] = 1
            SPI0[.DR] = 0xA5A5_A5A5
            SPI0[.SER] = 8
            chip.run(for: 200)
            let mask = UInt32.max >> (32 - bits)
            #expect(device.words == [0xA5A5_A5A5 & mask])
            #expect(SPI0[.DR] == 0x5A5A_5A5A & mask)
            SPI0[.SER] = 0
            SPI0[.SSIENR] = 0
        }
        #expect(device.selections == 29)
    }

    @Test func interruptsFollowTheLevels() {
        let watched = Watched()
        let SPI1 = SPI(name: "SPI1", chip: chip, kind: .master, clock: { 200e6 }, interrupt: watched.line)
        SPI1.attach(Recorder(), chipSelect: 0)
        SPI1[.BAUDR] = 2
        SPI1[.CTRLR0] = 7 << 16
        SPI1[.RXFTLR] = 3
        SPI1[.IMR] = 0x10
        SPI1[.SSIENR] = 1
        SPI1[.SER] = 1
        for _ in 0..<3 { SPI1[.DR] = 1 }
        chip.run(for: 1000)
        #expect(!watched.level)
        SPI1[.DR] = 1
        chip.run(for: 1000)
        #expect(watched.level)
        _ = SPI1[.DR]
        #expect(!watched.level)
        for _ in 0..<40 { SPI1[.DR] = 1 }
        chip.run(for: 10_000)
        #expect(SPI1[.RISR] & 0xA == 0xA)  // RXO, TXO
        #expect(SPI1[.ICR] == 1)
        #expect(SPI1[.RISR] & 0xA == 0)
    }

    @Test func hostileSettingsDoNoHarm() throws {
        var seed: UInt32 = 7
        for _ in 0..<20_000 {
            seed = seed &* 1_664_525 &+ 1_013_904_223
            let offset = (seed >> 8) % 0x120 & ~3
            seed = seed &* 1_664_525 &+ 1_013_904_223
            try SPI3.write(offset, offset == 0x08 ? seed >> 30 : seed, .word)
            _ = try SPI3.read((seed >> 12) % 0x120 & ~3, .word)
            chip.run(for: Int(seed >> 27))
        }
    }
}
