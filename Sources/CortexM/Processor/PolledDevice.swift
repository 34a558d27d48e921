import Engine
import Machine

/// The device that was read last: a shorter way than the complete one, for firmware reads the same register again and
/// again while it waits.
struct PolledDevice {
    let base: UInt32
    let last: UInt32
    let peripheral: any Peripheral
}

extension Processor {
    /// An aligned load from that device, with all that the complete way does; `nil` for any other access.
    func loadPolled(
        _ address: UInt32, _ width: AccessWidth, _ block: Block.Pointer, _ i: Instruction.Pointer
    ) -> UInt64? {
        guard let base = polled?.base, let last = polled?.last, base <= address, address <= last,
            address & (width.rawValue &- 1) == 0
        else { return nil }
        return access(block, i) { () throws(MemoryFault) -> UInt32 in
            guard let device = polled?.peripheral else { return 0 }
            polling.deviceReads += 1
            let value: UInt32
            do throws(BusError) {
                value = try device.read(address - base, width)
            } catch {
                value = try ignored(.bus(address))
            }
            follow(slaveOfDevice(address), block, i)
            notePolling(address, value, isSteady: device.isSteady(address - base))
            return value
        }
    }

    /// The device at an address has been read: where nothing checks accesses it may be read without a second look.
    func remember(deviceAt address: UInt32) {
        polling.deviceReads += 1
        guard !system.checksProtection, !system.isPrivate(address),
            let (peripheral, range) = chip.bus.device(at: address), BitBand.target(of: range.upperBound) == nil
        else { return }
        polled = PolledDevice(base: range.lowerBound, last: range.upperBound, peripheral: peripheral)
    }
}
