import Engine
import Firmware
import Machine
import Profile

/// From the accounts to the plain values of a profile.
extension RunRecording {
    /// The profile of the run so far. Call `finish()` first.
    ///
    /// - Parameters:
    ///   - lines: the source lines of the firmware; `nil` leaves files and lines out.
    public func profile(_ run: RunDescription, image: FirmwareImage, lines: SourceLines?) -> RunProfile {
        // Cores run in turns: the run has lasted as long as the one that got furthest.
        let cycles = recorders.map(\.total.total).max() ?? cpu.now
        let causes = recorders.reduce(into: CauseVector()) { $0 += $1.total }
        return RunProfile(
            tool: run.tool, firmware: run.firmware, target: run.target, clock: run.clock, outcome: run.outcome,
            totals: RunProfile.Totals(
                cycles: cycles, instructions: recorders.map(\.instructions).reduce(0, +),
                seconds: chip.clock.seconds(at: cycles), causes: causes),
            cores: hasSeveralCores ? recorders.map(coreProfile) : nil,
            console: run.console,
            layers: layerProfiles,
            functions: functionProfiles(lines),
            interrupts: interruptProfiles(run.interruptName),
            memory: memoryProfile(image, run.acceleratorMemory),
            notices: chip.notices.all.map { notice in
                RunProfile.Notice(
                    name: notice.what, pc: notice.pc,
                    function: program.table.function(at: notice.pc)?.name, cycle: notice.cycle)
            },
            warnings: run.warnings)
    }

    private var hasSeveralCores: Bool { recorders.count > 1 }

    private func coreProfile(_ recorder: Recorder) -> CoreProfile {
        CoreProfile(
            name: recorder.core.name, cycles: recorder.total.total, instructions: recorder.instructions,
            causes: recorder.total, asleepSeconds: recorder.asleepSeconds, waitingSeconds: recorder.waitingSeconds)
    }

    /// Those of all cores and of the accelerators, in the order in which they were entered first.
    private var layerProfiles: [LayerProfile] {
        var layers: [(began: Cycles, layer: LayerProfile)] = []
        for recorder in recorders {
            layers += recorder.layers.accounts.map { ($0.began, layerProfile($0, recorder)) }
        }
        layers += accelerators.accounts.map { account in
            let layer = LayerProfile(
                index: 0, name: account.details.unit + " " + account.details.shape, invocations: account.invocations,
                discovery: .kpu, cycles: account.cycles, seconds: account.seconds, clockHz: account.hertz,
                instructions: 0, macs: account.macs, causes: CauseVector(), ramTouchedBytes: account.touched,
                accelerator: account.details)
            return (account.began, layer)
        }
        let sorted = layers.enumerated().sorted { ($0.element.began, $0.offset) < ($1.element.began, $1.offset) }
        return sorted.enumerated().map { index, entry in
            var layer = entry.element.layer
            layer.index = index
            return layer
        }
    }

    private func layerProfile(_ account: LayerAccount, _ recorder: Recorder) -> LayerProfile {
        LayerProfile(
            index: 0, name: account.name, invocations: account.invocations, discovery: account.discovery,
            cycles: account.cycles.total, interruptCycles: account.interruptCycles, seconds: account.seconds,
            clockHz: account.hertz, instructions: account.instructions, macs: account.macs, causes: account.cycles,
            ramTouchedBytes: account.ramTouched, flashReadBytes: account.flashRead,
            stackPeakBytes: account.stackPeak, core: hasSeveralCores ? recorder.core.name : nil)
    }

    private func functionProfiles(_ lines: SourceLines?) -> [FunctionProfile] {
        program.functions.indices.compactMap { index in
            let function = program.functions[index]
            let parts = recorders.map { (recorder: $0, account: $0.functions[index], calls: $0.calls.functions[index]) }
                .filter { $0.account.instructions > 0 || $0.calls.calls > 0 }
            guard !parts.isEmpty else { return nil }
            let place = lines?.line(at: function.low)
            let cycles = parts.reduce(into: CauseVector()) { $0 += $1.account.cycles }
            let least = parts.map(\.calls.least).min().flatMap { $0 == .max ? nil : $0 }
            return FunctionProfile(
                name: function.name, address: function.low, size: Int(function.high - function.low),
                file: place?.file, line: place?.line, calls: parts.map(\.calls.calls).reduce(0, +),
                selfCycles: cycles.total,
                inclusiveCycles: parts.map { max($0.calls.inclusive, $0.account.cycles.total) }.reduce(0, +),
                minCycles: least, maxCycles: least == nil ? nil : parts.map(\.calls.most).max(),
                instructions: parts.map(\.account.instructions).reduce(0, +), causes: cycles,
                isInterruptHandler: program.handlers.contains(UInt32(truncatingIfNeeded: function.low)),
                cores: parts.count < 2
                    ? nil
                    : parts.map { part in
                        FunctionProfile.CoreShare(
                            core: part.recorder.core.name, calls: part.calls.calls,
                            selfCycles: part.account.cycles.total, instructions: part.account.instructions)
                    })
        }
    }

