/// One interrupt or exception, over all the times it struck.
public struct InterruptProfile: Codable, Equatable, Sendable {
    /// The number in the architecture's manual: the exception number on a Cortex-M, the cause on a RISC-V.
    public var number: Int
    /// As in the chip's manual: `TIM2`, `SysTick`.
    public var name: String
    public var count: Int
    /// Cycles from entry to exit, entry and exit included, interrupts of higher priority apart.
    public var cycles: Int
    /// The longest of them.
    public var maxCycles: Int
    /// Cycles from the request to the first instruction of the handler; nil where unknown.
    public var minLatency: Int?
    public var maxLatency: Int?
    /// The most stack it took, its frame included.
    public var stackBytes: Int?

    public init(
        number: Int, name: String, count: Int, cycles: Int, maxCycles: Int, minLatency: Int? = nil,
        maxLatency: Int? = nil, stackBytes: Int? = nil
    ) {
        self.number = number
        self.name = name
        self.count = count
        self.cycles = cycles
        self.maxCycles = maxCycles
        self.minLatency = minLatency
        self.maxLatency = maxLatency
        self.stackBytes = stackBytes
    }
}
