import Machine

/// The independent watchdog (RM0090 chapter 21). Runs on LSI, so changes of the core's clock do not touch it.
public final class IWDG: RegisterMap {
    public enum Register: UInt32 {
        case KR = 0x00, PR = 0x04, RLR = 0x08, SR = 0x0C
    }

    public let name: String
    public let notices: Notices
    /// Told when firmware starts the watchdog: LSI is forced on.
    public var onStart: () -> Void = {}
    /// Told when the counter has reached its end.
    public var onTimeout: () -> Void = {}

    private var PR: UInt32 = 0
    private var RLR: UInt32 = 0xFFF
    private var isRunning = false
    private var isWritable = false
    private var timeout: Alarm?
    private var updates: [(bit: UInt32, alarm: Alarm)] = []
    private var SR: UInt32 = 0

    public init(name: String = "IWDG", chip: Chip) {
        self.name = name
        notices = chip.notices
        timeout = Alarm(chip) { [weak self] _ in self?.onTimeout() }
        updates = [1, 2].map { bit in (bit, Alarm(chip) { [weak self] _ in self?.SR &= ~bit }) }
    }

    /// Seconds from a refresh to the reset: RLR + 1 periods of LSI / (4 << PR) (table 107).
    public var period: Double {
        Double((RLR + 1) * (4 << min(PR, 6))) / RCC.LSI
    }

    public func reset() {
        timeout?.cancel()
        for (_, alarm) in updates { alarm.cancel() }
        (PR, RLR, SR) = (0, 0xFFF, 0)
        (isRunning, isWritable) = (false, false)
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .KR: 0
        case .PR: PR
        case .RLR: RLR
        case .SR: SR
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .KR: writeKey(value & 0xFFFF)
        case .PR where isWritable:
            PR = value & 7
            update(bit: 1)
        case .RLR where isWritable:
            RLR = RLR.merging(value, lanes: lanes) & 0xFFF
            update(bit: 2)
        case .PR, .RLR: notices.misuse("IWDG_\(register) written without the key 0x5555: ignored")
        case .SR: break
        }
    }

    private func writeKey(_ key: UInt32) {
        isWritable = key == 0x5555
        switch key {
        case 0xCCCC:
            if !isRunning { onStart() }
            isRunning = true
            timeout?.set(after: period)
        case 0xAAAA where isRunning: timeout?.set(after: period)
        default: break
        }
    }

    /// PVU and RVU stay set until the value has crossed into the LSI domain, at most 5 of its periods (21.4.4).
    private func update(bit: UInt32) {
        SR |= bit
        for update in updates where update.bit == bit { update.alarm.set(after: 5 / RCC.LSI) }
    }
}
