import Bits
import Machine

/// An I2S interface of the K210, a DesignWare I2S master with four stereo channels (`i2s.h` and `i2s.c` of Kendryte's
/// standalone SDK). Every sample period each enabled channel takes a pair of samples from its transmit FIFO, or puts
/// one into its receive FIFO.
///
/// The voice processor (APU) of I2S0 at 0x200 is not modelled.
public final class I2S: RegisterMap {
    public enum Register: RawRepresentable {
        case IER, IRER, ITER, CER, CCR, RXFFR, TXFFR, RXDMA, RRXDMA, TXDMA, RTXDMA
        case I2S_COMP_PARAM_2, I2S_COMP_PARAM_1, I2S_COMP_VERSION, I2S_COMP_TYPE
        case channel(Int, ChannelRegister)

        public init?(rawValue: UInt32) {
            switch rawValue {
            case 0x00: self = .IER
            case 0x04: self = .IRER
            case 0x08: self = .ITER
            case 0x0C: self = .CER
            case 0x10: self = .CCR
            case 0x14: self = .RXFFR
            case 0x18: self = .TXFFR
            case 0x20..<0x120:
                guard let register = ChannelRegister(rawValue: (rawValue - 0x20) & 0x3F) else { return nil }
                self = .channel(Int(rawValue - 0x20) / 0x40, register)
            case 0x1C0: self = .RXDMA
            case 0x1C4: self = .RRXDMA
            case 0x1C8: self = .TXDMA
            case 0x1CC: self = .RTXDMA
            case 0x1F0: self = .I2S_COMP_PARAM_2
            case 0x1F4: self = .I2S_COMP_PARAM_1
            case 0x1F8: self = .I2S_COMP_VERSION
            case 0x1FC: self = .I2S_COMP_TYPE
            default: return nil
            }
        }

        public var rawValue: UInt32 {
            switch self {
            case .IER: 0x00
            case .IRER: 0x04
            case .ITER: 0x08
            case .CER: 0x0C
            case .CCR: 0x10
            case .RXFFR: 0x14
            case .TXFFR: 0x18
            case .channel(let number, let register): 0x20 + 0x40 * UInt32(number) + register.rawValue
            case .RXDMA: 0x1C0
            case .RRXDMA: 0x1C4
            case .TXDMA: 0x1C8
            case .RTXDMA: 0x1CC
            case .I2S_COMP_PARAM_2: 0x1F0
            case .I2S_COMP_PARAM_1: 0x1F4
            case .I2S_COMP_VERSION: 0x1F8
            case .I2S_COMP_TYPE: 0x1FC
            }
        }
    }

    public enum ChannelRegister: UInt32, Sendable {
        /// Left samples, both ways.
        case LRBR_LTHR = 0x00
        /// Right samples, both ways.
        case RRBR_RTHR = 0x04
        case RER = 0x08, TER = 0x0C, RCR = 0x10, TCR = 0x14, ISR = 0x18, IMR = 0x1C, ROR = 0x20, TOR = 0x24
        case RFCR = 0x28, TFCR = 0x2C, RFF = 0x30, TFF = 0x34
    }

    /// A pair of samples, as the registers hold them.
    public struct Sample: Equatable, Sendable {
        public var left: UInt32
        public var right: UInt32

        public init(left: UInt32, right: UInt32) {
            self.left = left
            self.right = right
        }
    }

    private struct Channel {
        var transmit: [Sample] = []
        var receive: [Sample] = []
        /// The half of a pair that came first, and the one that is still to be read.
        var left: UInt32 = 0
        var right: UInt32 = 0
        var (RER, TER, RCR, TCR, RFCR, TFCR): (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (1, 1, 0, 0, 8, 8)
        /// RXDAM, RXFOM, TXFEM, TXFOM: a one masks.
        var IMR: UInt32 = 0x33
        var hasReceiveOverrun = false
        var hasTransmitOverrun = false

        /// RXDA 0, RXFO 1, TXFE 4, TXFO 5.
        var ISR: UInt32 {
            (receive.count > Int(RFCR) ? 1 : 0) | (hasReceiveOverrun ? 2 : 0) | (transmit.count <= Int(TFCR) ? 16 : 0)
                | (hasTransmitOverrun ? 32 : 0)
        }
    }

    /// Pairs in a FIFO.
    public static let depth = 16

