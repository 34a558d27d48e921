import Machine
import Testing

@testable import Devices

/// Sentences from RM0090 3.5.2, "Adaptive real-time memory accelerator (ART Accelerator)".
@Suite struct ARTTests {
    let art = ART(base: 0x0800_0000, size: 0x10_0000)

    /// Straight code from a line on, whose instructions take `cyclesPerLine` for each line.
    func fetch(_ line: UInt32, lines: Int = 1, cyclesPerLine: Int = 4, at now: Cycles) -> Int {
        let plan = FetchPlan(
            firstLine: 0x80_0000 + line, cyclesToLine: (0..<lines).map { $0 * cyclesPerLine })
        defer { withExtendedLifetime(plan) { art.forget() } }
        return art.fetchDelay(plan, at: now)
    }

    func read(_ line: UInt32, at now: Cycles) -> Int { art.readDelay(0x0800_0000 + line * 16, at: now) }

    @Test func zeroWaitStatesAreTransparent() {
        #expect(art.isTransparent)
        art.timing = FlashTiming(waitStates: 1)
        #expect(!art.isTransparent)
    }

    /// "When the code is not sequential (branch), ... the penalty in terms of number of cycles is at least equal to the
    /// number of wait states."
    @Test(arguments: 1...7) func aMissCostsTheWaitStates(waitStates: Int) {
        art.timing = FlashTiming(waitStates: waitStates)
        #expect(fetch(0, at: 100) == waitStates)
        #expect(fetch(50, at: 200) == waitStates)
    }

    /// "Each flash memory read operation provides 128 bits": code in the line in use waits for nothing.
    @Test func theLineInUseIsNotReadAgain() {
        art.timing = FlashTiming(waitStates: 5)
        #expect(fetch(7, at: 0) == 5)
        #expect(fetch(7, at: 20) == 0)
    }

    /// Figure 5, without prefetch, 3 WS: each line of four 32-bit instructions waits for its read.
    @Test func withoutPrefetchEveryLineWaits() {
        art.timing = FlashTiming(waitStates: 3)
        #expect(fetch(0, lines: 4, at: 0) == 4 * 3)
    }

    /// Figure 5, with prefetch, 3 WS: "at least four CPU cycles are needed to execute the previous instruction line",
    /// which is what the read of the next one takes; only the first line waits.
    @Test func prefetchHidesThreeWaitStatesBehindFourInstructions() {
        art.timing = FlashTiming(waitStates: 3, prefetch: true)
        #expect(fetch(0, lines: 4, at: 0) == 3)
    }

    /// With 5 WS a read takes 6 cycles: four instructions of a cycle each leave 2 to wait at each following line, eight
    /// leave none.
    @Test func prefetchHidesPartOfFiveWaitStates() {
        art.timing = FlashTiming(waitStates: 5, prefetch: true)
        #expect(fetch(0, lines: 4, cyclesPerLine: 4, at: 0) == 5 + 3 * 2)
        #expect(fetch(100, lines: 4, cyclesPerLine: 8, at: 1000) == 5)
    }

    /// A core that fetches ahead asks for a line before it executes from it; the next read begins that much earlier.
    /// The second line is there 6 cycles after the first and executes after 12, for 4 cycles; the read of the third takes
    /// 6 from then on.
    @Test(arguments: [(0, 2), (1, 1), (2, 0)]) func fetchingAheadLetsTheNextReadBeginEarly(ahead: Int, late: Int) {
        art.timing = FlashTiming(waitStates: 5, prefetch: true)
        let plan = FetchPlan(
            firstLine: 0x80_0000, cyclesToLine: [0, 12, 16], cyclesToRequest: [0, 12 - ahead, 16 - ahead])
        #expect(art.fetchDelay(plan, at: 0) == 5 + late)
    }

    /// The same stretch cut into blocks takes the same time.
    @Test func blocksOfStraightCodeAddUp() {
        art.timing = FlashTiming(waitStates: 5, prefetch: true, instructionCache: true)
        var now = 0
        for line in 0..<UInt32(10) { now += fetch(line, at: now) + 4 }
        #expect(now == 10 * 4 + 5 + 9 * 2)
    }

    /// "If some data contained in the instruction cache memory are requested by the CPU, they are provided without
    /// inserting any delay."
    @Test func theSecondTurnOfALoopWaitsForNothing() {
        art.timing = FlashTiming(waitStates: 5, prefetch: true, instructionCache: true)
        #expect(fetch(3, lines: 8, at: 0) == 5 + 7 * 2)
        #expect(fetch(3, lines: 8, at: 100) == 0)
        #expect(fetch(3, lines: 8, at: 200) == 0)
    }

