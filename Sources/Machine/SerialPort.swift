/// The far end of a serial line: where the bytes go that a UART sends, and where those come from that it receives.
public final class SerialPort {
    /// Takes each byte as its last bit has left the pin.
    public var transmit: (UInt8) -> Void = { _ in }
    private var incoming: [UInt8] = []
    private var position = 0

    /// Told when there is something to receive; set by the UART.
    public var onInput: () -> Void = {}

    public init() {}

    /// Bytes for the firmware to receive, sent as fast as the line's baud rate carries them.
    public func send(_ bytes: [UInt8]) {
        incoming += bytes
        onInput()
    }

    public var hasInput: Bool { position < incoming.count }

    /// Takes the next byte off the line.
    public func takeInput() -> UInt8? {
        guard hasInput else { return nil }
        defer { position += 1 }
        return incoming[position]
    }
}
