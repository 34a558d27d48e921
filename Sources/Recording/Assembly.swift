import Engine
import Firmware
import Machine
import Profile

/// From the accounts to the plain values of a profile.
extension Recorder {
    /// The profile of the run so far. Call `finish()` first.
    ///
    /// - Parameters:
    ///   - lines: the source lines of the firmware; `nil` leaves files and lines out.
    public func profile(_ run: RunDescription, image: FirmwareImage, lines: SourceLines?) -> RunProfile {
        let seconds = chip.clock.seconds(at: core.now)
        return RunProfile(
            tool: run.tool, firmware: run.firmware, target: run.target, clock: run.clock, outcome: run.outcome,
            totals: RunProfile.Totals(
                cycles: total.total, instructions: instructions, seconds: seconds, causes: total),
            console: run.console,
            layers: layerProfiles,
            functions: functionProfiles(lines),
            interrupts: interruptProfiles(run.interruptName),
            memory: memoryProfile(image),
            notices: chip.notices.all.map { notice in
                RunProfile.Notice(
                    name: notice.what, pc: notice.pc,
                    function: program.table.function(at: notice.pc)?.name, cycle: notice.cycle)
            },
            warnings: run.warnings)
    }

    private var layerProfiles: [LayerProfile] {
        layers.accounts.enumerated().map { index, account in
            LayerProfile(
                index: index, name: account.name, invocations: account.invocations, discovery: account.discovery,
                cycles: account.cycles.total, interruptCycles: account.interruptCycles, seconds: account.seconds,
                clockHz: account.hertz, instructions: account.instructions, macs: account.macs,
                causes: account.cycles, ramTouchedBytes: account.ramTouched, flashReadBytes: account.flashRead,
                stackPeakBytes: account.stackPeak)
        }
    }

    private func functionProfiles(_ lines: SourceLines?) -> [FunctionProfile] {
        program.functions.indices.compactMap { index in
            let function = program.functions[index]
            let account = functions[index]
            let calls = calls.functions[index]
            guard account.instructions > 0 || calls.calls > 0 else { return nil }
            let place = lines?.line(at: function.low)
            return FunctionProfile(
                name: function.name, address: function.low, size: Int(function.high - function.low),
                file: place?.file, line: place?.line, calls: calls.calls, selfCycles: account.cycles.total,
                inclusiveCycles: max(calls.inclusive, account.cycles.total),
                minCycles: calls.least == .max ? nil : calls.least, maxCycles: calls.least == .max ? nil : calls.most,
                instructions: account.instructions, causes: account.cycles,
                isInterruptHandler: program.handlers.contains(UInt32(truncatingIfNeeded: function.low)))
        }
    }

    private func interruptProfiles(_ name: (Int) -> String) -> [InterruptProfile] {
        interrupts.sorted { $0.key < $1.key }.map { number, account in
            InterruptProfile(
                number: number, name: name(number), count: account.count, cycles: account.cycles,
                maxCycles: account.longest, stackBytes: account.stackBytes)
        }
    }

    private func memoryProfile(_ image: FirmwareImage) -> MemoryProfile {
        let ranges = chip.bus.memories.map { memory in
            StaticUsage.MemoryRange(
                name: memory.name, base: UInt64(memory.base), size: UInt64(memory.size), isFlash: !memory.isWritable)
        }
        let usage = StaticUsage(image, in: ranges)
        // The factory's ROM is no place for firmware; it counts only if it was used.
        let places = chip.bus.memories.filter { memory in
            memory.isWritable || memory.program != nil || TouchedMemory.touched(memory) > 0
        }
        let regions = places.sorted { $0.base < $1.base }.map { memory in
            MemoryProfile.Region(
                name: memory.name, base: UInt64(memory.base), size: memory.size,
                kind: memory.isWritable ? .ram : .flash,
                staticBytes: Int(usage.memories.first { $0.memory.name == memory.name }?.used ?? 0),
                touchedBytes: TouchedMemory.touched(memory))
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
            mainStack: MemoryProfile.Stack(name: "main stack", peakBytes: mainStackPeak),
            processStacks: tasks.sorted { $0.key < $1.key }.map { task, range in
                MemoryProfile.Stack(
                    name: task >= 0 ? program.functions[Int(task)].name : "task", peakBytes: Int(range.top - range.low))
            },
            peakCallChain: peakChain.compactMap { $0 >= 0 ? program.functions[Int($0)].name : nil },
            heapPeakBytes: heap.isUsed ? heap.peak : nil)
    }
}
