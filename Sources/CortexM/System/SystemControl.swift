import Bits
import Machine

/// ICTR and ACTLR. DDI 0403E.e B3.2.1, B3.4.1; DDI 0439 4.2.
final class SystemControl: RegisterMap {
    /// Offsets from 0xE000E000.
    enum Register: UInt32 {
        case ICTR = 0x4, ACTLR = 0x8
    }

    let name = "System control"
    private unowned let processor: Processor
    var notices: Notices { processor.chip.notices }

    init(_ processor: Processor) {
        self.processor = processor
    }

    // What the registers show is the core's state, which the core resets.
    func reset() {}

    func read(_ register: Register) -> UInt32 {
        switch register {
        case .ICTR: UInt32((processor.features.interruptCount + 31) / 32 - 1)
        case .ACTLR: processor.system.actlr
        }
    }

    func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .ICTR: break
        case .ACTLR:
            processor.system.actlr = processor.system.actlr.merging(value, lanes: lanes) & 0x0000_0307
            // DISMCYCINT, DISFOLD, DISFPCA and DISOOFP change times that are not modelled.
            if value & 0x305 != 0 { notices.unmodelled("ACTLR bits other than DISDEFWBUF") }
        }
    }
}
