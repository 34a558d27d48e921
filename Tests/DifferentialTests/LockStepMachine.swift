import Devices
import Engine
import Machine
import TestSupport

@testable import CortexM

/// A Cortex-M4 with the memories and the device of `LockStepProgram`, and interrupts at random cycles.
final class LockStepMachine: EngineSubject {
    let chip: Chip
    let processor: Processor
    private let device: TimedDevice
    private let art: ART

    var cpu: any CPU { processor }

    init(_ program: LockStepProgram) {
        var random = SplitMix(name: "\(program.theme.rawValue) machine", index: program.index)
        chip = Chip(
            hertz: program.hertz,
            memoryCapacity: LockStepProgram.flashSize + LockStepProgram.ramSize + LockStepProgram.ram2Size
                + LockStepProgram.dataSize)
        let flash = Memory(
            name: "FLASH", base: LockStepProgram.flash, size: LockStepProgram.flashSize, isWritable: false,
            in: chip.arena)
        art = ART(base: LockStepProgram.flash, size: LockStepProgram.flashSize)
        flash.timing = art
        let memories = [
            flash,
            Memory(
                name: "SRAM1", base: LockStepProgram.ram, size: LockStepProgram.ramSize, isWritable: true,
                in: chip.arena),
            Memory(
                name: "SRAM2", base: LockStepProgram.ram2, size: LockStepProgram.ram2Size, isWritable: true,
                in: chip.arena),
            Memory(
                name: "CCM", base: LockStepProgram.data, size: LockStepProgram.dataSize, isWritable: true,
                isExecutable: false, in: chip.arena),
        ]
        for memory in memories {
            for offset in stride(from: 0, to: UInt32(memory.size), by: 4) {
                memory.store(memory.base + offset, random.one(in: 4) ? random.below(256) : random.word(), .word)
            }
            chip.bus.add(memory)
        }
        chip.bus.setAlias(at: 0, size: LockStepProgram.flashSize, of: flash)
        device = TimedDevice(chip)
        chip.bus.add(device, at: LockStepProgram.device, size: TimedDevice.Register.size)
        for part in program.code { LockStepMachine.write(part, chip.bus) }
        for (number, vector) in program.vectors.enumerated() where number > 1 {
            flash.store(LockStepProgram.flash + UInt32(4 * number), vector, .word)
        }
        flash.store(LockStepProgram.flash, LockStepProgram.mainStack, .word)
        flash.store(LockStepProgram.flash + 4, program.head | 1, .word)
        if random.one(in: 2) { LockStepMachine.tune(art, random.word()) }
        processor = Processor(
            chip: chip, features: .cortexM4,
            timings: random.one(in: 2) ? .distinct : CycleTable(prices: [:], rules: [:]))
        processor.reset()
        device.onInterrupt = { [unowned processor] in processor.pend(16 + $0) }
        device.onHold = { [unowned processor, chip] in processor.busHeld("SRAM1", from: chip.clock.now, for: $0) }
        device.onTune = { [unowned art] in LockStepMachine.tune(art, $0) }
        if program.theme == .programming { connect(flash) }
        setUp(&random)
        schedule(&random)
    }

    /// The interface by which flash is programmed: as `STM32F4` connects it. Its interrupt is one of the program's.
    private func connect(_ memory: Memory) {
        let flash = FLASH(
            chip: chip, memory: memory, sectors: LockStepProgram.sectors, interrupt: processor.line(4))
        memory.program = { [unowned flash] address, value, width throws(BusError) in
            try flash.program(address, value, width)
        }
        flash.onTimingChange = { [unowned art] in art.timing = $0 }
        flash.onCacheReset = { [unowned art, unowned flash] instructions, data in
            art.emptyCaches(instructions: instructions, data: data)
            art.hold(until: flash.busyUntil)
        }
        chip.bus.add(flash, at: LockStepProgram.flashInterface, size: 0x400)
    }

    /// Wait states, prefetch and caches as FLASH_ACR sets them.
    private static func tune(_ art: ART, _ bits: UInt32) {
        art.timing = FlashTiming(
            waitStates: Int(bits & 7), prefetch: bits & 8 != 0, instructionCache: bits & 16 != 0,
            dataCache: bits & 32 != 0)
        art.emptyCaches(instructions: bits & 64 != 0, data: bits & 128 != 0)
    }

    private static func write(_ part: ProgramPart, _ bus: Bus) {
        var address = part.address
        func store(_ halfword: UInt32) {
            guard let (memory, local) = bus.memory(at: address) else { return }
            memory.store(local, halfword, .halfword)
            address += 2
        }
        for word in part.words {
            if Vector.length(word) == 4 { store(word >> 16) }
            store(word & 0xFFFF)
        }
    }

    /// As a program begins: interrupts enabled with random priorities, counters running, the FPU on or off.
    private func setUp(_ random: inout SplitMix) {
        let bus = chip.bus
        func write(_ address: UInt32, _ value: UInt32) { try? bus.write(address, value, .word) }
        write(0xE000_EDFC, 1 << 24)
        write(0xE000_1000, 0x3E_0001)
        write(0xE000_E100, 0xFF)
        for word: UInt32 in 0..<2 { write(0xE000_E400 + 4 * word, random.word()) }
        for word: UInt32 in 0..<3 { write(0xE000_ED18 + 4 * word, random.word()) }
        write(0xE000_ED24, random.one(in: 4) ? 0 : 0x7_0000)
        write(0xE000_ED88, random.one(in: 6) ? 0 : 0xF0_0000)
        write(0xE000_EF34, random.element(of: [0xC000_0000, 0xC000_0000, 0x8000_0000, 0]))
        write(0xE000_E008, random.element(of: [0, 2]))
        if random.one(in: 3) {
            write(0xE000_E014, 100 + random.below(900))
            write(0xE000_E010, 7)
        }
        for register in 0..<13 { processor.state.registers[register] = random.word() }
        for register in 0..<32 { processor.state.singles[register] = random.word() }
        processor.system.otherSP = LockStepProgram.processStack
    }

    private func schedule(_ random: inout SplitMix) {
        var cycle = 0
        for _ in 0..<random.below(60) {
            cycle += 1 + Int(random.below(random.one(in: 3) ? 30 : 500))
            let number = 16 + Int(random.below(8))
            chip.events.schedule(at: cycle) { [unowned processor] _ in processor.pend(number) }
        }
        // Lest a program sleeps for ever.
        for _ in 0..<40 {
            cycle += 500
            chip.events.schedule(at: cycle) { [unowned processor] _ in processor.pend(23) }
        }
    }

    static let names = Processor.visibleNames + ["device"]

    var visible: [UInt64] { processor.visible + [device.digest] }
}
