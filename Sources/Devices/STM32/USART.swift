import Bits
import Machine

/// A universal synchronous asynchronous receiver transmitter as in the STM32F1, F2 and F4 (RM0090 chapter 30), in
/// asynchronous mode. Frames take the time that BRR gives them; the far end is a `SerialPort`.
///
/// The far end begins to send when the receiver is on, and then sends without gaps: firmware that does not keep up
/// loses bytes to overrun, as on the board.
public final class USART: RegisterMap {
    public enum Register: UInt32 {
        case SR = 0x00, DR = 0x04, BRR = 0x08, CR1 = 0x0C, CR2 = 0x10, CR3 = 0x14, GTPR = 0x18
    }

    /// Bits of `USART_SR`.
    private enum Status {
        static let ORE: UInt32 = 1 << 3
        static let IDLE: UInt32 = 1 << 4
        static let RXNE: UInt32 = 1 << 5
        static let TC: UInt32 = 1 << 6
        static let TXE: UInt32 = 1 << 7
        /// Cleared by reading SR, then DR (30.6.1).
        static let clearedByRead = ORE | IDLE
    }

    /// What the transmit shift register sends.
    private enum Frame {
        case data(UInt8)
        case idle
        case sendBreak
    }

    public let name: String
    public let notices: Notices
    public let port: SerialPort
    /// Asserted while TXE and DMAT are set, and while RXNE and DMAR are.
    public let transmitRequest: DMARequest
    public let receiveRequest: DMARequest

    private let chip: Chip
    private let clock: PeripheralClock
    private let interrupt: InterruptLine
    private var SR: UInt32 = Status.TC | Status.TXE
    private var BRR: UInt32 = 0
    private var CR1: UInt32 = 0
    private var CR2: UInt32 = 0
    private var CR3: UInt32 = 0
    private var GTPR: UInt32 = 0
    /// The transmit data register, when it is full (TXE is clear).
    private var transmitData: UInt8?
    private var shifting: Frame?
    private var transmission: EventQueue.Event?
    private var receiveData: UInt32 = 0
    private var reception: EventQueue.Event?
    private var idleDetection: EventQueue.Event?
    /// Flags that the last read of SR showed, so that an access to DR clears them.
    private var seen: UInt32 = 0

    /// - Parameters:
    ///   - clock: PCLK of its bus.
    ///   - interrupt: its interrupt of the chip.
    public init(
        name: String, chip: Chip, clock: PeripheralClock, port: SerialPort = SerialPort(),
        interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.clock = clock
        self.port = port
        self.interrupt = interrupt
        notices = chip.notices
        transmitRequest = DMARequest("\(name)_TX")
        receiveRequest = DMARequest("\(name)_RX")
        port.onInput = { [weak self] in
            guard let self else { return }
            self.listen(at: self.chip.clock.now)
        }
    }

    // MARK: Time

    /// One bit in cycles of PCLK; `nil` when BRR holds no valid divider. With oversampling by 16 the bit time is BRR
    /// itself (USARTDIV * 16); by 8 it is USARTDIV * 8, with three bits of fraction (30.3.4).
    private var bitTime: Cycles? {
        guard CR1.bit(15) else { return BRR >= 16 ? Cycles(BRR) : nil }
        return BRR >> 4 > 0 ? Cycles((BRR >> 4) * 8 + (BRR & 7)) : nil
    }

    /// One frame in cycles of the core: start bit, 8 or 9 bits (M), stop bits (STOP).
    private var frameTime: Cycles? {
        guard let bitTime else { return nil }
        let stopHalves =
            switch CR2.bits(13, 12) {
            case 0: 2
            case 1: 1
            case 2: 4
            default: 3
            }
        let halves = 2 * (1 + (CR1.bit(12) ? 9 : 8)) + stopHalves
        return (bitTime * halves + 1) / 2 * clock.divider
    }

    /// The baud rate at the moment, in bits per second.
    public var baudRate: Double? {
        bitTime.map { chip.clock.hertz / Double($0 * clock.divider) }
    }

    private var isEnabled: Bool { CR1.bit(13) && clock.isRunning }

    // MARK: Registers

    public func reset() {
        transmission?.cancel()
        reception?.cancel()
        idleDetection?.cancel()
        (transmission, reception, idleDetection) = (nil, nil, nil)
        (transmitData, shifting) = (nil, nil)
        SR = Status.TC | Status.TXE
        (BRR, CR1, CR2, CR3, GTPR, receiveData, seen) = (0, 0, 0, 0, 0, 0, 0)
        update()
    }

