import Bits
import Machine

/// The external interrupt/event controller of the STM32F405/407 (RM0090 12.3): 23 lines with edge detectors.
public final class EXTI: RegisterMap {
    public enum Register: UInt32 {
        case IMR = 0x00, EMR = 0x04, RTSR = 0x08, FTSR = 0x0C, SWIER = 0x10, PR = 0x14
    }

    /// Interrupts of the chip and the lines that share them, by the names of the vector table (RM0090 12.1.3).
    public static let groups: [(name: String, lines: ClosedRange<Int>)] = [
        ("EXTI0", 0...0), ("EXTI1", 1...1), ("EXTI2", 2...2), ("EXTI3", 3...3), ("EXTI4", 4...4),
        ("EXTI9_5", 5...9), ("EXTI15_10", 10...15), ("PVD", 16...16), ("RTC_Alarm", 17...17),
        ("OTG_FS_WKUP", 18...18), ("ETH_WKUP", 19...19), ("OTG_HS_WKUP", 20...20), ("TAMP_STAMP", 21...21),
        ("RTC_WKUP", 22...22),
    ]

    public let name: String
    public let notices: Notices
    /// Told of an event on a line whose `EMR` bit is set; the core wakes from WFE.
    public var onEvent: (_ line: Int) -> Void = { _ in }

    private let interrupts: [(mask: UInt32, line: InterruptLine)]
    private var IMR: UInt32 = 0
    private var EMR: UInt32 = 0
    private var RTSR: UInt32 = 0
    private var FTSR: UInt32 = 0
    private var SWIER: UInt32 = 0
    private var PR: UInt32 = 0
    private var levels: UInt32 = 0
    private static let lines: UInt32 = 0x007F_FFFF

    /// - Parameter interrupts: the chip's interrupts by the names of `groups`; those left out lead nowhere.
    public init(name: String = "EXTI", notices: Notices, interrupts: [String: InterruptLine] = [:]) {
        self.name = name
        self.notices = notices
        self.interrupts = EXTI.groups.compactMap { group in
            interrupts[group.name].map { line in
                (group.lines.reduce(UInt32(0)) { mask, line in mask | 1 << UInt32(line) }, line)
            }
        }
    }

    /// Brings a line (0 to 22) to a level; the selected edges make it pending.
    public func drive(_ line: Int, _ level: Bool) {
        guard (0...22).contains(line), level != levels.bit(line) else { return }
        levels ^= 1 << UInt32(line)
        if (level ? RTSR : FTSR).bit(line) { trigger(1 << UInt32(line)) }
    }

    public func reset() {
        (IMR, EMR, RTSR, FTSR, SWIER, PR) = (0, 0, 0, 0, 0, 0)
        updateInterrupts()
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .IMR: IMR
        case .EMR: EMR
        case .RTSR: RTSR
        case .FTSR: FTSR
        case .SWIER: SWIER
        case .PR: PR
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .IMR: IMR = IMR.merging(value, lanes: lanes) & EXTI.lines
        case .EMR: EMR = EMR.merging(value, lanes: lanes) & EXTI.lines
        case .RTSR: RTSR = RTSR.merging(value, lanes: lanes) & EXTI.lines
        case .FTSR: FTSR = FTSR.merging(value, lanes: lanes) & EXTI.lines
        case .SWIER:
            let risen = value & ~SWIER & EXTI.lines
            SWIER |= risen
            trigger(risen)
        case .PR:
            PR &= ~value
            SWIER &= ~value
        }
        updateInterrupts()
    }

    private func trigger(_ lines: UInt32) {
        // A line that is masked as an interrupt does not become pending (12.2.4).
        PR |= lines & IMR
        updateInterrupts()
        let events = lines & EMR
        guard events != 0 else { return }
        for line in 0...22 where events.bit(line) { onEvent(line) }
    }

    private func updateInterrupts() {
        for (mask, line) in interrupts { line.set(PR & mask != 0) }
    }
}
