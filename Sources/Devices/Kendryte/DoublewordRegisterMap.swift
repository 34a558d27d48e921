import Machine

/// A peripheral whose registers are 64 bits wide, at multiples of eight: the DMA controller and the FFT. Each half can
/// be reached as a word of 32 bits, too.
public protocol DoublewordRegisterMap: Peripheral {
    associatedtype Register: RawRepresentable<UInt32>

    var notices: Notices { get }

    /// The value of a register, with the side effects that reading has on the chip.
    func read(_ register: Register) -> UInt64

    /// Writes a register. `lanes` has ones in the bytes that the access carries; `value` is zero in the others.
    func write(_ register: Register, _ value: UInt64, lanes: UInt64)
}

extension DoublewordRegisterMap {
    public func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        guard let register = register(at: offset) else { return 0 }
        return UInt32(truncatingIfNeeded: read(register) >> UInt64(8 * (offset & 7))) & width.mask
    }

    public func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard let register = register(at: offset) else { return }
        let shift = UInt64(8 * (offset & 7))
        write(register, UInt64(value & width.mask) << shift, lanes: UInt64(width.mask) << shift)
    }

    public func readDoubleword(_ offset: UInt32) throws(BusError) -> UInt64 {
        guard let register = register(at: offset) else { return 0 }
        return read(register)
    }

    public func writeDoubleword(_ offset: UInt32, _ value: UInt64) throws(BusError) {
        guard let register = register(at: offset) else { return }
        write(register, value, lanes: .max)
    }

    private func register(at offset: UInt32) -> Register? {
        let register = Register(rawValue: offset & ~7)
        if register == nil { notices.unmodelled("\(name) offset 0x\(String(offset & ~7, radix: 16))") }
        return register
    }
}

extension UInt64 {
    /// This register after a write that carries only `lanes`.
    func merging(_ value: UInt64, lanes: UInt64) -> UInt64 {
        (self & ~lanes) | (value & lanes)
    }
}
