/// The firmware that makes a semihosting call: its memory, with its own permissions, and its time. An access that it
/// may not make, or cannot make at that alignment, throws `invalidArgument`.
public protocol SemihostingGuest {
    /// Bytes of a field of a parameter block, which is as wide as a register: 4 or 8.
    var fieldSize: UInt64 { get }

    func field(at address: UInt64) throws(SemihostingError) -> UInt64

    /// Writes the low bits of `value`, as many as a field has.
    func write(field value: UInt64, at address: UInt64) throws(SemihostingError)

    func byte(at address: UInt64) throws(SemihostingError) -> UInt8

    func write(byte: UInt8, at address: UInt64) throws(SemihostingError)

    /// Simulated seconds since reset.
    var seconds: Double { get }

    /// Says once that something is not modelled.
    func unmodelled(_ what: String)
}

extension SemihostingGuest {
    func fields(_ count: Int, at address: UInt64) throws(SemihostingError) -> [UInt64] {
        var fields: [UInt64] = []
        for index in 0..<count { fields.append(try field(at: address &+ fieldSize &* UInt64(index))) }
        return fields
    }

    func bytes(_ count: Int, at address: UInt64) throws(SemihostingError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, Semihosting.transferLimit))
        for index in 0..<count { bytes.append(try byte(at: address &+ UInt64(index))) }
        return bytes
    }

    /// The bytes in front of the next zero.
    func terminated(_ address: UInt64) throws(SemihostingError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < Semihosting.transferLimit {
            let byte = try byte(at: address &+ UInt64(bytes.count))
            if byte == 0 { return bytes }
            bytes.append(byte)
        }
        return bytes
    }

    /// A string of known length.
    func string(_ address: UInt64, _ count: UInt64) throws(SemihostingError) -> String {
        guard count < 4096 else { throw .invalidArgument }
        return String(decoding: try bytes(Int(count), at: address), as: UTF8.self)
    }

    func write(_ bytes: [UInt8], to address: UInt64) throws(SemihostingError) {
        for (index, byte) in bytes.enumerated() { try write(byte: byte, at: address &+ UInt64(index)) }
    }

    // MARK: Simulated time

    /// Units since reset, of which `unitsPerSecond` make a second.
    func time(in unitsPerSecond: Double) -> UInt64 { UInt64(exactly: (seconds * unitsPerSecond).rounded(.down)) ?? 0 }
}
