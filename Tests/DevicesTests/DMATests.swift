import Machine
import Testing

@testable import Devices

/// RM0090 chapter 10.
@Suite struct DMATests {
    let chip = makeChip()
    let SRAM: Memory
    let DMA2: DMA
    let lines = (0..<8).map { _ in Watched() }
    static let (EN, TCIE, HTIE, CIRC, PINC, MINC, DBM): (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) =
        (1, 1 << 4, 1 << 3, 1 << 8, 1 << 9, 1 << 10, 1 << 18)
    static let (memoryToPeripheral, memoryToMemory): (UInt32, UInt32) = (1 << 6, 2 << 6)

    init() {
        SRAM = Memory(name: "SRAM1", base: 0x2000_0000, size: 0x1_C000, isWritable: true, in: chip.arena)
        chip.bus.add(SRAM)
        chip.bus.add(Memory(name: "CCM", base: 0x1000_0000, size: 0x1000, isWritable: true, in: chip.arena))
        let watched = lines
        DMA2 = DMA(
            name: "DMA2", chip: chip, canCopyMemory: true,
            interrupts: Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, watched[$0].line) }))
    }

    func set(_ stream: Int, CR: UInt32, NDTR: UInt32, PAR: UInt32, M0AR: UInt32, M1AR: UInt32 = 0, FCR: UInt32 = 0x21) {
        DMA2[.stream(stream, 0x04)] = NDTR
        DMA2[.stream(stream, 0x08)] = PAR
        DMA2[.stream(stream, 0x0C)] = M0AR
        DMA2[.stream(stream, 0x10)] = M1AR
        DMA2[.stream(stream, 0x14)] = FCR
        DMA2[.stream(stream, 0x00)] = CR
    }

    func fill(_ address: UInt32, _ bytes: Int) {
        for index in 0..<UInt32(bytes) { SRAM.store(address + index, (index &* 7 &+ 3) & 0xFF, .byte) }
    }

    func bytes(_ address: UInt32, _ count: Int) -> [UInt32] {
        (0..<UInt32(count)).map { SRAM.load(address + $0, .byte) }
    }

    /// PSIZE and MSIZE: bytes to words, words to bytes, words to words; all thresholds.
    @Test(arguments: [(0, 2), (2, 0), (2, 2), (1, 2)], [0, 1, 2, 3] as [UInt32])
    func aCopyFromMemoryToMemoryMovesEveryByte(sizes: (UInt32, UInt32), threshold: UInt32) {
        fill(0x2000_0000, 256)
        set(
            0, CR: Self.memoryToMemory | Self.PINC | Self.MINC | sizes.0 << 11 | sizes.1 << 13 | Self.TCIE | Self.EN,
            NDTR: 256 >> sizes.0, PAR: 0x2000_0000, M0AR: 0x2000_1000, FCR: 4 | threshold)
        chip.run(for: 10_000)
        #expect(bytes(0x2000_1000, 256) == bytes(0x2000_0000, 256))
        #expect(DMA2[.LISR] == 0x30)  // TCIF0, HTIF0
        #expect(DMA2[.stream(0, 0)] & 1 == 0)
        #expect(DMA2[.stream(0, 4)] == 0)
        #expect(lines[0].level)
        DMA2[.LIFCR] = 0x3D
        #expect(DMA2[.LISR] == 0)
        #expect(!lines[0].level)
    }

    @Test func DMA1CannotCopyFromMemoryToMemory() {
        let DMA1 = DMA(name: "DMA1", chip: chip, canCopyMemory: false)
        DMA1[.stream(0, 4)] = 4
        DMA1[.stream(0, 0)] = Self.memoryToMemory | Self.EN
        #expect(DMA1[.stream(0, 0)] & 1 == 0)
    }

    @Test func theCoreCoupledMemoryIsOutOfReach() {
        set(
            1, CR: Self.memoryToMemory | Self.PINC | Self.MINC | Self.EN, NDTR: 16, PAR: 0x1000_0000,
            M0AR: 0x2000_0000, FCR: 7)
        chip.run(for: 1000)
        #expect(DMA2[.LISR] >> 6 & 0x3D == 1 << 3)  // TEIF1
        #expect(DMA2[.stream(1, 0)] & 1 == 0)
    }

    @Test func aBurstThatDoesNotFillTheThresholdIsAFIFOError() {
        // MBURST of 8 words is 32 bytes: more than the FIFO.
        set(
            2, CR: Self.memoryToMemory | 2 << 13 | 2 << 11 | 2 << 23 | Self.EN, NDTR: 16, PAR: 0x2000_0000,
            M0AR: 0x2000_1000, FCR: 7)
        #expect(DMA2[.LISR] >> 16 & 1 == 1)
        #expect(DMA2[.stream(2, 0)] & 1 == 0)
    }

    /// USART1_TX is channel 4 of DMA2 stream 7.
    func makeUSART(_ port: SerialPort) -> USART {
        let usart = USART(name: "USART1", chip: chip, clock: PeripheralClock(), port: port)
        chip.bus.add(usart, at: 0x4001_1000, size: 0x400)
        for request in [usart.transmitRequest, usart.receiveRequest] {
            for place in DMARequestMap.places(of: request.name) where place.controller == "DMA2" {
                DMA2.connect(request, stream: place.stream, channel: place.channel)
            }
        }
        usart[.BRR] = 160
        usart[.CR1] = 1 << 13 | 1 << 3 | 1 << 2
        chip.run(for: 10_000)
        return usart
    }

    @Test func aUSARTSendsABufferByDMAAtTheSpeedOfTheLine() {
        let port = SerialPort()
        var sent: [UInt8] = []
        port.transmit = { sent.append($0) }
        let usart = makeUSART(port)
        let text = Array("DMA speaks".utf8)
        for (index, byte) in text.enumerated() { SRAM.store(0x2000_0000 + UInt32(index), UInt32(byte), .byte) }
        set(
            7, CR: 4 << 25 | Self.memoryToPeripheral | Self.MINC | Self.TCIE | Self.HTIE | Self.EN,
            NDTR: UInt32(text.count), PAR: 0x4001_1004, M0AR: 0x2000_0000)
        let start = chip.clock.now
        usart[.CR3] = 1 << 7
        while DMA2[.HISR] >> 22 & 0x20 == 0 { chip.run(for: 1) }
        // TC of the stream: the last byte is in the data register, so two frames are still to go.
        #expect(abs(chip.clock.now - start - 8 * 1600) < 50)
        chip.run(for: 4000)
        #expect(sent == text)
        #expect(lines[7].rises == 1)
    }

    /// USART1_RX is channel 4 of DMA2 stream 2 and 5.
    @Test func circularReceptionGoesRoundAndTellsHalfAndFull() {
        let port = SerialPort()
        let usart = makeUSART(port)
        set(
            2, CR: 4 << 25 | Self.CIRC | Self.MINC | Self.EN, NDTR: 4, PAR: 0x4001_1004, M0AR: 0x2000_0100)
        usart[.CR3] = 1 << 6
        port.send(Array("abcdef".utf8))
        chip.run(for: 2 * 1600 + 50)
        #expect(DMA2[.LISR] >> 16 == 0x10)
        #expect(DMA2[.stream(2, 4)] == 2)
        chip.run(for: 4 * 1600)
        #expect(DMA2[.LISR] >> 16 == 0x30)
        #expect(bytes(0x2000_0100, 4) == Array("efcd".utf8).map(UInt32.init))
        #expect(DMA2[.stream(2, 4)] == 2)
        #expect(usart[.SR] & 8 == 0)
    }

    @Test func aDoubleBufferSwapsItsTargetAtEachEnd() {
        let port = SerialPort()
        let usart = makeUSART(port)
        set(
            5, CR: 4 << 25 | Self.DBM | Self.MINC | Self.EN, NDTR: 2, PAR: 0x4001_1004, M0AR: 0x2000_0100,
            M1AR: 0x2000_0200)
        usart[.CR3] = 1 << 6
        port.send(Array("abcd".utf8))
        chip.run(for: 2 * 1600 + 50)
        #expect(DMA2[.stream(5, 0)] & 1 << 19 != 0)
        chip.run(for: 2 * 1600)
        #expect(DMA2[.stream(5, 0)] & 1 << 19 == 0)
        #expect(bytes(0x2000_0100, 2) == Array("ab".utf8).map(UInt32.init))
        #expect(bytes(0x2000_0200, 2) == Array("cd".utf8).map(UInt32.init))
    }

    @Test func aTimerPacesAStreamByItsUpdates() {
        let timer = TIM(name: "TIM1", chip: chip, clock: PeripheralClock())
        for place in DMARequestMap.places(of: "TIM1_UP") {
            DMA2.connect(timer.updateRequest, stream: place.stream, channel: place.channel)
        }
        let port = GPIO(name: "GPIOD", chip: chip)
        chip.bus.add(port, at: 0x4002_0C00, size: 0x400)
        for index in 0..<4 { SRAM.store(0x2000_0000 + 4 * UInt32(index), 1 << UInt32(index), .word) }
        // TIM1_UP is channel 6 of DMA2 stream 5.
        set(
            5, CR: 6 << 25 | Self.memoryToPeripheral | Self.MINC | 2 << 11 | 2 << 13 | Self.EN, NDTR: 4,
            PAR: 0x4002_0C14, M0AR: 0x2000_0000)
        timer[.ARR] = 99
        timer[.DIER] = 1 << 8
        timer[.CR1] = 1
        chip.run(for: 350)
        #expect(port[.ODR] == 4)
        #expect(DMA2[.stream(5, 4)] == 1)
        chip.run(for: 100)
        #expect(port[.ODR] == 8)
        #expect(DMA2[.stream(5, 0)] & 1 == 0)
    }

    @Test func switchingAStreamOffKeepsNDTRAndSetsTCIF() {
        let usart = makeUSART(SerialPort())
        set(
            7, CR: 4 << 25 | Self.memoryToPeripheral | Self.MINC | Self.EN, NDTR: 100, PAR: 0x4001_1004,
            M0AR: 0x2000_0000)
        usart[.CR3] = 1 << 7
        chip.run(for: 1600 * 5)
        DMA2[.stream(7, 0)] = 0
        #expect((90...98).contains(DMA2[.stream(7, 4)]))
        #expect(DMA2[.HISR] >> 22 & 0x20 != 0)
    }

    @Test func theHigherPriorityGoesFirst() {
        var order: [String] = []
        let copy = Self.memoryToMemory | Self.PINC | Self.MINC | 2 << 11 | 2 << 13
        set(0, CR: copy | Self.EN, NDTR: 64, PAR: 0x2000_0000, M0AR: 0x2000_1000, FCR: 7)
        set(1, CR: copy | 3 << 16 | Self.EN, NDTR: 64, PAR: 0x2000_0000, M0AR: 0x2000_2000, FCR: 7)
        while order.count < 2 {
            chip.run(for: 1)
            if DMA2[.LISR] & 0x20 != 0, !order.contains("0") { order.append("0") }
            if DMA2[.LISR] & 0x800 != 0, !order.contains("1") { order.append("1") }
        }
        #expect(order == ["1", "0"])
    }

    @Test func everyBeatTellsWhichSlaveItHolds() {
        var beats: [String: Cycles] = [:]
        DMA2.onBusUse = { slave, _, cycles in beats[slave, default: 0] += cycles }
        set(
            0, CR: Self.memoryToMemory | Self.PINC | Self.MINC | 2 << 11 | 2 << 13 | Self.EN, NDTR: 64,
            PAR: 0x2000_0000, M0AR: 0x2000_1000, FCR: 7)
        chip.run(for: 10_000)
        #expect(beats == ["SRAM1": 128])
    }

    @Test func aStreamAimedAtItsOwnRegistersDoesNoHarm() {
        chip.bus.add(DMA2, at: 0x4002_6400, size: 0x400)
        for target: UInt32 in [0x4002_6410, 0x4002_6414, 0x4002_6424] {
            set(
                0, CR: Self.memoryToMemory | Self.MINC | 2 << 11 | 2 << 13 | Self.EN, NDTR: 64, PAR: 0x2000_0000,
                M0AR: target, FCR: 7)
            chip.run(for: 10_000)
            set(
                0, CR: Self.memoryToMemory | Self.PINC | 2 << 11 | Self.EN, NDTR: 64, PAR: target,
                M0AR: 0x2000_0000, FCR: 4)
            chip.run(for: 10_000)
            DMA2.reset()
        }
    }
}
