import Machine
import Testing

@testable import Devices

/// RM0090 chapter 3.
@Suite struct FLASHTests {
    let chip = makeChip()
    let memory: Memory
    let flash: FLASH

    init() {
        memory = Memory(
            name: "FLASH", base: 0x0800_0000, size: 0x10_0000, isWritable: false, fill: 0xFF, in: chip.arena)
        chip.bus.add(memory)
        flash = FLASH(chip: chip, memory: memory)
    }

    func unlock() {
        flash[.KEYR] = 0x4567_0123
        flash[.KEYR] = 0xCDEF_89AB
    }

    @Test func ACRReadsBackAndTellsOfTheTiming() {
        var told: [FlashTiming] = []
        flash.onTimingChange = { told.append($0) }
        flash[.ACR] = 0x705
        #expect(flash[.ACR] == 0x705)
        #expect(told == [FlashTiming(waitStates: 5, prefetch: true, instructionCache: true, dataCache: true)])
    }

    @Test func cachesAreEmptiedByICRSTAndDCRSTWhileTheyAreOff() {
        var told: [[Bool]] = []
        flash.onCacheReset = { told.append([$0, $1]) }
        flash[.ACR] = 1 << 11
        flash[.ACR] = 1 << 12
        flash[.ACR] = 1 << 10
        flash[.ACR] = 1 << 10 | 1 << 12
        #expect(told == [[true, false], [false, true]])
    }

    @Test func tooFewWaitStatesAreSaidAloud() {
        flash.HCLK = { 168e6 }
        flash[.ACR] = 4
        #expect(chip.notices.all.map(\.what) == ["FLASH_ACR: LATENCY of 4 at 168 MHz, 5 needed"])
    }

    @Test func theKeysUnlockCRAndAWrongKeyLocksItUntilReset() {
        #expect(flash[.CR] == 0x8000_0000)
        unlock()
        #expect(flash[.CR] == 0)
        flash[.CR] = 1 << 31
        #expect(flash[.CR] == 0x8000_0000)
        flash[.KEYR] = 1
        unlock()
        #expect(flash[.CR] == 0x8000_0000)
        flash.reset()
        unlock()
        #expect(flash[.CR] == 0)
    }

    @Test func aWordTakes16MicrosecondsAndOnlyClearsBits() throws {
        unlock()
        flash[.CR] = 1 | 2 << 8
        try flash.program(0x0800_0000, 0x1234_5678, .word)
        #expect(flash[.SR] == 1 << 16)
        chip.run(seconds: 15e-6)
        #expect(flash[.SR] == 1 << 16)
        chip.run(seconds: 2e-6)
        #expect(flash[.SR] == 0)
        #expect(memory.load(0x0800_0000, .word) == 0x1234_5678)
        try flash.program(0x0800_0000, 0xFFFF_0000, .word)
        #expect(memory.load(0x0800_0000, .word) == 0x1234_0000)
    }

    @Test func aStoreOfTheWrongWidthOrWithoutPGRaisesItsErrorFlag() throws {
        unlock()
        try flash.program(0x0800_0000, 0, .word)
        #expect(flash[.SR] == 1 << 7)
        flash[.SR] = 1 << 7
        flash[.CR] = 1
        try flash.program(0x0800_0000, 0, .word)
        #expect(flash[.SR] == 1 << 6)
        #expect(memory.load(0x0800_0000, .word) == .max)
        #expect(throws: BusError.nothingThere) { try flash.program(0x2000_0000, 0, .byte) }
    }

    @Test func sector5BeginsAt0x08020000AndTakesASecondBy32() {
        memory.store(0x0801_FFFC, 0, .word)
        memory.store(0x0802_0000, 0, .word)
        memory.store(0x0803_FFFC, 0, .word)
        memory.store(0x0804_0000, 0, .word)
        unlock()
        flash[.CR] = 2 | 5 << 3 | 2 << 8 | 1 << 24
        flash[.CR] |= 1 << 16
        chip.run(seconds: 0.99)
        #expect(flash[.SR] == 1 << 16)
        chip.run(seconds: 0.02)
        #expect(flash[.SR] == 1)
        #expect(memory.load(0x0801_FFFC, .word) == 0)
        #expect(memory.load(0x0802_0000, .word) == .max)
        #expect(memory.load(0x0803_FFFC, .word) == .max)
        #expect(memory.load(0x0804_0000, .word) == 0)
    }

    @Test func hostileSectorNumbersDoNoHarm() {
        unlock()
        flash[.CR] = 2 | 15 << 3 | 1 << 16
        #expect(flash[.SR] == 1 << 7)
    }
}
