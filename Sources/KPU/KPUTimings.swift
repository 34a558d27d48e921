/// How long the accelerator takes: the numbers of its cycle model, each with where it is from, in cycles of its own
/// clock. They are read from `targets/cores/kpu.yaml`.
public struct KPUTimings: Equatable, Sendable {
    /// A number and its provenance.
    public struct Fact: Equatable, Sendable {
        /// Cycles of the accelerator's clock.
        public let value: Double
        /// Document and section, or the measurement.
        public let source: String
        /// Whether the number is a guess.
        public var isAssumed: Bool { source.hasPrefix("assumed") }

        public init(value: Double, source: String) {
            self.value = value
            self.source = source
        }
    }

    public enum Parameter: String, CaseIterable, Sendable {
        /// Once for a layer that is not depthwise.
        case setup
        /// For each line of 64 bytes of an input group that is read for an output channel.
        case line
        /// For each column of lines of an input group and an output channel.
        case strip
        /// For each line that the convolution writes, before pooling.
        case outputLine
        /// For each byte of the first load of weights; later loads hide behind the computation.
        case weightByte
        /// Once for a depthwise layer.
        case depthwiseSetup
        /// For each line of input of a depthwise layer.
        case depthwiseLine
        /// For each column of lines of an input group of a depthwise layer.
        case depthwiseStrip
        /// For each channel of a depthwise layer, its weights included.
        case depthwiseChannel
        /// For each 8 bytes that leave through `fifo_data_out`.
        case streamBeat
    }

    public let facts: [Parameter: Fact]

    public init(_ facts: [Parameter: Fact]) {
        self.facts = facts
    }

    public subscript(_ parameter: Parameter) -> Double { facts[parameter]?.value ?? 0 }

    /// Where the cycles of a layer go.
    public struct Breakdown: Equatable, Sendable {
        /// Multiplying, normalising, activating, writing back.
        public let compute: Double
        /// Waiting for the first load of weights.
        public let weightLoad: Double
        /// Sending the result through `fifo_data_out`.
        public let dmaOut: Double
        /// Reading the command and filling the pipeline.
        public let setup: Double

        /// Until the result is in the AI memory.
        public var untilDone: Double { compute + weightLoad + setup }
        public var total: Double { untilDone + dmaOut }
    }

    /// The cycles of a layer, from its start on an idle accelerator.
    ///
    /// Assumed: a bypassed convolution takes as long as a depthwise one, and `first_stride` reads every line.
    public func breakdown(of layer: Layer, hasEightBitWeights: Bool) -> Breakdown {
        let group = max(1, layer.inputLayout.channelsPerLine)
        let lines = layer.inputLayout.linesPerRow
        let groups = (layer.inputChannels + group - 1) / group
        let dmaOut = self[.streamBeat] * Double((layer.streamedBytes + 7) / 8)
        if layer.isChannelwise {
            let strips = Double(groups * lines)
            return Breakdown(
                compute: self[.depthwiseLine] * strips * Double(layer.inputHeight) + self[.depthwiseStrip] * strips
                    + self[.depthwiseChannel] * Double(layer.outputChannels),
                weightLoad: 0, dmaOut: dmaOut, setup: self[.depthwiseSetup])
        }
        let strips = Double(layer.outputChannels * groups * lines)
        let outputGroups = (layer.outputChannels + group - 1) / group
        let outputLines = Double(outputGroups * lines * layer.inputHeight)
        let loadedBytes = layer.firstLoadBytes(hasEightBitWeights: hasEightBitWeights)
        return Breakdown(
            compute: self[.line] * strips * Double(layer.inputHeight) + self[.strip] * strips
                + self[.outputLine] * outputLines,
            weightLoad: self[.weightByte] * Double(loadedBytes), dmaOut: dmaOut, setup: self[.setup])
    }
}

extension Layer {
    /// Bytes of the first load of weights.
    func firstLoadBytes(hasEightBitWeights: Bool) -> Int {
        guard loadsWeights else { return 0 }
        return min(channelsPerLoad, outputChannels) * weightsPerChannel * (hasEightBitWeights ? 1 : 2)
    }

    /// Bytes of all loads of weights.
    func loadedWeightBytes(hasEightBitWeights: Bool) -> Int {
        guard loadsWeights else { return 0 }
        return outputChannels * weightsPerChannel * (hasEightBitWeights ? 1 : 2)
    }
}
