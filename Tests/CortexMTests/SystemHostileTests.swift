import Machine
import Semihosting
import TestSupport
import Testing

@testable import CortexM

/// Whatever the firmware does, the simulator neither traps nor hangs: random code, with addresses of the private
/// peripherals in its registers and random vectors.
@Suite struct SystemHostileTests {
    @Test(arguments: 1...8)
    func randomFirmwareIsSurvived(_ seed: UInt64) {
        let machine = SystemMachine(["b .": 0xE7FE])
        machine.processor.system.semihosting = Semihosting(host: RecordingHost())
        var random = SplitMix(seed: seed)
        for _ in 0..<60 {
            for offset in stride(from: UInt32(0x400), to: 0x1400, by: 2) {
                machine.flash.store(0x0800_0000 + offset, UInt32(random.next() & 0xFFFF), .halfword)
            }
            for vector in 2..<UInt32(112) {
                let target = 0x0800_0400 + UInt32(random.next() % 0x1000)
                machine.flash.store(0x0800_0000 + 4 * vector, target, .word)
            }
            machine.chip.bus.onChange(0x0800_0000, 0x2000)
            machine.processor.reset()
            for register in 0..<13 {
                machine.processor[register] = 0xE000_E000 + UInt32(random.next() & 0xFFC)
            }
            machine.processor[Int(random.next() % 13)] = 0x2000_0800
            if random.next() & 1 == 0 { machine.processor.moveToSpecial(20, 1, mask: 0) }
            try? machine.write(0xE000_ED88, 0xF << 20)
            try? machine.write(0xE000_ED24, 7 << 16)
            try? machine.write(0xE000_E100, 0xFFFF)
            let end = machine.processor.now + 5000
            let ending = machine.processor.run(until: end)
            if ending == .limit { #expect(machine.processor.now >= end) }
        }
    }
}