    /// "It is possible to retain 64 lines of 128 bits"; "the LRU (least recently used) policy is used".
    @Test func sixtyFourLinesAreKeptAndTheLeastRecentlyUsedIsReplaced() {
        art.timing = FlashTiming(waitStates: 5, instructionCache: true)
        var now = 0
        func visit(_ line: UInt32) -> Int {
            now += 100
            return fetch(line, at: now)
        }
        for line in 0..<UInt32(64) { #expect(visit(2 * line) == 5) }
        for line in 0..<UInt32(64) { #expect(visit(2 * line) == 0) }
        #expect(visit(0) == 0)
        #expect(visit(1000) == 5)  // replaces line 2, the oldest now that 0 was used again
        #expect(visit(0) == 0)
        #expect(visit(4) == 0)
        #expect(visit(2) == 5)
    }

    /// LRU keeps nothing of straight code that is longer than the cache and runs again and again: every line is read
    /// ahead, late by 2 of 6 cycles when it executes in 4. This is how unrolled code above 1 KB is slower with 5 WS.
    @Test func straightCodeLongerThanTheCacheIsReadAheadEveryTime() {
        art.timing = FlashTiming(waitStates: 5, prefetch: true, instructionCache: true)
        #expect(fetch(0, lines: 110, at: 0) == 5 + 109 * 2)
        #expect(fetch(0, lines: 110, at: 10_000) == 5 + 109 * 2)
    }

    /// "This feature works like the instruction cache memory, but the retained data size is limited to 8 rows of 128
    /// bits."
    @Test func eightRowsOfDataAreKept() {
        art.timing = FlashTiming(waitStates: 5, dataCache: true)
        var now = 0
        func visit(_ line: UInt32) -> Int {
            now += 100
            return read(line, at: now)
        }
        for line in 0..<UInt32(8) { #expect(visit(line) == 5) }
        for line in 0..<UInt32(8) { #expect(visit(line) == 0) }
        #expect(visit(8) == 5)
        #expect(visit(0) == 5)
        #expect(visit(2) == 0)
    }

    @Test func withoutTheDataCacheEveryReadWaits() {
        art.timing = FlashTiming(waitStates: 5, prefetch: true, instructionCache: true)
        #expect(read(3, at: 100) == 5)
        #expect(read(3, at: 200) == 5)
    }

    /// The caches are apart: a line of instructions is not a row of data.
    @Test func dataAreNotFoundInTheInstructionCache() {
        art.timing = FlashTiming(waitStates: 5, instructionCache: true, dataCache: true)
        _ = fetch(3, at: 0)
        #expect(read(3, at: 100) == 5)
        #expect(fetch(3, at: 200) == 0)
    }

    /// One flash, one read at a time: a literal behind a prefetch that has just begun waits for it too. The line is
    /// there at 105; the prefetch keeps the flash busy for 6 cycles from 106 on; the literal's request at 105 + 2 finds
    /// 5 of them left.
    @Test func dataWaitForAReadThatWasBegun() {
        art.timing = FlashTiming(waitStates: 5, prefetch: true, instructionCache: true, dataCache: true)
        #expect(fetch(0, at: 100) == 5)
        #expect(read(500, at: 105) == 5 + 5)
        #expect(read(500, at: 130) == 0)
    }

    /// ICRST and DCRST (3.9.1): "the instruction cache is reset".
    @Test func resettingACacheEmptiesItAlone() {
        art.timing = FlashTiming(waitStates: 5, instructionCache: true, dataCache: true)
        _ = fetch(3, at: 0)
        _ = read(9, at: 50)
        art.emptyCaches(instructions: true, data: false)
        #expect(fetch(3, at: 100) == 5)
        #expect(read(9, at: 150) == 0)
        art.emptyCaches(instructions: false, data: true)
        #expect(fetch(3, at: 200) == 0)
        #expect(read(9, at: 250) == 5)
    }

    /// "Any attempt to read the Flash memory while it is busy will cause the bus to stall" (3.6): until 1000, then
    /// 5 WS.
    @Test func readsWaitWhileTheFlashIsProgrammed() {
        art.timing = FlashTiming(waitStates: 5)
        art.hold(until: 1000)
        #expect(fetch(3, at: 100) == 900 + 5)
        art.hold(until: 2000)
        #expect(read(3, at: 1498) == 500 + 5)
    }

    @Test func addressesOutsideOfTheFlashCostNothing() {
        art.timing = FlashTiming(waitStates: 5)
        #expect(art.readDelay(0, at: 0) == 0)
        #expect(art.readDelay(.max, at: 0) == 0)
        let plan = FetchPlan(firstLine: 0x0FFF_FFFF, cyclesToLine: [0])
        #expect(art.fetchDelay(plan, at: 0) == 0)
    }

    @Test func theCoreIsToldWhenWaitStatesChange() {
        var changes = 0
        art.onChange = { changes += 1 }
        art.timing = FlashTiming(waitStates: 5)
        art.timing = FlashTiming(waitStates: 5)
        #expect(changes == 1)
    }
}
