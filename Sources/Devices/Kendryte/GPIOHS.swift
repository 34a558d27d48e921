import Bits
import Machine

/// The high-speed general-purpose I/O of the K210: a SiFive GPIO with 32 pins and an interrupt for each.
public final class GPIOHS: RegisterMap {
    public enum Register: UInt32 {
        case input_val = 0x00, input_en = 0x04, output_en = 0x08, output_val = 0x0C, pullup_en = 0x10, drive = 0x14
        case rise_ie = 0x18, rise_ip = 0x1C, fall_ie = 0x20, fall_ip = 0x24, high_ie = 0x28, high_ip = 0x2C
        case low_ie = 0x30, low_ip = 0x34, iof_en = 0x38, iof_sel = 0x3C, output_xor = 0x40
    }

    public static let pins = 32

    public let name: String
    public let notices: Notices
    /// Told of an output pin that has a new level, also of one that is an output only now.
    public var onOutput: (_ pin: Int, _ level: Bool) -> Void = { _, _ in }

    private let interrupts: [InterruptLine]
    private var input_en: UInt32 = 0
    private var output_en: UInt32 = 0
    private var output_val: UInt32 = 0
    private var pullup_en: UInt32 = 0
    private var drive: UInt32 = 0
    private var rise = Condition()
    private var fall = Condition()
    private var high = Condition()
    /// The level of an input that is off is low.
    private var low = Condition(ip: .max)
    private var iof_en: UInt32 = 0
    private var iof_sel: UInt32 = 0
    private var output_xor: UInt32 = 0
    private var driven: UInt32 = 0
    private var drivenLevels: UInt32 = 0

    /// Something to interrupt for: `ie` enables it, `ip` keeps it until firmware writes ones.
    private struct Condition {
        var ie: UInt32 = 0
        var ip: UInt32 = 0
    }

    /// - Parameter interrupts: for pins 0 to 31 in order, PLIC sources 34 to 65; missing ones lead nowhere.
    public init(name: String = "GPIOHS", chip: Chip, interrupts: [InterruptLine] = []) {
        self.name = name
        self.interrupts = Array(interrupts.prefix(GPIOHS.pins))
        notices = chip.notices
    }

    // MARK: The outside

    /// Drives a pin (0 to 31) from outside, or with `nil` lets go of it, so that its pull-up decides.
    public func setInput(_ pin: Int, _ level: Bool?) {
        guard (0..<GPIOHS.pins).contains(pin) else { return }
        let (before, outputs) = (input_val, output_en)
        let (levels, mask) = (self.levels, UInt32(1) << UInt32(pin))
        driven = level == nil ? driven & ~mask : driven | mask
        drivenLevels = level == true ? drivenLevels | mask : drivenLevels & ~mask
        update(inputsBefore: before, levelsBefore: levels, outputsBefore: outputs)
    }

    /// The levels on the pins, one bit each.
    public var levels: UInt32 {
        let idle = drivenLevels & driven | pullup_en & ~driven
        return (output_val ^ output_xor) & output_en | idle & ~output_en
    }

    private var input_val: UInt32 { levels & input_en }

    // MARK: Registers

    public func reset() {
        let levels = self.levels
        (input_en, output_en, output_val, pullup_en, drive) = (0, 0, 0, 0, 0)
        (iof_en, iof_sel, output_xor) = (0, 0, 0)
        (rise, fall, high, low) = (Condition(), Condition(), Condition(), Condition())
        update(inputsBefore: 0, levelsBefore: levels, outputsBefore: 0)
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .input_val: input_val
        case .input_en: input_en
        case .output_en: output_en
        case .output_val: output_val
        case .pullup_en: pullup_en
        case .drive: drive
        case .rise_ie: rise.ie
        case .rise_ip: rise.ip
        case .fall_ie: fall.ie
        case .fall_ip: fall.ip
        case .high_ie: high.ie
        case .high_ip: high.ip
        case .low_ie: low.ie
        case .low_ip: low.ip
        case .iof_en: iof_en
        case .iof_sel: iof_sel
        case .output_xor: output_xor
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        let (before, levels, outputs) = (input_val, self.levels, output_en)
        switch register {
        case .input_val: break
        case .input_en: input_en = input_en.merging(value, lanes: lanes)
        case .output_en: output_en = output_en.merging(value, lanes: lanes)
        case .output_val: output_val = output_val.merging(value, lanes: lanes)
        case .pullup_en: pullup_en = pullup_en.merging(value, lanes: lanes)
        case .drive: drive = drive.merging(value, lanes: lanes)
        case .rise_ie: rise.ie = rise.ie.merging(value, lanes: lanes)
        case .rise_ip: rise.ip &= ~value
        case .fall_ie: fall.ie = fall.ie.merging(value, lanes: lanes)
        case .fall_ip: fall.ip &= ~value
        case .high_ie: high.ie = high.ie.merging(value, lanes: lanes)
        case .high_ip: high.ip &= ~value
        case .low_ie: low.ie = low.ie.merging(value, lanes: lanes)
        case .low_ip: low.ip &= ~value
        case .iof_en: iof_en = iof_en.merging(value, lanes: lanes)
        case .iof_sel: iof_sel = iof_sel.merging(value, lanes: lanes)
        case .output_xor: output_xor = output_xor.merging(value, lanes: lanes)
        }
        update(inputsBefore: before, levelsBefore: levels, outputsBefore: outputs)
    }

    // MARK: Interrupts

    private func update(inputsBefore: UInt32, levelsBefore: UInt32, outputsBefore: UInt32) {
        let inputs = input_val
        rise.ip |= inputs & ~inputsBefore
        fall.ip |= ~inputs & inputsBefore
        // A level that lasts is pending again at once.
        high.ip |= inputs
        low.ip |= ~inputs
        let pending = rise.ie & rise.ip | fall.ie & fall.ip | high.ie & high.ip | low.ie & low.ip
        for pin in interrupts.indices { interrupts[pin].set(pending.bit(pin)) }
        let told = output_en & (levels ^ levelsBefore | ~outputsBefore)
        guard told != 0 else { return }
        for pin in 0..<GPIOHS.pins where told.bit(pin) { onOutput(pin, levels.bit(pin)) }
    }
}
