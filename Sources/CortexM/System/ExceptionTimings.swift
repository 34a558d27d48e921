/// What entering and leaving an exception takes, with zero wait states.
public struct ExceptionTimings: Sendable, Equatable {
    public var entry: CycleTable.Fact
    public var exit: CycleTable.Fact
    public var tailChain: CycleTable.Fact
    /// For saving or restoring S0-S15 and FPSCR beside the other registers.
    public var fpRegisters: CycleTable.Fact
    /// For the deferred saving of S0-S15 and FPSCR in front of an FP instruction.
    public var lazySave: CycleTable.Fact

    /// Cortex-M3 and M4.
    public static let cortexM4 = ExceptionTimings(
        entry: .init(cycles: 12, source: "DDI 0439 (Cortex-M4 TRM) 3.8: latency of 12 cycles"),
        exit: .init(cycles: 12, source: "DDI 0439 (Cortex-M4 TRM) 3.8: return in 12 cycles"),
        tailChain: .init(cycles: 6, source: "DDI 0439 (Cortex-M4 TRM) 3.8: six cycles back to back"),
        fpRegisters: .init(cycles: 17, source: "AN298: entry takes 29 cycles with FP registers instead of 12"),
        lazySave: .init(cycles: 17, source: "AN298: 17 words, one cycle each"))

    /// Cortex-M0.
    public static let cortexM0 = ExceptionTimings(
        entry: .init(cycles: 16, source: "DDI 0432C (Cortex-M0 TRM) 3.6: latency of 16 cycles"),
        exit: .init(cycles: 13, source: "assumed"),
        tailChain: .init(cycles: 6, source: "assumed"),
        fpRegisters: .init(cycles: 0, source: "has no FPU"),
        lazySave: .init(cycles: 0, source: "has no FPU"))

    /// Cortex-M0+.
    public static let cortexM0Plus = ExceptionTimings(
        entry: .init(cycles: 15, source: "DDI 0484C (Cortex-M0+ TRM) 3.6: latency of 15 cycles"),
        exit: .init(cycles: 13, source: "assumed"),
        tailChain: .init(cycles: 6, source: "assumed"),
        fpRegisters: .init(cycles: 0, source: "has no FPU"),
        lazySave: .init(cycles: 0, source: "has no FPU"))

    /// The numbers of a core.
    static func of(_ features: CoreFeatures) -> ExceptionTimings {
        switch features.name {
        case CoreFeatures.cortexM0.name: cortexM0
        case CoreFeatures.cortexM0Plus.name: cortexM0Plus
        default: cortexM4
        }
    }
}
