import Bits
import Machine

/// The debug registers of the core. DDI 0403E.e C1.6.
///
/// A run that answers semihosting is a debugger to the firmware: C_DEBUGEN reads as one.
final class CoreDebug: RegisterMap {
    /// Offsets from 0xE000EDF0.
    enum Register: UInt32 {
        case DHCSR = 0x0, DCRSR = 0x4, DCRDR = 0x8, DEMCR = 0xC
    }

    let name = "CoreDebug"
    private unowned let processor: Processor
    private unowned let dwt: DWT
    private var transfer: UInt32 = 0
    var notices: Notices { processor.chip.notices }

    init(_ processor: Processor, _ dwt: DWT) {
        self.processor = processor
        self.dwt = dwt
    }

    func reset() {
        transfer = 0
        dwt.followEnables()
    }

    func read(_ register: Register) -> UInt32 {
        switch register {
        // S_REGRDY, and C_DEBUGEN.
        case .DHCSR: processor.system.semihosting == nil ? 1 << 16 : 1 << 16 | 1
        case .DCRSR: 0
        case .DCRDR: transfer
        case .DEMCR: processor.system.demcr
        }
    }

    func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        // Software on the core cannot enable halting debug. DDI 0403E.e C1.6.2.
        case .DHCSR: break
        case .DCRSR: notices.unmodelled("DCRSR")
        case .DCRDR: transfer = transfer.merging(value, lanes: lanes)
        case .DEMCR:
            let system = processor.system
            system.demcr = system.demcr.merging(value, lanes: lanes) & 0x010F_07F1
            system.enabled[Exception.debugMonitor] = processor.features.isMainline && system.demcr.bit(16)
            if system.demcr.bit(17) { processor.pend(Exception.debugMonitor) }
            if system.demcr & 0x7F1 != 0 { notices.unmodelled("vector catch in DEMCR") }
            dwt.followEnables()
        }
    }
}
