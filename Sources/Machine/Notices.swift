/// What is not modelled and was touched, and what the firmware does against the manual: each said once, by name, with
/// the place in the firmware that did it.
public final class Notices {
    public enum Kind: Sendable {
        /// The simulator leaves it out.
        case unmodelled
        /// The firmware does what the manual forbids or warns of; silicon may misbehave.
        case misuse
    }

    public struct Notice: Equatable, Sendable {
        public let kind: Kind
        /// What was touched, as in the manual: `RCC_PLLSAICFGR`, `bit 12 of TIM3_CR1`.
        public let what: String
        /// The address of the instruction that touched it first.
        public let pc: UInt64
        /// The cycle at which it happened first.
        public let cycle: Cycles
    }

    public private(set) var all: [Notice] = []
    private var seen: Set<String> = []

    /// Where the core is now; set by the core.
    public var programCounter: () -> UInt64 = { 0 }
    /// Called at every first touch; the run stops on it under `--strict`.
    public var onNotice: (Notice) -> Void = { _ in }

    private let clock: Clock

    public init(clock: Clock) {
        self.clock = clock
    }

    /// Says that `what` is not modelled. Only the first touch counts.
    public func unmodelled(_ what: @autoclosure () -> String) {
        add(.unmodelled, what())
    }

    /// Says that the firmware uses the chip against its manual, as in "USART2 touched while its clock is off". Only the
    /// first time counts.
    public func misuse(_ what: @autoclosure () -> String) {
        add(.misuse, what())
    }

    private func add(_ kind: Kind, _ what: String) {
        guard seen.insert(what).inserted else { return }
        let notice = Notice(kind: kind, what: what, pc: programCounter(), cycle: clock.now)
        all.append(notice)
        onNotice(notice)
    }
}
