import Bits
import Machine

/// STIR, and the registers of the FP extension in the system control space. DDI 0403E.e B3.2.21 to B3.2.26, B3.4.10.
final class FPControl: RegisterMap {
    /// Offsets from 0xE000EF00.
    enum Register: UInt32 {
        case STIR = 0x00
        case FPCCR = 0x34, FPCAR = 0x38, FPDSCR = 0x3C, MVFR0 = 0x40, MVFR1 = 0x44, MVFR2 = 0x48
    }

    let name = "STIR and FP"
    private unowned let processor: Processor
    private var system: SystemRegisters { processor.system }
    var notices: Notices { processor.chip.notices }

    init(_ processor: Processor) {
        self.processor = processor
    }

    // What the registers show is the core's state, which the core resets.
    func reset() {}

    func read(_ register: Register) -> UInt32 {
        guard processor.features.hasFPU else { return 0 }
        return switch register {
        case .STIR, .MVFR2: 0
        case .FPCCR: system.fp.fpccr
        case .FPCAR: system.fp.fpcar
        case .FPDSCR: system.fp.fpdscr
        // DDI 0439 table 7-1.
        case .MVFR0: 0x1011_0021
        case .MVFR1: 0x1100_0011
        }
    }

    func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        if register == .STIR {
            let number = Exception.interrupt0 + Int(value & 0x1FF)
            if processor.features.isMainline, system.isInterrupt(number) { processor.pend(number) }
            return
        }
        guard processor.features.hasFPU else { return }
        switch register {
        case .STIR, .MVFR0, .MVFR1, .MVFR2: break
        case .FPCCR:
            system.fp.fpccr = system.fp.fpccr.merging(value, lanes: lanes) & 0xC000_017B
            processor.updateFPGate()
            processor.leaveBlockSoon()
        case .FPCAR: system.fp.fpcar = system.fp.fpcar.merging(value, lanes: lanes) & ~7
        case .FPDSCR: system.fp.fpdscr = system.fp.fpdscr.merging(value, lanes: lanes) & 0x07C0_0000
        }
    }
}

extension Processor {
    /// Has the code behind the current instruction entered as a new block, because what a block looks at only once
    /// has changed.
    func leaveBlockSoon() {
        hasStaleCode = true
        state.pointee.wantsAttention = true
    }
}
