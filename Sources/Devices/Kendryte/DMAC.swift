import Bits
import Machine

/// The K210's DMA controller, a DesignWare AXI DMAC with six channels (`dmac.h` of Kendryte's standalone SDK).
///
/// One piece of work is under way at a time: a stretch of a copy in memory, or what one request of a peripheral asks
/// for. The next one goes to the channel with the highest priority, then to the one that has waited longest. Data moves
/// at the end of its piece.
public final class DMAC: DoublewordRegisterMap {
    public enum Register: RawRepresentable {
        case id, compver, cfg, chen, intstatus
        case com_intclear, com_intstatus_en, com_intsignal_en, com_intstatus, reset
        /// The registers of a channel, by number and offset in its block.
        case channel(Int, UInt32)

        public init?(rawValue: UInt32) {
            switch rawValue {
            case 0x00: self = .id
            case 0x08: self = .compver
            case 0x10: self = .cfg
            case 0x18: self = .chen
            case 0x30: self = .intstatus
            case 0x38: self = .com_intclear
            case 0x40: self = .com_intstatus_en
            case 0x48: self = .com_intsignal_en
            case 0x50: self = .com_intstatus
            case 0x58: self = .reset
            case 0x100..<0x700:
                guard DMACChannel.Register(rawValue: rawValue & 0xFF) != nil else { return nil }
                self = .channel(Int(rawValue >> 8) - 1, rawValue & 0xFF)
            default: return nil
            }
        }

        public var rawValue: UInt32 {
            switch self {
            case .id: 0x00
            case .compver: 0x08
            case .cfg: 0x10
            case .chen: 0x18
            case .intstatus: 0x30
            case .com_intclear: 0x38
            case .com_intstatus_en: 0x40
            case .com_intsignal_en: 0x48
            case .com_intstatus: 0x50
            case .reset: 0x58
            case .channel(let number, let offset): 0x100 * UInt32(number + 1) + offset
            }
        }
    }

    /// How fast data moves: 7 bytes in 4 cycles of the CPU, 1.75 bytes per cycle. Measured: 230400 bytes from memory to
    /// the AI memory in 329 us at 403 MHz (the upload of a 320 x 240 x 3 input in nncase's published log).
    static func cycles(forBytes bytes: Int) -> Cycles { max(1, (4 * bytes + 6) / 7) }

    /// Bytes of a copy in memory that move at once: a whole number of cycles, and of items up to 64 bytes.
    static let stretch = 448

    public let name: String
    public let notices: Notices
    /// The number of the request that a channel listens to: `sysctl_dma_sel0` and `sel1`.
    public var requestSelect: (_ channel: Int) -> Int = { $0 }
    /// Told which memory (its `slave`) or peripheral a piece of work holds, from which cycle on and how many cycles.
    public var onBusUse: (_ slave: String, _ from: Cycles, _ cycles: Cycles) -> Void = { _, _, _ in }

    private let chip: Chip
    private let interrupts: [InterruptLine]
    private var channels: [DMACChannel] = []
    private var requests: [Int: DMARequest] = [:]
    private var cfg: UInt64 = 0
    private var com_intstatus_en: UInt64 = DMAC.commonErrors
    private var com_intsignal_en: UInt64 = DMAC.commonErrors
    private var isBusy = false
    private var serviceEnd: Cycles = 0
    private var served = 0

    /// Errors of accesses to the controller's own registers: bits 0 to 3 and 8.
    private static let commonErrors: UInt64 = 0x10F

    /// - Parameter interrupts: of channels 0 to 5; those left out lead nowhere.
    public init(name: String = "DMAC", chip: Chip, interrupts: [InterruptLine] = []) {
        self.name = name
        self.chip = chip
        notices = chip.notices
        self.interrupts = (0..<6).map { $0 < interrupts.count ? interrupts[$0] : .unconnected }
        channels = (0..<6).map { DMACChannel(name: "\(name) channel \($0)", chip: chip) }
    }

    /// Makes a peripheral's request known by its number in the table of `sysctl_dma_select_t`, 0 to 32.
    public func connect(_ request: DMARequest, number: Int) {
        requests[number] = request
        let before = request.onAssert
        request.onAssert = { [unowned self] in
            before()
            self.reconsider()
        }
    }

    /// To be called when `requestSelect` answers differently from now on.
    public func reconsider() {
        arbitrate(at: chip.clock.now)
    }

    // MARK: Registers

    public func reset() {
        cfg = 0
        com_intstatus_en = DMAC.commonErrors
        com_intsignal_en = DMAC.commonErrors
        channels.forEach { $0.reset() }
        updateInterrupts()
    }

