/// One layer of a network, over all its invocations.
public struct LayerProfile: Codable, Equatable, Sendable {
    /// How the layer was recognised.
    public enum Discovery: String, Codable, Sendable, CaseIterable {
        /// A marker call in the firmware.
        case marker
        /// The profiler hooks of the network's runtime.
        case runtimeHook
        /// Entry and exit of a kernel function known by name.
        case kernelName
        /// A layer command of the KPU.
        case kpu
    }

    /// The position in the network, from 0.
    public var index: Int
    public var name: String
    public var invocations: Int
    public var discovery: Discovery
    /// Cycles of the layer itself, without the interrupts that struck in its middle.
    public var cycles: Int
    /// Cycles of the interrupts that struck in its middle.
    public var interruptCycles: Int
    /// The time of `cycles` at the frequency of that moment.
    public var seconds: Double
    /// The core clock when the layer ended last.
    public var clockHz: Double
    public var instructions: Int
    /// Multiply-accumulates of all invocations; nil where the shapes are not known.
    public var macs: Int?
    /// Sum to `cycles`, unless an accelerator did it.
    public var causes: CauseVector
    /// Bytes of RAM read or written at least once; nil where unknown, as are the two below.
    public var ramTouchedBytes: Int?
    /// Bytes of flash read as data at least once.
    public var flashReadBytes: Int?
    public var stackPeakBytes: Int?
    /// The core that ran it, by name; nil for a chip with one core, and for the layers of an accelerator.
    public var core: String?
    /// What an accelerator did; such a layer has no instructions and no causes, and `cycles` are what passed on the
    /// core's clock meanwhile.
    public var accelerator: AcceleratorProfile?

    public init(
        index: Int, name: String, invocations: Int, discovery: Discovery, cycles: Int, interruptCycles: Int = 0,
        seconds: Double, clockHz: Double, instructions: Int, macs: Int? = nil, causes: CauseVector,
        ramTouchedBytes: Int? = nil, flashReadBytes: Int? = nil, stackPeakBytes: Int? = nil,
        core: String? = nil, accelerator: AcceleratorProfile? = nil
    ) {
        self.index = index
        self.name = name
        self.invocations = invocations
        self.discovery = discovery
        self.cycles = cycles
        self.interruptCycles = interruptCycles
        self.seconds = seconds
        self.clockHz = clockHz
        self.instructions = instructions
        self.macs = macs
        self.causes = causes
        self.ramTouchedBytes = ramTouchedBytes
        self.flashReadBytes = flashReadBytes
        self.stackPeakBytes = stackPeakBytes
        self.core = core
        self.accelerator = accelerator
    }

    /// The layer's part of `total` cycles, 0...1; nil if there are none.
    public func share(of total: Int) -> Double? { ratio(cycles, total) }

    /// nil where the multiply-accumulates are unknown or none.
    public var cyclesPerMAC: Double? { macs.flatMap { ratio(cycles, $0) } }
}
