import Machine

/// A part of the debug system that does nothing here: its registers keep what is written, so that start-up code which
/// reads them back goes on.
final class StoredRegisters: Peripheral {
    let name: String
    private let notices: Notices
    /// What registers hold after reset, by offset.
    private let initial: [UInt32: UInt32]
    private var words: [UInt32: UInt32]

    init(_ name: String, _ notices: Notices, initial: [UInt32: UInt32] = [:]) {
        self.name = name
        self.notices = notices
        self.initial = initial
        words = initial
    }

    func reset() {
        words = initial
    }

    func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        (words[offset & ~3] ?? 0) >> (8 * (offset & 3)) & width.mask
    }

    func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        notices.unmodelled("\(name), which keeps what is written and does nothing")
        let shift = 8 * (offset & 3)
        words[offset & ~3] = (words[offset & ~3] ?? 0).merging(value << shift, lanes: width.mask << shift)
    }
}
