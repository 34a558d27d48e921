import Bits
import Machine

/// The power controller of the STM32F405/407 (RM0090 5.4). Supply and regulators are always fine here: VOSRDY and BRR
/// follow at once, and the voltage detector never finds VDD low.
public final class PWR: RegisterMap {
    public enum Register: UInt32 {
        case CR = 0x00, CSR = 0x04
    }

    public let name: String
    public let notices: Notices
    private var CR = PWR.resetCR
    private var CSR: UInt32 = 0

    public init(name: String = "PWR", notices: Notices) {
        self.name = name
        self.notices = notices
    }

    /// VOS selects scale 1 (5.4.1).
    private static let resetCR: UInt32 = 1 << 14

    /// DBP: RCC_BDCR, RTC registers and backup SRAM can be written.
    public var isBackupDomainWritable: Bool { CR.bit(8) }

    public func reset() {
        CR = PWR.resetCR
        // WUF, SBF and the backup regulator survive a system reset (5.4.3).
        CSR &= 0x203
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .CR: CR
        case .CSR: CSR | 1 << 14 | (CSR.bit(9) ? 1 << 3 : 0)
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .CR:
            let new = CR.merging(value, lanes: lanes)
            // CWUF and CSBF clear their flags and read as zero.
            if new.bit(2) { CSR &= ~1 }
            if new.bit(3) { CSR &= ~2 }
            CR = new & 0x43F3
            note(new, of: .CR, unmodelled: [(4, "PVDE")])
        case .CSR:
            CSR = CSR & 3 | CSR.merging(value, lanes: lanes) & 0x300
            note(CSR, of: .CSR, unmodelled: [(8, "EWUP")])
        }
    }
}
