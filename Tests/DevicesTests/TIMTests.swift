import Machine
import Testing

@testable import Devices

/// RM0090 chapters 17 to 20. The timer's clock is the core's unless a test says otherwise.
@Suite struct TIMTests {
    let chip = makeChip()
    let watched = Watched()
    static let (CEN, UDIS, URS, OPM, DIR, ARPE): (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) =
        (1, 2, 4, 8, 1 << 4, 1 << 7)

    func make(divider: Cycles = 1, bits: Int = 16, isAdvanced: Bool = false) -> TIM {
        TIM(
            name: "TIM3", chip: chip, clock: PeripheralClock(divider: divider),
            features: TIM.Features(bits: bits, channels: 4, isAdvanced: isAdvanced),
            interrupts: TIM.Interrupts(global: watched.line))
    }

    /// The cycles at which UIF rises, each cleared at once, as an interrupt handler does.
    func updates(of timer: TIM, during cycles: Cycles) -> [Cycles] {
        var moments: [Cycles] = []
        let end = chip.clock.now + cycles
        while let next = chip.events.next, next <= end {
            chip.run(until: next)
            if timer[.SR] & 1 != 0 {
                moments.append(next)
                timer[.SR] = ~1
            }
        }
        chip.run(until: end)
        return moments
    }

    @Test(arguments: [(0, 99, 1), (7, 99, 1), (41_999, 1, 4), (15, 0xFFFF, 2)])
    func theUpdatePeriodIsPSCPlusOneTimesARRPlusOneTimerClocks(PSC: UInt32, ARR: UInt32, divider: Cycles) {
        let timer = make(divider: divider)
        timer[.PSC] = PSC
        timer[.ARR] = ARR
        timer[.EGR] = 1
        timer[.SR] = 0
        timer[.CR1] = Self.CEN
        let period = Int(PSC + 1) * Int(ARR + 1) * divider
        let moments = updates(of: timer, during: 5 * period + 10 * divider)
        #expect(moments.count == 5)
        // Counting starts one clock after CEN.
        #expect(moments.first == period + divider)
        #expect(zip(moments, moments.dropFirst()).allSatisfy { $1 - $0 == period })
    }

    @Test func CNTIsWorkedOutWhenItIsRead() {
        let timer = make(bits: 32)
        timer[.CR1] = Self.CEN
        chip.run(for: 1_000_001)
        #expect(timer[.CNT] == 1_000_000)
        chip.run(for: 234)
        #expect(timer[.CNT] == 1_000_234)
    }

    @Test func thePrescalerIsBufferedUntilTheNextUpdate() {
        let timer = make()
        timer[.ARR] = 9
        timer[.CR1] = Self.CEN
        chip.run(for: 6)
        timer[.PSC] = 3
        chip.run(for: 2)
        #expect(timer[.CNT] == 7)
        chip.run(for: 3)  // 11 cycles: the update
        #expect(timer[.CNT] == 0)
        chip.run(for: 4)
        #expect(timer[.CNT] == 1)
        chip.run(for: 3)
        #expect(timer[.CNT] == 1)
    }

    @Test func withARPETheReloadValueWaitsToo() {
        let timer = make()
        timer[.ARR] = 9
        timer[.CR1] = Self.CEN | Self.ARPE
        chip.run(for: 3)
        timer[.ARR] = 4
        #expect(updates(of: timer, during: 22) == [11, 16, 21])
        let direct = make()
        direct[.ARR] = 9
        direct[.CR1] = Self.CEN
        chip.run(for: 3)
        direct[.ARR] = 4
        #expect(updates(of: direct, during: 4) == [25 + 6])
    }

    @Test func anUpdateBySoftwareRestartsAndURSKeepsItQuiet() {
        let timer = make()
        timer[.CR1] = Self.CEN
        timer[.DIER] = 1
        chip.run(for: 101)
        #expect(timer[.CNT] == 100)
        timer[.EGR] = 1
        #expect(timer[.CNT] == 0)
        #expect(timer[.SR] & 1 == 1)
        #expect(watched.level)
        timer[.SR] = 0
        #expect(!watched.level)
        timer[.CR1] = Self.CEN | Self.URS
        timer[.EGR] = 1
        #expect(timer[.SR] & 1 == 0)
    }

    @Test func UDISLetsTheCounterRunWithoutUpdates() {
        let timer = make()
        timer[.ARR] = 9
        timer[.CR1] = Self.CEN | Self.UDIS
        chip.run(for: 1 + 25)
        #expect(timer[.CNT] == 5)
        #expect(timer[.SR] & 1 == 0)
    }

