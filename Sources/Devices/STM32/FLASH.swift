import Bits
import Machine

/// How the flash interface stands between the core and the flash at the moment (`FLASH_ACR`).
public struct FlashTiming: Equatable, Sendable {
    /// Cycles of HCLK that a read of the flash takes beyond the first; 0 to 7.
    public var waitStates: Int
    public var prefetch: Bool
    public var instructionCache: Bool
    public var dataCache: Bool

    public init(waitStates: Int = 0, prefetch: Bool = false, instructionCache: Bool = false, dataCache: Bool = false) {
        self.waitStates = waitStates
        self.prefetch = prefetch
        self.instructionCache = instructionCache
        self.dataCache = dataCache
    }
}

/// The embedded flash memory interface of the STM32F405/407 (RM0090 chapter 3).
///
/// Programming and erasing are timed in seconds; a read of the flash until `busyUntil` stalls the bus, which is for
/// whoever reads to account.
public final class FLASH: RegisterMap {
    public enum Register: UInt32 {
        case ACR = 0x00, KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, OPTCR = 0x14
    }

    /// Bits of `FLASH_SR`.
    private enum Status {
        static let EOP: UInt32 = 1 << 0
        static let OPERR: UInt32 = 1 << 1
        static let WRPERR: UInt32 = 1 << 4
        static let PGAERR: UInt32 = 1 << 5
        static let PGPERR: UInt32 = 1 << 6
        static let PGSERR: UInt32 = 1 << 7
        static let BSY: UInt32 = 1 << 16
        static let clearable = EOP | OPERR | WRPERR | PGAERR | PGPERR | PGSERR
    }

    /// Bits of `FLASH_CR`.
    private enum Control {
        static let PG: UInt32 = 1 << 0
        static let SER: UInt32 = 1 << 1
        static let MER: UInt32 = 1 << 2
        static let STRT: UInt32 = 1 << 16
        static let EOPIE: UInt32 = 1 << 24
        static let ERRIE: UInt32 = 1 << 25
        static let LOCK: UInt32 = 1 << 31
    }

    /// How far an unlock sequence has come; a wrong key locks until the next reset.
    private enum Unlock {
        case locked, halfway, open, dead
    }

    public let name: String
    public let notices: Notices
    /// Told after every write that changes wait states, prefetch or caches.
    public var onTimingChange: (FlashTiming) -> Void = { _ in }
    /// Told when the firmware empties a cache with ICRST or DCRST, and when erasing or programming makes it stale.
    public var onCacheReset: (_ instruction: Bool, _ data: Bool) -> Void = { _, _ in }
    /// HCLK in Hz, for the check of the wait states.
    public var HCLK: () -> Double = { 0 }
    /// The cycle at which the operation under way ends.
    public private(set) var busyUntil: Cycles = 0

    private let chip: Chip
    private let memory: Memory
    private let sectors: [Int]
    private let interrupt: InterruptLine
    private var ACR: UInt32 = 0
    private var SR: UInt32 = 0
    private var CR = Control.LOCK
    private var OPTCR = FLASH.resetOPTCR
    private var key = Unlock.locked
    private var optionKey = Unlock.locked
    private var completion: Alarm?

    /// - Parameters:
    ///   - memory: the main flash memory.
    ///   - sectors: sizes of its sectors in bytes, from the lowest address; the F405/407 has `FLASH.sectors`.
    ///   - interrupt: `FLASH_IRQn`, 4.
    public init(
        name: String = "FLASH", chip: Chip, memory: Memory, sectors: [Int] = FLASH.sectors,
        interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.memory = memory
        self.sectors = sectors
        self.interrupt = interrupt
        notices = chip.notices
        completion = Alarm(chip) { [weak self] _ in self?.complete() }
    }

    /// 4 of 16 KB, one of 64 KB, 7 of 128 KB (RM0090 table 5).
    public static let sectors = [Int](repeating: 0x4000, count: 4) + [0x10000] + [Int](repeating: 0x20000, count: 7)
    private static let resetOPTCR: UInt32 = 0x0FFF_AAED

