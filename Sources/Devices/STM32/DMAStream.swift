import Bits
import Machine

/// One stream of a DMA controller (RM0090 10.3): its registers, its FIFO and what one service of a request moves.
///
/// Every service moves what the manual says and tells how long it holds the ports; `DMA` decides when.
final class DMAStream {
    enum Register: UInt32 {
        case CR = 0x00, NDTR = 0x04, PAR = 0x08, M0AR = 0x0C, M1AR = 0x10, FCR = 0x14
    }

    /// Flags as in the low bits of `DMA_LISR`.
    enum Flag {
        static let FEIF: UInt32 = 1 << 0
        static let DMEIF: UInt32 = 1 << 2
        static let TEIF: UInt32 = 1 << 3
        static let HTIF: UInt32 = 1 << 4
        static let TCIF: UInt32 = 1 << 5
    }

    enum Direction: UInt32 {
        case peripheralToMemory = 0, memoryToPeripheral, memoryToMemory
    }

    let name: String
    /// Bit 0, 2 to 5; see `Flag`.
    private(set) var flags: UInt32 = 0
    private let chip: Chip
    private let unreachable: [Range<UInt32>]
    private let canCopyMemory: Bool
    private let interrupt: InterruptLine
    private let onBusUse: (_ address: UInt32, _ beats: Int) -> Void

    private(set) var CR: UInt32 = 0
    private var NDTR: UInt32 = 0
    private var PAR: UInt32 = 0
    private var MAR: [UInt32] = [0, 0]
    private var FCR: UInt32 = 0x21
    /// NDTR as it was enabled, and addresses that move along.
    private var items: UInt32 = 0
    private var peripheralAddress: UInt32 = 0
    private var memoryAddress: UInt32 = 0
    /// Bytes still to be read from memory in this round.
    private var memoryLeft = 0
    private var FIFO: [UInt8] = []

    init(
        name: String, chip: Chip, unreachable: [Range<UInt32>], canCopyMemory: Bool, interrupt: InterruptLine,
        onBusUse: @escaping (_ address: UInt32, _ beats: Int) -> Void
    ) {
        self.name = name
        self.chip = chip
        self.unreachable = unreachable
        self.canCopyMemory = canCopyMemory
        self.interrupt = interrupt
        self.onBusUse = onBusUse
    }

    // MARK: Registers

    func reset() {
        (CR, NDTR, PAR, MAR, FCR, flags, FIFO) = (0, 0, 0, [0, 0], 0x21, 0, [])
        interrupt.set(false)
    }

    func read(_ register: Register) -> UInt32 {
        switch register {
        case .CR: CR
        case .NDTR: NDTR
        case .PAR: PAR
        case .M0AR: MAR[0]
        case .M1AR: MAR[1]
        case .FCR: FCR & ~0x38 | fillStatus << 3
        }
    }

    /// FS: 0 to 3 for the quarters begun, 4 empty, 5 full.
    private var fillStatus: UInt32 {
        switch FIFO.count {
        case 0: 4
        case 16...: 5
        default: UInt32(FIFO.count / 4)
        }
    }

