import Bits
import Machine

/// A serial peripheral interface of the K210, a DesignWare SSI: SPI0, SPI1 and SPI3 are masters, the SPI slave takes
/// its registers and nothing drives it (`spi.h` and `spi.c` of Kendryte's standalone SDK).
///
/// Frames that are complete at the time of a register access are dealt with at that access, so levels are exact without
/// an event for each frame; with DMA, up to eight frames share an event.
///
/// Two differences from silicon, both in favour of firmware: a device stays selected while its bit in `SER` is set,
/// also when the transmit FIFO runs empty; and in the receive-only modes the clock waits for room in the receive FIFO.
public final class SPI: RegisterMap {
    public enum Register: UInt32 {
        case CTRLR0 = 0x00, CTRLR1 = 0x04, SSIENR = 0x08, MWCR = 0x0C, SER = 0x10, BAUDR = 0x14
        case TXFTLR = 0x18, RXFTLR = 0x1C, TXFLR = 0x20, RXFLR = 0x24, SR = 0x28
        case IMR = 0x2C, ISR = 0x30, RISR = 0x34, TXOICR = 0x38, RXOICR = 0x3C, RXUICR = 0x40, MSTICR = 0x44, ICR = 0x48
        case DMACR = 0x4C, DMATDLR = 0x50, DMARDLR = 0x54, IDR = 0x58, SSIC_VERSION_ID = 0x5C
        /// One register at 36 addresses.
        case DR = 0x60
        case RX_SAMPLE_DELAY = 0xF0, SPI_CTRLR0 = 0xF4, ENDIAN = 0x118
    }

    /// Where the fields of `CTRLR0` are, and what the interface can be.
    public enum Kind: Sendable {
        /// SPI0 and SPI1: frame size 20:16, mode 7:6, tmod 9:8, frf 22:21.
        case master
        /// SPI3: frame size 4:0, mode 9:8, tmod 11:10, frf 23:22.
        case flashMaster
        /// The SPI slave.
        case slave
    }

    /// Bits of `RISR`.
    private enum Interrupt {
        static let TXE: UInt32 = 1 << 0
        static let TXO: UInt32 = 1 << 1
        static let RXU: UInt32 = 1 << 2
        static let RXO: UInt32 = 1 << 3
        static let RXF: UInt32 = 1 << 4
    }

    /// Frames in either FIFO.
    public static let depth = 32
    /// Frames that share an event while DMA moves them.
    private static let batch = 8

    public let name: String
    public let notices: Notices
    /// `SSIn_TX` and `SSIn_RX` of the table of DMA requests.
    public let transmitRequest: DMARequest
    public let receiveRequest: DMARequest

    private let chip: Chip
    private let kind: Kind
    private let clock: () -> Double
    private let interrupt: InterruptLine
    private var devices: [(any SPIDevice)?] = [nil, nil, nil, nil]
    /// The registers that keep what is written, by number.
    private var stored = [UInt32](repeating: 0, count: 0x48)
    private var settings = SPITransfer.Settings()
    private var transfer = SPITransfer()
    private var transmitFIFO: [UInt32] = []
    private var receiveFIFO: [UInt32] = []
    /// Overflows and underflow, until they are read away.
    private var errors: UInt32 = 0
    /// The frame in the shift register, and the cycle at which it is through.
    private var shifting: SPITransfer.Frame?
    private var shiftEnd = 0.0
    private var event: EventQueue.Event?
    private var selected: [Int] = []

    /// - Parameters:
    ///   - clock: the frequency of its clock in Hz, which `BAUDR` divides.
    public init(
        name: String, chip: Chip, kind: Kind, clock: @escaping () -> Double, interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.kind = kind
        self.clock = clock
        self.interrupt = interrupt
        notices = chip.notices
        transmitRequest = DMARequest("\(name)_TX")
        receiveRequest = DMARequest("\(name)_RX")
    }

    /// Puts a device on a chip select, 0 to 3, in the place of the one before.
    public func attach(_ device: any SPIDevice, chipSelect: Int) {
        guard devices.indices.contains(chipSelect) else { return }
        devices[chipSelect] = device
    }

    // MARK: Settings

    private func held(_ register: Register) -> UInt32 { stored[Int(register.rawValue / 4)] }

    private var isEnabled: Bool { held(.SSIENR).bit(0) }

    private func makeSettings() -> SPITransfer.Settings {
        let CTRLR0 = held(.CTRLR0)
        let (size, mode, format) =
            switch kind {
            case .master, .slave: (CTRLR0.bits(20, 16), CTRLR0.bits(9, 8), CTRLR0.bits(22, 21))
            case .flashMaster: (CTRLR0.bits(4, 0), CTRLR0.bits(11, 10), CTRLR0.bits(23, 22))
            }
        return SPITransfer.Settings(
            frameBits: max(4, Int(size) + 1), mode: SPITransfer.Mode(rawValue: mode) ?? .transmitAndReceive,
            lines: 1 << Int(format), control: held(.SPI_CTRLR0), receiveCount: Int(held(.CTRLR1).bits(15, 0)) + 1)
    }

