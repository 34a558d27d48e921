import Bits
import Machine

/// One of the three timers of the K210: a DesignWare APB timer with four channels that count down. Channels 0 and 1
/// share interrupt A, channels 2 and 3 interrupt B.
///
/// A counter is worked out from the clock when somebody looks; an event is scheduled only for an interrupt that will
/// rise. The outputs for pulse width modulation are not on a pin.
public final class TIMER: RegisterMap {
    public enum Register: RawRepresentable {
        case load_count(Int)
        case current_value(Int)
        case control(Int)
        /// Reading clears the interrupt of a channel.
        case channel_eoi(Int)
        case channel_intr_stat(Int)
        case intr_stat
        /// Reading clears all interrupts.
        case eoi
        case raw_intr_stat
        case comp_version
        case load_count2(Int)

        public init?(rawValue: UInt32) {
            let channel = Int(rawValue / 0x14)
            switch rawValue {
            case 0x00..<0x50:
                switch rawValue % 0x14 {
                case 0x00: self = .load_count(channel)
                case 0x04: self = .current_value(channel)
                case 0x08: self = .control(channel)
                case 0x0C: self = .channel_eoi(channel)
                default: self = .channel_intr_stat(channel)
                }
            case 0xA0: self = .intr_stat
            case 0xA4: self = .eoi
            case 0xA8: self = .raw_intr_stat
            case 0xAC: self = .comp_version
            case 0xB0..<0xC0: self = .load_count2(Int(rawValue - 0xB0) / 4)
            default: return nil
            }
        }

        public var rawValue: UInt32 {
            switch self {
            case .load_count(let channel): UInt32(0x14 * channel)
            case .current_value(let channel): UInt32(0x14 * channel) + 0x04
            case .control(let channel): UInt32(0x14 * channel) + 0x08
            case .channel_eoi(let channel): UInt32(0x14 * channel) + 0x0C
            case .channel_intr_stat(let channel): UInt32(0x14 * channel) + 0x10
            case .intr_stat: 0xA0
            case .eoi: 0xA4
            case .raw_intr_stat: 0xA8
            case .comp_version: 0xAC
            case .load_count2(let channel): 0xB0 + UInt32(4 * channel)
            }
        }
    }

    private struct Channel {
        var load_count: UInt32 = 0
        var load_count2: UInt32 = 0
        var control: UInt32 = 0
        var isRaised = false
        /// The tick at which the counter was `from`.
        var since = 0
        var from: UInt32 = 0
        /// With pulse width modulation: the output is high, for `load_count2` + 1 ticks.
        var isHigh = false

        var isEnabled: Bool { control.bit(0) }
        var isUserDefined: Bool { control.bit(1) }
        var isMasked: Bool { control.bit(2) }
        var isModulated: Bool { control.bit(3) }

        /// What the counter is loaded with after zero.
        var reload: UInt32 {
            if isModulated, isHigh { return load_count2 }
            return isUserDefined || isModulated ? load_count : .max
        }

        /// The tick at which the counter is zero, and whether it has been taken into account.
        var zero: Int { since + Int(from) }
        var isZeroTold = false

        /// The tick of the next zero that is not taken into account yet.
        var nextZero: Int {
            guard isZeroTold else { return zero }
            var next = self
            next.turn()
            return next.zero
        }

        mutating func start(at tick: Int) {
            isHigh = false
            (since, from, isZeroTold) = (tick, reload, false)
        }

        /// Works the counter out up to a tick; it is loaded again a tick after it is zero.
        mutating func count(to tick: Int) {
            guard isEnabled else { return }
            tellZero(at: tick)
            guard tick > zero else { return }
            turn()
            let period = isModulated ? Int(load_count) + Int(load_count2) + 2 : Int(from) + 1
            if tick >= since + period {
                isRaised = true
                since += (tick - since) / period * period
            }
            tellZero(at: tick)
            guard tick > zero else { return }
            turn()
            tellZero(at: tick)
        }

        private mutating func tellZero(at tick: Int) {
            guard tick >= zero, !isZeroTold else { return }
            isZeroTold = true
            isRaised = true
        }

        private mutating func turn() {
            let next = zero + 1
            isHigh.toggle()
            (since, from, isZeroTold) = (next, reload, false)
        }
    }

    public let name: String
    public let notices: Notices

