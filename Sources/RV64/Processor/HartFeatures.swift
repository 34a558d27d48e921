/// What a chip's designer chose about its harts, beside the privileged architecture.
public struct HartFeatures: Sendable {
    public var privileged: PrivilegedFeatures
    /// Where execution begins after a reset.
    public var resetAddress: UInt32
    /// Whether the bus has 32 address lines and the harts more, so that the upper bits of a data address are ignored;
    /// otherwise nothing answers beyond 4 GiB. Instructions are fetched from the lower 4 GiB in any case.
    public var ignoresHighAddressBits: Bool

    public init(privileged: PrivilegedFeatures, resetAddress: UInt32, ignoresHighAddressBits: Bool) {
        self.privileged = privileged
        self.resetAddress = resetAddress
        self.ignoresHighAddressBits = ignoresHighAddressBits
    }
}