    public var timing: FlashTiming {
        FlashTiming(
            waitStates: Int(ACR.bits(2, 0)), prefetch: ACR.bit(8), instructionCache: ACR.bit(9),
            dataCache: ACR.bit(10))
    }

    /// Says so when the wait states are too few for HCLK: one for each 30 MHz begun, less one, at 2.7 to 3.6 V (RM0090
    /// table 10).
    public func checkLatency() {
        let needed = Int((HCLK() / 30e6).rounded(.up)) - 1
        guard timing.waitStates < needed else { return }
        notices.misuse("FLASH_ACR: LATENCY of \(timing.waitStates) at \(megahertz(HCLK())) MHz, \(needed) needed")
    }

    public func reset() {
        completion?.cancel()
        busyUntil = 0
        ACR = 0
        SR = 0
        CR = Control.LOCK
        OPTCR = OPTCR | 1
        key = .locked
        optionKey = .locked
        interrupt.set(false)
        onTimingChange(timing)
        onCacheReset(true, true)
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .ACR: ACR
        case .KEYR, .OPTKEYR: 0
        case .SR: SR
        case .CR: CR
        case .OPTCR: OPTCR
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .ACR: writeACR(ACR.merging(value, lanes: lanes) & 0x1F07)
        case .KEYR:
            key = FLASH.step(key, value, keys: (0x4567_0123, 0xCDEF_89AB))
            if key == .open { CR &= ~Control.LOCK }
        case .OPTKEYR:
            optionKey = FLASH.step(optionKey, value, keys: (0x0819_2A3B, 0x4C5D_6E7F))
            if optionKey == .open { OPTCR &= ~1 }
        case .SR:
            SR &= ~(value & Status.clearable)
            updateInterrupt()
        case .CR: writeCR(CR.merging(value, lanes: lanes))
        case .OPTCR: writeOPTCR(OPTCR.merging(value, lanes: lanes))
        }
    }

    private func writeACR(_ new: UInt32) {
        let old = timing
        let risen = new & ~ACR
        ACR = new
        if timing != old {
            checkLatency()
            onTimingChange(timing)
        }
        // A cache can be emptied only while it is off (3.9.1).
        let instruction = risen.bit(11) && !timing.instructionCache
        let data = risen.bit(12) && !timing.dataCache
        if instruction || data { onCacheReset(instruction, data) }
    }

    private static func step(_ state: Unlock, _ value: UInt32, keys: (UInt32, UInt32)) -> Unlock {
        switch state {
        case .locked: value == keys.0 ? .halfway : .dead
        case .halfway: value == keys.1 ? .open : .dead
        case .open: .open
        case .dead: .dead
        }
    }

    private func writeCR(_ new: UInt32) {
        guard CR & Control.LOCK == 0 else {
            notices.misuse("FLASH_CR written while locked: ignored")
            return
        }
        guard SR & Status.BSY == 0 else {
            notices.misuse("FLASH_CR written while BSY: ignored")
            return
        }
        CR = new & 0x8301_037F
        if new & Control.LOCK != 0 { key = .locked }
        if new & Control.STRT != 0 { erase() }
        updateInterrupt()
    }

    private func writeOPTCR(_ new: UInt32) {
        guard OPTCR & 1 == 0 else {
            notices.misuse("FLASH_OPTCR written while locked: ignored")
            return
        }
        OPTCR = new & 0x0FFF_FFEF
        if new & 1 != 0 { optionKey = .locked }
        if new & 2 != 0 {
            OPTCR &= ~2
            begin(seconds: FLASH.programming)
        }
    }

    // MARK: Operations

    /// What a store to the flash does: the interface programs it when `PG` is set (RM0090 3.6.4), else it raises an
    /// error flag. Bits only go from one to zero.
    ///
    /// - Parameters:
    ///   - address: of the main flash memory, aligned to `width`.
    /// - Throws: `.nothingThere` when the address is not in the main flash memory.
    public func program(_ address: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard memory.contains(address, Int(width.rawValue)) else { throw .nothingThere }
        guard SR & Status.BSY == 0 else {
            notices.misuse("flash programmed while BSY: ignored")
            return
        }
        guard CR & Control.LOCK == 0, CR & Control.PG != 0, CR & (Control.SER | Control.MER) == 0 else {
            return fail(Status.PGSERR)
        }
        // PSIZE: 00 byte, 01 half word, 10 word, 11 double word (two words).
        let parallelism = CR.bits(9, 8)
        guard width.rawValue == 1 << parallelism || (parallelism == 3 && width == .word) else {
            return fail(Status.PGPERR)
        }
        guard isWritable(sector(at: address)) else { return fail(Status.WRPERR) }
        memory.store(address, memory.load(address, width) & value, width)
        chip.bus.onChange(address, Int(width.rawValue))
        begin(seconds: FLASH.programming)
    }

    /// Typical time to program one byte, half word or word (DS8626, flash memory programming, t_prog).
    private static let programming = 16e-6

    private func erase() {
        if CR & Control.MER != 0 {
            guard (0..<sectors.count).allSatisfy(isWritable) else { return fail(Status.WRPERR) }
            fill(memory.base, memory.size)
            // DS8626, flash memory programming, t_ME: 16, 11 and 8 s for programming by 8, 16 and 32 bits.
            begin(seconds: byParallelism(16, 11, 8))
        } else if CR & Control.SER != 0 {
            let number = Int(CR.bits(6, 3))
            guard number < sectors.count else { return fail(Status.PGSERR) }
            guard isWritable(number) else { return fail(Status.WRPERR) }
            let start = sectors[..<number].reduce(0, +)
            let size = min(sectors[number], memory.size - start)
            guard size > 0 else { return fail(Status.PGSERR) }
            fill(memory.base + UInt32(start), size)
            begin(seconds: sectorErase(sectors[number]))
        } else {
            fail(Status.PGSERR)
        }
    }

    /// DS8626, flash memory programming, t_ERASE16KB, t_ERASE64KB, t_ERASE128KB, typical.
    private func sectorErase(_ size: Int) -> Double {
        switch size {
        case ...0x4000: byParallelism(0.4, 0.3, 0.25)
        case ...0x10000: byParallelism(1.2, 0.7, 0.55)
        default: byParallelism(2, 1.3, 1)
        }
    }

    private func byParallelism(_ by8: Double, _ by16: Double, _ by32: Double) -> Double {
        switch CR.bits(9, 8) {
        case 0: by8
        case 1: by16
        default: by32
        }
    }

    private func fill(_ address: UInt32, _ count: Int) {
        for offset in stride(from: UInt32(0), to: UInt32(count), by: 4) {
            memory.store(address + offset, .max, .word)
        }
        chip.bus.onChange(address, count)
    }

    private func sector(at address: UInt32) -> Int {
        var end = Int(memory.base)
        for (number, size) in sectors.enumerated() {
            end += size
            if Int(address) < end { return number }
        }
        return sectors.count
    }

    /// nWRP in `FLASH_OPTCR`: zero protects the sector.
    private func isWritable(_ sector: Int) -> Bool {
        sector >= 12 || OPTCR.bit(16 + sector)
    }

    private func begin(seconds: Double) {
        SR |= Status.BSY
        busyUntil = chip.clock.now + chip.clock.cycles(in: seconds)
        completion?.set(after: seconds)
        // Cached lines of what changed are stale until the firmware empties the caches; ours would not be.
        onCacheReset(true, true)
    }

    private func complete() {
        SR &= ~Status.BSY
        CR &= ~Control.STRT
        if CR & Control.EOPIE != 0 { SR |= Status.EOP }
        updateInterrupt()
    }

    private func fail(_ error: UInt32) {
        SR |= error
        if CR & Control.ERRIE != 0 { SR |= Status.OPERR }
        CR &= ~Control.STRT
        updateInterrupt()
    }

    private func updateInterrupt() {
        let end = SR & Status.EOP != 0 && CR & Control.EOPIE != 0
        let error = SR & Status.OPERR != 0 && CR & Control.ERRIE != 0
        interrupt.set(end || error)
    }
}
