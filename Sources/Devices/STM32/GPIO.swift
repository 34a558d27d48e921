import Bits
import Machine

/// A port of general-purpose I/Os (RM0090 chapter 8): 16 pins, each an input, an output, analog, or in the hands of
/// another peripheral.
public final class GPIO: RegisterMap {
    public enum Register: UInt32 {
        case MODER = 0x00, OTYPER = 0x04, OSPEEDR = 0x08, PUPDR = 0x0C, IDR = 0x10, ODR = 0x14, BSRR = 0x18
        case LCKR = 0x1C, AFRL = 0x20, AFRH = 0x24
    }

    /// What `GPIOx_MODER` says of a pin.
    public enum Mode: UInt32, Sendable {
        case input = 0, output, alternate, analog
    }

    public let name: String
    public let notices: Notices
    /// Told of every pin in output mode whose level changes, or that becomes an output.
    public var onOutput: (_ pin: Int, _ level: Bool) -> Void = { _, _ in }
    /// Told when levels on the pins change: which, and all levels.
    public var onLevels: (_ changed: UInt32, _ levels: UInt32) -> Void = { _, _ in }

    private let resetValues: Reset
    private var MODER: UInt32
    private var OTYPER: UInt32 = 0
    private var OSPEEDR: UInt32
    private var PUPDR: UInt32
    private var ODR: UInt32 = 0
    private var LCKR: UInt32 = 0
    private var AFR: (low: UInt32, high: UInt32) = (0, 0)
    private var lockStep = 0
    /// Pins that something outside drives, and to which level.
    private var driven: UInt32 = 0
    private var drivenLevels: UInt32 = 0
    private var levels: UInt32 = 0
    /// One bit per pin: what MODER and PUPDR make of it.
    private var outputs: UInt32 = 0
    private var analogs: UInt32 = 0
    private var pulledUp: UInt32 = 0

    /// Reset values that differ between ports: the debug pins of A and B are not inputs (8.4.1, 8.4.3, 8.4.4).
    private struct Reset {
        var MODER: UInt32 = 0
        var OSPEEDR: UInt32 = 0
        var PUPDR: UInt32 = 0
    }

    /// - Parameter name: `GPIOA` to `GPIOK`; A and B have reset values of their own.
    public init(name: String, chip: Chip) {
        self.name = name
        notices = chip.notices
        resetValues =
            switch name {
            case "GPIOA": Reset(MODER: 0xA800_0000, PUPDR: 0x6400_0000)
            case "GPIOB": Reset(MODER: 0x0000_0280, OSPEEDR: 0x0000_00C0, PUPDR: 0x0000_0100)
            default: Reset()
            }
        MODER = resetValues.MODER
        OSPEEDR = resetValues.OSPEEDR
        PUPDR = resetValues.PUPDR
        configure()
        levels = currentLevels()
    }

    // MARK: The outside

    /// Drives a pin (0 to 15) from outside, or with `nil` lets go of it, so that its pull resistor decides.
    public func drive(_ pin: Int, _ level: Bool?) {
        guard (0..<16).contains(pin) else { return }
        let mask: UInt32 = 1 << UInt32(pin)
        driven = level == nil ? driven & ~mask : driven | mask
        drivenLevels = level == true ? drivenLevels | mask : drivenLevels & ~mask
        update(outputsBefore: outputs)
    }

    /// The level on a pin (0 to 15) as `IDR` would show it.
    public func level(_ pin: Int) -> Bool { levels.bit(pin & 15) }

    public func mode(_ pin: Int) -> Mode {
        Mode(rawValue: MODER.bits(2 * (pin & 15) + 1, 2 * (pin & 15))) ?? .input
    }

    // MARK: Registers