    private func interruptProfiles(_ name: (Int) -> String) -> [InterruptProfile] {
        var accounts: [Int: Recorder.InterruptAccount] = [:]
        for recorder in recorders { accounts.merge(recorder.interrupts) { $0 + $1 } }
        return accounts.sorted { $0.key < $1.key }.map { number, account in
            InterruptProfile(
                number: number, name: name(number), count: account.count, cycles: account.cycles,
                maxCycles: account.longest, stackBytes: account.stackBytes)
        }
    }

    private func memoryProfile(
        _ image: FirmwareImage, _ acceleratorMemory: (base: UInt32, unit: String)?
    ) -> MemoryProfile {
        let ranges = chip.bus.memories.map { memory in
            StaticUsage.MemoryRange(
                name: memory.name, base: UInt64(memory.base), size: UInt64(memory.size), isFlash: !memory.isWritable)
        }
        let usage = StaticUsage(image, in: ranges)
        // The factory's ROM is no place for firmware; it counts only if it was used.
        let places = chip.bus.memories.filter { memory in
            memory.isWritable || memory.program != nil || touched.touched(memory) > 0
        }
        let regions = places.sorted { $0.base < $1.base }.map { memory in
            MemoryProfile.Region(
                name: memory.name, base: UInt64(memory.base), size: memory.size,
                kind: memory.isWritable ? .ram : .flash,
                staticBytes: Int(usage.memories.first { $0.memory.name == memory.name }?.used ?? 0),
                touchedBytes: touched.touched(memory), peakBytes: accelerators.peaks[memory.base],
                touchedBesideStaticBytes: acceleratorMemory == nil || !memory.isWritable
                    ? nil : touched.touched(memory, outside: image.sections.filter(\.isAllocated).map(\.range)),
                accelerator: acceleratorMemory.flatMap { $0.base == memory.base ? $0.unit : nil })
        }
        let mainStacks = recorders.map { recorder in
            guard hasSeveralCores else {
                return MemoryProfile.Stack(name: "main stack", peakBytes: recorder.mainStackPeak)
            }
            return MemoryProfile.Stack(
                name: "stack of \(recorder.core.name)", peakBytes: recorder.mainStackPeak,
                reservedBytes: RunRecording.stackSize(image),
                isStatic: image.sections.contains { $0.holds(recorder.stackTop) })
        }
        return MemoryProfile(
            regions: regions,
            sections: usage.sections.map {
                MemoryProfile.Section(name: $0.name, flashBytes: Int($0.flash), ramBytes: Int($0.ram))
            },
            symbols: usage.symbols.sorted { ($1.symbol.size, $0.symbol.name) < ($0.symbol.size, $1.symbol.name) }
                .prefix(20).map {
                    MemoryProfile.Symbol(
                        name: $0.symbol.name, section: $0.section, bytes: Int($0.symbol.size),
                        kind: $0.ram > 0 ? .ram : .flash)
                },
            mainStack: mainStacks.first,
            processStacks: mainStacks.dropFirst() + recorders.flatMap(taskStacks),
            peakCallChain: recorders[0].peakChain.compactMap { $0 >= 0 ? program.functions[Int($0)].name : nil },
            heapPeakBytes: heap.isUsed ? heap.peak : nil)
    }

    /// What the linker scripts of Kendryte's SDK and of our own firmware set aside for each core.
    private static func stackSize(_ image: FirmwareImage) -> Int? {
        let symbols = SymbolTable(image)
        let size = ["_stack_size", "link_stack_size"].compactMap { symbols.symbol(named: $0)?.address }.first
        return size.flatMap { (1...1 << 24).contains($0) ? Int($0) : nil }
    }

    private func taskStacks(_ recorder: Recorder) -> [MemoryProfile.Stack] {
        recorder.tasks.sorted { $0.key < $1.key }.map { task, range in
            MemoryProfile.Stack(
                name: task >= 0 ? program.functions[Int(task)].name : "task", peakBytes: Int(range.top - range.low))
        }
    }
}

extension Recorder.InterruptAccount {
    /// Those of two cores together.
    fileprivate static func + (left: Self, right: Self) -> Self {
        Self(
            count: left.count + right.count, cycles: left.cycles + right.cycles,
            longest: max(left.longest, right.longest), stackBytes: max(left.stackBytes, right.stackBytes))
    }
}

extension Section {
    fileprivate var range: Range<UInt64> { address..<max(address, end) }

    /// Whether a stack that begins at `top` lies in it.
    fileprivate func holds(_ top: UInt32) -> Bool { isAllocated && top > 0 && contains(UInt64(top - 1)) }
}
