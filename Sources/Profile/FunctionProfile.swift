/// One function of the firmware, over all its calls.
public struct FunctionProfile: Codable, Equatable, Sendable {
    public var name: String
    public var address: UInt64
    /// Bytes of code.
    public var size: Int
    /// Where it is defined, from the line table.
    public var file: String?
    public var line: Int?
    public var calls: Int
    /// Cycles of its own instructions.
    public var selfCycles: Int
    /// Cycles from entry to exit, callees included, interrupts apart; recursion counts once.
    public var inclusiveCycles: Int
    /// The cheapest and the dearest call, from entry to exit; nil while no call has returned.
    public var minCycles: Int?
    public var maxCycles: Int?
    /// Its own instructions.
    public var instructions: Int
    /// Sum to `selfCycles`.
    public var causes: CauseVector
    public var isInterruptHandler: Bool
    /// What each core did of it; nil unless several did.
    public var cores: [CoreShare]?

    /// The part of one core.
    public struct CoreShare: Codable, Equatable, Sendable {
        /// The core's name.
        public var core: String
        public var calls: Int
        public var selfCycles: Int
        public var instructions: Int

        public init(core: String, calls: Int, selfCycles: Int, instructions: Int) {
            self.core = core
            self.calls = calls
            self.selfCycles = selfCycles
            self.instructions = instructions
        }
    }

    public init(
        name: String, address: UInt64, size: Int, file: String? = nil, line: Int? = nil, calls: Int,
        selfCycles: Int, inclusiveCycles: Int, minCycles: Int? = nil, maxCycles: Int? = nil, instructions: Int,
        causes: CauseVector, isInterruptHandler: Bool = false, cores: [CoreShare]? = nil
    ) {
        self.name = name
        self.address = address
        self.size = size
        self.file = file
        self.line = line
        self.calls = calls
        self.selfCycles = selfCycles
        self.inclusiveCycles = inclusiveCycles
        self.minCycles = minCycles
        self.maxCycles = maxCycles
        self.instructions = instructions
        self.causes = causes
        self.isInterruptHandler = isInterruptHandler
        self.cores = cores
    }

    /// Inclusive cycles per call; nil if it was never called.
    public var meanCycles: Double? { ratio(inclusiveCycles, calls) }
}
