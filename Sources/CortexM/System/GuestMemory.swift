import Machine
import Semihosting

/// The firmware's memory, as a semihosting call reaches it: with the firmware's own permissions.
struct GuestMemory: SemihostingGuest {
    private let processor: Processor

    init(_ processor: Processor) {
        self.processor = processor
    }

    let fieldSize: UInt64 = 4

    func field(at address: UInt64) throws(SemihostingError) -> UInt64 {
        guard address & 3 == 0 else { throw .invalidArgument }
        return UInt64(try read(address, .word))
    }

    func write(field value: UInt64, at address: UInt64) throws(SemihostingError) {
        guard address & 3 == 0 else { throw .invalidArgument }
        try write(address, UInt32(truncatingIfNeeded: value), .word)
    }

    func byte(at address: UInt64) throws(SemihostingError) -> UInt8 {
        UInt8(truncatingIfNeeded: try read(address, .byte))
    }

    func write(byte: UInt8, at address: UInt64) throws(SemihostingError) {
        try write(address, UInt32(byte), .byte)
    }

    private func read(_ address: UInt64, _ width: AccessWidth) throws(SemihostingError) -> UInt32 {
        do {
            return try processor.read(
                UInt32(truncatingIfNeeded: address), width, isPrivileged: processor.system.isPrivileged)
        } catch {
            throw .invalidArgument
        }
    }

    private func write(_ address: UInt64, _ value: UInt32, _ width: AccessWidth) throws(SemihostingError) {
        do {
            try processor.write(
                UInt32(truncatingIfNeeded: address), value, width, isPrivileged: processor.system.isPrivileged)
        } catch {
            throw .invalidArgument
        }
    }

    var seconds: Double { processor.chip.clock.seconds(at: processor.chip.clock.now) }

    func unmodelled(_ what: String) { processor.chip.notices.unmodelled(what) }
}