    /// Cycles of the CPU in one bit time; `nil` when there is no clock. Bit 0 of BAUDR counts as zero.
    private var bitTime: Double? {
        let divider = Double(held(.BAUDR) & 0xFFFE)
        let hertz = clock()
        return divider > 0 && hertz > 0 ? chip.clock.hertz * divider / hertz : nil
    }

    // MARK: Registers

    public func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        guard let register = SPI.register(at: offset) else {
            notices.unmodelled("\(name) offset 0x\(String(offset & ~3, radix: 16))")
            return 0
        }
        return read(register) >> (8 * (offset & 3)) & width.mask
    }

    public func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard let register = SPI.register(at: offset) else {
            notices.unmodelled("\(name) offset 0x\(String(offset & ~3, radix: 16))")
            return
        }
        let shift = 8 * (offset & 3)
        write(register, value << shift, lanes: width.mask << shift)
    }

    private static func register(at offset: UInt32) -> Register? {
        (0x60..<0xF0).contains(offset) ? .DR : Register(rawValue: offset & ~3)
    }

    public func reset() {
        stop()
        stored = Array(repeating: 0, count: stored.count)
        errors = 0
        update()
    }

    public func read(_ register: Register) -> UInt32 {
        let now = chip.clock.now
        advance(to: now)
        defer { update() }
        switch register {
        case .TXFLR: return UInt32(transmitFIFO.count)
        case .RXFLR: return UInt32(receiveFIFO.count)
        case .SR: return status
        case .ISR: return rawInterrupts & held(.IMR)
        case .RISR: return rawInterrupts
        case .TXOICR: return clear(Interrupt.TXO)
        case .RXOICR: return clear(Interrupt.RXO)
        case .RXUICR: return clear(Interrupt.RXU)
        case .MSTICR: return 0
        case .ICR: return clear(Interrupt.TXO | Interrupt.RXO | Interrupt.RXU)
        case .DR:
            defer { advance(to: now) }
            return takeReceived()
        // Neither value is published.
        case .IDR, .SSIC_VERSION_ID: return 0
        case .CTRLR0, .CTRLR1, .SSIENR, .MWCR, .SER, .BAUDR, .TXFTLR, .RXFTLR, .IMR, .DMACR, .DMATDLR, .DMARDLR,
            .RX_SAMPLE_DELAY, .SPI_CTRLR0, .ENDIAN:
            return held(register)
        }
    }

    /// BUSY 0, TFNF 1, TFE 2, RFNE 3, RFF 4.
    private var status: UInt32 {
        (shifting == nil && transfer.framesLeft == 0 ? 0 : 1) | (transmitFIFO.count < SPI.depth ? 2 : 0)
            | (transmitFIFO.isEmpty ? 4 : 0)
            | (receiveFIFO.isEmpty ? 0 : 8) | (receiveFIFO.count == SPI.depth ? 16 : 0)
    }

    private func clear(_ mask: UInt32) -> UInt32 {
        defer { errors &= ~mask }
        return errors & mask == 0 ? 0 : 1
    }

    private func takeReceived() -> UInt32 {
        guard !receiveFIFO.isEmpty else {
            errors |= Interrupt.RXU
            return 0
        }
        return receiveFIFO.removeFirst()
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        let now = chip.clock.now
        advance(to: now)
        let old = held(register)
        let new = old.merging(value, lanes: lanes)
        switch register {
        case .DR: push(new & lanes)
        case .SSIENR:
            stored[Int(register.rawValue / 4)] = new & 1
            if !isEnabled { stop() } else if !old.bit(0) { begin() }
        case .SER:
            stored[Int(register.rawValue / 4)] = new & 0xF
            if new & 0xF == 0 { deselect() } else if old & 0xF == 0 { begin() }
        case .CTRLR0, .CTRLR1, .BAUDR, .SPI_CTRLR0, .ENDIAN, .MWCR, .RX_SAMPLE_DELAY:
            if isEnabled, new != old {
                notices.misuse("\(name)_\(register) written while SSIENR is 1: ignored")
            } else {
                stored[Int(register.rawValue / 4)] = new
            }
        case .IMR: stored[Int(register.rawValue / 4)] = new & 0x3F
        case .DMACR: stored[Int(register.rawValue / 4)] = new & 3
        case .TXFTLR, .RXFTLR, .DMATDLR, .DMARDLR: stored[Int(register.rawValue / 4)] = new & 0x1F
        case .TXFLR, .RXFLR, .SR, .ISR, .RISR, .TXOICR, .RXOICR, .RXUICR, .MSTICR, .ICR, .IDR, .SSIC_VERSION_ID:
            notices.misuse("\(name)_\(register) written, which is read-only")
        }
        advance(to: now)
        update()
    }

    private func push(_ value: UInt32) {
        if !isEnabled {
            notices.misuse("\(name)_DR written while SSIENR is 0: lost")
        } else if transmitFIFO.count == SPI.depth {
            errors |= Interrupt.TXO
        } else {
            transmitFIFO.append(value)
        }
    }

    // MARK: Transfer

    /// A device was selected, or the interface switched on: the next frame opens a transfer.
    private func begin() {
        transfer.begin()
        settings = makeSettings()
        if isEnabled, held(.SER) != 0, kind == .slave {
            notices.unmodelled("\(name): a master that drives it")
        }
    }

    private func stop() {
        event?.cancel()
        shifting = nil
        transmitFIFO = []
        receiveFIFO = []
        deselect()
    }

    private func deselect() {
        shifting = nil
        transfer.begin()
        selected.forEach { devices[$0]?.deselect() }
        selected = []
    }

    /// Deals with every frame that is through at `cycle`.
    private func advance(to cycle: Cycles) {
        if shifting == nil { shift(from: Double(cycle)) }
        while let frame = shifting, shiftEnd <= Double(cycle) {
            shifting = nil
            finish(frame)
            shift(from: shiftEnd)
        }
    }

    /// Puts the next frame into the shift register, if there is one.
    private func shift(from start: Double) {
        guard isEnabled, held(.SER) != 0, kind != .slave, let bitTime else { return }
        if transfer.isReceiving, receiveFIFO.count >= SPI.depth {
            notices.misuse("\(name): receive FIFO full; silicon would lose frames here, the simulator waits")
            return
        }
        guard let frame = transfer.next(settings, &transmitFIFO) else { return }
        if selected.isEmpty { select() }
        shifting = frame
        shiftEnd = start + Double(frame.clocks) * bitTime
    }

    private func select() {
        selected = (0..<4).filter { held(.SER).bit($0) }
        selected.forEach { devices[$0]?.select() }
    }

    private func finish(_ frame: SPITransfer.Frame) {
        switch frame {
        case .wait(let clocks): selected.forEach { devices[$0]?.wait(clocks: clocks) }
        case .command(let word, let bits, let lines): _ = exchange(word, bits, lines)
        case .data(let word, let bits, let lines, let isKept):
            let isSwapped = held(.ENDIAN).bit(0)
            let answer = exchange(isSwapped ? SPI.swap(word, bits) : word, bits, lines)
            if isKept { keep(isSwapped ? SPI.swap(answer, bits) : answer) }
        }
        if transfer.isOver() {
            selected.forEach { devices[$0]?.deselect() }
            selected = []
        }
    }

    /// Every selected device hears the word; the one on the lowest chip select answers. An input that nobody drives
    /// reads as ones.
    private func exchange(_ word: UInt32, _ bits: Int, _ lines: Int) -> UInt32 {
        var answer: UInt32?
        for place in selected {
            guard let device = devices[place] else { continue }
            let given = device.exchange(word, bits: bits, lines: lines)
            if answer == nil { answer = given }
        }
        return (answer ?? .max) & (.max >> UInt32(32 - bits))
    }

    private func keep(_ value: UInt32) {
        if receiveFIFO.count < SPI.depth { receiveFIFO.append(value) } else { errors |= Interrupt.RXO }
    }

    /// With ENDIAN set, the first byte on the wire is the lowest one in memory.
    private static func swap(_ value: UInt32, _ bits: Int) -> UInt32 {
        switch bits {
        case 16: value.byteSwapped >> 16
        case 24: value.byteSwapped >> 8
        case 32: value.byteSwapped
        default: value
        }
    }

    // MARK: Interrupt and DMA

    private var rawInterrupts: UInt32 {
        guard isEnabled else { return errors }
        return errors | (transmitFIFO.count <= Int(held(.TXFTLR)) ? Interrupt.TXE : 0)
            | (receiveFIFO.count > Int(held(.RXFTLR)) ? Interrupt.RXF : 0)
    }

    private func update() {
        interrupt.set(rawInterrupts & held(.IMR) != 0)
        let DMACR = held(.DMACR)
        // What is left when nothing more will come goes out as singles.
        let isEnough = receiveFIFO.count > Int(held(.DMARDLR)) || (!receiveFIFO.isEmpty && shifting == nil)
        receiveRequest.set(isEnabled && DMACR.bit(0) && isEnough)
        transmitRequest.set(isEnabled && DMACR.bit(1) && transmitFIFO.count <= Int(held(.DMATDLR)))
        schedule()
    }

    private func schedule() {
        guard let shifting, let bitTime else {
            event?.cancel()
            event = nil
            return
        }
        let group = held(.IMR) != 0 ? 1 : held(.DMACR) != 0 ? SPI.batch : SPI.depth
        let more =
            transfer.isReceiving ? min(transfer.framesLeft, SPI.depth - receiveFIFO.count - 1) : transmitFIFO.count
        let end = shiftEnd + Double(max(0, min(group - 1, more)) * shifting.clocks) * bitTime
        guard end < 0x1p62 else { return }
        let cycle = max(chip.clock.now, Cycles(end.rounded(.up)))
        if let event, event.isPending, event.cycle == cycle { return }
        event?.cancel()
        event = chip.events.schedule(at: cycle) { [unowned self] cycle in
            self.advance(to: cycle)
            self.update()
        }
    }
}