    /// Firmware waits for flags in SR.
    public func isSteady(_ offset: UInt32) -> Bool { offset == Register.SR.rawValue }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .SR:
            seen = SR
            return SR
        case .DR:
            SR &= ~(Status.RXNE | seen & Status.clearedByRead)
            seen = 0
            update()
            return receiveData
        case .BRR: return BRR
        case .CR1: return CR1
        case .CR2: return CR2
        case .CR3: return CR3
        case .GTPR: return GTPR
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .SR:
            // TC and RXNE are cleared by writing zero, the other flags not (30.6.1).
            SR &= value | ~(Status.TC | Status.RXNE) | ~lanes
        case .DR: writeDR(value)
        case .BRR:
            BRR = BRR.merging(value, lanes: lanes) & 0xFFFF
            listen(at: chip.clock.now)
            transmit(at: chip.clock.now)
        case .CR1: writeCR1(CR1.merging(value, lanes: lanes) & 0xBFFF)
        case .CR2:
            CR2 = CR2.merging(value, lanes: lanes) & 0x7F6F
            note(CR2, of: .CR2, unmodelled: [(6, "LBDIE"), (11, "CLKEN"), (14, "LINEN")])
        case .CR3:
            CR3 = CR3.merging(value, lanes: lanes) & 0x0FFF
            note(
                CR3, of: .CR3,
                unmodelled: [(1, "IREN"), (3, "HDSEL"), (5, "SCEN"), (8, "RTSE"), (9, "CTSE"), (10, "CTSIE")])
        case .GTPR: GTPR = GTPR.merging(value, lanes: lanes) & 0xFFFF
        }
        update()
    }

    private func writeCR1(_ new: UInt32) {
        let risen = new & ~CR1
        CR1 = new
        note(new, of: .CR1, unmodelled: [(1, "RWU")])
        let now = chip.clock.now
        if !isEnabled || !new.bit(2) {
            reception?.cancel()
            reception = nil
        }
        // Setting TE sends an idle frame first (30.3.2).
        if isEnabled, new.bit(3), risen.bit(3) || risen.bit(13), shifting == nil { shift(.idle, at: now) }
        transmit(at: now)
        listen(at: now)
    }

    private func writeDR(_ value: UInt32) {
        if seen & Status.TC != 0 { SR &= ~Status.TC }
        seen = 0
        if !CR1.bit(3) || !CR1.bit(13) { notices.misuse("\(name)_DR written while the transmitter is off") }
        if bitTime == nil { notices.misuse("\(name)_BRR of \(BRR) gives no baud rate: nothing is sent") }
        // A write while TXE is clear overwrites the byte that waits.
        transmitData = UInt8(truncatingIfNeeded: value & dataMask)
        SR &= ~Status.TXE
        transmit(at: chip.clock.now)
    }

    /// Seven bits of data when parity takes the eighth.
    private var dataMask: UInt32 { CR1.bit(10) && !CR1.bit(12) ? 0x7F : 0xFF }

    // MARK: Transmitter

    /// Moves the waiting byte, or a break, into the shift register when that is empty.
    private func transmit(at cycle: Cycles) {
        guard shifting == nil, isEnabled, CR1.bit(3) else { return }
        if let byte = transmitData, frameTime != nil {
            transmitData = nil
            SR |= Status.TXE
            shift(.data(byte), at: cycle)
        } else if CR1.bit(0) {
            shift(.sendBreak, at: cycle)
        }
    }

    private func shift(_ frame: Frame, at cycle: Cycles) {
        guard let frameTime else { return }
        shifting = frame
        transmission = chip.events.schedule(at: cycle + frameTime) { [weak self] cycle in self?.shifted(at: cycle) }
    }

    private func shifted(at cycle: Cycles) {
        let done = shifting
        shifting = nil
        if case .sendBreak = done { CR1 &= ~1 }
        // The byte leaves before TC tells of it, so that whoever reads the port sees it first.
        if case .data(let byte) = done { port.transmit(byte) }
        transmit(at: cycle)
        // TC: a frame with data is complete and TXE is set (30.3.2).
        if case .data = done, shifting == nil, transmitData == nil { SR |= Status.TC }
        update()
    }

    // MARK: Receiver

    /// Begins to receive the next frame when the far end has one.
    private func listen(at cycle: Cycles) {
        guard reception == nil, isEnabled, CR1.bit(2), port.hasInput, let frameTime else { return }
        idleDetection?.cancel()
        idleDetection = nil
        reception = chip.events.schedule(at: cycle + frameTime) { [weak self] cycle in self?.received(at: cycle) }
    }

    private func received(at cycle: Cycles) {
        reception = nil
        guard let byte = port.takeInput() else { return }
        if SR & Status.RXNE != 0 {
            // The byte that waits stays, the new one is lost (30.3.3, overrun error).
            SR |= Status.ORE
        } else {
            receiveData = UInt32(byte) & dataMask
            SR |= Status.RXNE
        }
        listen(at: cycle)
        if reception == nil, let frameTime {
            idleDetection = chip.events.schedule(at: cycle + frameTime) { [weak self] _ in self?.idle() }
        }
        update()
    }

    private func idle() {
        SR |= Status.IDLE
        update()
    }

    // MARK: Interrupt and DMA

    private func update() {
        // In the order of CR1: IDLEIE 4, RXNEIE 5 (also for ORE), TCIE 6, TXEIE 7 stand where their flags do.
        var active = SR & CR1 & (Status.IDLE | Status.RXNE | Status.TC | Status.TXE)
        if CR1.bit(5) || (CR3.bit(0) && CR3.bit(6)) { active |= SR & Status.ORE }
        interrupt.set(active != 0)
        transmitRequest.set(CR3.bit(7) && CR1.bit(3) && CR1.bit(13) && SR & Status.TXE != 0)
        receiveRequest.set(CR3.bit(6) && SR & Status.RXNE != 0)
    }
}
