import Machine

/// A peripheral whose registers show the cycle of the access, and that does what it is told some cycles later:
/// interrupts, or writes to memory as another bus master does.
public final class TimedDevice: Peripheral {
    public let name = "TIMED"
    /// Offsets of the registers; what is read anywhere is the cycle.
    public enum Register {
        /// Bits 9...0: in how many cycles; bits 13...12: which interrupt.
        public static let interrupt: UInt32 = 0x04
        public static let address: UInt32 = 0x08
        public static let data: UInt32 = 0x0C
        /// In how many cycles the data are written to the address.
        public static let write: UInt32 = 0x10
        /// Accesses fail.
        public static let refused: UInt32 = 0x14
        /// For how many cycles it keeps other masters from the memory.
        public static let hold: UInt32 = 0x18
        /// Changes how a memory is accessed.
        public static let tune: UInt32 = 0x1C
        public static let size: UInt32 = 0x400
    }

    /// All accesses so far, with their cycles, in one number.
    public private(set) var digest: UInt64 = 0
    public var onInterrupt: (Int) -> Void = { _ in }
    public var onHold: (Cycles) -> Void = { _ in }
    public var onTune: (UInt32) -> Void = { _ in }
    private unowned let chip: Chip
    private var address: UInt32 = 0
    private var data: UInt32 = 0

    public init(_ chip: Chip) { self.chip = chip }

    private func note(_ offset: UInt32, _ value: UInt32) {
        let now = UInt64(truncatingIfNeeded: chip.clock.now)
        digest = (digest ^ now ^ UInt64(offset) << 32 ^ UInt64(value) << 8) &* 0x100_0000_01B3
    }

    public func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        note(offset, 1)
        guard offset & ~3 != Register.refused else { throw .refused }
        return UInt32(truncatingIfNeeded: chip.clock.now) >> (8 * (offset & 3)) & width.mask
    }

    public func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        note(offset, value)
        switch offset {
        case Register.interrupt:
            chip.after(Int(value & 0x3FF)) { [unowned self] _ in
                let number = Int(value >> 12 & 3)
                // It is said where the core was.
                chip.notices.misuse("\(name) interrupt \(number)")
                onInterrupt(number)
            }
        case Register.address: address = value & ~3
        case Register.data: data = value
        case Register.write:
            let (address, data) = (address, data)
            chip.after(Int(value & 0x3FF)) { [unowned self] _ in
                do throws(BusError) {
                    try chip.bus.write(address, data, .word)
                } catch {
                    note(address, 2)
                }
            }
        case Register.refused: throw .refused
        case Register.hold: onHold(Int(value & 0xFF))
        case Register.tune: onTune(value)
        default: break
        }
    }

    public func reset() {}
}