    private let chip: Chip
    private let interrupts: [InterruptLine]
    private let counter: TickCounter
    private var channels = Array(repeating: Channel(), count: 4)
    private var events: [EventQueue.Event?] = [nil, nil, nil, nil]

    /// - Parameters:
    ///   - clock: its clock in Hz, zero while it stands still.
    ///   - interruptA: for channels 0 and 1, PLIC source 14, 16 or 18.
    ///   - interruptB: for channels 2 and 3, PLIC source 15, 17 or 19.
    public init(
        name: String, chip: Chip, clock: @escaping () -> Double, interruptA: InterruptLine = .unconnected,
        interruptB: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        notices = chip.notices
        interrupts = [interruptA, interruptB]
        counter = TickCounter(chip, hertz: clock)
        counter.onChange = { [weak self] in self?.schedule() }
    }

    /// To be called when the frequency of its clock may have changed.
    public func clockChanged() { counter.update() }

    // MARK: Registers

    public func reset() {
        for channel in channels.indices { channels[channel] = Channel() }
        update()
    }

    public func read(_ register: Register) -> UInt32 {
        synchronise(at: chip.clock.now)
        switch register {
        case .load_count(let channel): return channels[channel].load_count
        case .current_value(let channel): return currentValue(channel)
        case .control(let channel): return channels[channel].control
        case .channel_eoi(let channel):
            clear(channel...channel)
            return 0
        case .channel_intr_stat(let channel): return isInterrupting(channel) ? 1 : 0
        case .intr_stat: return status { isInterrupting($0) }
        case .eoi:
            clear(0...3)
            return 0
        case .raw_intr_stat: return status { channels[$0].isRaised }
        // Nothing public gives its version.
        case .comp_version: return 0
        case .load_count2(let channel): return channels[channel].load_count2
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        synchronise(at: chip.clock.now)
        switch register {
        // A new count counts from the next time that the counter is loaded.
        case .load_count(let channel):
            channels[channel].load_count = channels[channel].load_count.merging(value, lanes: lanes)
        case .load_count2(let channel):
            channels[channel].load_count2 = channels[channel].load_count2.merging(value, lanes: lanes)
        case .control(let channel):
            writeControl(channel, channels[channel].control.merging(value, lanes: lanes) & 0xF)
        case .current_value, .channel_eoi, .channel_intr_stat, .intr_stat, .eoi, .raw_intr_stat, .comp_version: break
        }
        update()
    }

    private func writeControl(_ index: Int, _ new: UInt32) {
        let wasEnabled = channels[index].isEnabled
        channels[index].control = new
        if !channels[index].isEnabled {
            // A channel that is off keeps no interrupt.
            channels[index].isRaised = false
        } else if !wasEnabled {
            channels[index].start(at: counter.now)
        }
    }

    private func status(_ isSet: (Int) -> Bool) -> UInt32 {
        (0..<4).reduce(0) { $0 | (isSet($1) ? 1 << UInt32($1) : 0) }
    }

    private func currentValue(_ index: Int) -> UInt32 {
        let channel = channels[index]
        // What it shows while it is off is not public.
        guard channel.isEnabled else { return 0 }
        let passed = counter.now - channel.since
        return channel.from - UInt32(min(max(0, passed), Int(channel.from)))
    }

    // MARK: Time and interrupts

    private func synchronise(at cycle: Cycles) {
        let tick = counter.ticks(at: cycle)
        for channel in channels.indices { channels[channel].count(to: tick) }
    }

    private func isInterrupting(_ channel: Int) -> Bool { channels[channel].isRaised && !channels[channel].isMasked }

    private func clear(_ range: ClosedRange<Int>) {
        for channel in range { channels[channel].isRaised = false }
        update()
    }

    private func update() {
        interrupts[0].set(isInterrupting(0) || isInterrupting(1))
        interrupts[1].set(isInterrupting(2) || isInterrupting(3))
        schedule()
    }

    /// Arranges for every interrupt that can rise; one that is masked or raised already cannot.
    private func schedule() {
        for index in channels.indices {
            let channel = channels[index]
            var due: Cycles?
            if channel.isEnabled, !channel.isMasked, !channel.isRaised {
                due = counter.cycle(of: channel.nextZero)
            }
            if let event = events[index], event.isPending, event.cycle == due { continue }
            events[index]?.cancel()
            events[index] = due.map { cycle in
                chip.events.schedule(at: cycle) { [weak self] cycle in
                    self?.synchronise(at: cycle)
                    self?.update()
                }
            }
        }
    }
}
