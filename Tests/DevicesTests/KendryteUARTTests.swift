import Machine
import Testing

@testable import Devices

/// The SDK's uart.h and uart.c. The core runs at 16 MHz, APB0 at 8 MHz: 115200 baud is a divisor of 69 sixteenths, so a
/// byte takes 690 cycles of APB0 and 1380 of the core.
@Suite struct KendryteUARTTests {
    let chip = makeChip()
    let port = SerialPort()
    let watched = Watched()
    let byte = 1380

    /// After the SDK's `uart_configure` for 115200 baud, 8N1.
    func make() -> UART {
        let uart = UART(name: "UART3", chip: chip, clock: { 8_000_000 }, port: port, interrupt: watched.line)
        uart[.LCR] |= 1 << 7
        uart[.IER] = 0
        uart[.RBR] = 4
        uart[.DLF] = 5
        uart[.LCR] = 0
        uart[.LCR] = 3
        uart[.LCR] &= ~(1 << 7)
        uart[.IER] |= 0x80
        uart[.IIR] = 0x39
        uart[.SRT] = 0
        return uart
    }

    @Test func resetValues() {
        let uart = UART(name: "UART1", chip: chip) { 8e6 }
        #expect(uart[.LSR] == 0x60)
        #expect(uart[.IIR] == 1)
        #expect(uart[.USR] == 6)
    }

    @Test func theDivisorHasAFractionOfSixteenths() {
        let uart = make()
        // 8 MHz / (16 * 4 + 5).
        #expect(abs(uart.baudRate - 115_942) < 1)
        #expect(uart[.DLF] == 5)
        uart[.LCR] |= 1 << 7
        #expect(uart[.RBR] == 4)
        #expect(uart[.IER] == 0)
    }

    @Test func aByteLeavesWithItsLastBit() {
        let uart = make()
        var left: [Cycles] = []
        port.transmit = { _ in left.append(chip.clock.now) }
        uart[.RBR] = 0x41
        uart[.RBR] = 0x42
        #expect(uart[.LSR] & 0x40 == 0)
        chip.run(for: 2 * byte - 1)
        #expect(uart[.LSR] & 0x40 == 0)
        chip.run(for: 1)
        #expect(uart[.LSR] & 0x40 != 0)
        #expect(left == [byte, 2 * byte])
    }

    /// `LCR`, half bits of a frame: 5 bits and 1.5 stop bits, 7E2, 8O1.
    @Test(arguments: [(0x04, 15), (0x1E, 22), (0x0B, 22)])
    func theLineControlLengthensTheFrame(LCR: UInt32, halfBits: Int) {
        let uart = make()
        uart[.LCR] = LCR
        var at = 0
        port.transmit = { _ in at = chip.clock.now }
        uart[.RBR] = 1
        chip.run(for: 10_000)
        #expect(at == 69 * halfBits)
    }

    @Test func THRETellsThatTheFIFOIsFull() {
        let uart = make()
        // What the SDK's `uart_channel_putc` waits for: 1 byte in the shift register and 16 in the FIFO.
        for _ in 0..<16 {
            uart[.RBR] = 0x55
            #expect(uart[.LSR] & 0x20 == 0)
        }
        #expect(uart[.TFL] == 15)
        uart[.RBR] = 0x55
        #expect(uart[.LSR] & 0x20 != 0)
        #expect(uart[.USR] == 1)
        chip.run(for: byte)
        #expect(uart[.LSR] & 0x20 == 0)
        // Without the threshold mode the bit has its usual sense.
        uart[.IER] = 0
        #expect(uart[.LSR] & 0x20 == 0)
        chip.run(for: 16 * byte)
        #expect(uart[.LSR] & 0x20 != 0)
        #expect(chip.notices.all.isEmpty)
    }

    @Test func aByteTooManyIsLostAndItIsSaid() {
        let uart = make()
        var sent: [UInt8] = []
        port.transmit = { sent.append($0) }
        for value in 0..<18 { uart[.RBR] = UInt32(value) }
        chip.run(for: 20 * byte)
        #expect(sent == Array(0..<17))
        #expect(chip.notices.all.map(\.what) == ["UART3_THR written while the FIFO is full: the byte is lost"])
    }

