import Bits
import Machine

/// The system controller of the K210: PLLs, clock selection and dividers, clock gates, resets, the requests of the DMA
/// channels. Drives the core's clock: one cycle of the cores is one cycle of ACLK.
public final class SYSCTL: RegisterMap {
    public enum Register: UInt32 {
        case git_id = 0x00, clk_freq = 0x04, pll0 = 0x08, pll1 = 0x0C, pll2 = 0x10, pll_lock = 0x18, rom_error = 0x1C
        case clk_sel0 = 0x20, clk_sel1 = 0x24, clk_en_cent = 0x28, clk_en_peri = 0x2C
        case soft_reset = 0x30, peri_reset = 0x34
        case clk_th0 = 0x38, clk_th1 = 0x3C, clk_th2 = 0x40, clk_th3 = 0x44, clk_th4 = 0x48, clk_th5 = 0x4C
        case clk_th6 = 0x50, misc = 0x54, peri = 0x58, spi_sleep = 0x5C, reset_status = 0x60
        case dma_sel0 = 0x64, dma_sel1 = 0x68, power_sel = 0x6C
    }

    /// What a reset came from, as the bits of `reset_status` tell the firmware.
    public enum ResetCause: UInt32, Sendable {
        case pin = 0x02
        case WDT0 = 0x04
        case WDT1 = 0x08
        case software = 0x10
    }

    public let name: String
    public let notices: Notices
    public private(set) var clocks: KendryteClocks

    private let chip: Chip
    private var locks: [Alarm] = []
    private var clk_sel1: UInt32 = 0
    private var clk_en_cent = SYSCTL.resetEnables.central
    private var clk_en_peri = SYSCTL.resetEnables.peripheral
    private var peri_reset: UInt32 = 0
    private var misc: UInt32 = 0
    private var peri: UInt32 = 0
    private var spi_sleep: UInt32 = 0
    private var reset_status = ResetCause.pin.rawValue
    private var dma_sel: [UInt32] = [0, 0]
    private var power_sel: UInt32 = 0
    private var pendingCause: ResetCause?
    private var resetTargets: [(block: KendryteBlock, peripheral: any Peripheral)] = []
    private var observers: [() -> Void] = []

    /// The clock gates that are open after a reset. Assumed, as no public source gives them: the buses, what the boot
    /// ROM has used when it starts firmware, and the KPU, which nncase's examples run without opening its gate.
    private static let resetEnables: (central: UInt32, peripheral: UInt32) = {
        let used: [KendryteBlock] = [.ROM, .DMA, .AI, .SPI3, .AES, .FPIOA, .SHA, .OTP]
        return (0x3F, used.reduce(0) { $0 | 1 << UInt32($1.rawValue) })
    }()

    private static let blocks = KendryteBlock.allCases.reduce(UInt32(0)) { $0 | 1 << UInt32($1.rawValue) }

    /// - Parameter IN0: the crystal in Hz.
    public init(name: String = "SYSCTL", chip: Chip, IN0: Double = 26_000_000) {
        self.name = name
        self.chip = chip
        notices = chip.notices
        clocks = KendryteClocks(IN0: IN0)
        locks = [\KendryteClocks.PLL0, \.PLL1, \.PLL2].map { path in
            Alarm(chip) { [weak self] _ in
                self?.clocks[keyPath: path].isLocked = true
                self?.clocksChanged()
            }
        }
        chip.clock.change(to: clocks.hertz(of: .ACLK))
    }

    // MARK: Frequencies

    /// The clock of the KPU in Hz; zero while PLL1 gives none.
    public var kpuHertz: Double { hertz(of: .block(.AI)) }

    /// The frequency of a clock in Hz at the moment; zero while it stands still. Clock gates do not count.
    public func hertz(of clock: KendryteClock) -> Double { clocks.hertz(of: clock) }

    /// Calls `observer` after every change of a frequency.
    public func onChange(_ observer: @escaping () -> Void) {
        observers.append(observer)
    }

    // MARK: Wiring

