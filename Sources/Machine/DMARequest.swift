/// The wire by which a peripheral asks a DMA controller for a transfer. It stays asserted until the peripheral withdraws
/// it (a data register was read or written) or the controller acknowledges it.
public final class DMARequest {
    /// As in the chip's manual: `USART2_TX`, `SSI3_RX`.
    public let name: String
    public private(set) var isAsserted = false
    /// Told when it becomes asserted; set by the DMA controller.
    public var onAssert: () -> Void = {}

    public init(_ name: String) {
        self.name = name
    }

    public func set(_ wanted: Bool) {
        guard wanted != isAsserted else { return }
        isAsserted = wanted
        if wanted { onAssert() }
    }

    /// Called by the controller when it has served the request. A request that is a level (a USART's) stays as it is; one
    /// that is an event (a timer's) is over.
    public var acknowledge: () -> Void = {}
}
