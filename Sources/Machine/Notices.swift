/// What is not modelled and was touched: each said once, by name, with the place in the firmware that touched it.
public final class Notices {
    public struct Notice: Equatable, Sendable {
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
        let what = what()
        guard seen.insert(what).inserted else { return }
        let notice = Notice(what: what, pc: programCounter(), cycle: clock.now)
        all.append(notice)
        onNotice(notice)
    }
}
