import Devices
import Engine
import Machine
import TestSupport

@testable import RV64

/// One hart or two with the memories and the devices of `EngineProgram`, and interrupts at random cycles.
final class EngineMachine: EngineSubject {
    let chip = Chip(hertz: 100_000_000, memoryCapacity: EngineProgram.ramSize + EngineProgram.romSize)
    let harts: Harts
    private let device: TimedDevice

    var cpu: any CPU { harts }

    init(_ programs: [EngineProgram]) {
        var random = SplitMix(name: "engine machine", index: programs[0].index)
        let ram = Memory(
            name: "RAM", base: EngineProgram.ram, size: EngineProgram.ramSize, isWritable: true, in: chip.arena)
        let rom = Memory(
            name: "ROM", base: EngineProgram.rom, size: EngineProgram.romSize, isWritable: false, in: chip.arena)
        for memory in [ram, rom] {
            for offset in stride(from: 0, to: UInt32(memory.size), by: 4) {
                memory.store(memory.base + offset, random.one(in: 4) ? random.below(256) : random.word(), .word)
            }
            chip.bus.add(memory)
        }
        chip.bus.setAlias(at: EngineProgram.alias, size: EngineProgram.ramSize, of: ram)
        device = TimedDevice(chip)
        chip.bus.add(device, at: EngineProgram.device, size: TimedDevice.Register.size)
        let features = HartFeatures(
            privileged: random.one(in: 2) ? .rv64 : .k210, resetAddress: EngineProgram.ram,
            ignoresHighAddressBits: random.one(in: 2))
        let tables = LockStepTests.tables
        harts = Harts(
            chip: chip, count: programs.count, features: features,
            timings: tables[Int(random.below(UInt32(tables.count)))].table)
        let clint = CLINT(
            chip: chip, divisor: 1 + Int(random.below(50)),
            lines: programs.indices.map {
                (harts.line(.machineSoftware, of: $0), harts.line(.machineTimer, of: $0))
            })
        chip.bus.add(clint, at: EngineProgram.clint, size: 0x1_0000)
        harts.time = { [unowned clint] in clint.mtime }
        harts.reset()
        connect(programs.count)
        for (hart, program) in zip(harts.harts, programs) { EngineMachine.load(program, hart, ram, &random) }
        schedule(&random)
    }

    /// The device's interrupts are external ones of both harts, for a few cycles.
    private func connect(_ count: Int) {
        let lines = (0..<count).map { harts.line(.machineExternal, of: $0) }
        device.onInterrupt = { [unowned chip] number in
            let line = lines[number % lines.count]
            line.set(true)
            chip.after(20) { _ in line.set(false) }
        }
    }

    private static func load(_ program: EngineProgram, _ hart: Hart, _ ram: Memory, _ random: inout SplitMix) {
        for part in program.code {
            var address = EngineProgram.ram | part.address & UInt32(EngineProgram.ramSize - 1)
            for word in part.words {
                ram.store(address, word & 0xFFFF, .halfword)
                if Vector.length(word) == 4 { ram.store(address + 2, word >> 16, .halfword) }
                address += Vector.length(word)
            }
        }
        let registers = Registers.random(.mixed, &random)
        for index in 1..<32 { hart.state.registers[index] = registers.x[index] }
        for index in 0..<32 { hart.state.floats[index] = registers.f[index] }
        let values: [(CSR, UInt64)] = [
            (.mtvec, UInt64(program.handler)), (.mie, 0x888), (.mstatus, 3 << 13 | 3 << 11 | 1 << 3),
            (.mcounteren, random.one(in: 2) ? 7 : 0),
        ]
        for (register, value) in values { try? hart.control.write(register.rawValue, value) }
        hart.position = .at(UInt64(program.head))
    }

    private func schedule(_ random: inout SplitMix) {
        for _ in 0..<random.below(40) {
            let number = Int(random.below(2))
            chip.events.schedule(at: Int(random.below(8000))) { [unowned device] _ in device.onInterrupt(number) }
        }
        // Lest a program sleeps for ever.
        for turn in 1..<40 {
            chip.events.schedule(at: 500 * turn) { [unowned device] _ in device.onInterrupt(turn) }
        }
    }

    static let names = (0..<2).flatMap { hart in Hart.visibleNames.map { "hart \(hart) \($0)" } + ["device"] }

    var visible: [UInt64] { harts.harts.flatMap { $0.visible + [device.digest] } }
}
