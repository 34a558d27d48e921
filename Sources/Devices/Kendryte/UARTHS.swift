import Bits
import Machine

/// The high-speed UART of the K210: a SiFive UART with FIFOs of 8 bytes, clocked by the core's clock. The far end is a
/// `SerialPort`, which begins to send when the receiver is on, and then sends without gaps.
public final class UARTHS: RegisterMap {
    public enum Register: UInt32 {
        case txdata = 0x00, rxdata = 0x04, txctrl = 0x08, rxctrl = 0x0C, ie = 0x10, ip = 0x14, div = 0x18
    }

    public let name: String
    public let notices: Notices
    public let port: SerialPort

    private let chip: Chip
    private let interrupt: InterruptLine
    private var txctrl: UInt32 = 0
    private var rxctrl: UInt32 = 0
    private var ie: UInt32 = 0
    private var div = UARTHS.resetDivisor
    private var transmitFIFO = ByteFIFO(capacity: 8)
    private var receiveFIFO = ByteFIFO(capacity: 8)
    private var shifting: UInt8?
    private var transmission: EventQueue.Event?
    private var reception: EventQueue.Event?

    /// What the boot ROM leaves, which talks at 115200 baud with a clock of 26 MHz (assumed).
    private static let resetDivisor: UInt32 = 26_000_000 / 115_200 - 1

    /// - Parameter interrupt: PLIC source 33.
    public init(
        name: String = "UARTHS", chip: Chip, port: SerialPort = SerialPort(), interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.port = port
        self.interrupt = interrupt
        notices = chip.notices
        port.onInput = { [weak self] in
            guard let self else { return }
            self.listen(at: self.chip.clock.now)
        }
    }

    /// One frame in cycles: start bit, 8 bits, 1 or 2 stop bits of `div` + 1 cycles each.
    private var frameTime: Cycles { Cycles(div + 1) * (txctrl.bit(1) ? 11 : 10) }

    // MARK: Registers

    public func reset() {
        transmission?.cancel()
        reception?.cancel()
        (transmission, reception, shifting) = (nil, nil, nil)
        transmitFIFO.removeAll()
        receiveFIFO.removeAll()
        (txctrl, rxctrl, ie, div) = (0, 0, 0, UARTHS.resetDivisor)
        update()
    }

    /// Firmware waits for room in the FIFO.
    public func isSteady(_ offset: UInt32) -> Bool { offset == Register.txdata.rawValue }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .txdata: return transmitFIFO.isFull ? 1 << 31 : 0
        case .rxdata:
            guard let byte = receiveFIFO.pop() else { return 1 << 31 }
            update()
            return UInt32(byte)
        case .txctrl: return txctrl
        case .rxctrl: return rxctrl
        case .ie: return ie
        case .ip: return ip
        case .div: return div
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        let now = chip.clock.now
        switch register {
        case .txdata:
            guard lanes & 0xFF != 0 else { return }
            if !transmitFIFO.push(UInt8(value & 0xFF)) {
                notices.misuse("\(name)_txdata written while the FIFO is full: the byte is lost")
            }
            transmit(at: now)
        case .rxdata, .ip: return
        case .txctrl:
            txctrl = txctrl.merging(value, lanes: lanes) & 0x7_0003
            transmit(at: now)
        case .rxctrl:
            rxctrl = rxctrl.merging(value, lanes: lanes) & 0x7_0001
            if !rxctrl.bit(0) {
                reception?.cancel()
                reception = nil
            }
            listen(at: now)
        case .ie: ie = ie.merging(value, lanes: lanes) & 3
        case .div: div = div.merging(value, lanes: lanes) & 0xFFFF
        }
        update()
    }

    /// Fewer bytes to send than `txcnt`, more bytes received than `rxcnt`.
    private var ip: UInt32 {
        (transmitFIFO.count < Int(txctrl.bits(18, 16)) ? 1 : 0) | (receiveFIFO.count > Int(rxctrl.bits(18, 16)) ? 2 : 0)
    }

    private func update() {
        interrupt.set(ip & ie != 0)
    }

    // MARK: Transmitter

    private func transmit(at cycle: Cycles) {
        guard shifting == nil, txctrl.bit(0), let byte = transmitFIFO.pop() else { return }
        shifting = byte
        transmission = chip.events.schedule(at: cycle + frameTime) { [weak self] cycle in self?.shifted(at: cycle) }
    }

    private func shifted(at cycle: Cycles) {
        if let byte = shifting { port.transmit(byte) }
        shifting = nil
        transmit(at: cycle)
        update()
    }

    // MARK: Receiver

    private func listen(at cycle: Cycles) {
        guard reception == nil, rxctrl.bit(0), port.hasInput else { return }
        reception = chip.events.schedule(at: cycle + frameTime) { [weak self] cycle in self?.received(at: cycle) }
    }

    private func received(at cycle: Cycles) {
        reception = nil
        guard let byte = port.takeInput() else { return }
        // What does not fit is lost without a trace.
        _ = receiveFIFO.push(byte)
        listen(at: cycle)
        update()
    }
}
