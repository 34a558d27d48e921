import Bits
import Machine

/// The Instrumentation Trace Macrocell: what firmware writes to a stimulus port goes to that port's listener.
/// DDI 0403E.e C1.7.
final class ITM: Peripheral {
    let name = "ITM"
    private unowned let processor: Processor
    private var enables: UInt32 = 0
    private var privilege: UInt32 = 0
    private var control: UInt32 = 0

    init(_ processor: Processor) {
        self.processor = processor
    }

    func reset() {
        enables = 0
        privilege = 0
        control = 0
    }

    /// Offsets from 0xE0000000, behind the 32 stimulus ports.
    private enum Register: UInt32 {
        case TER = 0xE00, TPR = 0xE40, TCR = 0xE80, LAR = 0xFB0, LSR = 0xFB4
    }

    func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        // FIFOREADY: the port always takes another value.
        if offset < 0x80 { return isEnabled(offset >> 2) ? 1 : 0 }
        let value: UInt32 =
            switch Register(rawValue: offset & ~3) {
            case .TER: enables
            case .TPR: privilege
            case .TCR: control
            case .LSR: 1
            case .LAR: 0
            case nil: unmodelled(offset)
            }
        return value >> (8 * (offset & 3)) & width.mask
    }

    func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard offset >= 0x80 else { return send(value, width, to: offset >> 2) }
        let shift = 8 * (offset & 3)
        let (lanes, value) = (width.mask << shift, value << shift)
        switch Register(rawValue: offset & ~3) {
        case .TER: enables = enables.merging(value, lanes: lanes)
        case .TPR: privilege = privilege.merging(value, lanes: lanes) & 0xF
        case .TCR: control = control.merging(value, lanes: lanes) & 0x007F_0F1F
        // The core may always write; nothing is locked.
        case .LAR, .LSR: break
        case nil: unmodelled(offset)
        }
    }

    private func isEnabled(_ port: UInt32) -> Bool {
        processor.system.demcr.bit(24) && control.bit(0) && enables.bit(Int(port))
    }

    private func send(_ value: UInt32, _ width: AccessWidth, to port: UInt32) {
        // Unprivileged code may use the ports whose group of eight TPR opens; others ignore it.
        guard isEnabled(port), processor.system.isPrivileged || !privilege.bit(Int(port >> 3)) else { return }
        guard let listener = processor.system.stimulusPorts[Int(port)] else { return }
        for byte in 0..<width.rawValue { listener.transmit(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }

    @discardableResult
    private func unmodelled(_ offset: UInt32) -> UInt32 {
        processor.chip.notices.unmodelled("ITM offset \(hex(offset & ~3))")
        return 0
    }
}
