import Machine

/// What one layer did, and when.
public struct LayerRecord: Equatable, Sendable {
    /// The cycle of the core's clock at which the accelerator took the command up.
    public let start: Cycles
    /// The cycle at which the result was in the AI memory.
    public let computed: Cycles
    /// The cycle at which the last byte had been fetched from `fifo_data_out`; `computed` when nothing was sent.
    public let end: Cycles
    /// The side of the filter: 1 or 3.
    public let kernel: Int
    public let isDepthwise: Bool
    public let inputChannels: Int
    public let outputChannels: Int
    public let inputWidth: Int
    public let inputHeight: Int
    public let outputWidth: Int
    public let outputHeight: Int
    public let pooling: Pooling
    public let multiplyAccumulates: Int
    /// Cycles of the accelerator's clock, as the model has them.
    public let breakdown: KPUTimings.Breakdown
    /// The accelerator's clock at the start, in Hz.
    public let hertz: Double
    /// Where its weights lie in main memory, as the command gives it.
    public let weightAddress: UInt32
    /// Bytes of weights that were loaded.
    public let weightBytes: Int
    /// Bytes that left through `fifo_data_out`.
    public let streamedBytes: Int
    /// The AI memory that was read and written: bytes from its base.
    public let input: Range<Int>
    public let output: Range<Int>

    init(
        _ layer: Layer, hasEightBitWeights: Bool, breakdown: KPUTimings.Breakdown, hertz: Double, start: Cycles,
        computed: Cycles, end: Cycles, streamedBytes: Int
    ) {
        self.start = start
        self.computed = computed
        self.end = end
        kernel = layer.kernel ?? 1
        isDepthwise = layer.isDepthwise
        inputChannels = layer.inputChannels
        outputChannels = layer.outputChannels
        inputWidth = layer.inputWidth
        inputHeight = layer.inputHeight
        outputWidth = layer.outputWidth
        outputHeight = layer.outputHeight
        pooling = layer.pooling ?? .bypass
        multiplyAccumulates = layer.multiplyAccumulates
        self.breakdown = breakdown
        self.hertz = hertz
        weightAddress = layer.weightAddress
        weightBytes = layer.loadedWeightBytes(hasEightBitWeights: hasEightBitWeights)
        self.streamedBytes = streamedBytes
        input = layer.inputRange
        output = layer.outputRange
    }
}

extension Layer {
    /// The bytes of the AI memory that the input lies in, whole lines.
    public var inputRange: Range<Int> {
        let first = sourceLine * Layer.lineSize
        return first..<first + inputLayout.extent(height: inputHeight, channels: inputChannels)
    }

    /// The bytes of the AI memory that the output lies in, whole lines.
    public var outputRange: Range<Int> {
        let first = destinationLine * Layer.lineSize
        return first..<first + outputLayout.extent(height: outputHeight, channels: outputChannels)
    }
}