    public let name: String
    public let notices: Notices
    /// `I2Sn_TX` and `I2Sn_RX` of the table of DMA requests.
    public let transmitRequest: DMARequest
    public let receiveRequest: DMARequest
    /// Takes what a channel plays, pair by pair.
    public var sink: (_ channel: Int, _ sample: Sample) -> Void = { _, _ in }
    /// What a channel records; silence by default.
    public var source: (_ channel: Int) -> Sample = { _ in Sample(left: 0, right: 0) }

    private let chip: Chip
    private let clock: () -> Double
    private let interrupt: InterruptLine
    private var (IER, IRER, ITER, CER, CCR): (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)
    private var channels = Array(repeating: Channel(), count: 4)
    /// Channel and side of the next word of the DMA registers.
    private var transmitPlace = 0
    private var receivePlace = 0
    private var event: EventQueue.Event?

    /// - Parameters:
    ///   - clock: the frequency of the bit clock in Hz: 2 words of 16, 24 or 32 bits in a sample period.
    public init(
        name: String, chip: Chip, clock: @escaping () -> Double, interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.clock = clock
        self.interrupt = interrupt
        notices = chip.notices
        transmitRequest = DMARequest("\(name)_TX")
        receiveRequest = DMARequest("\(name)_RX")
    }

    // MARK: Registers

    public func reset() {
        event?.cancel()
        event = nil
        (IER, IRER, ITER, CER, CCR) = (0, 0, 0, 0, 0)
        channels = Array(repeating: Channel(), count: 4)
        (transmitPlace, receivePlace) = (0, 0)
        update()
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .IER: return IER
        case .IRER: return IRER
        case .ITER: return ITER
        case .CER: return CER
        case .CCR: return CCR
        case .RXFFR, .TXFFR, .RRXDMA, .RTXDMA, .TXDMA: return 0
        case .RXDMA:
            defer { update() }
            return takeForDMA()
        // Which options the component has is not published.
        case .I2S_COMP_PARAM_1, .I2S_COMP_PARAM_2, .I2S_COMP_VERSION, .I2S_COMP_TYPE: return 0
        case .channel(let number, let register):
            defer { update() }
            return read(register, of: number)
        }
    }

    private func read(_ register: ChannelRegister, of number: Int) -> UInt32 {
        switch register {
        case .LRBR_LTHR:
            guard !channels[number].receive.isEmpty else { return 0 }
            let sample = channels[number].receive.removeFirst()
            channels[number].right = sample.right
            return sample.left
        case .RRBR_RTHR: return channels[number].right
        case .RER: return channels[number].RER
        case .TER: return channels[number].TER
        case .RCR: return channels[number].RCR
        case .TCR: return channels[number].TCR
        case .ISR: return channels[number].ISR
        case .IMR: return channels[number].IMR
        case .ROR:
            defer { channels[number].hasReceiveOverrun = false }
            return channels[number].hasReceiveOverrun ? 1 : 0
        case .TOR:
            defer { channels[number].hasTransmitOverrun = false }
            return channels[number].hasTransmitOverrun ? 1 : 0
        case .RFCR: return channels[number].RFCR
        case .TFCR: return channels[number].TFCR
        case .RFF, .TFF: return 0
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .IER: IER = IER.merging(value, lanes: lanes) & 1
        case .IRER: IRER = IRER.merging(value, lanes: lanes) & 1
        case .ITER: ITER = ITER.merging(value, lanes: lanes) & 1
        case .CER: CER = CER.merging(value, lanes: lanes) & 1
        case .CCR: CCR = CCR.merging(value, lanes: lanes) & 0xFFF
        case .RXFFR: if value.bit(0) { channels.indices.forEach { channels[$0].receive = [] } }
        case .TXFFR: if value.bit(0) { channels.indices.forEach { channels[$0].transmit = [] } }
        case .RRXDMA: receivePlace = 0
        case .RTXDMA: transmitPlace = 0
        case .TXDMA: giveFromDMA(value)
        case .RXDMA, .I2S_COMP_PARAM_1, .I2S_COMP_PARAM_2, .I2S_COMP_VERSION, .I2S_COMP_TYPE:
            notices.misuse("\(name)_\(register) written, which is read-only")
        case .channel(let number, let register): write(register, of: number, value, lanes)
        }
        update()
    }

