import Machine
import Testing

@testable import Devices

/// The core runs at 16 MHz.
@Suite struct TickCounterTests {
    let chip = makeChip()
    var hertz = 4_000_000.0

    @Test func ticksComeWithTheirFrequency() {
        let counter = TickCounter(chip) { 4_000_000 }
        #expect(counter.ticks(at: 3) == 0)
        #expect(counter.ticks(at: 4) == 1)
        #expect(counter.ticks(at: 4_000_000) == 1_000_000)
        #expect(counter.cycle(of: 7) == 28)
    }

    @Test(arguments: [26e6, 13e6, 32_768, 403e6, 1e6 / 3])
    func theCycleOfATickIsTheFirstThatShowsIt(hertz: Double) throws {
        let counter = TickCounter(chip) { hertz }
        for tick in [1, 2, 3, 1000, 12_345_678] {
            let cycle = try #require(counter.cycle(of: tick))
            #expect(counter.ticks(at: cycle) >= tick)
            #expect(counter.ticks(at: cycle - 1) < tick)
        }
    }

    @Test func aFasterCoreTakesMoreCyclesForATick() {
        let counter = TickCounter(chip) { 4_000_000 }
        chip.run(until: 6)  // one tick and a half
        chip.clock.change(to: 32_000_000)
        #expect(counter.now == 1)
        #expect(counter.cycle(of: 2) == 6 + 4)
        #expect(counter.cycle(of: 3) == 6 + 4 + 8)
    }

    @Test func aNewFrequencyCountsFromTheUpdateOn() {
        var hertz = 4_000_000.0
        let counter = TickCounter(chip) { hertz }
        var told = 0
        counter.onChange = { told += 1 }
        chip.run(until: 40)
        hertz = 16_000_000
        counter.update()
        counter.update()
        #expect(told == 1)
        #expect(counter.ticks(at: 45) == 15)
    }

    @Test func aClockThatStandsStillNeverTicks() {
        let counter = TickCounter(chip) { 0 }
        #expect(counter.ticks(at: 1 << 60) == 0)
        #expect(counter.cycle(of: 1) == nil)
    }

    @Test func coresMayLookAtAnEarlierCycle() {
        var hertz = 16_000_000.0
        let counter = TickCounter(chip) { hertz }
        chip.run(until: 1000)
        hertz = 8_000_000
        counter.update()
        chip.clock.now = 700
        #expect(counter.now == 1000)
    }
}