    @Test func withoutADivisorNothingIsSentAndItIsSaid() {
        let uart = UART(name: "UART1", chip: chip) { 8e6 }
        uart[.RBR] = 1
        chip.run(for: 100_000)
        #expect(chip.notices.all.map(\.what) == ["UART1_THR written without a baud rate: nothing is sent"])
    }

    @Test func receivedDataInterruptsAtTheTrigger() {
        let uart = make()
        uart[.SRT] = 1
        uart[.IER] |= 1
        port.send([1, 2, 3, 4])
        chip.run(for: 4 * byte - 1)
        #expect(!watched.level)
        chip.run(for: 1)
        #expect(watched.level)
        #expect(uart[.IIR] == 0xC4)
        #expect(uart[.RFL] == 4)
        #expect((0..<4).map { _ in uart[.RBR] } == [1, 2, 3, 4])
        #expect(!watched.level)
        #expect(uart[.LSR] & 1 == 0)
    }

    @Test func fewerBytesInterruptAfterFourCharacterTimes() {
        let uart = make()
        uart[.SRT] = 2
        uart[.IER] |= 1
        port.send([7, 8])
        chip.run(for: 6 * byte - 1)
        #expect(!watched.level)
        chip.run(for: 1)
        #expect(watched.level)
        #expect(uart[.IIR] == 0xCC)
        #expect(uart[.RBR] == 7)
        #expect(!watched.level)
        chip.run(for: 4 * byte)
        #expect(uart[.IIR] == 0xCC)
    }

    @Test func bytesBeyondTheFIFOOverrun() {
        let uart = make()
        port.send(Array(0..<17))
        chip.run(for: 17 * byte)
        #expect(uart[.LSR] & 2 != 0)
        #expect(uart[.LSR] & 2 == 0)
        #expect((0..<17).map { _ in uart[.RBR] } == Array(0..<16) + [0])
    }

    @Test func automaticFlowControlHoldsTheFarEnd() {
        let uart = make()
        uart[.MCR] = 1 << 5 | 1 << 1
        port.send([1, 2])
        chip.run(for: 10 * byte)
        #expect(uart[.RFL] == 1)
        #expect(uart[.RBR] == 1)
        chip.run(for: byte)
        #expect(uart[.RBR] == 2)
    }

    @Test func theTransmitterInterruptsAtItsThresholdUntilIIRShowsIt() {
        let uart = make()
        for _ in 0..<11 { uart[.RBR] = 0 }
        uart[.IER] |= 2
        #expect(uart[.IIR] == 0xC1)
        // Ten in the FIFO; the threshold is half of it.
        chip.run(for: 2 * byte - 1)
        #expect(!watched.level)
        chip.run(for: 1)
        #expect(watched.level)
        #expect(uart[.IIR] == 0xC2)
        #expect(uart[.IIR] == 0xC1)
        #expect(!watched.level)
        // The last byte into the shift register tells again.
        chip.run(for: 8 * byte)
        #expect(uart[.IIR] == 0xC2)
    }

    @Test func enablingTheInterruptOfAnEmptyTransmitterRaisesIt() {
        let uart = make()
        uart[.IER] |= 2
        #expect(watched.level)
        #expect(uart[.IIR] == 0xC2)
        #expect(!watched.level)
    }

    @Test func aLoopbackReceivesWhatItSends() {
        let uart = make()
        var sent = 0
        port.transmit = { _ in sent += 1 }
        uart[.MCR] = 1 << 4 | 3
        uart[.RBR] = 0x5A
        chip.run(for: byte)
        #expect(uart[.RBR] == 0x5A)
        #expect(sent == 0)
        // DTR is DSR, RTS is CTS, and both are new.
        #expect(uart[.MSR] == 0x33)
        #expect(uart[.MSR] == 0x30)
    }

