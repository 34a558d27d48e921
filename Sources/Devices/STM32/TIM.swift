import Bits
import Machine

/// A timer of the STM32F4: basic (TIM6, TIM7), general-purpose (TIM2 to 5, 9 to 14) or advanced (TIM1, TIM8), which
/// differ in width and channels (RM0090 chapters 17 to 20).
///
/// Its counter is worked out from the clock when somebody looks; events are scheduled only for what shows: a flag that
/// rises, a DMA request, a preloaded value that comes into force. Compare channels raise flags; pins, captures, slave
/// modes and break inputs are not modelled.
public final class TIM: RegisterMap {
    public enum Register: UInt32 {
        case CR1 = 0x00, CR2 = 0x04, SMCR = 0x08, DIER = 0x0C, SR = 0x10, EGR = 0x14, CCMR1 = 0x18, CCMR2 = 0x1C
        case CCER = 0x20, CNT = 0x24, PSC = 0x28, ARR = 0x2C, RCR = 0x30
        case CCR1 = 0x34, CCR2 = 0x38, CCR3 = 0x3C, CCR4 = 0x40, BDTR = 0x44, DCR = 0x48, DMAR = 0x4C, OR = 0x50
    }

    /// What a timer of this name has.
    public struct Features: Equatable, Sendable {
        /// 16 or 32.
        public var bits: Int
        /// Capture/compare channels, 0 to 4.
        public var channels: Int
        /// Whether it has a repetition counter and `BDTR`.
        public var isAdvanced: Bool

        public init(bits: Int = 16, channels: Int = 4, isAdvanced: Bool = false) {
            self.bits = bits
            self.channels = channels
            self.isAdvanced = isAdvanced
        }
    }

    /// The interrupts of a timer. Only advanced timers have several; the others drive `update` for everything.
    public struct Interrupts {
        var lines: [(flags: UInt32, line: InterruptLine)]

        public init(global: InterruptLine) {
            lines = [(0xFF, global)]
        }

        public init(update: InterruptLine, compare: InterruptLine, trigger: InterruptLine, break: InterruptLine) {
            lines = [(1 << 0, update), (0x1E, compare), (0x60, trigger), (1 << 7, `break`)]
        }
    }

    public let name: String
    public let notices: Notices
    public let features: Features
    /// Asserted by an update event with UDE, and by compare events of channels 1 to 4 with CCxDE.
    public let updateRequest: DMARequest
    public let compareRequests: [DMARequest]

    private let chip: Chip
    private let clock: PeripheralClock
    private let interrupts: Interrupts
    private var registers = Registers()
    private var counter: TimerCounter
    /// The prescaler in force, and where in its period it is.
    private var prescaler: UInt32 = 0
    private var phase = 0
    private var repetitions: UInt32 = 0
    /// Compare values in force.
    private var compare: [UInt32] = [0, 0, 0, 0]
    /// The period of the timer's clock up to which all of this is worked out, and how long one is in core cycles.
    private var workedOutTo: Cycles = 0
    private var tick: Cycles
    private var isClocked: Bool
    private var event: EventQueue.Event?

    /// Registers that are plain storage.
    private struct Registers {
        var CR1: UInt32 = 0
        var CR2: UInt32 = 0
        var SMCR: UInt32 = 0
        var DIER: UInt32 = 0
        var SR: UInt32 = 0
        var CCMR: UInt64 = 0
        var CCER: UInt32 = 0
        var PSC: UInt32 = 0
        var ARR: UInt32
        var RCR: UInt32 = 0
        var CCR: [UInt32] = [0, 0, 0, 0]
        var BDTR: UInt32 = 0
        var DCR: UInt32 = 0
        var OR: UInt32 = 0

        init(ARR: UInt32 = 0xFFFF) { self.ARR = ARR }
    }

