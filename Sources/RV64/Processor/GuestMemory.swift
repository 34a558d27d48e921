import Machine
import Semihosting

/// The firmware's memory, as a semihosting call reaches it.
struct GuestMemory: SemihostingGuest {
    private let hart: Hart

    init(_ hart: Hart) { self.hart = hart }

    var fieldSize: UInt64 { 8 }
    var seconds: Double { hart.chip.clock.seconds(at: hart.chip.clock.now) }

    func unmodelled(_ what: String) { hart.chip.notices.unmodelled(what) }

    func field(at address: UInt64) throws(SemihostingError) -> UInt64 {
        do throws(BusError) { return try hart.read(try place(address, 8), 8) } catch { throw .invalidArgument }
    }

    func write(field value: UInt64, at address: UInt64) throws(SemihostingError) {
        do throws(BusError) { try hart.write(try place(address, 8), value, 8) } catch { throw .invalidArgument }
    }

    func byte(at address: UInt64) throws(SemihostingError) -> UInt8 {
        do throws(BusError) {
            return UInt8(truncatingIfNeeded: try hart.read(try place(address, 1), 1))
        } catch {
            throw .invalidArgument
        }
    }

    func write(byte: UInt8, at address: UInt64) throws(SemihostingError) {
        do throws(BusError) { try hart.write(try place(address, 1), UInt64(byte), 1) } catch { throw .invalidArgument }
    }

    /// Memory, and nothing that a read would change.
    private func place(_ address: UInt64, _ width: UInt64) throws(BusError) -> UInt32 {
        guard address >> 32 == 0, address & (width - 1) == 0,
            chip.bus.memory(at: UInt32(truncatingIfNeeded: address)) != nil
        else { throw .nothingThere }
        return UInt32(truncatingIfNeeded: address)
    }

    private var chip: Chip { hart.chip }
}
