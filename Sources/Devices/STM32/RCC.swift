import Bits
import Machine

/// Reset and clock control of the STM32F405/407 (RM0090 chapter 7). Drives the core's clock: one cycle of the core is
/// one cycle of HCLK.
public final class RCC: RegisterMap {
    public enum Register: UInt32 {
        case CR = 0x00, PLLCFGR = 0x04, CFGR = 0x08, CIR = 0x0C
        case AHB1RSTR = 0x10, AHB2RSTR = 0x14, AHB3RSTR = 0x18, APB1RSTR = 0x20, APB2RSTR = 0x24
        case AHB1ENR = 0x30, AHB2ENR = 0x34, AHB3ENR = 0x38, APB1ENR = 0x40, APB2ENR = 0x44
        case AHB1LPENR = 0x50, AHB2LPENR = 0x54, AHB3LPENR = 0x58, APB1LPENR = 0x60, APB2LPENR = 0x64
        case BDCR = 0x70, CSR = 0x74, SSCGR = 0x80, PLLI2SCFGR = 0x84
    }

    /// What a reset came from; `RCC_CSR` tells the firmware (RM0090 7.3.21).
    public enum ResetCause: UInt32, Sendable {
        case pin = 0x0400_0000
        case powerOn = 0x0E00_0000
        case software = 0x1400_0000
        case independentWatchdog = 0x2400_0000
        case windowWatchdog = 0x4400_0000
    }

    public let name: String
    public let notices: Notices
    /// Whether `PWR_CR.DBP` allows writes to the backup domain.
    public var isBackupDomainWritable: () -> Bool = { true }

    private let chip: Chip
    private let interrupt: InterruptLine
    private let HSEHertz: Double
    private let LSEHertz: Double
    private var oscillators: [Oscillator] = []

    private var CR: UInt32 = 0
    private(set) var tree: ClockTree
    private var source = ClockTree.Source.HSI
    private var CIR: UInt32 = 0
    private var BDCR: UInt32 = 0
    private var CSR: UInt32 = ResetCause.powerOn.rawValue
    private var SSCGR: UInt32 = 0
    private var enables = PerDomain(RCC.resetEnables)
    private var resets = PerDomain([0, 0, 0, 0, 0])
    private var lowPowerEnables = PerDomain(RCC.resetLowPowerEnables)
    private var pendingCause: ResetCause?
    private var clocks: [(control: ClockControl, clock: PeripheralClock)] = []
    private var resetTargets: [(control: ClockControl, peripheral: any Peripheral)] = []
    private var observers: [() -> Void] = []

    /// - Parameters:
    ///   - HSE: the external oscillator in Hz; zero when the board has none.
    ///   - LSE: the external 32.768 kHz crystal in Hz; zero when the board has none.
    ///   - interrupt: `RCC_IRQn`, 5.
    public init(
        name: String = "RCC", chip: Chip, HSE: Double = 8_000_000, LSE: Double = 32_768,
        interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.interrupt = interrupt
        notices = chip.notices
        HSEHertz = HSE
        LSEHertz = LSE
        tree = RCC.resetTree(HSE: HSE)
        CR = RCC.resetCR
        oscillators = Oscillator.Name.allCases.map { name in
            Oscillator(name, Alarm(chip) { [weak self] _ in self?.started(name) })
        }
        chip.clock.change(to: HCLK)
    }

    // MARK: Frequencies

    /// Frequencies in Hz at the moment.
    public var SYSCLK: Double { tree.SYSCLK(from: source) }
    public var HCLK: Double { SYSCLK / Double(tree.AHBPrescaler) }
    public var PCLK1: Double { HCLK / Double(tree.APB1Prescaler) }
    public var PCLK2: Double { HCLK / Double(tree.APB2Prescaler) }
    /// The clocks of the timers on APB1 and APB2: PCLK when its prescaler is 1, else twice PCLK.
    public var TIMCLK1: Double { HCLK / Double(timerDivider(tree.APB1Prescaler)) }
    public var TIMCLK2: Double { HCLK / Double(timerDivider(tree.APB2Prescaler)) }
    /// The clock of the RNG in Hz; zero while the main PLL is not locked.
    public var PLL48CLK: Double { isReady(.PLL) ? tree.PLL48CLK : 0 }
    /// LSI in Hz, typical (datasheet DS8626, LSI oscillator characteristics).
    public static let LSI = 32_000.0