    /// - Parameters:
    ///   - clock: the timer clock (TIMxCLK).
    public init(
        name: String, chip: Chip, clock: PeripheralClock, features: Features = Features(),
        interrupts: Interrupts = Interrupts(global: .unconnected)
    ) {
        self.name = name
        self.chip = chip
        self.clock = clock
        self.features = features
        self.interrupts = interrupts
        notices = chip.notices
        counter = TimerCounter(maximum: features.bits == 32 ? .max : 0xFFFF)
        registers.ARR = counter.maximum
        tick = clock.divider
        isClocked = clock.isRunning
        updateRequest = DMARequest("\(name)_UP")
        compareRequests = (1...4).map { DMARequest("\(name)_CH\($0)") }
        for request in [updateRequest] + compareRequests {
            request.acknowledge = { [unowned request] in request.set(false) }
        }
        clock.onChange = { [weak self] in
            guard let self else { return }
            self.synchronise(at: self.chip.clock.now)
            self.tick = self.clock.divider
            self.isClocked = self.clock.isRunning
            self.workedOutTo = self.chip.clock.now / self.tick
            self.schedule()
        }
    }

    // MARK: Registers

    public func reset() {
        event?.cancel()
        registers = Registers(ARR: counter.maximum)
        counter = TimerCounter(maximum: counter.maximum)
        (prescaler, phase, repetitions, compare) = (0, 0, 0, [0, 0, 0, 0])
        for request in [updateRequest] + compareRequests { request.set(false) }
        updateInterrupts()
    }

