import Machine

/// The firmware's memory, as a semihosting call reaches it: with the firmware's own permissions.
struct GuestMemory {
    private let processor: Processor

    init(_ processor: Processor) {
        self.processor = processor
    }

    private var isPrivileged: Bool { processor.system.isPrivileged }

    func words(_ count: Int, at address: UInt32) throws(MemoryFault) -> [UInt32] {
        guard count == 0 || address & 3 == 0 else { throw .unaligned(address) }
        var words: [UInt32] = []
        for index in 0..<count {
            words.append(try processor.read(address &+ 4 &* UInt32(index), .word, isPrivileged: isPrivileged))
        }
        return words
    }

    func bytes(_ count: Int, at address: UInt32) throws(MemoryFault) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, Semihosting.transferLimit))
        for index in 0..<count { bytes.append(try byte(address &+ UInt32(index))) }
        return bytes
    }

    private func byte(_ address: UInt32) throws(MemoryFault) -> UInt8 {
        UInt8(truncatingIfNeeded: try processor.read(address, .byte, isPrivileged: isPrivileged))
    }

    /// The bytes in front of the next zero.
    func terminated(_ address: UInt32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < Semihosting.transferLimit {
            let byte = try byte(address &+ UInt32(bytes.count))
            if byte == 0 { return bytes }
            bytes.append(byte)
        }
        return bytes
    }

    /// A string of known length.
    func string(_ address: UInt32, _ count: UInt32) throws -> String {
        guard count < 4096 else { throw SemihostingError.invalidArgument }
        return String(decoding: try bytes(Int(count), at: address), as: UTF8.self)
    }

    func write(_ value: UInt32, to address: UInt32) throws(MemoryFault) {
        guard address & 3 == 0 else { throw .unaligned(address) }
        try processor.write(address, value, .word, isPrivileged: isPrivileged)
    }

    func write(_ bytes: [UInt8], to address: UInt32) throws(MemoryFault) {
        for (index, byte) in bytes.enumerated() {
            try processor.write(address &+ UInt32(index), UInt32(byte), .byte, isPrivileged: isPrivileged)
        }
    }

    // MARK: Simulated time

    private var seconds: Double { processor.chip.clock.seconds(at: processor.chip.clock.now) }

    /// Units since reset, of which `unitsPerSecond` make a second.
    func time(in unitsPerSecond: Double) -> UInt32 { UInt32(truncatingIfNeeded: ticks(unitsPerSecond)) }

    func ticks(_ frequency: Double) -> Int { Int(exactly: (seconds * frequency).rounded(.down)) ?? 0 }
}
