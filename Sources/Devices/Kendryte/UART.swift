import Bits
import Machine

/// One of UART1 to UART3 of the K210: a DesignWare APB UART with FIFOs of 16 bytes and a fractional divisor. The far
/// end is a `SerialPort`, which begins to send when there is a baud rate, and then sends without gaps.
public final class UART: RegisterMap {
    /// `RBR` is `THR` when written; with `LCR.DLAB` it is `DLL`, and `IER` is `DLH`. `IIR` is `FCR` when written.
    public enum Register: UInt32 {
        case RBR = 0x00, IER = 0x04, IIR = 0x08, LCR = 0x0C, MCR = 0x10, LSR = 0x14, MSR = 0x18, SCR = 0x1C
        case USR = 0x7C, TFL = 0x80, RFL = 0x84, SRR = 0x88, SRTS = 0x8C, SBCR = 0x90, SDMAM = 0x94, SFE = 0x98
        case SRT = 0x9C, STET = 0xA0, HTX = 0xA4, DMASA = 0xA8, TCR = 0xAC, DE_EN = 0xB0, RE_EN = 0xB4, DET = 0xB8
        case TAT = 0xBC, DLF = 0xC0, RAR = 0xC4, TAR = 0xC8, LCR_EXT = 0xCC, CPR = 0xF4, UCV = 0xF8, CTR = 0xFC
    }

    /// What `IIR` identifies, in the order of priority.
    private enum Identity: UInt32 {
        case lineStatus = 6
        case receivedData = 4
        case characterTimeout = 12
        case transmitterEmpty = 2
        case modemStatus = 0
        case none = 1
    }

    /// Bytes that each FIFO holds.
    public static let depth = 16

    public let name: String
    public let notices: Notices
    public let port: SerialPort
    /// Asserted from the transmit FIFO at its threshold until it is full, and from the receive FIFO at its threshold,
    /// or a character time-out, until it is empty.
    public let transmitRequest: DMARequest
    public let receiveRequest: DMARequest

    private let chip: Chip
    private let clock: () -> Double
    private let interrupt: InterruptLine
    private var registers = Registers()
    private var transmitFIFO = ByteFIFO(capacity: 1)
    private var receiveFIFO = ByteFIFO(capacity: 1)
    private var shifting: UInt8?
    private var transmission: EventQueue.Event?
    private var reception: EventQueue.Event?
    private var timeout: EventQueue.Event?
    private var hasOverrun = false
    private var hasTimedOut = false
    /// The interrupt for an empty transmitter is an event: it rises with its condition and goes when `IIR` shows it.
    private var isTransmitterPending = false

    private struct Registers {
        var IER: UInt32 = 0
        var FCR: UInt32 = 0
        var LCR: UInt32 = 0
        var MCR: UInt32 = 0
        /// The bits of MSR that tell of changes.
        var deltas: UInt32 = 0
        var SCR: UInt32 = 0
        var HTX: UInt32 = 0
        var divisor: UInt32 = 0
        var DLF: UInt32 = 0
        /// RS-485 and nine-bit registers, kept as they are written.
        var others: [UInt32: UInt32] = [:]
    }

    /// - Parameters:
    ///   - clock: its clock in Hz, APB0.
    ///   - interrupt: PLIC source 11, 12 or 13.
    public init(
        name: String, chip: Chip, clock: @escaping () -> Double, port: SerialPort = SerialPort(),
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
        update()
        port.onInput = { [weak self] in
            guard let self else { return }
            self.listen(at: self.chip.clock.now)
        }
    }

    // MARK: Time

    /// One bit in cycles of its clock: 16 times the divisor with its fraction of sixteenths; zero without a divisor.
    private var bitTime: UInt32 { registers.divisor == 0 ? 0 : 16 * registers.divisor + registers.DLF }

    /// The baud rate at the moment in bits per second; zero without a divisor.
    public var baudRate: Double { bitTime == 0 ? 0 : clock() / Double(bitTime) }

    /// One frame in cycles of the core: start bit, 5 to 8 bits, parity, 1, 1.5 or 2 stop bits.
    private var frameTime: Cycles? {
        let hertz = clock()
        guard bitTime > 0, hertz > 0 else { return nil }
        let stopHalves = !registers.LCR.bit(2) ? 2 : bits == 5 ? 3 : 4
        let halves = 2 * (1 + bits + (registers.LCR.bit(3) ? 1 : 0)) + stopHalves
        let cycles = Double(halves) * Double(bitTime) / 2 * (chip.clock.hertz / hertz)
        return cycles < 0x1p60 ? max(1, Cycles(cycles.rounded())) : nil
    }

