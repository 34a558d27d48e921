import CortexM
import Firmware
import Machine
import Semihosting
import TestSupport
import Testing

/// Small programs that provoke exceptions and faults and print what the architecture lets software see of them.
/// `Programs/README.md` says what each is about and where its expected output is from.
@Suite struct WholeProgramTests {
    static let programs = Programs()

    static let names = [
        "bitband", "bus", "bus_ignored", "bus_imprecise", "evenvector", "exclusive", "excreturn", "hardfault",
        "itstate", "lazyfp", "lockup", "masks", "mpu", "nmi_faultmask", "order", "scb", "sleep", "stacking", "svc",
        "systick", "unprivileged", "usage", "vtor",
    ]

    /// Where QEMU 7.2 prints something else than the manual says; see `Programs/README.md`.
    static let disagreements: Set<String> = [
        "bus_imprecise", "bus_ignored", "hardfault", "nmi_faultmask", "sleep", "scb", "lockup",
    ]

    @Test("the program prints what it should on an STM32F407", arguments: names)
    func output(name: String) throws {
        let machine = WholeProgramMachine(try FirmwareImage.load(bytes: WholeProgramTests.programs.bytes(name)))
        let ending = machine.processor.run(until: 50_000_000)
        if let difference = try WholeProgramTests.programs.difference(of: machine.host.output, from: name) {
            Issue.record("\(name) (\(ending)): \(difference)")
        }
        if name == "lockup" {
            guard case .lockup = ending else {
                Issue.record("\(name) ends with \(ending)")
                return
            }
        } else {
            #expect(ending == .exited(0), "\(name)")
        }
    }

    @Test("there is a test for every program") func completeness() throws {
        #expect(try WholeProgramTests.programs.names() == Set(WholeProgramTests.names))
    }

    static let qemu = QEMU.path("arm")

    @Test(
        "QEMU prints the same, where it follows the manual", .enabled(if: qemu != nil),
        arguments: names.filter { !disagreements.contains($0) })
    func qemuAgrees(name: String) throws {
        let output = try QEMU.output(
            #require(WholeProgramTests.qemu),
            [
                "-M", "netduinoplus2", "-semihosting", "-icount", "shift=6",
                "-kernel", WholeProgramTests.programs.path(name),
            ], within: 20)
        #expect(output == (try WholeProgramTests.programs.expected(name)))
    }
}

/// An STM32F407 as far as the programs need it: flash with its alias at 0, SRAM and the core.
final class WholeProgramMachine {
    let chip = Chip(hertz: 16_000_000, memoryCapacity: 2 << 20)
    let processor: Processor
    let host = OutputHost()

    init(_ image: FirmwareImage) {
        let flash = Memory(
            name: "FLASH", base: 0x0800_0000, size: 1 << 20, isWritable: false, fill: 0xFF, in: chip.arena)
        let sram = Memory(name: "SRAM", base: 0x2000_0000, size: 128 << 10, isWritable: true, in: chip.arena)
        // The bit-band program needs registers that keep what is written: RCC_APB1ENR and TIM2_ARR.
        chip.bus.add(
            Memory(name: "registers", base: 0x4000_0000, size: 0x2_4000, isWritable: true, in: chip.arena))
        chip.bus.add(flash)
        chip.bus.add(sram)
        chip.bus.setAlias(at: 0, size: flash.size, of: flash)
        for segment in image.loadableSegments {
            for (offset, byte) in segment.bytes.enumerated() {
                let address = UInt32(truncatingIfNeeded: segment.physicalAddress) &+ UInt32(offset)
                if flash.contains(address) { flash.store(address, UInt32(byte), .byte) }
            }
        }
        processor = Processor(chip: chip, features: .cortexM4, timings: CycleTable(prices: [:], rules: [:]))
        processor.system.semihosting = Semihosting(host: host)
        processor.reset()
    }
}
