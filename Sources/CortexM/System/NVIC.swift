import Bits
import Machine

/// The Nested Vectored Interrupt Controller. DDI 0403E.e B3.4.
final class NVIC: Peripheral {
    let name = "NVIC"
    private unowned let processor: Processor
    private var system: SystemRegisters { processor.system }

    init(_ processor: Processor) {
        self.processor = processor
    }

    // What the registers show is the core's state, which the core resets.
    func reset() {}

    /// The banks of registers, by offset from 0xE000E100: a bit for each interrupt, or a byte.
    private enum Bank {
        case ISER, ICER, ISPR, ICPR, IABR, IPR

        init?(_ offset: UInt32) {
            switch offset {
            case 0x000..<0x080: self = .ISER
            case 0x080..<0x100: self = .ICER
            case 0x100..<0x180: self = .ISPR
            case 0x180..<0x200: self = .ICPR
            case 0x200..<0x280: self = .IABR
            case 0x300..<0x400: self = .IPR
            default: return nil
            }
        }
    }

    func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        guard let bank = Bank(offset) else { return unmodelled(offset) }
        let shift = 8 * (offset & 3)
        let word = offset & ~3
        let value: UInt32 =
            switch bank {
            case .ISER, .ICER: system.enabled.bits(from: first(word))
            case .ISPR, .ICPR: system.pending.bits(from: first(word))
            case .IABR: system.active.bits(from: first(word))
            case .IPR: (0..<4).reduce(0) { $0 | priority(word - 0x300 + $1) << (8 * $1) }
            }
        return value >> shift & width.mask
    }

    func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard let bank = Bank(offset) else {
            unmodelled(offset)
            return
        }
        let bits = value << (8 * (offset & 3))
        switch bank {
        case .ISER: forEach(bits, offset) { system.enabled[$0] = true }
        case .ICER: forEach(bits, offset) { system.enabled[$0] = false }
        case .ISPR: forEach(bits, offset) { processor.pend($0) }
        case .ICPR: forEach(bits, offset) { processor.unpend($0) }
        case .IABR: break
        case .IPR:
            for byte in 0..<width.rawValue {
                setPriority(offset - 0x300 + byte, UInt8(truncatingIfNeeded: value >> (8 * byte)))
            }
        }
        processor.recheckPriority()
    }

    /// The exception of bit 0 of a word.
    private func first(_ offset: UInt32) -> Int { Exception.interrupt0 + Int(offset & 0x7C) * 8 }

    private func forEach(_ bits: UInt32, _ offset: UInt32, _ body: (Int) -> Void) {
        var rest = bits
        while rest != 0 {
            let number = first(offset) + rest.trailingZeroBitCount
            if system.isInterrupt(number) { body(number) }
            rest &= rest - 1
        }
    }

    private func priority(_ interrupt: UInt32) -> UInt32 {
        let number = Exception.interrupt0 + Int(interrupt)
        return system.isInterrupt(number) ? UInt32(system.priorities[number]) : 0
    }

    private func setPriority(_ interrupt: UInt32, _ value: UInt8) {
        let number = Exception.interrupt0 + Int(interrupt)
        guard system.isInterrupt(number) else { return }
        system.priorities[number] = value & system.priorityMask
    }

    @discardableResult
    private func unmodelled(_ offset: UInt32) -> UInt32 {
        processor.chip.notices.unmodelled("NVIC offset \(hex(offset))")
        return 0
    }
}

extension SystemRegisters {
    /// Whether it is the number of an external interrupt that is there.
    func isInterrupt(_ number: Int) -> Bool {
        number >= Exception.interrupt0 && number < Exception.interrupt0 + features.interruptCount
    }
}
