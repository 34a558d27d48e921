import Bits
import Machine

/// The random number generator (RM0090 chapter 24). Its numbers are the same in every run: SplitMix64 from a seed
/// stands for the analog noise. A new word is ready every 40 periods of PLL48CLK (24.3.1).
public final class RNG: RegisterMap {
    public enum Register: UInt32 {
        case CR = 0x00, SR = 0x04, DR = 0x08
    }

    public let name: String
    public let notices: Notices
    private let PLL48CLK: () -> Double
    private let clock: Clock
    private let interrupt: InterruptLine
    private let seed: UInt64
    private var state: UInt64
    private var CR: UInt32 = 0
    private var SR: UInt32 = 0
    private var word: UInt32 = 0
    private var next: Alarm?

    /// - Parameters:
    ///   - PLL48CLK: its clock in Hz; zero while that does not run.
    ///   - interrupt: `HASH_RNG_IRQn`, 80.
    public init(
        name: String = "RNG", chip: Chip, seed: UInt64 = 0, PLL48CLK: @escaping () -> Double,
        interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.PLL48CLK = PLL48CLK
        self.interrupt = interrupt
        self.seed = seed
        state = seed
        clock = chip.clock
        notices = chip.notices
        next = Alarm(chip) { [weak self] _ in self?.ready() }
    }

    /// To be called when PLL48CLK may have changed.
    public func clockChanged() {
        updateClockError()
        if CR.bit(2) { run() }
    }

    public func reset() {
        (CR, SR, word) = (0, 0, 0)
        state = seed
        next?.cancel()
        interrupt.set(false)
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .CR: return CR
        case .SR: return SR
        case .DR:
            guard SR.bit(0) else { return 0 }
            SR &= ~1
            run()
            updateInterrupt()
            return word
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .CR:
            CR = CR.merging(value, lanes: lanes) & 0xC
            if CR.bit(2) { run() } else { next?.cancel() }
            updateClockError()
        case .SR: SR &= value | ~(0x60 & lanes)  // CEIS and SEIS are cleared by writing zero.
        case .DR: break
        }
        updateInterrupt()
    }

    private func run() {
        guard CR.bit(2), !SR.bit(0), let next, !next.isPending, PLL48CLK() > 0 else { return }
        next.set(after: 40 / PLL48CLK())
    }

    private func ready() {
        // A clock that has stopped meanwhile makes no number.
        guard PLL48CLK() > 0 else { return }
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        word = UInt32(truncatingIfNeeded: (mixed ^ mixed >> 31) >> 32)
        SR |= 1
        updateInterrupt()
    }

    /// CECS: PLL48CLK is below HCLK / 16 (24.4.2).
    private func updateClockError() {
        guard CR.bit(2), PLL48CLK() < clock.hertz / 16 else {
            SR &= ~2
            return
        }
        SR |= 0x22
        updateInterrupt()
    }

    private func updateInterrupt() {
        interrupt.set(CR.bit(3) && SR & 0x61 != 0)
    }
}