    /// Bits of a character, 5 to 8.
    private var bits: Int { Int(registers.LCR.bits(1, 0)) + 5 }

    // MARK: Registers

    public func reset() {
        for event in [transmission, reception, timeout] { event?.cancel() }
        (transmission, reception, timeout, shifting) = (nil, nil, nil, nil)
        transmitFIFO = ByteFIFO(capacity: 1)
        receiveFIFO = ByteFIFO(capacity: 1)
        (hasOverrun, hasTimedOut, isTransmitterPending) = (false, false, false)
        registers = Registers()
        update()
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .RBR: return registers.LCR.bit(7) ? registers.divisor & 0xFF : receive()
        case .IER: return registers.LCR.bit(7) ? registers.divisor >> 8 : registers.IER
        case .IIR: return readIIR()
        case .LCR: return registers.LCR
        case .MCR: return registers.MCR
        case .LSR:
            defer {
                hasOverrun = false
                update()
            }
            return LSR
        case .MSR:
            defer {
                registers.deltas = 0
                update()
            }
            return modemLines << 4 | registers.deltas
        case .SCR: return registers.SCR
        case .USR: return USR
        case .TFL: return hasFIFOs ? UInt32(transmitFIFO.count) : 0
        case .RFL: return hasFIFOs ? UInt32(receiveFIFO.count) : 0
        case .SRR, .DMASA: return 0
        case .SRTS: return registers.MCR >> 1 & 1
        case .SBCR: return registers.LCR >> 6 & 1
        case .SDMAM: return registers.FCR >> 3 & 1
        case .SFE: return registers.FCR & 1
        case .SRT: return registers.FCR.bits(7, 6)
        case .STET: return registers.FCR.bits(5, 4)
        case .HTX: return registers.HTX
        case .DLF: return registers.DLF
        case .TCR, .DE_EN, .RE_EN, .DET, .TAT, .RAR, .TAR, .LCR_EXT:
            return registers.others[register.rawValue, default: 0]
        // How it was built and its version; no public source gives them.
        case .CPR, .UCV: return 0
        // The number of this peripheral at DesignWare.
        case .CTR: return 0x4457_0110
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        let now = chip.clock.now
        switch register {
        case .RBR where registers.LCR.bit(7): setDivisor(registers.divisor & 0xFF00 | value & 0xFF)
        case .RBR: writeTHR(UInt8(value & 0xFF))
        case .IER where registers.LCR.bit(7): setDivisor(registers.divisor & 0xFF | value << 8 & 0xFF00)
        case .IER: writeIER(registers.IER.merging(value, lanes: lanes) & 0x8F)
        case .IIR: writeFCR(value & 0xFF)
        case .LCR:
            registers.LCR = registers.LCR.merging(value, lanes: lanes) & 0xFF
            note(registers.LCR, of: .LCR, unmodelled: [(6, "BC")])
            transmit(at: now)
            listen(at: now)
        case .MCR: writeMCR(registers.MCR.merging(value, lanes: lanes) & 0x7F)
        case .SCR: registers.SCR = registers.SCR.merging(value, lanes: lanes) & 0xFF
        case .SRR: writeSRR(value)
        case .SRTS: writeMCR(registers.MCR & ~2 | value << 1 & 2)
        case .SBCR:
            registers.LCR = registers.LCR & ~(1 << 6) | value << 6 & 1 << 6
            note(registers.LCR, of: .LCR, unmodelled: [(6, "BC")])
        case .SDMAM: writeFCR(registers.FCR & ~8 | value << 3 & 8)
        case .SFE: writeFCR(registers.FCR & ~1 | value & 1)
        case .SRT: writeFCR(registers.FCR & ~0xC0 | value << 6 & 0xC0)
        case .STET: writeFCR(registers.FCR & ~0x30 | value << 4 & 0x30)
        case .HTX:
            registers.HTX = value & 1
            transmit(at: now)
        case .DLF:
            registers.DLF = value & 0xF
        case .TCR, .DE_EN, .RE_EN, .DET, .TAT, .RAR, .TAR, .LCR_EXT:
            let merged = registers.others[register.rawValue, default: 0].merging(value, lanes: lanes)
            registers.others[register.rawValue] = merged
            if register == .TCR { note(merged, of: .TCR, unmodelled: [(0, "RS485_EN")]) }
            if register == .LCR_EXT { note(merged, of: .LCR_EXT, unmodelled: [(0, "DLS_E")]) }
        case .LSR, .MSR, .USR, .TFL, .RFL, .DMASA, .CPR, .UCV, .CTR: break
        }
        update()
    }