    // MARK: Wiring

    /// The clock of the peripheral whose bits are `control`.
    public func clock(_ control: ClockControl) -> PeripheralClock {
        let clock = PeripheralClock(divider: divider(control), isRunning: isRunning(control))
        clocks.append((control, clock))
        return clock
    }

    /// Has `peripheral` reset when its bit in `RCC_xxxRSTR` is set.
    public func connectReset(_ control: ClockControl, to peripheral: any Peripheral) {
        resetTargets.append((control, peripheral))
    }

    /// Calls `observer` after every change of a frequency or of an oscillator.
    public func observe(_ observer: @escaping () -> Void) {
        observers.append(observer)
    }

    /// Says what the reset that is about to happen comes from; without it, it is `SYSRESETREQ`.
    public func recordReset(_ cause: ResetCause) { pendingCause = cause }

    /// Switches LSI on, as the independent watchdog does when it starts (RM0090 7.2.9).
    public func forceLSI() {
        CSR |= 1
        start(.LSI)
    }

    public func reset() {
        // The flags of CSR and the backup domain outlive a system reset.
        let cause = pendingCause ?? (chip.clock.now == 0 ? .powerOn : .software)
        pendingCause = nil
        CSR = (CSR & 0xFE00_0000) | cause.rawValue
        for oscillator in oscillators where oscillator.name != .LSE { oscillator.alarm.cancel() }
        CR = RCC.resetCR
        tree = RCC.resetTree(HSE: HSEHertz)
        source = .HSI
        CIR = 0
        SSCGR = 0
        enables = PerDomain(RCC.resetEnables)
        resets = PerDomain([0, 0, 0, 0, 0])
        lowPowerEnables = PerDomain(RCC.resetLowPowerEnables)
        interrupt.set(false)
        clocksChanged()
    }

