import Bits
import Machine

/// The system configuration controller of the STM32F405/407 (RM0090 chapter 9).
public final class SYSCFG: RegisterMap {
    public enum Register: UInt32 {
        case MEMRMP = 0x00, PMC = 0x04, EXTICR1 = 0x08, EXTICR2 = 0x0C, EXTICR3 = 0x10, EXTICR4 = 0x14, CMPCR = 0x20
    }

    /// What answers at address 0 (`MEM_MODE`).
    public enum MemoryMode: UInt32, Sendable {
        case mainFlash = 0, systemFlash, FSMC, SRAM1
    }

    public let name: String
    public let notices: Notices
    /// Told when another port (0 for A, ...) becomes the source of an EXTI line (0 to 15).
    public var onSourceChange: (_ line: Int, _ port: Int) -> Void = { _, _ in }

    private let bus: Bus
    private let bootMode: MemoryMode
    private var mode: MemoryMode
    private var PMC: UInt32 = 0
    private var EXTICR: [UInt32] = [0, 0, 0, 0]
    private var CMPCR: UInt32 = 0

    /// - Parameter boot: what the BOOT pins select at reset.
    public init(name: String = "SYSCFG", chip: Chip, boot: MemoryMode = .mainFlash) {
        self.name = name
        notices = chip.notices
        bus = chip.bus
        bootMode = boot
        mode = boot
    }

    /// The port (0 for A, ...) that drives an EXTI line (0 to 15).
    public func port(for line: Int) -> Int {
        let place = 4 * (line & 3)
        return Int(EXTICR[line >> 2 & 3].bits(place + 3, place))
    }

    public func reset() {
        PMC = 0
        CMPCR = 0
        for index in 0..<4 { writeEXTICR(index, 0, lanes: .max) }
        if mode != bootMode { remap(bootMode) }
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .MEMRMP: mode.rawValue
        case .PMC: PMC
        case .EXTICR1: EXTICR[0]
        case .EXTICR2: EXTICR[1]
        case .EXTICR3: EXTICR[2]
        case .EXTICR4: EXTICR[3]
        case .CMPCR: CMPCR | (CMPCR.bit(0) ? 1 << 8 : 0)  // READY as soon as the compensation cell is on.
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .MEMRMP:
            let wanted = MemoryMode(rawValue: mode.rawValue.merging(value, lanes: lanes) & 3) ?? .mainFlash
            if wanted != mode { remap(wanted) }
        case .PMC: PMC = PMC.merging(value, lanes: lanes) & 1 << 23
        case .EXTICR1: writeEXTICR(0, value, lanes: lanes)
        case .EXTICR2: writeEXTICR(1, value, lanes: lanes)
        case .EXTICR3: writeEXTICR(2, value, lanes: lanes)
        case .EXTICR4: writeEXTICR(3, value, lanes: lanes)
        case .CMPCR: CMPCR = CMPCR.merging(value, lanes: lanes) & 1
        }
    }

    private func writeEXTICR(_ index: Int, _ value: UInt32, lanes: UInt32) {
        let old = EXTICR[index]
        EXTICR[index] = old.merging(value, lanes: lanes) & 0xFFFF
        for field in 0..<4 where (old ^ EXTICR[index]).bits(4 * field + 3, 4 * field) != 0 {
            onSourceChange(4 * index + field, port(for: 4 * index + field))
        }
    }

    private func remap(_ wanted: MemoryMode) {
        mode = wanted
        let place: UInt32? =
            switch wanted {
            case .mainFlash: 0x0800_0000
            case .systemFlash: 0x1FFF_0000
            case .SRAM1: 0x2000_0000
            case .FSMC: nil
            }
        guard let place, let (memory, _) = bus.memory(at: place) else {
            notices.unmodelled("SYSCFG_MEMRMP: \(wanted) at address 0")
            return
        }
        bus.setAlias(at: 0, size: memory.size, of: memory)
    }
}
