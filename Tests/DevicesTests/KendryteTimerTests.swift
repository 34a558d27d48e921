import Machine
import Testing

@testable import Devices

/// The SDK's timer.h and timer.c. The core runs at 16 MHz, the timers at 4 MHz.
@Suite struct KendryteTIMERTests {
    let chip = makeChip()
    let a = Watched()
    let b = Watched()

    func make(clock: @escaping () -> Double = { 4_000_000 }) -> TIMER {
        TIMER(name: "TIMER0", chip: chip, clock: clock, interruptA: a.line, interruptB: b.line)
    }

    @Test func registersAreWhereTheSDKHasThem() {
        #expect(TIMER.Register.control(3).rawValue == 0x44)
        for offset in stride(from: UInt32(0), to: 0x100, by: 4) {
            if let register = TIMER.Register(rawValue: offset) { #expect(register.rawValue == offset) }
        }
        #expect(TIMER.Register(rawValue: 0x50) == nil)
    }

    @Test func aChannelInterruptsEveryLoadPlusOneTicks() {
        let timer = make()
        timer[.load_count(0)] = 9
        // The SDK's `timer_set_enable`: user-defined count, interrupt, on.
        timer[.control(0)] = 3
        chip.run(until: 4 * 9 - 1)
        #expect(!a.level)
        #expect(timer[.current_value(0)] == 1)
        chip.run(until: 4 * 9)
        #expect(a.level)
        #expect(timer[.current_value(0)] == 0)
        #expect(timer[.intr_stat] == 1)
        #expect(timer[.channel_intr_stat(0)] == 1)
        // Reading EOI clears, also while the counter is still zero.
        #expect(timer[.channel_eoi(0)] == 0)
        #expect(!a.level)
        #expect(timer[.raw_intr_stat] == 0)
        chip.run(until: 4 * 10)
        #expect(timer[.current_value(0)] == 9)
        chip.run(until: 4 * 19 - 1)
        #expect(!a.level)
        chip.run(until: 4 * 19)
        #expect(a.level)
        #expect(!b.level)
        // Many periods later.
        _ = timer[.eoi]
        chip.run(until: 4 * (9 + 1_000_000))
        #expect(timer[.current_value(0)] == 0)
    }

    @Test func channels2And3InterruptB() {
        let timer = make()
        timer[.load_count(2)] = 4
        timer[.load_count(3)] = 8
        timer[.control(2)] = 3
        timer[.control(3)] = 3
        chip.run(until: 4 * 8)
        #expect(b.level)
        #expect(!a.level)
        #expect(timer[.intr_stat] == 0xC)
        _ = timer[.channel_eoi(2)]
        #expect(b.level)
        _ = timer[.eoi]
        #expect(!b.level)
    }

    @Test func aMaskedChannelOnlyTellsRaw() {
        let timer = make()
        timer[.load_count(1)] = 4
        timer[.control(1)] = 7
        chip.run(until: 1000)
        #expect(!a.level)
        #expect(timer[.intr_stat] == 0)
        #expect(timer[.raw_intr_stat] == 2)
        timer[.control(1)] = 3
        #expect(a.level)
        // A channel that is switched off keeps no interrupt.
        timer[.control(1)] = 2
        #expect(!a.level)
    }

    @Test func aFreeRunningChannelComesAroundFromTheTop() {
        let timer = make()
        timer[.load_count(0)] = 5
        timer[.control(0)] = 1
        #expect(timer[.current_value(0)] == 0xFFFF_FFFF)
        chip.run(until: 40)
        #expect(timer[.current_value(0)] == 0xFFFF_FFF5)
    }

    @Test func aNewLoadCountsFromTheNextTurn() {
        let timer = make()
        timer[.load_count(0)] = 9
        timer[.control(0)] = 3
        timer[.load_count(0)] = 99
        #expect(timer[.current_value(0)] == 9)
        chip.run(until: 4 * 10)
        #expect(timer[.current_value(0)] == 99)
    }

    @Test func pulseWidthModulationAlternatesBothLoads() {
        let timer = make()
        timer[.load_count(0)] = 3
        timer[.load_count2(0)] = 9
        // The SDK's `pwm_set_frequency`: masked, modulated, user-defined, on.
        timer[.control(0)] = 0xF
        chip.run(until: 4 * 4)
        #expect(timer[.current_value(0)] == 9)
        chip.run(until: 4 * 14)
        #expect(timer[.current_value(0)] == 3)
        chip.run(until: 4 * (14 * 1000 + 5))
        #expect(timer[.current_value(0)] == 8)
    }

    @Test func theClockMayChange() {
        var hertz = 4_000_000.0
        let timer = make { hertz }
        timer[.load_count(0)] = 100
        timer[.control(0)] = 3
        chip.run(until: 40)
        hertz = 16_000_000
        timer.clockChanged()
        chip.run(until: 40 + 89)
        #expect(!a.level)
        chip.run(until: 40 + 90)
        #expect(a.level)
    }

    @Test func theCoresClockMayChange() {
        let timer = make()
        timer[.load_count(0)] = 100
        timer[.control(0)] = 3
        chip.run(until: 40)
        chip.clock.change(to: 8_000_000)
        chip.run(until: 40 + 2 * 90 - 1)
        #expect(!a.level)
        chip.run(until: 40 + 2 * 90)
        #expect(a.level)
    }

    @Test func aLoadOfZeroInterruptsAtEveryTick() {
        let timer = make()
        timer[.control(0)] = 3
        chip.run(until: 1)
        #expect(a.level)
        _ = timer[.eoi]
        #expect(!a.level)
        chip.run(until: 4)
        #expect(a.level)
    }
}

/// The SDK's wdt.h and wdt.c. The watchdog runs at 13 MHz, the core at 26 MHz: two cycles are a tick.
@Suite struct KendryteWDTTests {
    let chip = Chip(hertz: 26_000_000, memoryCapacity: 0x1000)
    let watched = Watched()