    @Test func onePulseModeStopsAtTheUpdate() {
        let timer = make()
        timer[.ARR] = 9
        timer[.CR1] = Self.CEN | Self.OPM
        chip.run(for: 100)
        #expect(timer[.CR1] & Self.CEN == 0)
        #expect(timer[.CNT] == 0)
        #expect(timer[.SR] & 1 == 1)
    }

    @Test func downcountingGoesFromARRToZero() {
        let timer = make()
        timer[.ARR] = 9
        timer[.CR1] = Self.DIR
        timer[.EGR] = 1
        timer[.SR] = 0
        #expect(timer[.CNT] == 9)
        timer[.CR1] = Self.DIR | Self.CEN
        chip.run(for: 1 + 9)
        #expect(timer[.CNT] == 0)
        #expect(timer[.SR] & 1 == 0)
        chip.run(for: 1)
        #expect(timer[.CNT] == 9)
        #expect(timer[.SR] & 1 == 1)
    }

    /// 18.3.2: up from 0 to ARR - 1, overflow, down from ARR to 1, underflow, from 0 again.
    @Test func centreAlignedCountingTurnsAtBothEnds() {
        let timer = make()
        timer[.ARR] = 4
        timer[.CR1] = Self.CEN | 3 << 5
        chip.run(for: 1)
        var seen: [UInt32] = []
        var updates: [Int] = []
        for step in 1...17 {
            chip.run(for: 1)
            seen.append(timer[.CNT])
            if timer[.SR] & 1 != 0 {
                updates.append(step)
                timer[.SR] = ~1
            }
        }
        #expect(seen == [1, 2, 3, 4, 3, 2, 1, 0, 1, 2, 3, 4, 3, 2, 1, 0, 1])
        #expect(updates == [4, 8, 12, 16])
    }

    @Test func aCompareMatchRaisesItsFlagAndInterrupt() {
        let timer = make()
        timer[.ARR] = 99
        timer[.CCR2] = 30
        timer[.DIER] = 1 << 2
        timer[.CR1] = Self.CEN
        chip.run(for: 30)
        #expect(!watched.level)
        chip.run(for: 1)
        #expect(watched.level)
        timer[.SR] = ~(1 << 2)
        chip.run(for: 99)
        #expect(!watched.level)
        chip.run(for: 1)
        #expect(watched.level)
    }

    @Test func aCompareValueBeyondARRMatchesAtTheOverflow() {
        let timer = make()
        timer[.ARR] = 9
        timer[.CCR1] = 50
        timer[.CR1] = Self.CEN
        chip.run(for: 10)
        #expect(timer[.SR] & 2 == 0)
        chip.run(for: 1)
        #expect(timer[.SR] & 2 == 2)
    }

    @Test func aRepetitionCounterOfTwoMakesEveryThirdOverflowAnUpdate() {
        let timer = make(isAdvanced: true)
        timer[.ARR] = 9
        timer[.RCR] = 2
        timer[.EGR] = 1
        timer[.SR] = 0
        timer[.CR1] = Self.CEN
        #expect(updates(of: timer, during: 100) == [31, 61, 91])
    }

    @Test func aTimerWhoseClockStopsStandsStill() {
        let clock = PeripheralClock()
        let timer = TIM(name: "TIM2", chip: chip, clock: clock)
        timer[.CR1] = Self.CEN
        chip.run(for: 11)
        clock.set(divider: 1, isRunning: false)
        chip.run(for: 100)
        clock.set(divider: 1, isRunning: true)
        chip.run(for: 5)
        #expect(timer[.CNT] == 15)
    }

    @Test func aChangeOfThePrescalerOfTheBusCounts() {
        let clock = PeripheralClock()
        let timer = TIM(name: "TIM2", chip: chip, clock: clock)
        timer[.CR1] = Self.CEN
        chip.run(for: 17)
        clock.set(divider: 8, isRunning: true)
        chip.run(for: 80)
        #expect(abs(Int(timer[.CNT]) - 26) <= 1)
    }

    @Test func aFastTimerThatNobodyWatchesCostsNoEvents() {
        let timer = make()
        timer[.ARR] = 1
        timer[.CR1] = Self.CEN
        chip.run(for: 1000)
        #expect(timer[.SR] & 0x1F == 0x1F)
        #expect(chip.events.next == nil)
        chip.run(for: 1 << 50)
        #expect(timer[.CNT] == UInt32((1000 + (1 << 50) - 1) % 2))
    }

    @Test func pollingDoesNotPileUpEvents() {
        let timer = make()
        timer[.ARR] = 0xFFFF
        timer[.PSC] = 0xFFFF
        timer[.EGR] = 1
        timer[.SR] = 0
        timer[.CR1] = Self.CEN
        let due = chip.events.next
        for _ in 0..<1000 {
            chip.run(for: 10)
            _ = timer[.CNT]
        }
        #expect(chip.events.next == due)
    }
}