    // MARK: Registers

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .CR: CR
        case .PLLCFGR: tree.PLLCFGR
        case .CFGR: tree.CFGR | source.rawValue << 2
        case .CIR: CIR
        case .AHB1RSTR: resets[.AHB1]
        case .AHB2RSTR: resets[.AHB2]
        case .AHB3RSTR: resets[.AHB3]
        case .APB1RSTR: resets[.APB1]
        case .APB2RSTR: resets[.APB2]
        case .AHB1ENR: enables[.AHB1]
        case .AHB2ENR: enables[.AHB2]
        case .AHB3ENR: enables[.AHB3]
        case .APB1ENR: enables[.APB1]
        case .APB2ENR: enables[.APB2]
        case .AHB1LPENR: lowPowerEnables[.AHB1]
        case .AHB2LPENR: lowPowerEnables[.AHB2]
        case .AHB3LPENR: lowPowerEnables[.AHB3]
        case .APB1LPENR: lowPowerEnables[.APB1]
        case .APB2LPENR: lowPowerEnables[.APB2]
        case .BDCR: BDCR
        case .CSR: CSR
        case .SSCGR: SSCGR
        case .PLLI2SCFGR: tree.PLLI2SCFGR
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .CR: writeCR(CR.merging(value, lanes: lanes))
        case .PLLCFGR: writePLLCFGR(tree.PLLCFGR.merging(value, lanes: lanes))
        case .CFGR: writeCFGR(tree.CFGR.merging(value, lanes: lanes))
        case .CIR: writeCIR(value, lanes: lanes)
        case .AHB1RSTR: writeReset(.AHB1, value, lanes)
        case .AHB2RSTR: writeReset(.AHB2, value, lanes)
        case .AHB3RSTR: writeReset(.AHB3, value, lanes)
        case .APB1RSTR: writeReset(.APB1, value, lanes)
        case .APB2RSTR: writeReset(.APB2, value, lanes)
        case .AHB1ENR: writeEnable(.AHB1, value, lanes)
        case .AHB2ENR: writeEnable(.AHB2, value, lanes)
        case .AHB3ENR: writeEnable(.AHB3, value, lanes)
        case .APB1ENR: writeEnable(.APB1, value, lanes)
        case .APB2ENR: writeEnable(.APB2, value, lanes)
        case .AHB1LPENR: lowPowerEnables[.AHB1] = lowPowerEnables[.AHB1].merging(value, lanes: lanes)
        case .AHB2LPENR: lowPowerEnables[.AHB2] = lowPowerEnables[.AHB2].merging(value, lanes: lanes)
        case .AHB3LPENR: lowPowerEnables[.AHB3] = lowPowerEnables[.AHB3].merging(value, lanes: lanes)
        case .APB1LPENR: lowPowerEnables[.APB1] = lowPowerEnables[.APB1].merging(value, lanes: lanes)
        case .APB2LPENR: lowPowerEnables[.APB2] = lowPowerEnables[.APB2].merging(value, lanes: lanes)
        case .BDCR: writeBDCR(BDCR.merging(value, lanes: lanes))
        case .CSR: writeCSR(CSR.merging(value, lanes: lanes))
        case .SSCGR:
            SSCGR = SSCGR.merging(value, lanes: lanes)
            note(SSCGR, of: .SSCGR, unmodelled: [(31, "SSCGEN")])
        case .PLLI2SCFGR where !CR.bit(26): tree.PLLI2SCFGR = tree.PLLI2SCFGR.merging(value, lanes: lanes) & 0x7000_7FC0
        case .PLLI2SCFGR: notices.misuse("RCC_PLLI2SCFGR written while the PLLI2S is on: ignored")
        }
    }

    private func writeCR(_ new: UInt32) {
        var wanted = new
        // The oscillator behind SYSCLK cannot be stopped, nor can HSEBYP change while HSE is on (7.3.1).
        switch source {
        case .HSI: wanted |= 1
        case .HSE: wanted |= 1 << 16
        case .PLL: wanted |= 1 << 24 | (tree.PLLSource == .HSE ? 1 << 16 : 1)
        }
        if CR.bit(16) { wanted = wanted & ~(1 << 18) | CR & 1 << 18 }
        note(wanted, of: .CR, unmodelled: [(19, "CSSON")])
        let writable: UInt32 = 0x050D_00F9
        CR = CR & ~writable | wanted & writable
        for oscillator in [Oscillator.Name.HSI, .HSE, .PLL, .PLLI2S] {
            if CR.bit(oscillator.onBit) { start(oscillator) } else { stop(oscillator) }
        }
        observers.forEach { $0() }
    }

    private func writePLLCFGR(_ new: UInt32) {
        guard !CR.bit(24) else {
            notices.misuse("RCC_PLLCFGR written while the PLL is on: ignored")
            return
        }
        tree.PLLCFGR = new & 0x0F43_7FFF
    }

    private func writeCFGR(_ new: UInt32) {
        tree.CFGR = new & 0xFFFF_FCF3
        if new & 3 == 3 { notices.misuse("RCC_CFGR: SW = 3 is not allowed") }
        clocksChanged()
    }

    private func writeCIR(_ value: UInt32, lanes: UInt32) {
        CIR = CIR & ~(0x3F00 & lanes) | value & 0x3F00
        CIR &= ~(value.bits(23, 16) & 0xBF)
        updateInterrupt()
    }

    private func updateInterrupt() {
        interrupt.set(CIR & (CIR >> 8) & 0x3F != 0)
    }

    private func writeReset(_ domain: ClockDomain, _ value: UInt32, _ lanes: UInt32) {
        let old = resets[domain]
        resets[domain] = old.merging(value, lanes: lanes)
        let risen = resets[domain] & ~old
        for target in resetTargets where target.control.domain == domain && target.control.reset & risen != 0 {
            target.peripheral.reset()
        }
        updateClocks()
    }

    private func writeEnable(_ domain: ClockDomain, _ value: UInt32, _ lanes: UInt32) {
        enables[domain] = enables[domain].merging(value, lanes: lanes)
        updateClocks()
    }

    private func writeBDCR(_ new: UInt32) {
        guard isBackupDomainWritable() else {
            notices.misuse("RCC_BDCR written without PWR_CR.DBP: ignored")
            return
        }
        if new.bit(16) {
            // BDRST resets everything else in the register.
            BDCR = 1 << 16
        } else {
            BDCR = BDCR & 2 | new & 0x0001_8305
        }
        if BDCR.bit(0) { start(.LSE) } else { stop(.LSE) }
    }

    private func writeCSR(_ new: UInt32) {
        CSR = CSR & ~1 | new & 1
        if new.bit(24) { CSR &= 0x00FF_FFFF }
        if CSR.bit(0) { start(.LSI) } else { stop(.LSI) }
    }

    // MARK: Oscillators

    private func isReady(_ name: Oscillator.Name) -> Bool {
        switch name {
        case .LSE: BDCR.bit(1)
        case .LSI: CSR.bit(1)
        case .HSI, .HSE, .PLL, .PLLI2S: CR.bit(name.onBit + 1)
        }
    }

    private func setReady(_ name: Oscillator.Name, _ isReady: Bool) {
        let bit: UInt32 = 1 << UInt32(name.onBit + 1)
        switch name {
        case .LSE: BDCR = isReady ? BDCR | bit : BDCR & ~bit
        case .LSI: CSR = isReady ? CSR | bit : CSR & ~bit
        case .HSI, .HSE, .PLL, .PLLI2S: CR = isReady ? CR | bit : CR & ~bit
        }
    }

    private func start(_ name: Oscillator.Name) {
        let oscillator = oscillators[name.rawValue]
        guard !isReady(name), !oscillator.alarm.isPending, canStart(name) else { return }
        oscillator.alarm.set(after: name == .HSE && CR.bit(18) ? 0 : name.startUp)
    }

    private func canStart(_ name: Oscillator.Name) -> Bool {
        let input: Oscillator.Name = tree.PLLSource == .HSE ? .HSE : .HSI
        switch name {
        case .HSI, .LSI: return true
        case .HSE: return HSEHertz > 0
        case .LSE: return LSEHertz > 0
        case .PLL:
            guard isReady(input) else { return false }
            tree.PLLFaults.forEach { fault in notices.misuse(fault) }
            return tree.PLL > 0
        case .PLLI2S: return isReady(input) && tree.VCOI2S > 0
        }
    }

    private func stop(_ name: Oscillator.Name) {
        oscillators[name.rawValue].alarm.cancel()
        setReady(name, false)
        let feedsPLLs = name == (tree.PLLSource == .HSE ? .HSE : .HSI)
        for PLL in [Oscillator.Name.PLL, .PLLI2S] where feedsPLLs {
            oscillators[PLL.rawValue].alarm.cancel()
            setReady(PLL, false)
        }
    }

    private func started(_ name: Oscillator.Name) {
        setReady(name, true)
        // The flag appears only when its interrupt is enabled (7.3.4).
        CIR |= CIR >> 8 & 1 << name.flag
        updateInterrupt()
        if name == .HSI || name == .HSE {
            for PLL in [Oscillator.Name.PLL, .PLLI2S] where CR.bit(PLL.onBit) { start(PLL) }
        }
        clocksChanged()
    }

    // MARK: What follows

    /// Brings SYSCLK to the source that `SW` asks for as soon as it is ready, and tells everyone.
    private func clocksChanged() {
        if let wanted = ClockTree.Source(rawValue: tree.CFGR & 3) {
            let name: Oscillator.Name =
                switch wanted {
                case .HSI: .HSI
                case .HSE: .HSE
                case .PLL: .PLL
                }
            if isReady(name) {
                source = wanted
            } else {
                notices.misuse("RCC_CFGR: SW selects \(wanted) before it is ready")
            }
        }
        chip.clock.change(to: HCLK)
        checkLimits()
        updateClocks()
        observers.forEach { $0() }
    }

    /// DS8626, general operating conditions.
    private func checkLimits() {
        for (clock, hertz, limit) in [("HCLK", HCLK, 168e6), ("PCLK1", PCLK1, 42e6), ("PCLK2", PCLK2, 84e6)]
        where hertz > limit {
            notices.misuse("\(clock) at \(megahertz(hertz)) MHz, above its limit of \(megahertz(limit)) MHz")
        }
    }

    private func updateClocks() {
        for (control, clock) in clocks { clock.set(divider: divider(control), isRunning: isRunning(control)) }
    }

    private func isRunning(_ control: ClockControl) -> Bool {
        enables[control.domain] & control.enable != 0 && resets[control.domain] & control.reset == 0
    }

    private func divider(_ control: ClockControl) -> Int {
        let prescaler =
            switch control.domain {
            case .AHB1, .AHB2, .AHB3: 1
            case .APB1: tree.APB1Prescaler
            case .APB2: tree.APB2Prescaler
            }
        return control.isTimer ? timerDivider(prescaler) : prescaler
    }

    private func timerDivider(_ prescaler: Int) -> Int { max(1, prescaler / 2) }

    // MARK: Reset values (RM0090 7.3)

    private static let resetCR: UInt32 = 0x83
    private static let resetEnables: [UInt32] = [0x0010_0000, 0, 0, 0, 0]
    private static let resetLowPowerEnables: [UInt32] = [0x7E67_91FF, 0xF1, 1, 0x36FE_C9FF, 0x0007_5F33]

    private static func resetTree(HSE: Double) -> ClockTree {
        ClockTree(HSE: HSE, PLLCFGR: 0x2400_3010, PLLI2SCFGR: 0x2000_3000, CFGR: 0)
    }
}