    /// Has `peripheral` reset when its bit in `peri_reset` is set.
    public func connectReset(_ block: KendryteBlock, to peripheral: any Peripheral) {
        resetTargets.append((block, peripheral))
    }

    /// Whether the bit of a block in `clk_en_peri` is set.
    public func isClocked(_ block: KendryteBlock) -> Bool { clk_en_peri.bit(block.rawValue) }

    /// What goes on the bus for a peripheral whose clock is that of `block`: it says so when it is touched while its
    /// clock is off. Nothing public says what silicon does then, so the access works all the same.
    public func gate(_ peripheral: any Peripheral, _ block: KendryteBlock) -> ClockGate {
        ClockGate(peripheral, stopped: .answers, notices: notices) { [unowned self] in isClocked(block) }
    }

    /// Called when `dmaSelect` answers differently from now on.
    public var onDMASelect: () -> Void = {}

    /// The number of the request that `dma_sel` leads to a channel (0 to 5) of the DMA controller.
    public func dmaSelect(_ channel: Int) -> Int {
        guard (0...5).contains(channel) else { return 0 }
        return Int(dma_sel[channel / 5] >> UInt32(6 * (channel % 5)) & 0x3F)
    }

    /// Says what the reset that is about to happen comes from; without it, it is the reset pin.
    public func recordReset(_ cause: ResetCause) { pendingCause = cause }

    // MARK: Registers

