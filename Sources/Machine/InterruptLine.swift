/// A wire from a peripheral to an interrupt controller. The peripheral drives its level; what the controller makes of
/// it (level or edge, pending, priority) is the controller's business.
public final class InterruptLine {
    public private(set) var level = false
    private let sink: (Bool) -> Void

    /// - Parameter sink: called with the new level, only when it changes.
    public init(_ sink: @escaping (Bool) -> Void) {
        self.sink = sink
    }

    public func set(_ newLevel: Bool) {
        guard newLevel != level else { return }
        level = newLevel
        sink(newLevel)
    }

    /// A line that leads nowhere, for peripherals whose interrupt the chip does not connect.
    public static var unconnected: InterruptLine { InterruptLine { _ in } }
}