/// One register for each bus.
private struct PerDomain {
    private var values: [UInt32]

    init(_ values: [UInt32]) { self.values = values }

    subscript(_ domain: ClockDomain) -> UInt32 {
        get { values[domain.rawValue] }
        set { values[domain.rawValue] = newValue }
    }
}

/// An oscillator or PLL that takes a while to start.
private struct Oscillator {
    /// In the order of the flags of `RCC_CIR`.
    enum Name: Int, CaseIterable {
        case LSI, LSE, HSI, HSE, PLL, PLLI2S

        /// The bit that switches it on, in `RCC_CSR`, `RCC_BDCR` or `RCC_CR`; the ready bit is the next.
        var onBit: Int {
            switch self {
            case .LSI, .LSE, .HSI: 0
            case .HSE: 16
            case .PLL: 24
            case .PLLI2S: 26
            }
        }

        /// Its bit in `RCC_CIR`.
        var flag: UInt32 { UInt32(rawValue) }

        /// Seconds from on to ready; DS8626, external, internal and PLL clock source characteristics: typical
        /// values; for the PLLs, which have none, one inside the span given there (75 to 300 us).
        var startUp: Double {
            switch self {
            case .LSI: 15e-6
            case .LSE: 2
            case .HSI: 2.2e-6
            case .HSE: 2e-3
            case .PLL, .PLLI2S: 100e-6
            }
        }
    }

    let name: Name
    let alarm: Alarm

    init(_ name: Name, _ alarm: Alarm) {
        self.name = name
        self.alarm = alarm
    }
}