    public func reset() {
        reset_status |= (pendingCause ?? .pin).rawValue
        pendingCause = nil
        for lock in locks { lock.cancel() }
        clocks = KendryteClocks(IN0: clocks.IN0)
        (clk_sel1, peri_reset, misc, peri, spi_sleep, power_sel) = (0, 0, 0, 0, 0, 0)
        (clk_en_cent, clk_en_peri) = SYSCTL.resetEnables
        dma_sel = [0, 0]
        clocksChanged()
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        // Unknown: it names a version of the chip's sources.
        case .git_id: 0
        // Assumed: Linux's name for it is the default baud rate of UARTHS, which is this in the boot ROM.
        case .clk_freq: 115_200
        case .pll0: clocks.PLL0.register
        case .pll1: clocks.PLL1.register
        case .pll2: clocks.PLL2.register
        case .pll_lock:
            (clocks.PLL0.isLocked ? 3 : 0) | (clocks.PLL1.isLocked ? 3 << 8 : 0) | (clocks.PLL2.isLocked ? 3 << 16 : 0)
        case .rom_error, .soft_reset: 0
        case .clk_sel0: clocks.clk_sel0
        case .clk_sel1: clk_sel1
        case .clk_en_cent: clk_en_cent
        case .clk_en_peri: clk_en_peri
        case .peri_reset: peri_reset
        case .clk_th0, .clk_th1, .clk_th2, .clk_th3, .clk_th4, .clk_th5, .clk_th6: clocks.clk_th[threshold(register)]
        case .misc: misc
        case .peri: peri
        case .spi_sleep: spi_sleep
        case .reset_status: reset_status
        case .dma_sel0: dma_sel[0]
        case .dma_sel1: dma_sel[1]
        case .power_sel: power_sel
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .git_id, .clk_freq, .rom_error: break
        case .pll0: writePLL(\.PLL0, 0, value, lanes, writable: 0x07FF_FFFF)
        case .pll1: writePLL(\.PLL1, 1, value, lanes, writable: 0x03FF_FFFF)
        case .pll2: writePLL(\.PLL2, 2, value, lanes, writable: 0x0FFF_FFFF)
        // The bits that clear a slip; the PLLs here never slip.
        case .pll_lock: break
        case .clk_sel0:
            clocks.clk_sel0 = clocks.clk_sel0.merging(value, lanes: lanes) & 0xFFFF
            clocksChanged()
        case .clk_sel1: clk_sel1 = clk_sel1.merging(value, lanes: lanes) & 1
        case .clk_en_cent: clk_en_cent = clk_en_cent.merging(value, lanes: lanes) & 0x3F
        case .clk_en_peri: clk_en_peri = clk_en_peri.merging(value, lanes: lanes) & SYSCTL.blocks
        case .soft_reset:
            guard value.bit(0) else { return }
            recordReset(.software)
            chip.requestReset()
        case .peri_reset: writePeripheralReset(peri_reset.merging(value, lanes: lanes))
        case .clk_th0, .clk_th1, .clk_th2, .clk_th3, .clk_th4, .clk_th5, .clk_th6:
            let number = threshold(register)
            clocks.clk_th[number] = clocks.clk_th[number].merging(value, lanes: lanes) & SYSCTL.thresholds[number]
            clocksChanged()
        case .misc: misc = misc.merging(value, lanes: lanes) & 0x43F
        case .peri:
            peri = peri.merging(value, lanes: lanes) & 0x01FF_FFFF
            note(
                peri, of: .peri,
                unmodelled: (0..<12).map { ($0, "timer\($0)_pause") } + (12..<16).map { ($0, "spi\($0 - 12)_xip_en") })
        case .spi_sleep: spi_sleep = spi_sleep.merging(value, lanes: lanes) & 0xF
        case .reset_status:
            if value.bit(0) { reset_status = 0 }
        case .dma_sel0:
            dma_sel[0] = dma_sel[0].merging(value, lanes: lanes) & 0x3FFF_FFFF
            onDMASelect()
        case .dma_sel1:
            dma_sel[1] = dma_sel[1].merging(value, lanes: lanes) & 0x3F
            onDMASelect()
        case .power_sel: power_sel = power_sel.merging(value, lanes: lanes) & 0xFF
        }
    }

    /// The bits that `clk_th0` to `clk_th6` have.
    private static let thresholds: [UInt32] = [
        0x000F_FFFF, 0xFFFF_FFFF, 0x00FF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x0000_FFFF,
    ]

    private func threshold(_ register: Register) -> Int {
        Int(register.rawValue - Register.clk_th0.rawValue) / 4
    }

    private func writePeripheralReset(_ new: UInt32) {
        let risen = new & ~peri_reset
        peri_reset = new & SYSCTL.blocks & ~(1 << UInt32(KendryteBlock.OTP.rawValue))
        for target in resetTargets where risen.bit(target.block.rawValue) { target.peripheral.reset() }
    }

    // MARK: PLLs

    private func writePLL(
        _ path: WritableKeyPath<KendryteClocks, KendryteClocks.PLL>, _ number: Int, _ value: UInt32, _ lanes: UInt32,
        writable: UInt32
    ) {
        var pll = clocks[keyPath: path]
        let old = pll
        pll.register = pll.register.merging(value, lanes: lanes) & writable
        let starts = pll.isPowered && (!old.isPowered || pll.dividers != old.dividers)
        if starts || !pll.isPowered {
            pll.isLocked = false
            locks[number].cancel()
        }
        clocks[keyPath: path] = pll
        if starts { start(pll, number) }
        clocksChanged()
    }

    private func start(_ pll: KendryteClocks.PLL, _ number: Int) {
        let input = number == 2 ? clocks.PLL2Input : clocks.IN0
        guard input > 0 else {
            notices.misuse("PLL2 switched on while its input stands still: it does not lock")
            return
        }
        // The limits within which the SDK looks for dividers.
        let VCO = pll.VCO(from: input)
        if VCO < 350e6 || VCO > 1750e6 {
            notices.misuse("the VCO of PLL\(number) outside its range of 350 to 1750 MHz")
        }
        locks[number].set(after: pll.lockTime(from: input))
    }

    private func clocksChanged() {
        let ACLK = clocks.hertz(of: .ACLK)
        if ACLK > 0 {
            chip.clock.change(to: ACLK)
        } else {
            // Silicon would stand still for good; the cores keep the clock that they had.
            notices.misuse("ACLK selects PLL0 while that gives no clock")
        }
        for observer in observers { observer() }
    }
}
