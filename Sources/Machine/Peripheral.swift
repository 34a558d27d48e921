/// How wide a bus access is, in bytes.
public enum AccessWidth: UInt32, Sendable {
    case byte = 1
    case halfword = 2
    case word = 4

    /// The bits that an access of this width carries.
    @inlinable
    public var mask: UInt32 { self == .word ? .max : (1 << (8 * rawValue)) - 1 }
}

/// Something with registers on the bus.
public protocol Peripheral: AnyObject {
    /// Its name in the reference manual, such as `USART2`.
    var name: String { get }

    /// Reads at `offset` from the base; the access is aligned to its width and does not cross a word.
    func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32

    /// Writes at `offset` from the base; `value` has no bits beyond the width.
    func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError)

    /// Reads 64 bits at a multiple of eight.
    func readDoubleword(_ offset: UInt32) throws(BusError) -> UInt64

    /// Writes 64 bits at a multiple of eight.
    func writeDoubleword(_ offset: UInt32, _ value: UInt64) throws(BusError)

    /// Whether the register at `offset` stays as it is until an event happens or somebody writes to the chip, and
    /// reading it again changes nothing.
    func isSteady(_ offset: UInt32) -> Bool

    /// Puts every register into the state after a reset of the chip.
    func reset()
}

extension Peripheral {
    public func isSteady(_ offset: UInt32) -> Bool { false }
}

// A peripheral with 32-bit registers is reached through a bridge that cuts the access in two, low word first.
extension Peripheral {
    public func readDoubleword(_ offset: UInt32) throws(BusError) -> UInt64 {
        let low = try read(offset, .word)
        return UInt64(low) | UInt64(try read(offset + 4, .word)) << 32
    }

    public func writeDoubleword(_ offset: UInt32, _ value: UInt64) throws(BusError) {
        try write(offset, UInt32(truncatingIfNeeded: value), .word)
        try write(offset + 4, UInt32(truncatingIfNeeded: value >> 32), .word)
    }
}

/// A peripheral drawn as the manual draws it: 32-bit registers with names, at multiples of four.
///
/// The conformer answers for whole registers with an exhaustive switch; narrower accesses and offsets that the manual
/// leaves out are handled here.
public protocol RegisterMap: Peripheral {
    associatedtype Register: RawRepresentable<UInt32>

    var notices: Notices { get }

    /// The value of a register, with the side effects that reading has on the chip.
    func read(_ register: Register) -> UInt32

    /// Writes a register. `lanes` has ones in the bytes that the access carries; `value` is zero in the others.
    func write(_ register: Register, _ value: UInt32, lanes: UInt32)
}

// Inlinable, so that each peripheral gets a version of its own: firmware polls registers by the million.
extension RegisterMap {
    @inlinable
    public func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        guard let register = Register(rawValue: offset & ~3) else {
            notices.unmodelled("\(name) offset 0x\(String(offset & ~3, radix: 16))")
            return 0
        }
        return read(register) >> (8 * (offset & 3)) & width.mask
    }

    @inlinable
    public func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard let register = Register(rawValue: offset & ~3) else {
            notices.unmodelled("\(name) offset 0x\(String(offset & ~3, radix: 16))")
            return
        }
        let shift = 8 * (offset & 3)
        write(register, value << shift, lanes: width.mask << shift)
    }
}

extension UInt32 {
    /// This register after a write that carries only `lanes`.
    @inlinable
    public func merging(_ value: UInt32, lanes: UInt32) -> UInt32 {
        (self & ~lanes) | (value & lanes)
    }
}