    func make() -> (watchdog: WDT, resets: () -> Int) {
        let watchdog = WDT(name: "WDT0", chip: chip, clock: { 13_000_000 }, interrupt: watched.line)
        var resets = 0
        chip.requestReset = { resets += 1 }
        return (watchdog, { resets })
    }

    @Test(arguments: [0, 3, 8])
    func itResetsAfterTwoToThe16PlusTOPTicks(TOP: UInt32) {
        let (watchdog, resets) = make()
        watchdog[.torr] = TOP << 4 | TOP
        watchdog[.cr] = 1
        let ticks = 1 << (16 + Int(TOP))
        #expect(watchdog[.ccvr] == UInt32(ticks))
        chip.run(until: 2 * ticks - 1)
        #expect(resets() == 0)
        chip.run(until: 2 * ticks)
        #expect(resets() == 1)
        #expect(!watched.level)
    }

    @Test func inInterruptModeItInterruptsFirst() {
        let (watchdog, resets) = make()
        // `wdt_init` for 2 s: TOP 8, which it says is 2^25 ticks to the reset.
        watchdog[.cr] |= 2
        watchdog[.torr] = 0x88
        watchdog[.crr] = 0x76
        watchdog[.cr] |= 1
        chip.run(until: 2 << 24)
        #expect(watched.level)
        #expect(watchdog[.stat] == 1)
        #expect(resets() == 0)
        chip.run(until: (2 << 25) - 1)
        #expect(resets() == 0)
        chip.run(until: 2 << 25)
        #expect(resets() == 1)
    }

    @Test func EOIClearsTheInterruptAndItComesAgain() {
        let (watchdog, resets) = make()
        watchdog[.cr] = 3
        for round in 1...5 {
            chip.run(until: 131_072 * round)
            #expect(watched.rises == round)
            _ = watchdog[.eoi]
            #expect(!watched.level)
        }
        #expect(resets() == 0)
    }

    @Test func feedingStartsOver() {
        let (watchdog, resets) = make()
        watchdog[.cr] = 1
        for _ in 0..<10 {
            chip.run(for: 131_000)
            watchdog[.crr] = 0x76
        }
        #expect(resets() == 0)
        watchdog[.crr] = 0x77
        #expect(chip.notices.all.map(\.what) == ["WDT0_CRR written without the key 0x76: ignored"])
        chip.run(for: 131_072)
        #expect(resets() == 1)
    }

    @Test func itCanBeStopped() {
        let (watchdog, resets) = make()
        watchdog[.cr] = 1
        chip.run(until: 1000)
        watchdog[.crr] = 0x76
        watchdog[.cr] &= ~1
        chip.run(until: 1_000_000)
        #expect(resets() == 0)
    }
}

/// The SDK's rtc.h and rtc.c; the crystal has 1 kHz here, and the core 16 MHz.
@Suite struct KendryteRTCTests {
    let chip = makeChip()
    let watched = Watched()

    /// After the SDK's `rtc_init`.
    func make() -> RTC {
        let rtc = RTC(chip: chip, clock: { 1000 }, interrupt: watched.line)
        rtc[.register_ctrl] = 0xFE << 13 | 0xFE << 21 | 3 << 29
        set(rtc, .initial_count, 1000)
        set(rtc, .current_count, 1)
        return rtc
    }

