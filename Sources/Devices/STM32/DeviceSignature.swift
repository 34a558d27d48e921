import Machine

/// The device electronic signature in system memory, from 0x1FFF7A10 on (RM0090 chapter 39), with the calibration
/// values that the datasheet puts beside it (DS8626, temperature sensor and reference voltage
/// calibration values). Read-only.
public final class DeviceSignature: Peripheral {
    public let name: String
    private let words: [UInt32]

    /// - Parameters:
    ///   - identifier: the 96-bit unique device identifier, low word first.
    ///   - flashKilobytes: the size of the flash as `F_SIZE` tells it.
    public init(
        name: String = "SIGNATURE", identifier: (UInt32, UInt32, UInt32) = (0x0032_0031, 0x3247_3130, 0x3431_3934),
        flashKilobytes: UInt16 = 1024
    ) {
        self.name = name
        // UID at +0x00, F_SIZE at +0x12, VREFIN_CAL at +0x1A, TS_CAL1 at +0x1C, TS_CAL2 at +0x1E. The calibration
        // words are those of a part exactly as the datasheet's typical values: 1.21 V, 0.76 V and 0.96 V of 3.3 V.
        words = [
            identifier.0, identifier.1, identifier.2, .max, UInt32(flashKilobytes) << 16 | 0xFFFF, .max,
            1502 << 16 | 0xFFFF, 1191 << 16 | 943,
        ]
    }

    public func reset() {}

    public func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        let index = Int(offset / 4)
        guard index < words.count else { return width.mask }
        return words[index] >> (8 * (offset & 3)) & width.mask
    }

    public func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        throw .readOnly
    }
}
