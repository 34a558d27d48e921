import CortexM
import Devices
import Engine
import Machine
import Profile
import Semihosting

/// A chip of the STM32F4 family: a Cortex-M4, the flash behind its accelerator, and the peripherals.
final class STM32F4Chip: BuiltChip {
    let processor: Processor
    private let chip: Chip
    private let devices: STM32F4
    private let accelerator: ART?

    var cpu: any CPU { processor }
    var serialPorts: [String: SerialPort] { devices.serialPorts }

    /// - Throws: when the description's peripherals do not make a chip, or an option is out of its range.
    init(
        _ description: TargetDescription, _ table: CycleTable, _ options: MachineOptions, on chip: Chip
    ) throws(TargetError) {
        self.chip = chip
        accelerator = STM32F4Chip.addMemories(description.memories, to: chip)
        let processor = Processor(chip: chip, features: description.features, timings: table)
        self.processor = processor
        let peripherals = description.peripherals.map { $0.applying(options, HSE: description.clock.HSE) }
        do throws(DeviceError) {
            devices = try STM32F4(peripherals, chip: chip) { [unowned processor] in processor.line($0) }
        } catch {
            throw TargetError(file: description.file, line: nil, problem: .device(error))
        }
        connectFlash()
        for (_, controller) in devices.controllers {
            controller.onBusUse = { [unowned processor] slave, from, cycles in
                processor.busHeld(slave, from: from, for: cycles)
            }
        }
    }

    /// ITM's first stimulus port is where firmware prints.
    func connectDebugger(console: SerialPort, host: any SemihostingHost) {
        processor.system.stimulusPorts[0] = console
        processor.system.semihosting = Semihosting(host: host)
    }

    /// Places the memories on the bus.
    ///
    /// - Returns: the accelerator in front of the flash, if there is one.
    private static func addMemories(_ descriptions: [MemoryDescription], to chip: Chip) -> ART? {
        var accelerator: ART?
        for description in descriptions {
            let isRAM = description.kind == .ram
            let memory = Memory(
                name: description.name, base: description.base, size: description.size, isWritable: isRAM,
                isExecutable: description.isExecutable, slave: description.slave, fill: isRAM ? 0 : 0xFF,
                in: chip.arena)
            switch description.timing {
            case .ART:
                let timing = ART(base: description.base, size: description.size)
                memory.timing = timing
                accelerator = timing
            case nil:
                break
            }
            chip.bus.add(memory)
            if let alias = description.alias { chip.bus.setAlias(at: alias, size: description.size, of: memory) }
        }
        return accelerator
    }

    /// What `FLASH_ACR` says goes to the accelerator.
    private func connectFlash() {
        let flash = devices.flash
        let accelerator = accelerator
        flash.onTimingChange = { accelerator?.timing = $0 }
        flash.onCacheReset = { [unowned flash] instructions, data in
            accelerator?.emptyCaches(instructions: instructions, data: data)
            accelerator?.hold(until: flash.busyUntil)
        }
        accelerator?.timing = flash.timing
    }

    /// The core clock and the flash settings at the moment.
    var clockSettings: RunProfile.ClockSettings {
        let timing = devices.flash.timing
        var caches: [String] = []
        if timing.prefetch { caches.append("prefetch") }
        switch (timing.instructionCache, timing.dataCache) {
        case (true, true): caches.append("instruction and data cache")
        case (true, false): caches.append("instruction cache")
        case (false, true): caches.append("data cache")
        case (false, false): break
        }
        return RunProfile.ClockSettings(
            hertz: chip.clock.hertz, waitStates: timing.waitStates, caches: caches.joined(separator: ", "))
    }
}

extension DeviceDescription {
    /// With what the user and the board chose in the place of the defaults.
    fileprivate func applying(_ options: MachineOptions, HSE: Int) -> DeviceDescription {
        var description = self
        switch kind {
        case .rcc: description.options["hse"] = options.HSE ?? HSE
        case .rng: if let seed = options.seed { description.options["seed"] = seed }
        default: break
        }
        return description
    }
}
