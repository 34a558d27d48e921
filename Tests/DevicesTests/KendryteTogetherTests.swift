import Machine
import TestSupport
import Testing

@testable import Devices

/// The devices wired to SYSCTL's clocks, and what hostile firmware may do to them.
@Suite struct KendryteTogetherTests {
    let chip = makeChip()

    /// PLL0 at 806 MHz, the core at 403 MHz.
    func fast() -> SYSCTL {
        let sysctl = SYSCTL(chip: chip)
        sysctl[.pll0] = 0x022F_47D0
        chip.run(for: 500)
        sysctl[.clk_sel0] = 1
        return sysctl
    }

    @Test func aByteAt115200Baud() {
        let sysctl = fast()
        let port = SerialPort()
        let uart = UART(name: "UART3", chip: chip, clock: { sysctl.hertz(of: .block(.UART3)) }, port: port)
        // The SDK: 403 MHz / 115200 = 3498 = 16 * 218 + 10.
        uart[.LCR] = 0x83
        uart[.RBR] = 218
        uart[.DLF] = 10
        uart[.LCR] = 3
        var at = 0.0
        port.transmit = { _ in at = chip.clock.seconds(at: chip.clock.now) }
        let start = chip.clock.seconds(at: chip.clock.now)
        uart[.RBR] = 0x55
        chip.run(seconds: 0.001)
        #expect(abs(at - start - 10.0 / 115_200) < 2e-8)
        // APB0 at half the core's clock: the same divisor is half the rate.
        sysctl[.clk_sel0] |= 1 << 3
        #expect(abs(uart.baudRate - 57_604) < 1)
    }

    @Test func aTimerKeepsItsTimeWhenTheCoreSpeedsUp() {
        let sysctl = SYSCTL(chip: chip)
        let watched = Watched()
        let timer = TIMER(
            name: "TIMER0", chip: chip, clock: { sysctl.hertz(of: .block(.TIMER0)) }, interruptA: watched.line)
        sysctl.onChange { [unowned timer] in timer.clockChanged() }
        // 1 ms of 13 MHz.
        timer[.load_count(0)] = 13_000
        timer[.control(0)] = 3
        chip.run(seconds: 0.000_5)
        sysctl[.pll0] = 0x022F_47D0
        chip.run(seconds: 0.000_1)
        sysctl[.clk_sel0] = 1
        chip.run(seconds: 0.000_399)
        #expect(!watched.level)
        chip.run(seconds: 0.000_002)
        #expect(watched.level)
        _ = timer[.eoi]
        // From PLL0 now: 403 MHz, so the rest of the period is short.
        sysctl[.clk_sel0] |= 1 << 13
        chip.run(seconds: 13_001 / 403e6)
        #expect(watched.rises == 2)
    }

    @Test func aWatchdogsResetIsSeenAfterwards() {
        let sysctl = SYSCTL(chip: chip)
        let watchdog = WDT(name: "WDT0", chip: chip) { sysctl.hertz(of: .block(.WDT0)) }
        watchdog.onTimeout = {
            sysctl.recordReset(.WDT0)
            chip.requestReset()
        }
        chip.requestReset = {
            sysctl.reset()
            watchdog.reset()
        }
        sysctl[.reset_status] = 1
        watchdog[.cr] = 1
        chip.run(seconds: 65_536 / 13e6)
        #expect(sysctl[.reset_status] == 4)
        #expect(watchdog[.cr] == 0)
    }

    @Test func anInterruptOfAPinReachesItsHart() {
        let hart = Watched()
        let plic = PLIC(chip: chip, sources: 65, contexts: [hart.line])
        let gpio = GPIOHS(chip: chip, interrupts: (34...65).map { plic.line($0) })
        plic[.priority(source: 39)] = 1
        plic[.enable(context: 0, word: 1)] = 1 << 7
        gpio[.input_en] = 1 << 5
        gpio[.rise_ie] = 1 << 5
        gpio.setInput(5, true)
        #expect(hart.level)
        #expect(plic[.claim(context: 0)] == 39)
        gpio[.rise_ip] = 1 << 5
        plic[.claim(context: 0)] = 39
        #expect(!hart.level)
    }

    /// Any access in any order at any time, also a little earlier than the one before, as two harts make them.
    @Test(arguments: 0..<8) func nothingThatFirmwareWritesIsFatal(seed: UInt64) throws {
        let sysctl = SYSCTL(chip: chip)
        let plic = PLIC(chip: chip, sources: 65, contexts: (0..<4).map { _ in .unconnected })
        let port = SerialPort()
        let hertz: (KendryteBlock) -> () -> Double = { block in { sysctl.hertz(of: .block(block)) } }
        let timer = TIMER(name: "TIMER0", chip: chip, clock: hertz(.TIMER0), interruptA: plic.line(14))
        let watchdog = WDT(name: "WDT0", chip: chip, clock: hertz(.WDT0), interrupt: plic.line(21))
        let rtc = RTC(chip: chip, clock: hertz(.RTC), interrupt: plic.line(20))
        sysctl.onChange {
            timer.clockChanged()
            watchdog.clockChanged()
            rtc.clockChanged()
        }
        let devices: [any Peripheral] = [
            sysctl, plic, timer, watchdog, rtc, CLINT(chip: chip, divisor: 50, lines: [(.unconnected, .unconnected)]),
            UART(name: "UART1", chip: chip, clock: hertz(.UART1), port: port, interrupt: plic.line(11)),
            UARTHS(chip: chip, port: SerialPort(), interrupt: plic.line(33)), FPIOA(chip: chip),
            KendryteGPIO(chip: chip, interrupt: plic.line(23)), GPIOHS(chip: chip, interrupts: [plic.line(34)]),
        ]
        var random = SplitMix(seed: seed)
        for _ in 0..<40_000 {
            let device = devices[Int(random.next() % UInt64(devices.count))]
            // Mostly where registers are, which in a CLINT or a PLIC is all over.
            let offset = UInt32(truncatingIfNeeded: random.next()) & (random.next() % 4 == 0 ? 0x3FF_FFFC : 0xFC)
            let value = random.next() & random.next()
            switch random.next() % 6 {
            case 0: _ = try device.read(offset, .word)
            case 1: try device.write(offset, UInt32(truncatingIfNeeded: value), .word)
            case 2: try device.write(offset | 3, UInt32(value & 0xFF), .byte)
            case 3: try device.writeDoubleword(offset & ~7, value)
            case 4: _ = try device.readDoubleword(offset & ~7)
            default:
                port.send([UInt8(value & 0xFF)])
                chip.run(for: Int(value % 400))
                chip.clock.now -= min(chip.clock.now, Int(random.next() % 300))
            }
            if random.next() % 500 == 0 { device.reset() }
        }
    }
}
