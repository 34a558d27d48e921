extension RunProfile {
    /// What in this profile cannot be true: one sentence each, none for a profile that a run made.
    ///
    /// A count is a whole number from 0 to 2^53, the largest that every reader of JSON keeps exact; a number of seconds
    /// or of hertz is finite and not negative; causes sum to the cycles they explain; layers and functions have no
    /// more cycles than the cores, an accelerator's layers no more than the run.
    public func contradictions() -> [String] {
        var list = Contradictions()
        list.check(totals, causesOf: coreCycles)
        for core in cores ?? [] { list.check(core) }
        list.count(schema.version, "the schema version")
        list.count(target.model.assumedConstants, "the number of assumed constants")
        list.count(clock.waitStates, "the number of wait states")
        list.quantity(clock.hertz, "the clock")
        list.count(console?.bytes, "the length of the output")
        for layer in layers { list.check(layer) }
        for function in functions { list.check(function) }
        for interrupt in interrupts { list.check(interrupt) }
        list.check(memory)
        for notice in notices { list.count(notice.cycle, "the cycle of the notice \(notice.name)") }
        let onCores = layers.filter { $0.accelerator == nil }
        list.fits(onCores.map { $0.cycles.clampedAdding($0.interruptCycles) }, "the layers", coreCycles)
        let accelerated = layers.filter { $0.accelerator != nil }
        list.fits(accelerated.map(\.cycles), "the layers of the accelerator", totals.cycles)
        list.fits(functions.map(\.selfCycles), "the functions", coreCycles)
        return list.sentences
    }
}

private struct Contradictions {
    var sentences: [String] = []

    static let largest = 1 << 53

    mutating func count(_ value: Int?, _ what: @autoclosure () -> String) {
        guard let value, !(0...Self.largest).contains(value) else { return }
        sentences.append("\(what()) is \(value), which is no count")
    }

    mutating func quantity(_ value: Double, _ what: @autoclosure () -> String) {
        guard !(value.isFinite && value >= 0) else { return }
        sentences.append("\(what()) is \(value), which is no quantity")
    }

    mutating func causes(_ causes: CauseVector, _ cycles: Int, _ who: @autoclosure () -> String) {
        for cause in Cause.allCases {
            count(causes[cause], "\(who()): the number of \(cause.rawValue) cycles")
        }
        let sum = causes.total
        if sum != cycles {
            sentences.append("\(who()) has \(cycles) cycles, but their causes sum to \(sum)")
        }
    }

    mutating func fits(_ parts: [Int], _ who: String, _ total: Int) {
        let sum = parts.clampedSum
        if sum > total {
            sentences.append("\(who) have \(sum) cycles together, but the run has \(total)")
        }
    }

    mutating func check(_ totals: RunProfile.Totals, causesOf cycles: Int) {
        count(totals.cycles, "the number of cycles")
        count(totals.instructions, "the number of instructions")
        quantity(totals.seconds, "the simulated time")
        causes(totals.causes, cycles, "the run")
    }

    mutating func check(_ core: CoreProfile) {
        count(core.cycles, "\(core.name): the number of cycles")
        count(core.instructions, "\(core.name): the number of instructions")
        quantity(core.asleepSeconds, "\(core.name): the time asleep")
        quantity(core.waitingSeconds, "\(core.name): the time of waiting")
        causes(core.causes, core.cycles, core.name)
    }

    mutating func check(_ accelerator: AcceleratorProfile, _ who: String) {
        let parts = [
            accelerator.computeCycles, accelerator.setupCycles, accelerator.weightLoadCycles,
            accelerator.downloadCycles, accelerator.waitingCycles,
        ]
        for part in parts + [accelerator.cycles, accelerator.uploadCycles, accelerator.peakMACsPerCycle] {
            count(part, "\(who): a number of the \(accelerator.unit)")
        }
        quantity(accelerator.hertz, "\(who): the clock of the \(accelerator.unit)")
        if parts.clampedSum != accelerator.cycles {
            sentences.append(
                "\(who) has \(accelerator.cycles) cycles of the \(accelerator.unit), but their parts sum to "
                    + "\(parts.clampedSum)")
        }
    }

    mutating func check(_ layer: LayerProfile) {
        let who = "layer \(layer.name)"
        count(layer.index, "\(who): the index")
        count(layer.invocations, "\(who): the number of invocations")
        count(layer.cycles, "\(who): the number of cycles")
        count(layer.interruptCycles, "\(who): the number of interrupt cycles")
        count(layer.instructions, "\(who): the number of instructions")
        count(layer.macs, "\(who): the number of multiply-accumulates")
        count(layer.ramTouchedBytes, "\(who): RAM touched")
        count(layer.flashReadBytes, "\(who): flash read")
        count(layer.stackPeakBytes, "\(who): the stack peak")
        quantity(layer.seconds, "\(who): the time")
        quantity(layer.clockHz, "\(who): the clock")
        if let accelerator = layer.accelerator { check(accelerator, who) }
        causes(layer.causes, layer.accelerator == nil ? layer.cycles : 0, who)
    }

    mutating func check(_ function: FunctionProfile) {
        let who = "function \(function.name)"
        count(function.size, "\(who): the size")
        count(function.line, "\(who): the line")
        count(function.calls, "\(who): the number of calls")
        count(function.selfCycles, "\(who): the number of cycles")
        count(function.inclusiveCycles, "\(who): the number of inclusive cycles")
        count(function.minCycles, "\(who): the cheapest call")
        count(function.maxCycles, "\(who): the dearest call")
        count(function.instructions, "\(who): the number of instructions")
        causes(function.causes, function.selfCycles, who)
        guard let cores = function.cores else { return }
        for share in cores {
            count(share.calls, "\(who): the number of calls on \(share.core)")
            count(share.instructions, "\(who): the number of instructions on \(share.core)")
        }
        if cores.map(\.selfCycles).clampedSum != function.selfCycles {
            sentences.append("\(who) has other cycles than its cores together")
        }
    }

    mutating func check(_ interrupt: InterruptProfile) {
        let who = "interrupt \(interrupt.name)"
        count(interrupt.number, "\(who): the number")
        count(interrupt.count, "\(who): the count")
        count(interrupt.cycles, "\(who): the number of cycles")
        count(interrupt.maxCycles, "\(who): the longest")
        count(interrupt.minLatency, "\(who): the shortest latency")
        count(interrupt.maxLatency, "\(who): the longest latency")
        count(interrupt.stackBytes, "\(who): the stack")
    }

    mutating func check(_ memory: MemoryProfile) {
        for region in memory.regions {
            count(region.size, "memory \(region.name): the size")
            count(region.staticBytes, "memory \(region.name): the static bytes")
            count(region.touchedBytes, "memory \(region.name): the bytes touched")
            count(region.peakBytes, "memory \(region.name): the peak")
        }
        for section in memory.sections {
            count(section.flashBytes, "section \(section.name): the bytes of flash")
            count(section.ramBytes, "section \(section.name): the bytes of RAM")
        }
        for symbol in memory.symbols {
            count(symbol.bytes, "symbol \(symbol.name): the size")
        }
        for stack in [memory.mainStack].compactMap({ $0 }) + memory.processStacks {
            count(stack.peakBytes, "stack \(stack.name): the peak")
            count(stack.reservedBytes, "stack \(stack.name): the size")
        }
        count(memory.heapPeakBytes, "the heap peak")
    }
}
