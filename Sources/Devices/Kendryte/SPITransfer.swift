import Bits

/// The order of frames in a transfer of a DesignWare SSI master: what is sent, what is waited for and what is received,
/// in the standard format and in the enhanced ones (two, four or eight data lines).
struct SPITransfer {
    /// `tmod`.
    enum Mode: UInt32 {
        case transmitAndReceive = 0, transmitOnly, receiveOnly, EEPROMRead
    }

    /// What the control registers say.
    struct Settings {
        var frameBits = 8
        var mode = Mode.transmitAndReceive
        /// Data lines: 1 in the standard format.
        var lines = 1
        /// `SPI_CTRLR0`: trans_type 1:0, addr_l 5:2 in units of four bits, inst_l 9:8, wait_cycles 15:11.
        var control: UInt32 = 0
        /// Frames to receive: `CTRLR1` and one.
        var receiveCount = 1

        var isEnhanced: Bool { lines > 1 }
        var receives: Bool { mode == .receiveOnly || mode == .EEPROMRead }
        var instructionBits: Int { [0, 4, 8, 16][Int(control.bits(9, 8))] }
        var addressBits: Int { 4 * Int(control.bits(5, 2)) }
        var waitClocks: Int { Int(control.bits(15, 11)) }
        var instructionLines: Int { control.bits(1, 0) >= 2 ? lines : 1 }
        var addressLines: Int { control.bits(1, 0) >= 1 ? lines : 1 }
    }

    enum Frame {
        /// Instruction and address, of which the words keep their order of bytes whatever `ENDIAN` says.
        case command(UInt32, bits: Int, lines: Int)
        case data(UInt32, bits: Int, lines: Int, isKept: Bool)
        case wait(clocks: Int)

        var clocks: Int {
            switch self {
            case .command(_, let bits, let lines), .data(_, let bits, let lines, _):
                max(1, (bits + lines - 1) / lines)
            case .wait(let clocks): clocks
            }
        }
    }

    private enum Step {
        case instruction, address, secondAddress, wait, data
    }

    private var step = Step.instruction
    /// Whether a receive without a word to send may begin: once for each time a device is selected.
    private var isArmed = true
    private var hasSent = false
    /// Frames still to be received; `nil` before the receiving part.
    private var left: Int?

    /// A device is selected anew.
    mutating func begin() {
        self = SPITransfer()
    }

    var isReceiving: Bool { left != nil }
    /// Frames that are to be received after the one under way.
    var framesLeft: Int { left ?? 0 }

    /// Whether the frame that was through last ended a transfer of known length; the next one opens another.
    mutating func isOver() -> Bool {
        guard left == 0 else { return false }
        begin()
        isArmed = false
        return true
    }

    /// The next frame, with its word taken out of the FIFO.
    mutating func next(_ settings: Settings, _ FIFO: inout [UInt32]) -> Frame? {
        settings.isEnhanced ? nextEnhanced(settings, &FIFO) : nextStandard(settings, &FIFO)
    }

    private mutating func nextStandard(_ settings: Settings, _ FIFO: inout [UInt32]) -> Frame? {
        let bits = settings.frameBits
        switch settings.mode {
        case .transmitAndReceive, .transmitOnly:
            guard !FIFO.isEmpty else { return nil }
            return .data(
                SPITransfer.low(FIFO.removeFirst(), bits), bits: bits, lines: 1,
                isKept: settings.mode == .transmitAndReceive)
        case .receiveOnly:
            // One word starts it; it is not sent.
            if left == nil {
                guard !FIFO.isEmpty else { return nil }
                FIFO.removeFirst()
                left = settings.receiveCount
            }
            return receive(settings)
        case .EEPROMRead:
            if left == nil, !FIFO.isEmpty {
                hasSent = true
                return .data(SPITransfer.low(FIFO.removeFirst(), bits), bits: bits, lines: 1, isKept: false)
            }
            guard hasSent else { return nil }
            if left == nil { left = settings.receiveCount }
            return receive(settings)
        }
    }

    private mutating func nextEnhanced(_ settings: Settings, _ FIFO: inout [UInt32]) -> Frame? {
        if step == .instruction {
            let bits = settings.instructionBits
            if bits == 0, settings.addressBits == 0, settings.receives, !isArmed { return nil }
            if bits > 0 {
                guard !FIFO.isEmpty else { return nil }
                step = .address
                return .command(
                    SPITransfer.low(FIFO.removeFirst(), bits), bits: bits, lines: settings.instructionLines)
            }
            step = .address
        }
        if step == .address || step == .secondAddress {
            // More than 32 bits take two words, the upper part first.
            let bits =
                step == .secondAddress || settings.addressBits <= 32
                ? min(32, settings.addressBits) : settings.addressBits - 32
            if bits > 0 {
                guard !FIFO.isEmpty else { return nil }
                step = step == .address && settings.addressBits > 32 ? .secondAddress : .wait
                return .command(
                    SPITransfer.low(FIFO.removeFirst(), bits), bits: bits, lines: settings.addressLines)
            }
            step = .wait
        }
        if step == .wait {
            step = .data
            if settings.receives, settings.waitClocks > 0 { return .wait(clocks: settings.waitClocks) }
        }
        guard settings.receives else {
            guard !FIFO.isEmpty else { return nil }
            let bits = settings.frameBits
            return .data(SPITransfer.low(FIFO.removeFirst(), bits), bits: bits, lines: settings.lines, isKept: false)
        }
        if left == nil { left = settings.receiveCount }
        return receive(settings)
    }

    private mutating func receive(_ settings: Settings) -> Frame? {
        guard let count = left, count > 0 else { return nil }
        left = count - 1
        return .data(
            SPITransfer.low(.max, settings.frameBits), bits: settings.frameBits, lines: settings.lines, isKept: true)
    }

    private static func low(_ value: UInt32, _ bits: Int) -> UInt32 { value & (.max >> UInt32(32 - bits)) }
}
