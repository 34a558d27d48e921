import Machine

/// The MCU debug component (RM0090 38.6.1 and 38.16): who the chip is. What its other registers freeze is frozen only
/// while a debugger halts the core, and then nothing moves here anyway.
public final class DBGMCU: RegisterMap {
    public enum Register: UInt32 {
        case IDCODE = 0x00, CR = 0x04, APB1_FZ = 0x08, APB2_FZ = 0x0C
    }

    public let name: String
    public let notices: Notices
    private let identity: UInt32
    private var CR: UInt32 = 0
    private var freezes: (APB1: UInt32, APB2: UInt32) = (0, 0)

    /// - Parameter identity: `IDCODE`. 0x10016413 is an STM32F405/407 of revision Z: DEV_ID 0x413, REV_ID 0x1001, and
    ///   6 in the reserved bits, as the silicon reads.
    public init(name: String = "DBGMCU", notices: Notices, identity: UInt32 = 0x1001_6413) {
        self.name = name
        self.notices = notices
        self.identity = identity
    }

    /// These registers are reset by power-on, not by a system reset.
    public func reset() {}

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .IDCODE: identity
        case .CR: CR
        case .APB1_FZ: freezes.APB1
        case .APB2_FZ: freezes.APB2
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .IDCODE: break
        case .CR: CR = CR.merging(value, lanes: lanes) & 0xE7
        case .APB1_FZ: freezes.APB1 = freezes.APB1.merging(value, lanes: lanes) & 0x06E0_1DFF
        case .APB2_FZ: freezes.APB2 = freezes.APB2.merging(value, lanes: lanes) & 0x0007_0003
        }
    }
}