    func set(_ rtc: RTC, _ register: RTC.Register, _ value: UInt32) {
        rtc[.register_ctrl] = rtc[.register_ctrl] & ~3 | 2
        rtc[register] = value
        rtc[.register_ctrl] = rtc[.register_ctrl] & ~3 | 1
    }

    func set(_ rtc: RTC, year: UInt32, month: UInt32, day: UInt32, week: UInt32, time: (UInt32, UInt32, UInt32)) {
        set(rtc, .date, (year % 100) << 20 | month << 16 | day << 8 | week)
        set(rtc, .time, time.0 << 24 | time.1 << 16 | time.2 << 10)
        set(rtc, .extended, year / 100)
    }

    func date(_ rtc: RTC) -> [UInt32] {
        let (date, century) = (rtc[.date], rtc[.extended] & 0x1F)
        return [century * 100 + date >> 20, date >> 16 & 0xF, date >> 8 & 0x1F, date & 7]
    }

    @Test func aSecondIsTheInitialCountOfTheCrystal() {
        let rtc = make()
        set(rtc, year: 2018, month: 8, day: 13, week: 1, time: (12, 34, 56))
        chip.run(seconds: 0.5)
        #expect(rtc[.current_count] == 501)
        #expect(rtc[.time] == 12 << 24 | 34 << 16 | 56 << 10)
        chip.run(seconds: 0.5)
        #expect(rtc[.current_count] == 1)
        #expect(rtc[.time] == 12 << 24 | 34 << 16 | 57 << 10)
        chip.run(seconds: 3)
        #expect(rtc[.time] == 12 << 24 | 35 << 16)
        #expect(chip.notices.all.isEmpty)
    }

    /// The days after these, with their days of the week.
    @Test(arguments: [
        ([2018, 12, 31, 1], [2019, 1, 1, 2]), ([2020, 2, 28, 5], [2020, 2, 29, 6]),
        ([2000, 2, 29, 2], [2000, 3, 1, 3]),
        ([2100, 2, 28, 0], [2100, 3, 1, 1]), ([2099, 12, 31, 4], [2100, 1, 1, 5]),
        ([2021, 4, 30, 5], [2021, 5, 1, 6]),
    ])
    func theCalendarGoesOn(before: [UInt32], after: [UInt32]) {
        let rtc = make()
        set(rtc, year: before[0], month: before[1], day: before[2], week: before[3], time: (23, 59, 59))
        #expect(date(rtc) == before)
        chip.run(seconds: 1.01)
        #expect(date(rtc) == after)
        #expect(rtc[.time] == 0)
    }

    @Test func leapYears() {
        let rtc = make()
        for (year, isLeap) in [(2000, true), (2019, false), (2020, true), (2100, false)] {
            set(rtc, year: UInt32(year), month: 1, day: 1, week: 0, time: (0, 0, 0))
            #expect((rtc[.extended] & 1 << 5 != 0) == isLeap)
        }
    }

    @Test func theTickInterruptsEverySecondOrMinute() {
        let rtc = make()
        set(rtc, year: 2018, month: 1, day: 1, week: 1, time: (0, 0, 0))
        set(rtc, .interrupt_ctrl, 1)
        chip.run(seconds: 10.5)
        #expect(watched.rises == 10)
        #expect(!watched.level)
        set(rtc, .interrupt_ctrl, 1 | 1 << 2)
        chip.run(seconds: 110)
        #expect(watched.rises == 12)
    }

    @Test func theAlarmInterruptsWhenAllThatItsMaskNamesMatches() {
        let rtc = make()
        set(rtc, year: 2018, month: 1, day: 1, week: 1, time: (0, 0, 0))
        set(rtc, .alarm_time, 7 << 24 | 1 << 16 | 5 << 10)
        // Seconds and minutes, not hours.
        set(rtc, .interrupt_ctrl, 2 | 0x06 << 24)
        chip.run(seconds: 64.5)
        #expect(watched.rises == 0)
        chip.run(seconds: 1)
        #expect(watched.rises == 1)
        chip.run(seconds: 1000)
        #expect(watched.rises == 1)
    }

    @Test func aProtectedRegisterKeepsItsValueAndItIsSaid() {
        let rtc = make()
        rtc[.initial_count] = 5
        #expect(rtc[.initial_count] == 1000)
        #expect(
            chip.notices.all.map(\.what) == ["RTC_initial_count written while register_ctrl protects it: ignored"])
    }

    @Test func itStandsStillWhilePaused() {
        let rtc = make()
        rtc[.register_ctrl] &= ~3
        chip.run(seconds: 5)
        #expect(rtc[.current_count] == 1)
        rtc[.register_ctrl] |= 1
        chip.run(seconds: 0.1)
        #expect(rtc[.current_count] == 101)
    }
}
