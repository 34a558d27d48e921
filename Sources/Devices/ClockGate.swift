import Machine

/// What stands between the bus and a peripheral whose clock firmware can stop. It says so once when the peripheral is
/// touched while its clock is off.
public final class ClockGate: Peripheral {
    /// What a peripheral does while its clock is off.
    public enum Stopped: Sendable {
        /// It reads as zero and ignores writes.
        case isDeaf
        /// It answers all the same, because nothing public says what silicon does.
        case answers
    }

    public let peripheral: any Peripheral
    private let stopped: Stopped
    private let isClocked: () -> Bool
    private let notices: Notices

    /// - Parameters:
    ///   - stopped: what it does while its clock is off.
    ///   - isClocked: whether its clock runs at the moment.
    public init(
        _ peripheral: any Peripheral, stopped: Stopped, notices: Notices, isClocked: @escaping () -> Bool
    ) {
        self.peripheral = peripheral
        self.stopped = stopped
        self.notices = notices
        self.isClocked = isClocked
    }

    public var name: String { peripheral.name }

    public func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        guard isOpen else { return 0 }
        return try peripheral.read(offset, width)
    }

    public func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard isOpen else { return }
        try peripheral.write(offset, value, width)
    }

    public func readDoubleword(_ offset: UInt32) throws(BusError) -> UInt64 {
        guard isOpen else { return 0 }
        return try peripheral.readDoubleword(offset)
    }

    public func writeDoubleword(_ offset: UInt32, _ value: UInt64) throws(BusError) {
        guard isOpen else { return }
        try peripheral.writeDoubleword(offset, value)
    }

    public func isSteady(_ offset: UInt32) -> Bool { isClocked() && peripheral.isSteady(offset) }

    public func reset() { peripheral.reset() }

    private var isOpen: Bool {
        if isClocked() { return true }
        notices.misuse("\(name) touched while its clock is off")
        return stopped == .answers
    }
}