    func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .CR: writeCR(CR.merging(value, lanes: lanes))
        case .NDTR where !isEnabled: NDTR = NDTR.merging(value, lanes: lanes) & 0xFFFF
        case .PAR where !isEnabled: PAR = PAR.merging(value, lanes: lanes)
        case .M0AR where !isEnabled || (CR.bit(18) && CR.bit(19)): MAR[0] = MAR[0].merging(value, lanes: lanes)
        case .M1AR where !isEnabled || (CR.bit(18) && !CR.bit(19)): MAR[1] = MAR[1].merging(value, lanes: lanes)
        case .FCR where !isEnabled: FCR = FCR.merging(value, lanes: lanes) & 0x87
        case .FCR: FCR = FCR & ~0x80 | FCR.merging(value, lanes: lanes) & 0x80
        case .NDTR, .PAR, .M0AR, .M1AR: chip.notices.misuse("\(name): \(register) written while enabled: ignored")
        }
        updateInterrupt()
    }

    private func writeCR(_ new: UInt32) {
        let wasEnabled = isEnabled
        // While the stream is on, only EN and the interrupt enables can be written (10.5.5).
        CR = wasEnabled ? CR & ~0x1F | new & 0x1F : new & 0x0FEF_FFFF
        if !wasEnabled, isEnabled { enable() }
        if wasEnabled, !isEnabled { stop() }
    }

    func clear(_ mask: UInt32) {
        flags &= ~mask
        updateInterrupt()
    }

    // MARK: What it is set to

    var isEnabled: Bool { CR.bit(0) }
    /// Which of the eight request lines it listens to.
    var channel: Int { Int(CR.bits(27, 25)) }
    /// 0 low to 3 very high.
    var priority: UInt32 { CR.bits(17, 16) }
    var direction: Direction { Direction(rawValue: CR.bits(7, 6)) ?? .peripheralToMemory }
    private var isFIFOMode: Bool { FCR.bit(2) || direction == .memoryToMemory }
    private var peripheralWidth: AccessWidth { DMAStream.width(CR.bits(12, 11)) }
    /// In direct mode MSIZE is PSIZE (10.5.5, MSIZE).
    private var memoryWidth: AccessWidth { isFIFOMode ? DMAStream.width(CR.bits(14, 13)) : peripheralWidth }
    private var peripheralBurst: Int { isFIFOMode ? DMAStream.burst(CR.bits(22, 21)) : 1 }
    private var memoryBurst: Int { isFIFOMode ? DMAStream.burst(CR.bits(24, 23)) : 1 }
    /// Bytes in the FIFO from which on it goes to memory.
    private var threshold: Int { isFIFOMode ? 4 * Int(FCR.bits(1, 0) + 1) : Int(peripheralWidth.rawValue) }

    private static func width(_ code: UInt32) -> AccessWidth {
        switch code {
        case 0: .byte
        case 1: .halfword
        default: .word
        }
    }

    private static func burst(_ code: UInt32) -> Int { code == 0 ? 1 : 2 << Int(code) }

    // MARK: Start and end

    private func enable() {
        items = NDTR
        FIFO = []
        chip.notices.noteStreamOptions(name, CR)
        guard CR.bits(7, 6) < 3, direction != .memoryToMemory || canCopyMemory else {
            chip.notices.misuse("\(name): DIR = \(CR.bits(7, 6)) is not possible")
            CR &= ~1
            return
        }
        // A burst must fill the threshold a whole number of times (table 48).
        if isFIFOMode, threshold % (memoryBurst * Int(memoryWidth.rawValue)) != 0 {
            CR &= ~1
            flags |= Flag.FEIF
            return
        }
        beginRound()
    }

    private func beginRound() {
        NDTR = items
        peripheralAddress = PAR & ~(peripheralWidth.rawValue - 1)
        memoryAddress = MAR[CR.bit(18) && CR.bit(19) ? 1 : 0] & ~(memoryWidth.rawValue - 1)
        memoryLeft = Int(NDTR) * Int(peripheralWidth.rawValue)
    }

    /// Firmware switched it off: what is in the FIFO still goes to memory, and TCIF tells the end (10.3,
    /// "DMA transfer completion").
    private func stop() {
        guard NDTR > 0 else { return }
        if direction != .memoryToPeripheral {
            do throws(BusError) { try drain(all: true) } catch { flags |= Flag.TEIF }
        }
        FIFO = []
        flags |= Flag.TCIF
    }

    // MARK: Service

    /// Whether it would move something now, given the state of its request line.
    func hasWork(isRequested: Bool) -> Bool {
        isEnabled && NDTR > 0 && (direction == .memoryToMemory || isRequested)
    }

    /// Cycles of HCLK that the next service takes. Assumed, after the terms of AN4031: a port needs one cycle each
    /// for arbitration, address, bus matrix, data and synchronisation; every further beat in a row one. Not measured.
    var serviceTime: Cycles {
        let setUp = 4
        switch direction {
        case .memoryToMemory:
            let bytes = min(16, Int(NDTR) * Int(peripheralWidth.rawValue))
            return 2 * setUp + bytes / Int(peripheralWidth.rawValue) + max(1, bytes / Int(memoryWidth.rawValue))
        case .peripheralToMemory, .memoryToPeripheral:
            return 2 * setUp + peripheralBurst + memoryBurst
        }
    }

    /// Serves one request, or in a copy from memory to memory moves one FIFO's worth.
    func serve() {
        do throws(BusError) {
            switch direction {
            case .peripheralToMemory:
                try takeFromPeripheral(beats: peripheralBurst)
                try drain(all: NDTR == 0)
            case .memoryToPeripheral:
                try giveToPeripheral(beats: peripheralBurst)
            case .memoryToMemory:
                try takeFromPeripheral(beats: 16 / Int(peripheralWidth.rawValue))
                try drain(all: NDTR == 0)
            }
        } catch {
            CR &= ~1
            FIFO = []
            flags |= Flag.TEIF
        }
        if isEnabled, NDTR == 0 { complete() }
        updateInterrupt()
    }

    private func takeFromPeripheral(beats: Int) throws(BusError) {
        let width = peripheralWidth
        for _ in 0..<min(beats, Int(NDTR)) {
            push(try busRead(peripheralAddress, width), width)
            advancePeripheral()
        }
    }

    private func giveToPeripheral(beats: Int) throws(BusError) {
        let width = peripheralWidth
        for _ in 0..<min(beats, Int(NDTR)) {
            if FIFO.count < Int(width.rawValue) { try fill() }
            try busWrite(peripheralAddress, pop(width), width)
            advancePeripheral()
        }
    }

    private func advancePeripheral() {
        // A stream that is aimed at its own registers may find itself changed.
        guard NDTR > 0 else { return }
        if CR.bit(9) { peripheralAddress &+= CR.bit(15) ? 4 : peripheralWidth.rawValue }
        NDTR -= 1
        if NDTR == items / 2 { flags |= Flag.HTIF }
    }

    /// Fills the FIFO from memory as far as the round goes.
    private func fill() throws(BusError) {
        let width = memoryWidth
        let room = isFIFOMode ? 16 : Int(width.rawValue)
        while FIFO.count + Int(width.rawValue) <= room, memoryLeft > 0 {
            push(try busRead(memoryAddress, width), width)
            if CR.bit(10) { memoryAddress &+= width.rawValue }
            memoryLeft -= Int(width.rawValue)
        }
    }

    /// Writes the FIFO to memory once it is filled to its threshold, or at the end to the last byte.
    private func drain(all: Bool) throws(BusError) {
        let width = memoryWidth
        guard all || FIFO.count >= threshold else { return }
        while FIFO.count >= (all ? 1 : Int(width.rawValue)) {
            // At the end the FIFO may hold less than MSIZE; the rest of the item is not written.
            let step: AccessWidth = FIFO.count >= Int(width.rawValue) ? width : .byte
            try busWrite(memoryAddress, pop(step), step)
            if CR.bit(10) { memoryAddress &+= step.rawValue }
        }
    }

    private func complete() {
        flags |= Flag.TCIF
        FIFO = []
        if CR.bit(18) { CR ^= 1 << 19 }
        if CR.bit(8) || CR.bit(18), direction != .memoryToMemory {
            beginRound()
        } else {
            CR &= ~1
        }
    }

    // MARK: FIFO and bus

    private func push(_ value: UInt32, _ width: AccessWidth) {
        for byte in 0..<width.rawValue { FIFO.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }

    private func pop(_ width: AccessWidth) -> UInt32 {
        var value: UInt32 = 0
        for (index, byte) in FIFO.prefix(Int(width.rawValue)).enumerated() { value |= UInt32(byte) << (8 * index) }
        FIFO.removeFirst(min(FIFO.count, Int(width.rawValue)))
        return value
    }

    private func busRead(_ address: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        try checkReachable(address)
        onBusUse(address, 1)
        return try chip.bus.read(address, width)
    }

    private func busWrite(_ address: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        try checkReachable(address)
        onBusUse(address, 1)
        try chip.bus.write(address, value, width)
    }

    private func checkReachable(_ address: UInt32) throws(BusError) {
        guard unreachable.contains(where: { $0.contains(address) }) else { return }
        chip.notices.misuse("\(name): the DMA cannot reach 0x\(String(address, radix: 16))")
        throw .nothingThere
    }

    private func updateInterrupt() {
        // TCIE 4, HTIE 3, TEIE 2, DMEIE 1 in CR; FEIE 7 in FCR.
        let enables =
            (CR.bit(4) ? Flag.TCIF : 0) | (CR.bit(3) ? Flag.HTIF : 0) | (CR.bit(2) ? Flag.TEIF : 0)
            | (CR.bit(1) ? Flag.DMEIF : 0) | (FCR.bit(7) ? Flag.FEIF : 0)
        interrupt.set(flags & enables != 0)
    }
}

extension Notices {
    fileprivate func noteStreamOptions(_ name: String, _ CR: UInt32) {
        if CR.bit(5) { unmodelled("\(name): PFCTRL") }
    }
}