    private func setDivisor(_ divisor: UInt32) {
        registers.divisor = divisor
        transmit(at: chip.clock.now)
        listen(at: chip.clock.now)
    }

    private func writeIER(_ new: UInt32) {
        let (was, risen) = (isTransmitterDone, new & ~registers.IER)
        registers.IER = new
        if risen.bit(1) { isTransmitterPending = isTransmitterDone }
        transmitterChanged(from: was)
    }

    private func writeFCR(_ new: UInt32) {
        let (was, turned) = (isTransmitterDone, (new ^ registers.FCR).bit(0))
        // The resets of the FIFOs clear themselves, and the FIFOs are emptied when they are switched on or off.
        registers.FCR = new & 0xF9
        if turned || new.bit(1) { emptyReceiver() }
        if turned || new.bit(2) { transmitFIFO.removeAll() }
        if turned {
            transmitFIFO.capacity = hasFIFOs ? UART.depth : 1
            receiveFIFO.capacity = hasFIFOs ? UART.depth : 1
        }
        transmitterChanged(from: was)
    }

    private func writeMCR(_ new: UInt32) {
        let before = modemLines
        registers.MCR = new
        note(new, of: .MCR, unmodelled: [(6, "SIRE")])
        let changed = modemLines ^ before
        // TERI tells only of a ring indicator that goes away.
        registers.deltas |= changed & ~4 | changed & before & 4
        listen(at: chip.clock.now)
    }

    private func writeSRR(_ value: UInt32) {
        if value.bit(0) { reset() }
        if value.bit(1) { emptyReceiver() }
        if value.bit(2) {
            let was = isTransmitterDone
            transmitFIFO.removeAll()
            transmitterChanged(from: was)
        }
    }

    // MARK: Status

    private var hasFIFOs: Bool { registers.FCR.bit(0) }

    /// The programmable THRE interrupt mode, which turns `LSR.THRE` into "the transmit FIFO is full".
    private var isThresholdMode: Bool { hasFIFOs && registers.IER.bit(7) }

    private var LSR: UInt32 {
        let THRE = isThresholdMode ? transmitFIFO.isFull : transmitFIFO.isEmpty
        return (receiveFIFO.isEmpty ? 0 : 1) | (hasOverrun ? 1 << 1 : 0) | (THRE ? 1 << 5 : 0)
            | (transmitFIFO.isEmpty && shifting == nil ? 1 << 6 : 0)
    }

    private var USR: UInt32 {
        (shifting != nil || reception != nil ? 1 : 0) | (transmitFIFO.isFull ? 0 : 1 << 1)
            | (transmitFIFO.isEmpty ? 1 << 2 : 0) | (receiveFIFO.isEmpty ? 0 : 1 << 3)
            | (receiveFIFO.isFull ? 1 << 4 : 0)
    }

    /// CTS, DSR, RI and DCD. No pins of a modem are connected; a loopback connects RTS, DTR, OUT1 and OUT2.
    private var modemLines: UInt32 {
        guard registers.MCR.bit(4) else { return 0 }
        return registers.MCR >> 1 & 1 | registers.MCR << 1 & 2 | registers.MCR & 0xC
    }

    private var identity: Identity {
        if registers.IER.bit(2), hasOverrun { return .lineStatus }
        if registers.IER.bit(0), receiveFIFO.count >= receiveThreshold { return .receivedData }
        if registers.IER.bit(0), hasTimedOut { return .characterTimeout }
        if registers.IER.bit(1), isTransmitterPending { return .transmitterEmpty }
        if registers.IER.bit(3), registers.deltas != 0 { return .modemStatus }
        return .none
    }

    private func readIIR() -> UInt32 {
        let shown = identity
        if shown == .transmitterEmpty { isTransmitterPending = false }
        update()
        return shown.rawValue | (hasFIFOs ? 0xC0 : 0)
    }

