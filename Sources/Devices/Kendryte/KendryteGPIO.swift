import Bits
import Machine

/// The general-purpose I/O of the K210: a DesignWare APB GPIO with one port of eight pins and one interrupt.
public final class KendryteGPIO: RegisterMap {
    public enum Register: UInt32 {
        case data_output = 0x00, direction = 0x04, source = 0x08
        case interrupt_enable = 0x30, interrupt_mask = 0x34, interrupt_level = 0x38, interrupt_polarity = 0x3C
        case interrupt_status = 0x40, interrupt_status_raw = 0x44, interrupt_debounce = 0x48, interrupt_clear = 0x4C
        case data_input = 0x50, sync_level = 0x60, id_code = 0x64, interrupt_bothedge = 0x68
    }

    public static let pins = 8
    private static let mask: UInt32 = 0xFF

    public let name: String
    public let notices: Notices
    /// Told of an output pin that has a new level, also of one that is an output only now.
    public var onOutput: (_ pin: Int, _ level: Bool) -> Void = { _, _ in }

    private let interrupt: InterruptLine
    private var data_output: UInt32 = 0
    private var direction: UInt32 = 0
    private var source: UInt32 = 0
    private var interrupt_enable: UInt32 = 0
    private var interrupt_mask: UInt32 = 0
    /// One for edges, zero for levels.
    private var interrupt_level: UInt32 = 0
    /// One for high and rising.
    private var interrupt_polarity: UInt32 = 0
    private var interrupt_debounce: UInt32 = 0
    private var interrupt_bothedge: UInt32 = 0
    private var sync_level: UInt32 = 0
    private var edges: UInt32 = 0
    private var inputs: UInt32 = 0

    /// - Parameter interrupt: PLIC source 23.
    public init(name: String = "GPIO", chip: Chip, interrupt: InterruptLine = .unconnected) {
        self.name = name
        self.interrupt = interrupt
        notices = chip.notices
    }

    // MARK: The outside

    /// Drives a pin (0 to 7) from outside.
    public func setInput(_ pin: Int, _ level: Bool) {
        guard (0..<KendryteGPIO.pins).contains(pin) else { return }
        let before = levels
        inputs = level ? inputs | 1 << UInt32(pin) : inputs & ~(1 << UInt32(pin))
        update(levelsBefore: before, outputsBefore: direction)
    }

    /// The levels on the pins, one bit each.
    public var levels: UInt32 { data_output & direction | inputs & ~direction }

    // MARK: Registers

    public func reset() {
        let before = levels
        (data_output, direction, source) = (0, 0, 0)
        (interrupt_enable, interrupt_mask, interrupt_level, interrupt_polarity) = (0, 0, 0, 0)
        (interrupt_debounce, interrupt_bothedge, sync_level, edges) = (0, 0, 0, 0)
        update(levelsBefore: before, outputsBefore: direction)
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .data_output: data_output
        case .direction: direction
        case .source: source
        case .interrupt_enable: interrupt_enable
        case .interrupt_mask: interrupt_mask
        case .interrupt_level: interrupt_level
        case .interrupt_polarity: interrupt_polarity
        case .interrupt_status: status & ~interrupt_mask
        case .interrupt_status_raw: status
        case .interrupt_debounce: interrupt_debounce
        case .interrupt_clear: 0
        case .data_input: levels
        case .sync_level: sync_level
        case .id_code: 0
        case .interrupt_bothedge: interrupt_bothedge
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        let (levelsBefore, outputsBefore) = (levels, direction)
        switch register {
        case .data_output: merge(&data_output, value, lanes)
        case .direction: merge(&direction, value, lanes)
        case .source: merge(&source, value, lanes)
        case .interrupt_enable: merge(&interrupt_enable, value, lanes)
        case .interrupt_mask: merge(&interrupt_mask, value, lanes)
        case .interrupt_level: merge(&interrupt_level, value, lanes)
        case .interrupt_polarity: merge(&interrupt_polarity, value, lanes)
        case .interrupt_debounce: merge(&interrupt_debounce, value, lanes)
        case .interrupt_clear: edges &= ~value
        case .sync_level: sync_level = sync_level.merging(value, lanes: lanes) & 1
        case .interrupt_bothedge: merge(&interrupt_bothedge, value, lanes)
        case .interrupt_status, .interrupt_status_raw, .data_input, .id_code: break
        }
        update(levelsBefore: levelsBefore, outputsBefore: outputsBefore)
    }

    private func merge(_ register: inout UInt32, _ value: UInt32, _ lanes: UInt32) {
        register = register.merging(value, lanes: lanes) & KendryteGPIO.mask
    }

    // MARK: Interrupts

    /// Pins are sources of interrupts while they are inputs and enabled.
    private var sources: UInt32 { interrupt_enable & ~direction }

    private var status: UInt32 {
        let active = ~(levels ^ interrupt_polarity)
        return (edges & interrupt_level | active & ~interrupt_level) & sources & KendryteGPIO.mask
    }

    private func update(levelsBefore: UInt32, outputsBefore: UInt32) {
        let changed = levels ^ levelsBefore
        let wanted = interrupt_bothedge | ~(levels ^ interrupt_polarity)
        edges = (edges | changed & wanted & interrupt_level) & sources
        for pin in 0..<KendryteGPIO.pins where direction.bit(pin) && (changed | ~outputsBefore).bit(pin) {
            onOutput(pin, levels.bit(pin))
        }
        interrupt.set(status & ~interrupt_mask != 0)
    }
}
