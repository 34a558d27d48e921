import Machine
import Semihosting
import Testing

@testable import CortexM

/// Semihosting as the specification puts it (Arm IHI 0113): the operation in r0, its parameter in r1.
@Suite struct SystemSemihostingTests {
    let machine = SystemMachine(["b .": 0xE7FE])
    let host = RecordingHost()
    let semihosting: Semihosting

    init() {
        semihosting = Semihosting(host: host)
        machine.processor.system.semihosting = semihosting
    }

    private func call(_ operation: UInt32, _ parameter: UInt32) -> SemihostingOutcome {
        semihosting.call(GuestMemory(machine.processor), UInt64(operation), UInt64(parameter))
    }

    /// Puts a block of parameters at the start of SRAM, and text at 0x20000100.
    private func call(_ operation: UInt32, words: [UInt32], text: String = "") -> SemihostingOutcome {
        for (index, word) in words.enumerated() { machine.sram.store(0x2000_0000 + 4 * UInt32(index), word, .word) }
        put(text, at: 0x2000_0100)
        return call(operation, 0x2000_0000)
    }

    private func put(_ text: String, at address: UInt32) {
        for (index, byte) in (Array(text.utf8) + [0]).enumerated() {
            machine.sram.store(address + UInt32(index), UInt32(byte), .byte)
        }
    }

    /// BKPT 0xAB with 0x18 in r0 and ADP_Stopped_ApplicationExit in r1 ends the run.
    @Test func exitEndsTheRun() {
        let machine = SystemMachine(["bkpt 0xab": 0xBEAB])
        machine.processor.system.semihosting = semihosting
        machine.processor[0] = 0x18
        machine.processor[1] = 0x20026
        #expect(machine.run(10) == .exited(0))
    }

    /// SYS_EXIT_EXTENDED: a block of the reason and the exit code.
    @Test func extendedExitHasACode() {
        #expect(call(0x20, words: [0x20026, 42]) == .exits(42))
        #expect(call(0x18, 0x20023) == .exits(1))
    }

    @Test func writesStrings() {
        put("Hello", at: 0x2000_0100)
        _ = call(0x04, 0x2000_0100)
        _ = call(0x03, 0x2000_0101)
        #expect(String(decoding: host.output, as: UTF8.self) == "Helloe")
    }

    /// SYS_WRITE answers with the number of bytes not written.
    @Test func writesToTheConsole() {
        #expect(call(0x01, words: [0x2000_0100, 4, 3], text: ":tt") == .goesOn(1))
        #expect(call(0x05, words: [1, 0x2000_0100, 5], text: "bytes") == .goesOn(0))
        #expect(String(decoding: host.output, as: UTF8.self) == "bytes")
        #expect(call(0x09, words: [1]) == .goesOn(1))
        #expect(call(0x02, words: [1]) == .goesOn(0))
        #expect(call(0x02, words: [1]) == .goesOn(.max))
        // EBADF
        #expect(call(0x13, 0) == .goesOn(9))
    }

    /// SYS_READ answers with the number of bytes that the buffer has left; SYS_SEEK is absolute.
    @Test func readsFiles() {
        host.file.bytes = Array("contents".utf8)
        #expect(call(0x01, words: [0x2000_0100, 0, 4], text: "data") == .goesOn(1))
        #expect(call(0x0C, words: [1]) == .goesOn(8))
        #expect(call(0x0A, words: [1, 4]) == .goesOn(0))
        #expect(call(0x06, words: [1, 0x2000_0200, 100]) == .goesOn(96))
        #expect(machine.word(0x2000_0200) == 0x7374_6E65)  // "ents"
        #expect(call(0x06, words: [1, 0x2000_0200, 100]) == .goesOn(100))
        #expect(call(0x01, words: [0x2000_0100, 0, 7], text: "missing") == .goesOn(.max))
        #expect(call(0x13, 0) == .goesOn(2))
    }

    /// Time is the simulated time: 16 000 000 cycles at 16 MHz are 100 centiseconds.
    @Test func clockIsSimulated() {
        machine.chip.clock.now = 16_000_000
        #expect(call(0x10, 0) == .goesOn(100))
        #expect(call(0x11, 0) == .goesOn(1))
        #expect(call(0x30, 0x2000_0000) == .goesOn(0))
        #expect(machine.word(0x2000_0000) == 1_000_000)
    }

    @Test func givesTheCommandLine() {
        #expect(call(0x15, words: [0x2000_0100, 80]) == .goesOn(0))
        #expect(machine.word(0x2000_0004) == 15)
        #expect(machine.sram.load(0x2000_0100, .byte) == UInt32(UInt8(ascii: "f")))
        #expect(call(0x15, words: [0x2000_0100, 15]) == .goesOn(.max))
    }

    /// Addresses and lengths come from the firmware: none of them harms the host.
    @Test(arguments: [UInt32](0...0x40))
    func hostileParametersFail(_ operation: UInt32) {
        for parameter: UInt32 in [0, 1, 0x2000_FFFD, 0x2000_FFFC, 0x7FFF_FFFF, 0xFFFF_FFFF] {
            _ = call(operation, parameter)
        }
        for word: UInt32 in [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF] {
            _ = call(operation, words: [word, word, word, word])
            _ = call(operation, words: [1, 0x2000_0000, word, word])
            _ = call(operation, words: [0x2000_0000, 4, word, word])
        }
    }
}
