import Machine
import Testing

@testable import Devices

/// RM0090 chapter 30. PCLK is HCLK unless a test says otherwise; BRR 139 is 115200 baud at 16 MHz.
@Suite struct USARTTests {
    let chip = makeChip()
    let port = SerialPort()
    let watched = Watched()

    /// On, and past the idle frame that TE sends first.
    func make(divider: Cycles = 1, BRR: UInt32 = 139, CR1: UInt32 = 1 << 13 | 1 << 3 | 1 << 2) -> USART {
        let usart = USART(
            name: "USART2", chip: chip, clock: PeripheralClock(divider: divider), port: port, interrupt: watched.line)
        usart[.BRR] = BRR
        usart[.CR1] = CR1
        chip.run(for: 100_000)
        return usart
    }

    @Test func SRComesUpAsC0() {
        #expect(USART(name: "USART1", chip: chip, clock: PeripheralClock())[.SR] == 0xC0)
    }

    @Test func aByteTakesTenBitTimes() {
        let usart = make()
        var left: [Cycles] = []
        port.transmit = { _ in left.append(chip.clock.now) }
        let start = chip.clock.now
        #expect(usart[.SR] == 0xC0)
        usart[.DR] = 0x55
        // It moves to the shift register at once: TXE again, TC not.
        #expect(usart[.SR] == 0x80)
        chip.run(for: 1389)
        #expect(usart[.SR] == 0x80)
        chip.run(for: 1)
        #expect(left == [start + 1390])
        #expect(usart[.SR] == 0xC0)
    }

    @Test func aSecondByteWaitsInTheDataRegister() {
        let usart = make()
        var sent: [UInt8] = []
        port.transmit = { sent.append($0) }
        #expect(usart[.SR] == 0xC0)
        usart[.DR] = 1
        usart[.DR] = 2
        #expect(usart[.SR] == 0)
        chip.run(for: 1390)
        #expect(usart[.SR] == 0x80)
        chip.run(for: 1390)
        #expect(usart[.SR] == 0xC0)
        #expect(sent == [1, 2])
    }

    @Test func enablingTheTransmitterSendsAnIdleFrameFirst() {
        let usart = USART(name: "USART2", chip: chip, clock: PeripheralClock(), port: port)
        var at: Cycles = 0
        port.transmit = { _ in at = chip.clock.now }
        usart[.BRR] = 139
        usart[.CR1] = 1 << 13 | 1 << 3
        usart[.DR] = 1
        #expect(usart[.SR] & 0x80 == 0)
        chip.run(for: 10_000)
        #expect(at == 2 * 1390)
    }

    @Test func oversamplingBy8AndThePrescalerCount() {
        // USARTDIV 0x11.5 with OVER8: 8 * 17 + 5 = 141 cycles of PCLK, here 4 cycles of the core each.
        let usart = make(divider: 4, BRR: 0x115, CR1: 1 << 15 | 1 << 13 | 1 << 3)
        var at: Cycles = 0
        port.transmit = { _ in at = chip.clock.now }
        let start = chip.clock.now
        usart[.DR] = 1
        chip.run(for: 10_000)
        #expect(at - start == 141 * 4 * 10)
    }

    @Test(arguments: [(0, 0, 20), (1, 0, 22), (0, 1, 19), (0, 2, 22), (0, 3, 21)])
    func MAndSTOPLengthenTheFrame(M: UInt32, STOP: UInt32, halfBits: Cycles) {
        let usart = make(BRR: 160, CR1: 1 << 13 | 1 << 3 | M << 12)
        usart[.CR2] = STOP << 12
        var at: Cycles = 0
        port.transmit = { _ in at = chip.clock.now }
        let start = chip.clock.now
        usart[.DR] = 1
        chip.run(for: 10_000)
        #expect(at - start == 80 * halfBits)
    }

    @Test func aReceivedByteSetsRXNEAndReadingDRClearsIt() {
        let usart = make()
        usart[.CR1] |= 1 << 5
        port.send([0x41])
        chip.run(for: 1389)
        #expect(usart[.SR] & 0x20 == 0)
        chip.run(for: 1)
        #expect(watched.level)
        #expect(usart[.DR] == 0x41)
        #expect(!watched.level)
        #expect(usart[.SR] & 0x20 == 0)
    }

    @Test func aByteThatNobodyReadsOverrunsTheNext() {
        let usart = make()
        port.send([1, 2])
        chip.run(for: 2 * 1390)
        #expect(usart[.SR] & 0x28 == 0x28)
        #expect(usart[.DR] == 1)
        #expect(usart[.SR] & 0x28 == 0)
    }

    @Test func theLineIsIdleAFrameAfterTheLastByte() {
        let usart = make()
        port.send([1])
        chip.run(for: 1390)
        _ = usart[.DR]
        #expect(usart[.SR] & 0x10 == 0)
        chip.run(for: 1390)
        #expect(usart[.SR] & 0x10 != 0)
        _ = usart[.DR]
        #expect(usart[.SR] & 0x10 == 0)
    }

    @Test func TXEIEInterruptsWhileTheDataRegisterIsEmpty() {
        let usart = make()
        usart[.CR1] |= 1 << 7
        #expect(watched.level)
        usart[.DR] = 1
        usart[.DR] = 2
        #expect(!watched.level)
        chip.run(for: 1390)
        #expect(watched.level)
    }

    @Test func TCIsClearedByReadingSRThenWritingDROrByAZero() {
        let usart = make()
        usart[.DR] = 1  // without reading SR first
        #expect(usart[.SR] & 0x40 != 0)
        usart[.SR] = ~(1 << 6)
        #expect(usart[.SR] & 0x40 == 0)
    }

    @Test func withoutABaudRateNothingIsSentAndItIsSaid() {
        let usart = make(BRR: 0)
        usart[.DR] = 1
        chip.run(for: 1_000_000)
        #expect(chip.notices.all.map(\.what) == ["USART2_BRR of 0 gives no baud rate: nothing is sent"])
    }
}
