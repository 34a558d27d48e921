import Devices
import Engine
import KPU
import Machine
import Profile
import RV64
import Semihosting

/// A Kendryte K210: two harts, the neural network accelerator, and the peripherals.
final class K210Chip: BuiltChip {
    let harts: Harts
    private let chip: Chip
    private let devices: K210
    private let accelerator: KPU?
    private let aiMemory: Memory
    /// Cycles for which DMA brought data into the AI memory since the last layer.
    private var uploadCycles = 0

    var cpu: any CPU { harts }
    var serialPorts: [String: SerialPort] { devices.serialPorts }
    var onAcceleratorSpan: (AcceleratorSpan) -> Void = { _ in }

    /// Where the KPU's memory is.
    private static let aiBase: UInt32 = 0x8060_0000

    /// - Throws: when the description's peripherals do not make a chip.
    init(
        _ description: TargetDescription, _ table: RV64.CycleTable, _ timings: KPUTimings?, _ options: MachineOptions,
        on chip: Chip
    ) throws(TargetError) {
        self.chip = chip
        let harts = description.makeHarts(table, on: chip)
        self.harts = harts
        let peripherals = description.peripherals.map { $0.applying(crystal: options.HSE ?? description.clock.HSE) }
        var made: KPU?
        do throws(DeviceError) {
            guard let (memory, _) = chip.bus.memory(at: K210Chip.aiBase), memory.base == K210Chip.aiBase,
                memory.size >= Layer.memorySize
            else { throw .noMemory(device: "KPU", address: K210Chip.aiBase) }
            aiMemory = memory
            devices = try K210(peripherals, chip: chip, harts: harts.lines) { _, interrupt, hertz in
                let unit = KPU(
                    chip: chip, aiMemory: memory, timings: timings ?? KPUTimings([:]), interrupt: interrupt,
                    kpuHertz: hertz)
                made = unit
                return K210.Accelerator(peripheral: unit, request: unit.request) { [unowned unit] in
                    unit.clockDidStart()
                }
            }
        } catch {
            throw TargetError(file: description.file, line: nil, problem: .device(error))
        }
        accelerator = made
        harts.time = { [unowned clint = devices.platform.clint] in clint.mtime }
        // Every board has one; it is erased if the user has nothing for it.
        devices.attachFlash(options.flash ?? [])
        if let camera = options.camera { devices.attachCamera(camera) }
        made?.onLayer = { [unowned self] in self.report($0) }
        devices.dmac?.onBusUse = { [unowned self] slave, _, cycles in
            if slave == self.aiMemory.slave { self.uploadCycles += cycles }
        }
    }

    var clockSettings: RunProfile.ClockSettings { harts.clockSettings(chip) }

    func connectDebugger(console: SerialPort, host: any SemihostingHost) {
        harts.semihosting = Semihosting(host: host)
    }

    func answerHostInterface(tohost: UInt32, fromhost: UInt32?, write: @escaping ([UInt8]) -> Void) {
        harts.answerHostInterface(tohost: tohost, fromhost: fromhost, write: write)
    }

    var acceleratorMemory: (base: UInt32, unit: String)? { accelerator == nil ? nil : (aiMemory.base, "KPU") }

    var acceleratorFault: String? { accelerator?.fault.map { "\($0.field): \($0.problem)" } }

    var screen: Picture? { devices.screen?.picture }

    var hasFlashAndCamera: Bool { true }

    // MARK: The accelerator's layers

    private func report(_ record: LayerRecord) {
        let perCycle = record.hertz / chip.clock.hertz
        var details = AcceleratorProfile(record)
        details.uploadCycles = Int((Double(uploadCycles) * perCycle).rounded())
        uploadCycles = 0
        let waited = Int((Double(record.end - record.start) * perCycle).rounded()) - details.cycles
        details.waitingCycles = max(0, waited)
        details.cycles += details.waitingCycles
        onAcceleratorSpan(
            AcceleratorSpan(
                start: record.start, end: record.end,
                identity: UInt64(record.weightAddress) << 32 | UInt64(record.output.lowerBound & 0xFFFF_FFFF),
                macs: record.multiplyAccumulates, details: details,
                touched: [record.input, record.output].compactMap { range in
                    let last = min(range.upperBound, aiMemory.size)
                    guard range.lowerBound >= 0, range.lowerBound < last else { return nil }
                    return aiMemory.base + UInt32(range.lowerBound)..<aiMemory.base + UInt32(last)
                }))
    }
}

extension AcceleratorProfile {
    /// What the model says about a layer; nobody has waited yet.
    fileprivate init(_ record: LayerRecord) {
        let kernel = (record.isDepthwise ? "dw " : "") + "\(record.kernel)x\(record.kernel)"
        let channels =
            record.isDepthwise ? "\(record.outputChannels)" : "\(record.inputChannels)->\(record.outputChannels)"
        let pool = record.pooling == .bypass ? "" : "\(record.pooling)"
        let parts = [
            record.breakdown.compute, record.breakdown.setup, record.breakdown.weightLoad, record.breakdown.dmaOut,
        ].map { Int($0.rounded()) }
        self.init(
            unit: "KPU",
            shape: [kernel, channels, "\(record.inputWidth)x\(record.inputHeight)", pool].filter { !$0.isEmpty }
                .joined(separator: " "),
            kernel: kernel, pool: pool, cycles: parts.reduce(0, +), hertz: record.hertz,
            // 64 multiply-accumulate units with 9 multipliers each, of which a 1x1 filter uses one.
            peakMACsPerCycle: record.kernel == 3 ? 576 : 64, computeCycles: parts[0], setupCycles: parts[1],
            weightLoadCycles: parts[2], downloadCycles: parts[3], waitingCycles: 0, uploadCycles: 0)
    }
}

extension DeviceDescription {
    /// With the crystal of the board.
    fileprivate func applying(crystal: Int) -> DeviceDescription {
        guard kind == .sysctl else { return self }
        var description = self
        description.options["in0"] = crystal
        return description
    }
}