    /// Bytes in the receive FIFO that are enough to tell: 1, a quarter, a half, two less than full.
    private var receiveThreshold: Int {
        guard hasFIFOs else { return 1 }
        return [1, UART.depth / 4, UART.depth / 2, UART.depth - 2][Int(registers.FCR.bits(7, 6))]
    }

    /// Bytes in the transmit FIFO that are few enough to tell: none, or in threshold mode none, 2, a quarter, a half.
    private var transmitThreshold: Int {
        guard isThresholdMode else { return 0 }
        return [0, 2, UART.depth / 4, UART.depth / 2][Int(registers.FCR.bits(5, 4))]
    }

    private var isTransmitterDone: Bool { transmitFIFO.count <= transmitThreshold }

    private func transmitterChanged(from was: Bool) {
        if !isTransmitterDone { isTransmitterPending = false } else if !was { isTransmitterPending = true }
    }

    // MARK: Transmitter

    private func writeTHR(_ byte: UInt8) {
        let was = isTransmitterDone
        if bitTime == 0 { notices.misuse("\(name)_THR written without a baud rate: nothing is sent") }
        if !transmitFIFO.push(byte) {
            notices.misuse("\(name)_THR written while the FIFO is full: the byte is lost")
        }
        transmitterChanged(from: was)
        transmit(at: chip.clock.now)
    }

    private func transmit(at cycle: Cycles) {
        guard shifting == nil, !registers.HTX.bit(0), let frameTime else { return }
        let was = isTransmitterDone
        guard let byte = transmitFIFO.pop() else { return }
        shifting = byte & mask
        // The last byte that leaves the FIFO tells even if the threshold was passed before.
        transmitterChanged(from: was && !transmitFIFO.isEmpty)
        transmission = chip.events.schedule(at: cycle + frameTime) { [weak self] cycle in self?.shifted(at: cycle) }
    }

    private func shifted(at cycle: Cycles) {
        guard let byte = shifting else { return }
        shifting = nil
        if registers.MCR.bit(4) { take(byte, at: cycle) } else { port.transmit(byte) }
        transmit(at: cycle)
        update()
    }

    /// The bits of a character.
    private var mask: UInt8 { UInt8(truncatingIfNeeded: (1 << bits) - 1) }

    // MARK: Receiver

    /// Begins to receive the next frame when the far end has one. With automatic flow control it waits for RTS.
    private func listen(at cycle: Cycles) {
        guard reception == nil, !registers.MCR.bit(4), port.hasInput, let frameTime else { return }
        let isHeld = registers.MCR.bit(5) && (!registers.MCR.bit(1) || receiveFIFO.count >= receiveThreshold)
        guard !isHeld else { return }
        reception = chip.events.schedule(at: cycle + frameTime) { [weak self] cycle in self?.received(at: cycle) }
    }

    private func received(at cycle: Cycles) {
        reception = nil
        guard let byte = port.takeInput() else { return }
        take(byte, at: cycle)
        listen(at: cycle)
        update()
    }

    private func take(_ byte: UInt8, at cycle: Cycles) {
        if !receiveFIFO.push(byte & mask) { hasOverrun = true }
        startTimeout(at: cycle)
    }

    private func receive() -> UInt32 {
        let byte = receiveFIFO.pop() ?? 0
        startTimeout(at: chip.clock.now)
        listen(at: chip.clock.now)
        update()
        return UInt32(byte)
    }

    private func emptyReceiver() {
        receiveFIFO.removeAll()
        startTimeout(at: chip.clock.now)
    }

    /// The time-out comes four character times after the last byte was received or read, while there are some.
    private func startTimeout(at cycle: Cycles) {
        timeout?.cancel()
        (timeout, hasTimedOut) = (nil, false)
        guard hasFIFOs, !receiveFIFO.isEmpty, let frameTime else { return }
        timeout = chip.events.schedule(at: cycle + 4 * frameTime) { [weak self] _ in
            self?.hasTimedOut = true
            self?.update()
        }
    }

    // MARK: Interrupt and DMA

    private func update() {
        interrupt.set(identity != .none)
        if transmitFIFO.isFull { transmitRequest.set(false) } else if isTransmitterDone { transmitRequest.set(true) }
        if receiveFIFO.isEmpty {
            receiveRequest.set(false)
        } else if receiveFIFO.count >= receiveThreshold || hasTimedOut {
            receiveRequest.set(true)
        }
    }
}