    public func read(_ register: Register) -> UInt32 {
        synchronise(at: chip.clock.now)
        defer { schedule() }
        switch register {
        case .CR1:
            let direction: UInt32 = counter.alignment == .centre && counter.isFalling ? 1 << 4 : 0
            return registers.CR1 | direction
        case .CR2: return registers.CR2
        case .SMCR: return registers.SMCR
        case .DIER: return registers.DIER
        case .SR: return registers.SR
        case .EGR: return 0
        case .CCMR1: return UInt32(truncatingIfNeeded: registers.CCMR) & 0xFFFF
        case .CCMR2: return UInt32(truncatingIfNeeded: registers.CCMR >> 16) & 0xFFFF
        case .CCER: return registers.CCER
        case .CNT: return counter.count
        case .PSC: return registers.PSC
        case .ARR: return registers.ARR
        case .RCR: return registers.RCR
        case .CCR1: return registers.CCR[0]
        case .CCR2: return registers.CCR[1]
        case .CCR3: return registers.CCR[2]
        case .CCR4: return registers.CCR[3]
        case .BDTR: return registers.BDTR
        case .DCR: return registers.DCR
        case .DMAR: return 0
        case .OR: return registers.OR
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        synchronise(at: chip.clock.now)
        switch register {
        case .CR1: writeCR1(registers.CR1.merging(value, lanes: lanes) & 0x3FF)
        case .CR2: registers.CR2 = registers.CR2.merging(value, lanes: lanes) & 0x7FFF
        case .SMCR:
            registers.SMCR = registers.SMCR.merging(value, lanes: lanes) & 0xFFF7
            if registers.SMCR & 7 != 0 { notices.unmodelled("\(name)_SMCR: slave mode \(registers.SMCR & 7)") }
            note(registers.SMCR, of: .SMCR, unmodelled: [(14, "ECE")])
        case .DIER:
            registers.DIER = registers.DIER.merging(value, lanes: lanes) & 0x7FFF
            withdrawRequests()
        case .SR: registers.SR &= value | ~lanes
        case .EGR: generate(value)
        case .CCMR1: writeCCMR(value, lanes: lanes, half: 0)
        case .CCMR2: writeCCMR(value, lanes: lanes, half: 1)
        case .CCER:
            registers.CCER = registers.CCER.merging(value, lanes: lanes) & 0xFFFF
            note(registers.CCER, of: .CCER, unmodelled: [(0, "CC1E"), (4, "CC2E"), (8, "CC3E"), (12, "CC4E")])
        case .CNT: counter.count = counter.count.merging(value, lanes: lanes) & counter.maximum
        case .PSC: registers.PSC = registers.PSC.merging(value, lanes: lanes) & 0xFFFF
        case .ARR:
            registers.ARR = registers.ARR.merging(value, lanes: lanes) & counter.maximum
            if !registers.CR1.bit(7) { counter.reload = registers.ARR }
        case .RCR where features.isAdvanced: registers.RCR = registers.RCR.merging(value, lanes: lanes) & 0xFF
        case .CCR1: writeCCR(0, value, lanes: lanes)
        case .CCR2: writeCCR(1, value, lanes: lanes)
        case .CCR3: writeCCR(2, value, lanes: lanes)
        case .CCR4: writeCCR(3, value, lanes: lanes)
        case .BDTR where features.isAdvanced:
            registers.BDTR = registers.BDTR.merging(value, lanes: lanes) & 0xFFFF
            note(registers.BDTR, of: .BDTR, unmodelled: [(12, "BKE")])
        case .RCR, .BDTR: notices.misuse("\(name) has no \(register)")
        case .DCR: registers.DCR = registers.DCR.merging(value, lanes: lanes) & 0x1F1F
        case .DMAR: notices.unmodelled("\(name)_DMAR")
        case .OR:
            registers.OR = registers.OR.merging(value, lanes: lanes) & 0xFFFF
            if registers.OR != 0 { notices.unmodelled("\(name)_OR") }
        }
        updateInterrupts()
        schedule()
    }

    private func writeCR1(_ new: UInt32) {
        let starts = new.bit(0) && !registers.CR1.bit(0)
        registers.CR1 = new
        let alignment: TimerCounter.Alignment = new.bits(6, 5) != 0 ? .centre : new.bit(4) ? .down : .up
        if alignment != counter.alignment {
            counter.isFalling = alignment == .centre && counter.alignment == .down
            counter.alignment = alignment
        }
        // In centre-aligned mode DIR only tells (18.4.1).
        if alignment == .centre { registers.CR1 &= ~(1 << 4) }
        if !new.bit(7) { counter.reload = registers.ARR }
        // The counter starts one clock after CEN is set (18.3.1).
        if starts { workedOutTo = chip.clock.now / tick + 1 }
    }

    private func writeCCMR(_ value: UInt32, lanes: UInt32, half: UInt64) {
        let old = UInt32(truncatingIfNeeded: registers.CCMR >> (16 * half)) & 0xFFFF
        let new = UInt64(old.merging(value, lanes: lanes) & 0xFFFF)
        registers.CCMR = registers.CCMR & ~(0xFFFF << (16 * half)) | new << (16 * half)
        for channel in 0..<features.channels {
            if isCapture(channel) { notices.unmodelled("\(name): input capture on channel \(channel + 1)") }
            if !isPreloaded(channel) { compare[channel] = registers.CCR[channel] }
        }
    }

    private func writeCCR(_ channel: Int, _ value: UInt32, lanes: UInt32) {
        guard channel < features.channels else {
            notices.misuse("\(name) has no channel \(channel + 1)")
            return
        }
        registers.CCR[channel] = registers.CCR[channel].merging(value, lanes: lanes) & counter.maximum
        if !isPreloaded(channel) { compare[channel] = registers.CCR[channel] }
    }

    /// CCxS of a channel (0 to 3) is not zero: it is an input.
    private func isCapture(_ channel: Int) -> Bool { registers.CCMR.bits(8 * channel + 1, 8 * channel) != 0 }

    private func isPreloaded(_ channel: Int) -> Bool { registers.CCMR.bit(8 * channel + 3) }

    private func generate(_ events: UInt32) {
        for channel in 0..<features.channels where events.bit(channel + 1) { raiseCompare(channel) }
        if events.bit(6) { registers.SR |= 1 << 6 }
        guard events.bit(0) else { return }
        counter.restart()
        phase = 0
        repetitions = registers.RCR
        // An update by software is silent under URS and does not happen under UDIS (18.4.1).
        if !registers.CR1.bit(1) { update(isSilent: registers.CR1.bit(2)) }
    }

    // MARK: Time

    /// Slave modes 1 to 3, 5 and 7 do not count on the timer's own clock, or not always.
    private var isCounting: Bool {
        isClocked && registers.CR1.bit(0) && ![1, 2, 3, 5, 7].contains(registers.SMCR & 7)
    }

    /// Works everything out up to `cycle`.
    private func synchronise(at cycle: Cycles) {
        let target = cycle / tick
        guard isCounting else {
            workedOutTo = max(workedOutTo, target)
            return
        }
        var ticks = target - workedOutTo
        guard ticks > 0 else { return }
        workedOutTo = target
        var turns = 0
        while ticks > 0 {
            let period = Int(prescaler) + 1
            let counts = (phase + ticks) / period
            guard counts > 0, !counter.isBlocked else {
                phase = (phase + ticks) % period
                break
            }
            let move = counter.move(upTo: counts)
            ticks -= move.counts * period - phase
            phase = 0
            account(move)
            guard registers.CR1.bit(0) else { break }
            if move.turnedTo != nil { turns += 1 }
            if turns > 3, registers.CR1.bit(1) || !hasPending {
                // By now every flag is up that a whole period raises; more periods change nothing.
                ticks %= counter.period * (Int(prescaler) + 1) * (Int(registers.RCR) + 1)
                turns = Int.min
            }
        }
        updateInterrupts()
    }

    /// A preloaded register waits for the next update.
    private var hasPending: Bool {
        registers.CR1.bit(3) || prescaler != registers.PSC || counter.reload != registers.ARR
            || (0..<features.channels).contains { compare[$0] != registers.CCR[$0] }
    }

    private func account(_ move: TimerCounter.Move) {
        for channel in 0..<features.channels where !isCapture(channel) {
            let value = compare[channel]
            let passed = move.visited.map { $0.contains(value) } ?? false
            if passed, isCompared(whileDown: move.wasDown) { raiseCompare(channel) }
            if let turned = move.turnedTo {
                // Beyond the reload value the flag rises where the counter turns (18.4.5, CC1IF).
                let isMatch = turned == value || (value > counter.reload && move.isUpdate)
                if isMatch, isCompared(whileDown: counter.isDown) { raiseCompare(channel) }
            }
        }
        guard move.isUpdate, !registers.CR1.bit(1) else { return }
        if repetitions > 0 {
            repetitions -= 1
        } else {
            update(isSilent: false)
        }
    }

    /// In centre-aligned mode CMS says on which way compare flags rise: 1 down, 2 up, 3 both.
    private func isCompared(whileDown: Bool) -> Bool {
        switch registers.CR1.bits(6, 5) {
        case 1: whileDown
        case 2: !whileDown
        default: true
        }
    }

    private func raiseCompare(_ channel: Int) {
        registers.SR |= 2 << UInt32(channel)
        if registers.DIER.bit(9 + channel) { compareRequests[channel].set(true) }
    }

    /// An update event: preloaded values come into force, UIF rises, a timer in one-pulse mode stops.
    private func update(isSilent: Bool) {
        repetitions = registers.RCR
        prescaler = registers.PSC
        counter.reload = registers.ARR
        compare = registers.CCR
        if registers.CR1.bit(3), !isSilent { registers.CR1 &= ~1 }
        guard !isSilent else { return }
        registers.SR |= 1
        if registers.DIER.bit(8) { updateRequest.set(true) }
    }

    /// Arranges for the next moment at which something shows: a flag, a request, a value that comes into force.
    private func schedule() {
        let moment = nextMoment()
        // A timer that is polled keeps its event.
        if let event, event.isPending, event.cycle == moment { return }
        event?.cancel()
        event = moment.map { cycle in
            chip.events.schedule(at: cycle) { [weak self] cycle in
                self?.synchronise(at: cycle)
                self?.schedule()
            }
        }
    }

    private func nextMoment() -> Cycles? {
        guard isCounting, !counter.isBlocked else { return nil }
        var counts: Int?
        var needsTurn =
            !registers.CR1.bit(1) && (!registers.SR.bit(0) || registers.DIER.bit(8) || hasPending)
        for channel in 0..<features.channels where !isCapture(channel) {
            guard !registers.SR.bit(channel + 1) || registers.DIER.bit(9 + channel) else { continue }
            if let ahead = counter.counts(to: compare[channel]) {
                counts = min(counts ?? ahead, ahead)
            } else {
                needsTurn = true
            }
        }
        if needsTurn { counts = min(counts ?? .max, counter.countsToTurn) }
        return counts.map { (workedOutTo + $0 * (Int(prescaler) + 1) - phase) * tick }
    }

    // MARK: Interrupts and DMA

    private func updateInterrupts() {
        let active = registers.SR & registers.DIER & 0xFF
        for (flags, line) in interrupts.lines { line.set(active & flags != 0) }
    }

    private func withdrawRequests() {
        if !registers.DIER.bit(8) { updateRequest.set(false) }
        for (channel, request) in compareRequests.enumerated() where !registers.DIER.bit(9 + channel) {
            request.set(false)
        }
    }
}