    public func read(_ register: Register) -> UInt64 {
        switch register {
        case .id: 0
        // "102*" in ASCII, as DesignWare components tell their version; which one this chip has is not published.
        case .compver: 0x3130_322A
        case .cfg: cfg
        case .chen: chen
        case .intstatus: channels.enumerated().reduce(0) { $0 | ($1.element.isInterrupting ? 1 << $1.offset : 0) }
        case .com_intclear, .com_intstatus, .reset: 0
        case .com_intstatus_en: com_intstatus_en
        case .com_intsignal_en: com_intsignal_en
        case .channel(let number, let offset): DMACChannel.Register(rawValue: offset).map(channels[number].read) ?? 0
        }
    }

    /// Channels enabled (bits 5:0) and suspended (21:16). The write enables read as zero, and an abort is over at once.
    private var chen: UInt64 {
        channels.enumerated().reduce(0) { bits, channel in
            bits | (channel.element.isEnabled ? 1 << channel.offset : 0)
                | (channel.element.isSuspended ? 1 << (16 + channel.offset) : 0)
        }
    }

    public func write(_ register: Register, _ value: UInt64, lanes: UInt64) {
        switch register {
        case .id, .compver, .intstatus, .com_intstatus:
            notices.misuse("\(name): \(register) written, which is read-only")
        case .cfg:
            cfg = cfg.merging(value, lanes: lanes) & 3
            if !cfg.bit(0) { channels.forEach { $0.stop() } }
        case .chen: writeCHEN(value)
        case .com_intclear: break
        case .com_intstatus_en: com_intstatus_en = com_intstatus_en.merging(value, lanes: lanes) & DMAC.commonErrors
        case .com_intsignal_en: com_intsignal_en = com_intsignal_en.merging(value, lanes: lanes) & DMAC.commonErrors
        case .reset: if value.bit(0) { reset() }
        case .channel(let number, let offset):
            if let register = DMACChannel.Register(rawValue: offset) {
                channels[number].write(register, value, lanes: lanes)
            }
        }
        updateInterrupts()
        arbitrate(at: chip.clock.now)
    }

    private func writeCHEN(_ value: UInt64) {
        for (number, channel) in channels.enumerated() {
            if value.bit(24 + number) { channel.isSuspended = value.bit(16 + number) }
            if value.bit(40 + number), value.bit(32 + number) { channel.abort() }
            guard value.bit(8 + number) else { continue }
            if !value.bit(number) {
                channel.stop()
            } else if cfg.bit(0) {
                channel.start()
            } else {
                notices.misuse("\(name): channel \(number) enabled while dmac_en is 0: ignored")
            }
        }
    }

    private func updateInterrupts() {
        for (channel, line) in zip(channels, interrupts) { line.set(cfg.bit(1) && channel.isInterrupting) }
    }

    // MARK: Service

    private func isRequested(_ number: Int) -> Bool {
        channels[number].isFree || requests[requestSelect(number)]?.isAsserted ?? false
    }

    private func arbitrate(at cycle: Cycles) {
        guard !isBusy else { return }
        let waiting = channels.indices.filter { channels[$0].hasWork && isRequested($0) }
        let next = waiting.min { a, b in
            let (first, second) = (channels[a], channels[b])
            return (7 - first.priority, first.lastServed) < (7 - second.priority, second.lastServed)
        }
        guard let number = next else { return }
        isBusy = true
        let begin = max(cycle, serviceEnd)
        serviceEnd = begin + DMAC.cycles(forBytes: channels[number].nextBytes)
        chip.events.schedule(at: serviceEnd) { [unowned self] end in
            self.serve(number, from: begin, at: end)
        }
    }

    private func serve(_ number: Int, from begin: Cycles, at end: Cycles) {
        let channel = channels[number]
        // Still busy while data moves: a register access may assert a request, which then waits its turn.
        if channel.hasWork, isRequested(number) {
            served += 1
            channel.lastServed = served
            let request = channel.isFree ? nil : requests[requestSelect(number)]
            let addresses = [channel.source, channel.destination]
            let moved = channel.serve(while: { request?.isAsserted ?? true })
            request?.acknowledge()
            let cycles = DMAC.cycles(forBytes: moved)
            serviceEnd = max(end, begin + cycles)
            for address in addresses { tell(address, begin, cycles) }
        }
        isBusy = false
        updateInterrupts()
        arbitrate(at: end)
    }

    private func tell(_ address: UInt32, _ begin: Cycles, _ cycles: Cycles) {
        let slave =
            chip.bus.memory(at: address)?.memory.slave ?? chip.bus.peripheral(at: address)?.peripheral.name
        if let slave { onBusUse(slave, begin, cycles) }
    }
}
