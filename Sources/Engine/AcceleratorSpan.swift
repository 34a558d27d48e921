import Machine
import Profile

/// A layer that an accelerator carried out, as the chip tells it when it is over.
public struct AcceleratorSpan {
    /// From taking the command up to the last byte of the result, on the core's clock.
    public var start: Cycles
    public var end: Cycles
    /// What is the same whenever this layer runs, and else not: the address of its weights.
    public var identity: UInt64
    public var macs: Int
    public var details: AcceleratorProfile
    /// The accelerator's memory that it read and wrote: addresses on the bus.
    public var touched: [Range<UInt32>]

    public init(
        start: Cycles, end: Cycles, identity: UInt64, macs: Int, details: AcceleratorProfile, touched: [Range<UInt32>]
    ) {
        self.start = start
        self.end = end
        self.identity = identity
        self.macs = macs
        self.details = details
        self.touched = touched
    }
}
