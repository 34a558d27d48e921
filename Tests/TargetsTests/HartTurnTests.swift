import Foundation
import Machine
import Testing

@testable import Targets

/// The K210's harts, which share memory and run in turns.
@Suite struct HartTurnTests {
    private static func machine() throws -> TargetMachine {
        let library = TargetLibrary(
            targets: ["k210.yaml": try Files.text("k210.yaml")],
            cores: ["rocket.yaml": try Files.text("cores/rocket.yaml"), "kpu.yaml": try Files.text("cores/kpu.yaml")])
        let target = try library.description(named: "k210")
        return try TargetMachine(target, try library.coreModel(for: target))
    }

    /// Hart 0 holds a lock for 2000 instructions and leaves it for about a hundred; hart 1, which looks at it all the
    /// time, sees each of these moments. As in kendryte-standalone-demo's `corelock`, where hart 0 takes the lock again
    /// after 10 us.
    @Test func aLockThatIsFreeForAMomentIsSeenToBeFree() throws {
        let machine = try Self.machine()
        let program: [UInt32] = [
            0xF140_22F3,  // csrr t0, mhartid
            0x0010_0513,  // li a0, 1
            0x01F5_1513,  // slli a0, a0, 31
            0x0000_15B7,  // lui a1, 1
            0x00B5_0533,  // add a0, a0, a1
            0x0010_0313,  // li t1, 1
            0x0202_9663,  // bnez t0, waiter
            0x0065_2023,  // owner: sw t1, 0(a0)
            0x3E80_0393,  // li t2, 1000
            0xFFF3_8393,  // 1: addi t2, t2, -1
            0xFE03_9EE3,  // bnez t2, 1b
            0x0005_2023,  // sw zero, 0(a0)
            0x0320_0393,  // li t2, 50
            0xFFF3_8393,  // 2: addi t2, t2, -1
            0xFE03_9EE3,  // bnez t2, 2b
            0x001E_0E13,  // addi t3, t3, 1, how often it was free
            0xFDDF_F06F,  // j owner
            0x0005_2383,  // waiter: lw t2, 0(a0)
            0xFE03_9EE3,  // bnez t2, waiter
            0x001E_0E13,  // addi t3, t3, 1, how often that was seen
            0x0005_2383,  // 3: lw t2, 0(a0)
            0xFE03_8EE3,  // beqz t2, 3b
            0xFEDF_F06F,  // j waiter
        ]
        for (index, word) in program.enumerated() {
            try machine.chip.bus.write(0x8000_0000 + 4 * UInt32(index), word, .word)
        }
        _ = machine.cpu.run(until: 1_000_000)
        let counts = machine.cpu.cores.map { core in
            core.traceRegisters.first { $0.name == "x28" }.map { Int($0.value) } ?? 0
        }
        #expect(counts[0] > 200)
        #expect(abs(counts[0] - counts[1]) <= 1)
    }

    /// Both harts look at memory that never changes, and something is going to happen much later.
    @Test func timePassesToTheCycleWhileAllHartsWaitInLoops() throws {
        let machine = try Self.machine()
        let program: [UInt32] = [
            0x0010_0513,  // li a0, 1
            0x01F5_1513,  // slli a0, a0, 31
            0x0805_2383,  // 1: lw t2, 128(a0)
            0xFE03_8EE3,  // beqz t2, 1b
        ]
        for (index, word) in program.enumerated() {
            try machine.chip.bus.write(0x8000_0000 + 4 * UInt32(index), word, .word)
        }
        machine.chip.events.schedule(at: 1_000_000) { _ in }
        for end in 5000..<5050 {
            for _ in 0..<3 { _ = machine.cpu.run(until: end) }
            #expect(machine.cpu.now >= end)
        }
    }
}
