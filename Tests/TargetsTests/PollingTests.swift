import CortexM
import Engine
import Firmware
import Foundation
import Machine
import Profile
import Testing

@testable import Targets

/// Turns of a loop that waits for a device are counted and not executed, where that makes no difference.
@Suite struct PollingTests {
    /// A chip with a firmware that prints by polling, which is most of what it does.
    private static func machine() throws -> TargetMachine {
        let machine = try MachineTests.make()
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../firmware/hello/hello.stm32f4.elf")
        let image = try FirmwareImage.load(bytes: Array(Data(contentsOf: file)), expecting: .arm32)
        for segment in image.loadableSegments {
            for (offset, byte) in segment.bytes.enumerated() {
                let address = UInt32(truncatingIfNeeded: segment.physicalAddress) + UInt32(offset)
                let (memory, local) = try #require(machine.chip.bus.memory(at: address))
                memory.store(local, UInt32(byte), .byte)
            }
        }
        machine.cpu.reset()
        return machine
    }

    private struct Snapshot: Equatable {
        var cycle: Cycles
        var registers: [RegisterValue]
        var instructions = 0
        var causes = CauseVector()

        init(_ cpu: any CPU) {
            cycle = cpu.now
            registers = cpu.cores[0].traceRegisters
            cpu.cores[0].gather { _, instructions, cycles in
                self.instructions += instructions
                for cause in Cause.allCases { causes[cause] += cycles[cause] }
            }
        }
    }

    @Test("A run in pieces too short to count turns in gives the same registers, cycles, causes and instructions")
    func sameInPieces() throws {
        let whole = try PollingTests.machine()
        let pieces = try PollingTests.machine()
        for checkpoint in stride(from: 10_007, to: 300_000, by: 10_007) {
            #expect(whole.cpu.run(until: checkpoint) == .limit)
            while pieces.cpu.now < checkpoint {
                #expect(pieces.cpu.run(until: min(pieces.cpu.now + 50, checkpoint)) == .limit)
            }
            #expect(Snapshot(whole.cpu) == Snapshot(pieces.cpu))
        }
    }

    @Test("Without the device's events turns are counted up to the limit, and the host does next to nothing")
    func aLongWaitIsShort() throws {
        let machine = try MachineTests.make()
        // The vector table, then: ldr r1, =USART2_SR; 1: ldr r0, [r1]; lsls r0, r0, #30; bpl 1b. Bit 1 is FE: nobody
        // sends anything.
        let words: [UInt32] = [0x2000_1000, 0x0800_0009, 0x6808_4901, 0xD5FC_0780, 0x4000_4400]
        let flash = try #require(machine.memories.first { $0.name == "FLASH" })
        for (index, word) in words.enumerated() { flash.store(0x0800_0000 + 4 * UInt32(index), word, .word) }
        machine.cpu.reset()
        try machine.chip.bus.write(0x4002_3840, 1 << 17, .word)  // USART2EN
        #expect(machine.cpu.run(until: 1_000_000_000_000) == .limit)
        let end = Snapshot(machine.cpu)
        #expect(end.cycle >= 1_000_000_000_000)
        #expect(end.instructions > 300_000_000_000)
    }
}
