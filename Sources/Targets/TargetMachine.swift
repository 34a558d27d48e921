import CortexM
import Devices
import Machine
import Profile

/// What a user may choose about a machine, beside its target.
public struct MachineOptions: Equatable, Sendable {
    /// The board's external oscillator in Hz, 0 for none; `nil` for the target's own.
    public var HSE: Int?
    /// What the random number generator starts from.
    public var seed: Int?

    public init(HSE: Int? = nil, seed: Int? = nil) {
        self.HSE = HSE
        self.seed = seed
    }
}

/// A chip that is built and wired, ready for firmware.
public final class TargetMachine {
    public let description: TargetDescription
    public let model: CoreModel
    public let chip: Chip
    public let processor: Processor
    /// By name as in the reference manual: `USART2`.
    public let serialPorts: [String: SerialPort]
    private let devices: STM32F4
    private let accelerator: ART?

    /// - Throws: when the description's peripherals do not make a chip, or an option is out of its range.
    public init(
        _ description: TargetDescription, _ model: CoreModel, options: MachineOptions = MachineOptions()
    ) throws(TargetError) {
        let capacity = description.memories.reduce(0) { $0 + ($1.size + 0xFFF) & ~0xFFF }
        let chip = Chip(hertz: Double(description.clock.reset), memoryCapacity: capacity)
        let accelerator = TargetMachine.addMemories(description.memories, to: chip)
        let processor = Processor(chip: chip, features: description.features, timings: model.table)
        let peripherals = description.peripherals.map { $0.applying(options, HSE: description.clock.HSE) }
        do throws(DeviceError) {
            devices = try STM32F4(peripherals, chip: chip) { [unowned processor] in processor.line($0) }
        } catch {
            throw TargetError(file: description.file, line: nil, problem: .device(error))
        }
        self.description = description
        self.model = model
        self.chip = chip
        self.processor = processor
        self.accelerator = accelerator
        serialPorts = devices.serialPorts
        connectFlash()
        for (_, controller) in devices.controllers {
            controller.onBusUse = { [unowned processor] slave, from, cycles in
                processor.busHeld(slave, from: from, for: cycles)
            }
        }
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

    // MARK: What it says about itself

    /// The memories, in the order of the target file.
    public var memories: [Memory] { chip.bus.memories }

    /// How the flash stands at the moment.
    public var flashTiming: FlashTiming { devices.flash.timing }

    /// The core clock and the flash settings at the moment.
    public var clockSettings: RunProfile.ClockSettings {
        let timing = flashTiming
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

    /// What a profile says about the target.
    public var profileTarget: RunProfile.Target { description.profileTarget(model) }
}

extension TargetDescription {
    /// What a profile says about the target. The version is the core model's and the chip's own.
    public func profileTarget(_ model: CoreModel) -> RunProfile.Target {
        RunProfile.Target(
            name: name, chip: chip, core: core.type.label,
            model: RunProfile.Model(
                name: model.name, version: "\(model.version).\(self.model.version)",
                sources: model.sources + self.model.sources, measuredError: self.model.measuredError,
                assumedConstants: model.table.assumedCount + self.model.assumed.count))
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
