import Bits

/// What hangs on a chip select of an SPI controller.
public protocol SPIDevice: AnyObject {
    /// Its chip select became active; a new command begins.
    func select()

    /// Shifts `bits` bits in, the most significant first, and as many out. `lines` is the number of data lines that the
    /// frame uses: 1, 2, 4 or 8.
    /// - Returns: what it shifts out, in the low `bits` bits.
    func exchange(_ value: UInt32, bits: Int, lines: Int) -> UInt32

    /// Clock cycles without data, between an address and what is read there.
    func wait(clocks: Int)

    /// Its chip select became inactive.
    func deselect()
}

extension SPIDevice {
    public func wait(clocks: Int) {}
}

/// Cuts frames of any length into the bytes that a device thinks in.
struct SPIByteFramer {
    /// What came in and went out of the byte under way.
    private var received: UInt8 = 0
    private var sending: UInt8 = 0
    private var count = 0

    mutating func reset() {
        count = 0
    }

    /// - Parameters:
    ///   - next: the byte that the device puts out next, asked before its first bit.
    ///   - take: gives the device a byte that is complete.
    mutating func exchange(_ value: UInt32, bits: Int, next: () -> UInt8, take: (UInt8) -> Void) -> UInt32 {
        var result: UInt32 = 0
        var left = bits
        while left > 0 {
            if count == 0 { sending = next() }
            let step = min(left, 8 - count)
            left -= step
            let incoming = UInt8(truncatingIfNeeded: (value >> UInt32(left)) & ((1 << UInt32(step)) - 1))
            let outgoing = (sending << UInt8(count)) >> UInt8(8 - step)
            received = UInt8(truncatingIfNeeded: UInt32(received) << UInt32(step)) | incoming
            result = result << UInt32(step) | UInt32(outgoing)
            count += step
            if count == 8 {
                count = 0
                take(received)
            }
        }
        return result
    }
}
