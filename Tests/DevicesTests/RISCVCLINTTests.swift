import Machine
import Testing

@testable import Devices

/// The layout of the SDK's clint.h; one tick of mtime in 50 cycles, as on the K210.
@Suite struct RISCVCLINTTests {
    let chip = makeChip()
    let software = [Watched(), Watched()]
    let timer = [Watched(), Watched()]

    func make() -> CLINT {
        CLINT(chip: chip, divisor: 50, lines: [(software[0].line, timer[0].line), (software[1].line, timer[1].line)])
    }

    @Test func mtimeRunsAtAFiftiethOfTheCoreClock() throws {
        let clint = make()
        chip.run(until: 149)
        #expect(try clint.readDoubleword(0xBFF8) == 2)
        chip.run(until: 150)
        #expect(try clint.readDoubleword(0xBFF8) == 3)
        #expect(try clint.read(0xBFF8, .word) == 3)
        #expect(try clint.read(0xBFFC, .word) == 0)
    }

    @Test func msipInterruptsItsHartOnly() throws {
        let clint = make()
        try clint.write(4, 1, .word)
        #expect(!software[0].level)
        #expect(software[1].level)
        #expect(try clint.read(4, .word) == 1)
        try clint.write(4, 0xFFFF_FFFE, .word)
        #expect(!software[1].level)
        #expect(try clint.read(4, .word) == 0)
    }

    @Test func theTimerInterruptsWhenMtimeReachesMtimecmp() throws {
        let clint = make()
        try clint.writeDoubleword(0x4008, 10)
        chip.run(until: 499)
        #expect(!timer[1].level)
        chip.run(until: 500)
        #expect(timer[1].level)
        #expect(!timer[0].level)
        // A later time takes it back, as the SDK's handler does for the next interval.
        try clint.writeDoubleword(0x4008, 20)
        #expect(!timer[1].level)
        chip.run(until: 1000)
        #expect(timer[1].rises == 2)
    }

    @Test func mtimecmpIsWrittenInHalves() throws {
        let clint = make()
        chip.run(until: 100)
        // The sequence of the privileged specification: no value in between is smaller than both.
        try clint.write(0x4000, 0xFFFF_FFFF, .word)
        try clint.write(0x4004, 0, .word)
        try clint.write(0x4000, 10, .word)
        #expect(timer[0].rises == 0)
        #expect(try clint.readDoubleword(0x4000) == 10)
        chip.run(until: 500)
        #expect(timer[0].rises == 1)
    }

    @Test func aDoublewordNeverShowsOneHalf() throws {
        let clint = make()
        chip.run(until: 1000)
        try clint.writeDoubleword(0x4000, 0xFFFF_FFFF)
        // Written low word first, it would be 0 for a moment.
        try clint.writeDoubleword(0x4000, 0x1_0000_0000)
        #expect(timer[0].rises == 0)
    }

    @Test func anotherFrequencyMovesNoCycle() throws {
        let clint = make()
        try clint.writeDoubleword(0x4000, 10)
        chip.run(until: 210)
        chip.clock.change(to: 400_000_000)
        chip.run(until: 499)
        #expect(!timer[0].level)
        chip.run(until: 500)
        #expect(timer[0].level)
        #expect(clint.mtime == 10)
    }

    @Test func mtimeCanBeSet() throws {
        let clint = make()
        try clint.writeDoubleword(0x4000, 1000)
        try clint.writeDoubleword(0xBFF8, 998)
        chip.run(until: 99)
        #expect(!timer[0].level)
        chip.run(until: 100)
        #expect(timer[0].level)
        // It comes around after 2^64 - 1.
        try clint.writeDoubleword(0xBFF8, .max)
        #expect(timer[0].level)
        chip.run(until: 150)
        #expect(clint.mtime == 0)
        #expect(!timer[0].level)
    }

    @Test func hartsThatAreNotThereReadAsZero() throws {
        let clint = make()
        try clint.write(8, 1, .word)
        try clint.writeDoubleword(0x4010, 0)
        #expect(try clint.read(8, .word) == 0)
        #expect(try clint.readDoubleword(0x4010) == 0)
    }
}