    private func write(_ register: ChannelRegister, of number: Int, _ value: UInt32, _ lanes: UInt32) {
        switch register {
        case .LRBR_LTHR: channels[number].left = value
        case .RRBR_RTHR: push(Sample(left: channels[number].left, right: value), to: number)
        case .RER: channels[number].RER = value & 1
        case .TER: channels[number].TER = value & 1
        case .RCR: channels[number].RCR = value & 7
        case .TCR: channels[number].TCR = value & 7
        case .IMR: channels[number].IMR = value & 0x33
        case .RFCR: channels[number].RFCR = value & 15
        case .TFCR: channels[number].TFCR = value & 15
        case .RFF: if value.bit(0) { channels[number].receive = [] }
        case .TFF: if value.bit(0) { channels[number].transmit = [] }
        case .ISR, .ROR, .TOR: notices.misuse("\(name)_\(register) of channel \(number) written, which is read-only")
        }
    }

    private func push(_ sample: Sample, to number: Int) {
        if channels[number].transmit.count < I2S.depth {
            channels[number].transmit.append(sample)
        } else {
            channels[number].hasTransmitOverrun = true
        }
    }

    // MARK: DMA registers

    private var transmitting: [Int] { channels.indices.filter { ITER.bit(0) && channels[$0].TER.bit(0) } }
    private var receiving: [Int] { channels.indices.filter { IRER.bit(0) && channels[$0].RER.bit(0) } }
    /// Two samples of 16 bits in a word, the left one below (`dma_divide_16`).
    private var isDivided: Bool { CCR.bit(10) }

    /// Words go to the enabled channels in turn, left and right.
    private func giveFromDMA(_ word: UInt32) {
        let active = transmitting
        guard !active.isEmpty else { return }
        if isDivided {
            push(Sample(left: word & 0xFFFF, right: word >> 16), to: active[transmitPlace / 2 % active.count])
            transmitPlace = (transmitPlace / 2 * 2 + 2) % (2 * active.count)
        } else {
            let number = active[transmitPlace / 2 % active.count]
            if transmitPlace & 1 == 0 {
                channels[number].left = word
            } else {
                push(Sample(left: channels[number].left, right: word), to: number)
            }
            transmitPlace = (transmitPlace + 1) % (2 * active.count)
        }
    }

    private func takeForDMA() -> UInt32 {
        let active = receiving
        guard !active.isEmpty else { return 0 }
        let number = active[receivePlace / 2 % active.count]
        if isDivided {
            receivePlace = (receivePlace / 2 * 2 + 2) % (2 * active.count)
            let left = read(.LRBR_LTHR, of: number)
            return left & 0xFFFF | channels[number].right << 16
        }
        defer { receivePlace = (receivePlace + 1) % (2 * active.count) }
        return read(receivePlace & 1 == 0 ? .LRBR_LTHR : .RRBR_RTHR, of: number)
    }

    // MARK: Time

    /// Cycles of the CPU in a sample period; `nil` while the interface or its clock stands still.
    private var period: Cycles? {
        let hertz = clock()
        guard IER.bit(0), CER.bit(0), hertz > 0, !transmitting.isEmpty || !receiving.isEmpty else { return nil }
        let bits = 2 * [16, 24, 32, 32][Int(CCR.bits(4, 3))]
        return max(1, chip.clock.cycles(in: Double(bits) / hertz))
    }

    private func update() {
        let wanted = channels.contains { $0.ISR & ~$0.IMR & 0x33 != 0 }
        interrupt.set(IER.bit(0) && wanted)
        let (sending, recording) = (transmitting, receiving)
        transmitRequest.set(
            CCR.bit(8) && !sending.isEmpty
                && sending.allSatisfy { channels[$0].transmit.count <= min(I2S.depth - 1, Int(channels[$0].TFCR)) })
        receiveRequest.set(
            CCR.bit(9) && !recording.isEmpty
                && (receivePlace & 1 != 0 || recording.allSatisfy { !channels[$0].receive.isEmpty }))
        guard event?.isPending != true, let period else { return }
        event = chip.after(period) { [weak self] cycle in self?.tick(at: cycle) }
    }

    private func tick(at cycle: Cycles) {
        guard let period else { return }
        // The next one first: what a sink or a source does takes no time.
        event = chip.events.schedule(at: cycle + period) { [weak self] cycle in self?.tick(at: cycle) }
        for number in transmitting where !channels[number].transmit.isEmpty {
            sink(number, channels[number].transmit.removeFirst())
        }
        for number in receiving {
            let sample = source(number)
            if channels[number].receive.count < I2S.depth {
                channels[number].receive.append(sample)
            } else {
                channels[number].hasReceiveOverrun = true
            }
        }
        update()
    }
}
