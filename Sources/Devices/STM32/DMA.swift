import Bits
import Machine

/// A DMA controller of the STM32F2/F4 (RM0090 chapter 10): eight streams, each listening to one of eight request lines.
///
/// One service of one stream is under way at a time; the next goes to the stream with the highest priority, then the
/// lowest number. Each is an event, and the data moves when it ends.
public final class DMA: RegisterMap {
    public enum Register: RawRepresentable {
        case LISR, HISR, LIFCR, HIFCR
        /// `DMA_SxCR` and its neighbours: the stream, and the offset in its block.
        case stream(Int, UInt32)

        public init?(rawValue: UInt32) {
            switch rawValue {
            case 0x00: self = .LISR
            case 0x04: self = .HISR
            case 0x08: self = .LIFCR
            case 0x0C: self = .HIFCR
            case 0x10..<0xD0: self = .stream(Int(rawValue - 0x10) / 0x18, (rawValue - 0x10) % 0x18)
            default: return nil
            }
        }

        public var rawValue: UInt32 {
            switch self {
            case .LISR: 0x00
            case .HISR: 0x04
            case .LIFCR: 0x08
            case .HIFCR: 0x0C
            case .stream(let stream, let offset): 0x10 + 0x18 * UInt32(stream) + offset
            }
        }
    }

    public let name: String
    public let notices: Notices
    /// Told which bus slave (a memory's `slave`, or the name of a peripheral) a transfer holds, from which cycle on and
    /// for how many cycles.
    public var onBusUse: (_ slave: String, _ from: Cycles, _ cycles: Cycles) -> Void = { _, _, _ in }

    private let chip: Chip
    private var streams: [DMAStream] = []
    /// The request lines of each stream and channel; several peripherals' requests may share a wire.
    private var requests: [[[DMARequest]]]
    private var isBusy = false
    private var serviceEnd: Cycles = 0

    /// The core-coupled memory is on no bus that a DMA reaches (2.3.1).
    public static let unreachable: [Range<UInt32>] = [0x1000_0000..<0x1001_0000]

    /// - Parameters:
    ///   - canCopyMemory: DMA2 can copy from memory to memory, DMA1 cannot.
    ///   - interrupts: of the streams, by number; those left out lead nowhere.
    public init(
        name: String, chip: Chip, canCopyMemory: Bool, unreachable: [Range<UInt32>] = DMA.unreachable,
        interrupts: [Int: InterruptLine] = [:]
    ) {
        self.name = name
        self.chip = chip
        notices = chip.notices
        requests = Array(repeating: Array(repeating: [], count: 8), count: 8)
        streams = (0..<8).map { number in
            DMAStream(
                name: "\(name) stream \(number)", chip: chip, unreachable: unreachable, canCopyMemory: canCopyMemory,
                interrupt: interrupts[number] ?? .unconnected
            ) { [weak self] address, beats in self?.tell(address, beats) }
        }
    }

    /// Connects a peripheral's request to a channel of a stream. Several may share one wire.
    public func connect(_ request: DMARequest, stream: Int, channel: Int) {
        guard (0..<8).contains(stream), (0..<8).contains(channel) else { return }
        requests[stream][channel].append(request)
        let before = request.onAssert
        request.onAssert = { [weak self] in
            before()
            guard let self else { return }
            self.arbitrate(at: self.chip.clock.now)
        }
    }

    public func reset() {
        streams.forEach { $0.reset() }
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .LISR: status(0)
        case .HISR: status(4)
        case .LIFCR, .HIFCR: 0
        case .stream(let number, let offset):
            DMAStream.Register(rawValue: offset).map(streams[number].read) ?? 0
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .LISR, .HISR: break
        case .LIFCR: clear(0, value)
        case .HIFCR: clear(4, value)
        case .stream(let number, let offset):
            guard let register = DMAStream.Register(rawValue: offset) else { return }
            streams[number].write(register, value, lanes: lanes)
            arbitrate(at: chip.clock.now)
        }
    }

    /// Where the flags of four neighbouring streams are in their register.
    private static let places: [UInt32] = [0, 6, 16, 22]

    private func status(_ first: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | streams[first + $1].flags << DMA.places[$1] }
    }

    private func clear(_ first: Int, _ value: UInt32) {
        for index in 0..<4 { streams[first + index].clear(value >> DMA.places[index] & 0x3D) }
    }

    // MARK: Service

    /// The request that a stream hears at the moment.
    private func request(of number: Int) -> DMARequest? {
        requests[number][streams[number].channel].first { $0.isAsserted }
    }

    private func arbitrate(at cycle: Cycles) {
        guard !isBusy else { return }
        let waiting = streams.indices.filter { streams[$0].hasWork(isRequested: request(of: $0) != nil) }
        // `max` keeps the last of equals, so look from the highest number down.
        guard let number = waiting.reversed().max(by: { streams[$0].priority < streams[$1].priority }) else { return }
        isBusy = true
        serviceEnd = max(cycle, serviceEnd) + streams[number].serviceTime
        chip.events.schedule(at: serviceEnd) { [weak self] cycle in self?.serve(number, at: cycle) }
    }

    private func serve(_ number: Int, at cycle: Cycles) {
        let request = request(of: number)
        // Still busy while data moves: a register access may assert a request, which then waits its turn.
        if streams[number].hasWork(isRequested: request != nil) {
            if streams[number].direction != .memoryToMemory { request?.acknowledge() }
            streams[number].serve()
        }
        isBusy = false
        arbitrate(at: cycle)
    }

    private func tell(_ address: UInt32, _ beats: Int) {
        let slave =
            chip.bus.memory(at: address)?.memory.slave ?? chip.bus.peripheral(at: address)?.peripheral.name
        if let slave { onBusUse(slave, serviceEnd, beats) }
    }
}