    @Test func requestsOfTheDMA() {
        let uart = make()
        #expect(uart.transmitRequest.name == "UART3_TX")
        #expect(uart.transmitRequest.isAsserted)
        #expect(!uart.receiveRequest.isAsserted)
        for _ in 0..<17 { uart[.RBR] = 0 }
        #expect(!uart.transmitRequest.isAsserted)
        chip.run(for: 8 * byte)
        #expect(uart.transmitRequest.isAsserted)
        port.send([1])
        chip.run(for: byte)
        #expect(uart.receiveRequest.isAsserted)
        _ = uart[.RBR]
        #expect(!uart.receiveRequest.isAsserted)
    }

    @Test func aResetDropsWhatWaits() {
        let uart = make()
        var sent = 0
        port.transmit = { _ in sent += 1 }
        uart[.RBR] = 1
        uart[.RBR] = 2
        uart.reset()
        chip.run(for: 10 * byte)
        #expect(sent == 0)
        #expect(uart[.LSR] == 0x60)
    }
}

/// The SDK's uarths.h and uarths.c; SiFive's manuals (FE310-G002, UART).
@Suite struct KendryteUARTHSTests {
    let chip = makeChip()
    let port = SerialPort()
    let watched = Watched()
    /// The core runs at 16 MHz: 115200 baud is a divisor of 138.
    let byte = 1380

    /// After the SDK's `uarths_init`.
    func make() -> UARTHS {
        let uart = UARTHS(chip: chip, port: port, interrupt: watched.line)
        uart[.div] = 16_000_000 / 115_200 - 1
        uart[.txctrl] |= 1
        uart[.rxctrl] |= 1
        uart[.ip] = 3
        uart[.ie] = 2
        return uart
    }

    @Test func aByteTakesTenTimesTheDivisorPlusOne() throws {
        let uart = make()
        var left: [Cycles] = []
        port.transmit = { _ in left.append(chip.clock.now) }
        try uart.write(0, 0x41, .byte)
        chip.run(for: byte)
        uart[.txctrl] |= 2
        uart[.txdata] = 0x42
        chip.run(for: 2 * byte)
        #expect(left == [byte, 2 * byte + 138])
    }

    @Test func txdataIsFullAfterEightBytes() throws {
        let uart = make()
        for _ in 0..<9 {
            #expect(uart[.txdata] == 0)
            uart[.txdata] = 0
        }
        #expect(uart[.txdata] == 1 << 31)
        #expect(try uart.read(3, .byte) == 0x80)
        chip.run(for: byte)
        #expect(uart[.txdata] == 0)
    }

    @Test func rxdataIsEmptyOrAByte() {
        let uart = make()
        #expect(uart[.rxdata] == 1 << 31)
        port.send([0x41])
        chip.run(for: byte - 1)
        #expect(!watched.level)
        chip.run(for: 1)
        #expect(watched.level)
        #expect(uart[.rxdata] == 0x41)
        #expect(!watched.level)
        #expect(uart[.rxdata] == 1 << 31)
    }

    @Test func watermarks() {
        let uart = make()
        uart[.txctrl] = 1 | 2 << 16
        uart[.rxctrl] = 1 | 1 << 16
        // Fewer than two bytes wait to be sent.
        #expect(uart[.ip] == 1)
        for _ in 0..<3 { uart[.txdata] = 0 }
        #expect(uart[.ip] == 0)
        port.send([1, 2])
        chip.run(for: byte)
        #expect(uart[.ip] == 1)
        chip.run(for: byte)
        #expect(uart[.ip] == 3)
    }

    @Test func nothingMovesWhileItIsOff() {
        let uart = UARTHS(chip: chip, port: port)
        var sent = 0
        port.transmit = { _ in sent += 1 }
        uart[.txdata] = 1
        port.send([1])
        chip.run(for: 100_000)
        #expect(sent == 0)
        #expect(uart[.rxdata] == 1 << 31)
        uart[.txctrl] = 1
        uart[.rxctrl] = 1
        chip.run(for: 100_000)
        #expect(sent == 1)
        #expect(uart[.rxdata] == 1)
    }
}
