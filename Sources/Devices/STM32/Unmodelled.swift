import Machine

/// A peripheral that the chip has and the simulator does not: its registers keep what is written to them and do nothing
/// else. Every register says so at its first touch.
public final class Unmodelled: Peripheral {
    public let name: String
    private let notices: Notices
    private var words: [UInt32: UInt32] = [:]

    public init(name: String, notices: Notices) {
        self.name = name
        self.notices = notices
    }

    public func reset() { words.removeAll() }

    public func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        tell(offset)
        return words[offset & ~3, default: 0] >> (8 * (offset & 3)) & width.mask
    }

    public func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        tell(offset)
        let shift = 8 * (offset & 3)
        let old = words[offset & ~3, default: 0]
        words[offset & ~3] = old.merging(value << shift, lanes: width.mask << shift)
    }

    private func tell(_ offset: UInt32) {
        notices.unmodelled("\(name) offset 0x\(String(offset & ~3, radix: 16))")
    }
}