    public func reset() {
        MODER = resetValues.MODER
        OTYPER = 0
        OSPEEDR = resetValues.OSPEEDR
        PUPDR = resetValues.PUPDR
        ODR = 0
        LCKR = 0
        AFR = (0, 0)
        lockStep = 0
        let before = outputs
        configure()
        update(outputsBefore: before)
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .MODER: return MODER
        case .OTYPER: return OTYPER
        case .OSPEEDR: return OSPEEDR
        case .PUPDR: return PUPDR
        case .IDR: return levels
        case .ODR: return ODR
        case .BSRR: return 0
        case .LCKR:
            // The read that ends the sequence is optional (8.4.8).
            return LCKR
        case .AFRL: return AFR.low
        case .AFRH: return AFR.high
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        let before = outputs
        switch register {
        case .MODER: MODER = merge(MODER, value, lanes, bitsPerPin: 2)
        case .OTYPER: OTYPER = merge(OTYPER, value, lanes, bitsPerPin: 1) & 0xFFFF
        case .OSPEEDR: OSPEEDR = merge(OSPEEDR, value, lanes, bitsPerPin: 2)
        case .PUPDR: PUPDR = merge(PUPDR, value, lanes, bitsPerPin: 2)
        case .IDR: return
        case .ODR: ODR = ODR.merging(value, lanes: lanes) & 0xFFFF
        case .BSRR: ODR = ODR & ~(value >> 16) | value & 0xFFFF  // Setting wins over resetting (8.4.7).
        case .LCKR: writeLCKR(LCKR.merging(value, lanes: lanes))
        case .AFRL: AFR.low = merge(AFR.low, value, lanes, bitsPerPin: 4)
        case .AFRH: AFR.high = merge(AFR.high, value, lanes, bitsPerPin: 4, firstPin: 8)
        }
        if register == .MODER || register == .PUPDR { configure() }
        update(outputsBefore: before)
    }

    /// A configuration register after a write that leaves locked pins alone.
    private func merge(
        _ old: UInt32, _ value: UInt32, _ lanes: UInt32, bitsPerPin: Int, firstPin: Int = 0
    ) -> UInt32 {
        guard LCKR.bit(16) else { return old.merging(value, lanes: lanes) }
        var frozen: UInt32 = 0
        for index in 0..<min(16, 32 / bitsPerPin) where index + firstPin < 16 && LCKR.bit(index + firstPin) {
            frozen |= ((1 << UInt32(bitsPerPin)) - 1) << UInt32(index * bitsPerPin)
        }
        return old.merging(value, lanes: lanes & ~frozen)
    }

    /// The sequence LCKK=1, LCKK=0, LCKK=1 with the same pins each time locks them until the next reset (8.4.8).
    private func writeLCKR(_ new: UInt32) {
        guard !LCKR.bit(16) else { return }
        let pins = new & 0xFFFF
        switch (lockStep, new.bit(16)) {
        case (1, false) where pins == LCKR & 0xFFFF: lockStep = 2
        case (2, true) where pins == LCKR & 0xFFFF: LCKR = pins | 1 << 16
        case (_, true):
            lockStep = 1
            LCKR = pins
        case (_, false):
            lockStep = 0
            LCKR = pins
        }
    }

    // MARK: Levels

    private func configure() {
        outputs = pins(with: Mode.output.rawValue, in: MODER)
        analogs = pins(with: Mode.analog.rawValue, in: MODER)
        pulledUp = pins(with: 1, in: PUPDR)
    }

    /// One bit for each pin whose two bits in `register` are `code`.
    private func pins(with code: UInt32, in register: UInt32) -> UInt32 {
        var pins: UInt32 = 0
        for pin in 0..<16 where register.bits(2 * pin + 1, 2 * pin) == code { pins |= 1 << UInt32(pin) }
        return pins
    }

    private func currentLevels() -> UInt32 {
        let idle = drivenLevels & driven | pulledUp & ~driven
        // An open-drain output lets go of the pin instead of driving it high.
        let pushed = outputs & ~(OTYPER & ODR)
        // In analog mode the Schmitt trigger is off and IDR reads as zero (8.3.12).
        return (pushed & ODR | ~pushed & idle) & ~analogs & 0xFFFF
    }

    /// Works out the levels and tells of what changed, also of pins that are outputs only now.
    private func update(outputsBefore: UInt32) {
        let old = levels
        levels = currentLevels()
        let told = outputs & (levels ^ old | ~outputsBefore)
        if told != 0 {
            for pin in 0..<16 where told.bit(pin) { onOutput(pin, levels.bit(pin)) }
        }
        if levels != old { onLevels(levels ^ old, levels) }
    }
}
