import Machine

/// Carries out one layer after the other: fetches its tables, computes it, lets the time pass, writes the result, sends
/// it out. Everything is read when the layer starts; the result is seen when it ends.
///
/// Assumed: a layer that sends its result holds the engine until the last word has been fetched; calc_done comes when
/// the result is in the AI memory. A layer keeps the accelerator's clock that it started with.
final class LayerEngine {
    private enum Phase {
        case idle
        case computing
        case streaming
    }

    /// Told when a result is in the AI memory.
    var onComputed: (Layer) -> Void = { _ in }
    /// Told when a layer is over, its stream included.
    var onEnd: (LayerRecord) -> Void = { _ in }
    private(set) var memoryPeak = 0
    var isBusy: Bool { phase != .idle }
    var isComputing: Bool { phase == .computing }
    /// Whether a layer can start: nothing is under way, and the clock runs.
    var isFree: Bool {
        guard phase == .idle else { return false }
        guard hertz() > 0 else {
            chip.notices.misuse("KPU given a layer while its clock is stopped")
            return false
        }
        return true
    }

    private let chip: Chip
    private let memory: Memory
    private let timings: KPUTimings
    private let rounding: ActivationRounding
    private let request: DMARequest
    private let hertz: () -> Double
    private lazy var alarm = Alarm(chip) { [weak self] cycle in self?.next(at: cycle) }

    private var phase = Phase.idle
    private var layer: Layer?
    private var output: LayerOutput?
    private var stream = ResultStream()
    /// Seconds of simulated time at which the stream began, and those that eight bytes of it take.
    private var streamStart = 0.0
    private var beat = 0.0
    private var startCycle: Cycles = 0
    private var computedCycle: Cycles = 0
    private var clock = 0.0
    private var breakdown = KPUTimings.Breakdown(compute: 0, weightLoad: 0, dmaOut: 0, setup: 0)
    /// What the layers before have loaded.
    private var weights: [UInt8] = []
    private var hasEightBitWeights = true
    private var batchNorm: [BatchNorm] = []
    private var activation: Activation?

    init(
        chip: Chip, memory: Memory, timings: KPUTimings, rounding: ActivationRounding, request: DMARequest,
        hertz: @escaping () -> Double
    ) {
        self.chip = chip
        self.memory = memory
        self.timings = timings
        self.rounding = rounding
        self.request = request
        self.hertz = hertz
    }

    func reset() {
        alarm.cancel()
        phase = .idle
        layer = nil
        output = nil
        stream = ResultStream()
        request.set(false)
        weights = []
        batchNorm = []
        activation = nil
    }

    // MARK: A layer

    /// Takes a layer up. The engine is free.
    func start(_ layer: Layer, hasEightBitWeights: Bool) throws(LayerFault) {
        let access = MainMemory(chip.bus)
        try layer.validate(hasEightBitWeights: hasEightBitWeights, isReadable: access.has)
        noticeOddities(of: layer)
        load(layer, hasEightBitWeights, access)
        guard let activation else { throw LayerFault("load_act", "no activation table was loaded before") }
        let result = try layer.compute(
            memory: UnsafeRawBufferPointer(start: memory.bytes, count: memory.size),
            tables: Tables(
                weights: weights, hasEightBitWeights: hasEightBitWeights, batchNorm: batchNorm, activation: activation),
            rounding: rounding)
        self.layer = layer
        output = result
        self.hasEightBitWeights = hasEightBitWeights
        phase = .computing
        clock = hertz()
        startCycle = chip.clock.now
        breakdown = timings.breakdown(of: layer, hasEightBitWeights: hasEightBitWeights)
        memoryPeak = max(memoryPeak, layer.inputRange.upperBound, layer.outputRange.upperBound)
        alarm.set(after: breakdown.untilDone / clock)
    }

    /// What no model does, and what cannot be meant.
    private func noticeOddities(of layer: Layer) {
        let notices = chip.notices
        if layer.padType != 0 { notices.unmodelled("KPU layer with pad_type 1") }
        if layer.ramFlag { notices.unmodelled("KPU layer with ram_flag") }
        if layer.columnOffset != 0 { notices.unmodelled("KPU layer with coef_column_offset") }
        if layer.rowOffset != 0 { notices.unmodelled("KPU layer with coef_row_offset") }
        if layer.sendsData, !layer.sumsChannels,
            (layer.outputWidth * layer.outputHeight - layer.bytesPerChannel) % 65536 != 0
        {
            notices.misuse("KPU layer whose channel_byte_num is not the size of an output channel")
        }
        if layer.inputRange.overlaps(layer.outputRange) {
            notices.misuse("KPU layer whose output overlaps its input")
        }
    }

    private func load(_ layer: Layer, _ hasEightBitWeights: Bool, _ access: MainMemory) {
        if layer.loadsWeights, !layer.bypassesConvolution {
            weights = layer.weightPieces(hasEightBitWeights: hasEightBitWeights).flatMap { address, count in
                access.bytes(at: UInt32(truncatingIfNeeded: address), count)
            }
        }
        if layer.loadsBatchNorm {
            batchNorm = BatchNorm.table(
                access.bytes(at: layer.batchNormAddress, BatchNorm.size * layer.outputChannels))
        }
        if layer.loadsActivation {
            activation = Activation(access.bytes(at: layer.activationAddress, Activation.size))
        }
    }

    /// The time of the present phase is up.
    private func next(at cycle: Cycles) {
        switch phase {
        case .idle: break
        case .computing: finishComputing(at: cycle)
        case .streaming:
            stream.makeReady()
            request.set(true)
            setAlarmForBeat()
        }
    }

    private func finishComputing(at cycle: Cycles) {
        guard let layer, let output else { return }
        layer.store(output, to: memory.bytes)
        self.output = nil
        computedCycle = cycle
        let written = layer.outputRange
        chip.bus.onChange(memory.base + UInt32(written.lowerBound), written.count)
        phase = .streaming
        if layer.sendsData {
            stream = ResultStream(layer, output)
            streamStart = chip.clock.seconds(at: cycle)
            beat = timings[.streamBeat] / clock
            setAlarmForBeat()
        }
        onComputed(layer)
        if !layer.sendsData { end(at: cycle) }
    }

    /// Beats are counted from the start of the stream, so that rounding to whole cycles does not add up.
    private func setAlarmForBeat() {
        guard stream.hasMore else { return }
        let due = streamStart + Double(stream.ready + 1) * beat
        alarm.set(after: max(0, due - chip.clock.seconds(at: chip.clock.now)))
    }

    private func end(at cycle: Cycles) {
        guard let layer, phase == .streaming else { return }
        let record = LayerRecord(
            layer, hasEightBitWeights: hasEightBitWeights, breakdown: breakdown, hertz: clock, start: startCycle,
            computed: computedCycle, end: cycle, streamedBytes: min(layer.streamedBytes, 8 * stream.count))
        phase = .idle
        self.layer = nil
        stream = ResultStream()
        onEnd(record)
    }

    // MARK: The stream

    /// The word that `fifo_data_out` shows.
    var nextWord: UInt64 { stream.next }

    /// Fetches that word; `false` when none is ready.
    func takeWord() -> Bool {
        guard stream.isReady else { return false }
        stream.take()
        request.set(stream.isReady)
        if stream.isOver { end(at: chip.clock.now) }
        return true
    }

    /// Throws away what has not been fetched.
    func dropStream() {
        guard phase == .streaming else { return }
        alarm.cancel()
        request.set(false)
        end(at: chip.clock.now)
    }
}
