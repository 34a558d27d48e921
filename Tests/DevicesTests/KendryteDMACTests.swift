import Machine
import Testing

@testable import Devices

@Suite struct KendryteDMACTests {
    let chip: Chip
    let SRAM: Memory
    let DMAC: Devices.DMAC
    let lines = (0..<6).map { _ in Watched() }

    init() {
        (chip, SRAM) = makeK210()
        DMAC = Devices.DMAC(chip: chip, interrupts: lines.map(\.line))
    }

    /// A register that gives what was put in, and records what is written.
    final class Port: RegisterMap {
        enum Register: UInt32 {
            case data = 0
        }
        let name = "port"
        let notices: Notices
        let request = DMARequest("port")
        var input: [UInt32] = [] {
            didSet { request.set(!input.isEmpty || room > 0) }
        }
        var room = 0 {
            didSet { request.set(!input.isEmpty || room > 0) }
        }
        var output: [UInt32] = []

        init(_ chip: Chip) {
            notices = chip.notices
        }
        func read(_ register: Register) -> UInt32 { input.isEmpty ? 0xBAD : input.removeFirst() }
        func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
            output.append(value)
            room -= 1
        }
        func reset() {}
    }

    @Test func initialisationAsTheSDKDoesItSeesTheResetBitClear() {
        DMAC[.reset] = 1
        #expect(DMAC[.reset] == 0)
        DMAC[.com_intclear] = 0x10F
        DMAC[.cfg] = 0
        #expect(DMAC[.cfg] == 0)
        for channel in 0..<6 { DMAC[.channel(channel, 0x80)] = 0 }
        DMAC[.cfg] = 3
        #expect(DMAC[.chen] == 0)
    }

    /// 230400 bytes take 329 us at 403 MHz, 132 thousand cycles (the published upload).
    @Test func anUploadTakesAsLongAsMeasured() {
        let picture = (0..<230_400).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        SRAM.fill(0x8000_0000, picture)
        var changed = 0
        chip.bus.onChange = { _, count in changed += count }
        DMAC[.channel(5, 0x80)] = 2
        DMAC.start(5, from: 0x8000_0000, to: 0x4020_0000, burst: 3, width: 3, items: 230_400 / 8)
        chip.run(until: 131_600)
        #expect(!DMAC.isIdle(5))
        #expect(!lines[5].level)
        chip.run(until: 131_700)
        #expect(DMAC.isIdle(5))
        #expect(lines[5].level)
        #expect(SRAM.bytes(0x8020_0000, 230_400) == picture)
        #expect(changed == 230_400)
        #expect(DMAC[.channel(5, 0x88)] == 3)
        DMAC[.channel(5, 0x98)] = 0xFFFF_FFFF
        #expect(DMAC[.channel(5, 0x88)] == 0)
        #expect(!lines[5].level)
    }

    /// Widths of 1, 2, 4, 8 and 16 bytes on either side.
    @Test(arguments: [0, 1, 2, 3, 4] as [UInt64], [0, 1, 2, 3, 4] as [UInt64])
    func everyPairOfWidthsMovesEveryByte(source: UInt64, destination: UInt64) {
        let bytes = (0..<256).map { UInt8($0) }
        SRAM.fill(0x8000_1000, bytes)
        DMAC[.cfg] = 3
        DMAC[.channel(0, 0x00)] = 0x8000_1000
        DMAC[.channel(0, 0x08)] = 0x8000_2000
        DMAC[.channel(0, 0x18)] = source << 8 | destination << 11
        DMAC[.channel(0, 0x10)] = 256 >> source - 1
        DMAC[.chen] = 0x101
        chip.run(for: 200)
        #expect(DMAC[.chen] == 0)
        #expect(SRAM.bytes(0x8000_2000, 256) == bytes)
    }

    @Test func aFixedSourceFills() {
        SRAM.fill(0x8000_0000, words: [0xCAFE_F00D])
        DMAC.start(1, from: 0x8000_0000, to: 0x8000_1000, isSourceFixed: true, items: 300)
        chip.run(for: 2000)
        #expect(SRAM.words(0x8000_1000, 301) == Array(repeating: 0xCAFE_F00D, count: 300) + [0])
    }

    @Test func registersAreReachedAsHalvesToo() throws {
        try DMAC.write(0x104, 0x1234_5678, .word)
        #expect(try DMAC.readDoubleword(0x100) == 0x1234_5678_0000_0000)
        #expect(try DMAC.read(0x104, .word) == 0x1234_5678)
        try DMAC.writeDoubleword(0x100, 0x8000_0010)
        #expect(try DMAC.read(0x100, .word) == 0x8000_0010)
        #expect(try DMAC.read(0x104, .word) == 0)
    }

    @Test func aPeripheralSetsThePace() {
        let port = Port(chip)
        chip.bus.add(port, at: 0x5000_1000, size: 0x1000)
        DMAC.requestSelect = { channel in channel == 2 ? 21 : 0 }
        DMAC.connect(port.request, number: 21)
        DMAC.start(2, from: 0x5000_1000, to: 0x8000_0100, isSourceFixed: true, burst: 0, items: 3)
        chip.run(for: 1000)
        #expect(!DMAC.isIdle(2))
        port.input = [1, 2]
        chip.run(for: 1000)
        #expect(!DMAC.isIdle(2))
        #expect(DMAC[.channel(2, 0x30)] == 2)
        port.input = [3, 4]
        chip.run(for: 1000)
        #expect(DMAC.isIdle(2))
        #expect(SRAM.words(0x8000_0100, 4) == [1, 2, 3, 0])
        #expect(port.input == [4])
    }

    @Test func aChannelThatWaitsBeginsWhenItsRequestIsSelected() {
        let port = Port(chip)
        chip.bus.add(port, at: 0x5000_1000, size: 0x1000)
        let sysctl = SYSCTL(chip: chip)
        DMAC.requestSelect = { sysctl.dmaSelect($0) }
        sysctl.onDMASelect = { [DMAC] in DMAC.reconsider() }
        DMAC.connect(port.request, number: 21)
        port.input = [1, 2, 3]
        DMAC.start(2, from: 0x5000_1000, to: 0x8000_0100, isSourceFixed: true, burst: 0, items: 3)
        chip.run(for: 1000)
        #expect(!DMAC.isIdle(2))
        sysctl[.dma_sel0] = 21 << 12
        chip.run(for: 1000)
        #expect(DMAC.isIdle(2))
        #expect(SRAM.words(0x8000_0100, 3) == [1, 2, 3])
    }

    @Test func aPeripheralIsWrittenAsFarAsItAsks() {
        let port = Port(chip)
        chip.bus.add(port, at: 0x5000_1000, size: 0x1000)
        DMAC.requestSelect = { _ in 7 }
        DMAC.connect(port.request, number: 7)
        SRAM.fill(0x8000_0000, words: [10, 11, 12, 13, 14])
        DMAC.start(0, from: 0x8000_0000, to: 0x5000_1000, isDestinationFixed: true, items: 5)
        port.room = 3
        chip.run(for: 1000)
        #expect(port.output == [10, 11, 12])
        #expect(!DMAC.isIdle(0))
        port.room = 9
        chip.run(for: 1000)
        #expect(port.output == [10, 11, 12, 13, 14])
        #expect(DMAC.isIdle(0))
    }

    /// `ch_prior`, bits 51:49 of cfg: 7 is the highest.
    @Test func theHigherPriorityGoesFirst() {
        for (channel, priority) in [(0, 1), (1, 6)] as [(Int, UInt64)] {
            DMAC[.channel(channel, 0x00)] = 0x8000_0000
            DMAC[.channel(channel, 0x08)] = 0x8001_0000 + 0x1000 * UInt64(channel)
            DMAC[.channel(channel, 0x10)] = 1023
            DMAC[.channel(channel, 0x20)] = priority << 49
        }
        DMAC[.cfg] = 3
        DMAC[.chen] = 0x303
        while DMAC[.chen] == 3 { chip.run(for: 1) }
        #expect(DMAC[.chen] == 1)
    }

    @Test func anAddressWithoutMemoryIsAnErrorAndASentence() {
        DMAC[.channel(3, 0x80)] = 0xFF
        DMAC.start(3, from: 0x7000_0000, to: 0x8000_0000, items: 4)
        DMAC[.channel(3, 0x20)] = 0
        chip.run(for: 100)
        #expect(DMAC.isIdle(3))
        #expect(DMAC[.channel(3, 0x88)] == 1 << 5)  // SRC_DEC_ERR
        #expect(lines[3].level)
        #expect(chip.notices.all.contains { $0.what.contains("0x70000000") })
    }

    /// Two items: four bytes to 0x80001000, then eight to 0x80002000.
    @Test func aLinkedListIsFollowed() {
        SRAM.fill(0x8000_0000, Array(1...16))
        for (index, (items, next, last)) in [(4, 0x8000_0840, 0), (8, 0, 1)].enumerated() {
            let item = 0x8000_0800 + 0x40 * UInt32(index)
            SRAM.fill(
                item,
                words: [
                    0x8000_0000, 0, 0x8000_1000 + 0x1000 * UInt32(index), 0, UInt32(items - 1), 0, UInt32(next), 0, 0,
                    1 << 31 | UInt32(last) << 30,
                ])
        }
        DMAC[.cfg] = 3
        DMAC[.channel(0, 0x20)] = 0xF
        DMAC[.channel(0, 0x28)] = 0x8000_0800
        DMAC[.chen] = 0x101
        chip.run(for: 100)
        #expect(DMAC[.chen] == 0)
        #expect(SRAM.bytes(0x8000_1000, 5) == [1, 2, 3, 4, 0])
        #expect(SRAM.bytes(0x8000_2000, 9) == [1, 2, 3, 4, 5, 6, 7, 8, 0])
    }

    /// Aimed at its own registers, at the end of memory, with reserved widths: it ends, or waits, and nothing traps.
    @Test func hostileSettingsDoNoHarm() {
        chip.bus.add(DMAC, at: 0x5000_0000, size: 0x1000)
        var seed: UInt64 = 1
        for _ in 0..<300 {
            let addresses: [UInt64] = [0x5000_0000, 0x5000_0018, 0x805F_FFFC, 0x8000_0001, 0xFFFF_FFFF_FFFF_FFF9]
            for channel in 0..<6 {
                for offset in stride(from: UInt32(0), to: 0xA0, by: 8) where offset < 0x60 || offset >= 0x80 {
                    seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let value = offset < 0x10 ? addresses[Int(seed >> 33) % 5] : seed
                    DMAC[.channel(channel, offset)] = offset == 0x10 ? value & 0xFFF : value
                }
            }
            DMAC[.cfg] = 3
            DMAC[.chen] = 0x3F3F
            chip.run(for: 3000)
            DMAC[.reset] = 1
        }
    }
}
