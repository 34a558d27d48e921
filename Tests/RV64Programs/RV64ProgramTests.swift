import Engine
import Firmware
import Machine
import RV64
import Semihosting
import TestSupport
import Testing

/// Small programs for M-, S- and U-mode and for two harts, which print what the architecture lets software see.
/// `Programs/README.md` says what each is about and where its expected output is from.
@Suite struct RV64ProgramTests {
    static let programs = Programs()

    static let names = ["atomics", "csrs", "harts", "interrupts", "misaligned", "modes", "traps"]

    /// Where QEMU 7.2 prints something else than the manual says; see `Programs/README.md`.
    static let disagreements: Set<String> = ["misaligned"]

    /// In one go, in slices that are shorter than a turn of a hart, in single steps.
    enum Way: CaseIterable {
        case whole, slices, steps
    }

    @Test("the program prints what it should, however it is run", arguments: names, Way.allCases)
    func output(name: String, way: Way) throws {
        let image = try FirmwareImage.load(bytes: RV64ProgramTests.programs.bytes(name), expecting: .riscv64)
        let machine = ProgramMachine(image)
        var ending = Ending.limit
        switch way {
        case .whole: ending = machine.harts.run(until: 50_000_000)
        case .slices:
            var time = 0
            while ending == .limit, time < 50_000_000 {
                time += 13
                ending = machine.harts.run(until: time)
            }
        case .steps:
            while ending == .limit, machine.harts.now < 50_000_000 { ending = machine.harts.executeOne() }
        }
        if let difference = try RV64ProgramTests.programs.difference(of: machine.host.output, from: name) {
            Issue.record("\(name) (\(ending)): \(difference)")
        }
        #expect(ending == .exited(0), "\(name)")
    }

    @Test("there is a test for every program") func completeness() throws {
        #expect(try RV64ProgramTests.programs.names() == Set(RV64ProgramTests.names))
    }

    static let qemu = QEMU.path("riscv64")

    @Test(
        "QEMU prints the same, where it follows the manual", .enabled(if: qemu != nil),
        arguments: names.filter { !disagreements.contains($0) })
    func qemuAgrees(name: String) throws {
        let output = try QEMU.output(
            #require(RV64ProgramTests.qemu),
            [
                "-M", "virt", "-smp", "2", "-bios", "none", "-semihosting-config", "enable=on,target=native",
                "-kernel", RV64ProgramTests.programs.path(name),
            ], within: 60)
        #expect(output == (try RV64ProgramTests.programs.expected(name)))
    }
}

/// Two harts with memory and a core-local interruptor, where QEMU's virt machine has them.
final class ProgramMachine {
    let chip = Chip(hertz: 100_000_000, memoryCapacity: 1 << 20)
    let harts: Harts
    let host = OutputHost()

    init(_ image: FirmwareImage) {
        let ram = Memory(name: "RAM", base: 0x8000_0000, size: 1 << 20, isWritable: true, in: chip.arena)
        chip.bus.add(ram)
        let features = HartFeatures(privileged: .rv64, resetAddress: ram.base, ignoresHighAddressBits: false)
        let timings = CycleTable(prices: [:], latencies: [:], rules: [:], sizes: [:])
        harts = Harts(chip: chip, count: 2, features: features, timings: timings)
        chip.bus.add(Interruptor(chip, harts), at: 0x200_0000, size: 0x1_0000)
        for segment in image.loadableSegments {
            for (offset, byte) in segment.bytes.enumerated() {
                let address = UInt32(truncatingIfNeeded: segment.physicalAddress) &+ UInt32(offset)
                if ram.contains(address) { ram.store(address, UInt32(byte), .byte) }
            }
        }
        harts.semihosting = Semihosting(host: host)
        harts.reset()
    }
}

/// msip, mtimecmp and mtime of two harts, as the programs use them.
final class Interruptor: Peripheral {
    let name = "CLINT"
    private let chip: Chip
    private let software: [InterruptLine]
    private let timer: [InterruptLine]
    private var compare: [UInt64] = [.max, .max]
    private var events: [EventQueue.Event?] = [nil, nil]

    /// Core cycles for a tick of mtime.
    private static let divider: UInt64 = 10

    init(_ chip: Chip, _ harts: Harts) {
        self.chip = chip
        software = (0..<2).map { harts.line(.machineSoftware, of: $0) }
        timer = (0..<2).map { harts.line(.machineTimer, of: $0) }
        harts.time = { [unowned self] in self.time }
    }

    private var time: UInt64 { UInt64(chip.clock.now) / Interruptor.divider }

    func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        switch offset {
        case 0, 4: software[Int(offset / 4)].level ? 1 : 0
        default: UInt32(truncatingIfNeeded: try readDoubleword(offset & ~7) >> (8 * UInt64(offset & 4)))
        }
    }

    func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard offset < 8 else { throw .nothingThere }
        software[Int(offset / 4)].set(value & 1 != 0)
    }

    func readDoubleword(_ offset: UInt32) throws(BusError) -> UInt64 {
        switch offset {
        case 0x4000, 0x4008: return compare[Int(offset & 8) / 8]
        case 0xBFF8: return time
        default: throw .nothingThere
        }
    }

    func writeDoubleword(_ offset: UInt32, _ value: UInt64) throws(BusError) {
        guard offset == 0x4000 || offset == 0x4008 else { throw .nothingThere }
        let hart = Int(offset & 8) / 8
        compare[hart] = value
        events[hart]?.cancel()
        timer[hart].set(time >= value)
        guard time < value, value < 1 << 40 else { return }
        let line = timer[hart]
        events[hart] = chip.events.schedule(at: Int(value * Interruptor.divider)) { _ in line.set(true) }
    }

    func reset() {}
}
