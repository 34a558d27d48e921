/// What a layer computes.
public struct LayerOutput: Equatable, Sendable {
    /// The pixels in the order channel, row, column, without gaps.
    public let pixels: [UInt8]
    /// With `full_add`: for each channel the sum of its pixels.
    ///
    /// Assumed: of those that are written, after activation and pooling. The record names only the field.
    public let channelSums: [UInt64]
}

extension Layer {
    /// Computes the layer: a pure function of the command, the input in the AI memory, and the tables.
    ///
    /// Assumed, as the record names only the fields: `first_stride` computes rows and columns 0, 2, 4, ...; with
    /// `bypass_conv` the sum is the pixel itself, without the corrections `arg_x`, `arg_w` and `arg_add`.
    ///
    /// - Parameters:
    ///   - memory: the AI memory from its first byte on, at least 2 MiB.
    ///   - tables: as many weights and entries as the layer needs, or more.
    /// - Throws: what `validate` throws; or, naming `load_coor` or `load_para`, that a table is too short.
    public func compute(
        memory: UnsafeRawBufferPointer, tables: Tables, rounding: ActivationRounding = .halfToEven
    ) throws(LayerFault) -> LayerOutput {
        try validate(hasEightBitWeights: tables.hasEightBitWeights)
        guard let pooling, let base = memory.baseAddress, memory.count >= Layer.memorySize else {
            throw LayerFault("image_src_addr", "\(memory.count) bytes are no AI memory")
        }
        let needed = weightsPerChannel * outputChannels * (tables.hasEightBitWeights ? 1 : 2)
        guard tables.weights.count >= needed else {
            throw LayerFault("load_coor", "\(tables.weights.count) bytes of weights are loaded; it takes \(needed)")
        }
        guard tables.batchNorm.count >= outputChannels else {
            throw LayerFault(
                "load_para",
                "batch normalisation of \(tables.batchNorm.count) channels is loaded; it takes "
                    + "\(outputChannels)")
        }
        var sums: [UInt64] = []
        let area = outputWidth * outputHeight
        let pixels = [UInt8](unsafeUninitializedCapacity: outputBytes) { buffer, count in
            guard let output = buffer.baseAddress else { return }
            let computation = LayerComputation(self, pooling, base, tables, rounding)
            computation.run(to: output)
            if sumsChannels {
                sums = (0..<outputChannels).map { channel in
                    (0..<area).reduce(0) { $0 + UInt64(output[channel * area + $1]) }
                }
            }
            count = outputBytes
        }
        return LayerOutput(pixels: pixels, channelSums: sums)
    }

    /// Writes the pixels into the AI memory as the layer's write-back fields say. The layer is valid.
    public func store(_ output: LayerOutput, to memory: UnsafeMutableRawPointer) {
        output.pixels.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress, bytes.count >= outputBytes else { return }
            outputLayout.store(
                source, width: outputWidth, height: outputHeight, channels: outputChannels,
                to: memory + destinationLine * Layer.lineSize)
        }
    }
}

/// One layer on its way: input planes, sums, and a channel between activation and pooling.
private final class LayerComputation {
    private let layer: Layer
    private let pooling: Pooling
    private let tables: Tables
    private let planes: InputPlanes
    private let pipeline: PixelPipeline
    private let taps: Int
    private let offsets: [Int]
    /// Positions rounded up to a step.
    private let sumsLength: Int
    /// Four rows for products, one for the pixels.
    private let sums: UnsafeMutablePointer<Int32>
    private let channel: UnsafeMutablePointer<UInt8>
    /// The weights of one pass, four rows side by side.
    private let weights: UnsafeMutablePointer<UInt8>
    /// Rows of weights that an output channel takes: low bytes and high bytes apart.
    private let rowsPerChannel: Int

    init(
        _ layer: Layer, _ pooling: Pooling, _ memory: UnsafeRawPointer, _ tables: Tables, _ rounding: ActivationRounding
    ) {
        self.layer = layer
        self.pooling = pooling
        self.tables = tables
        planes = InputPlanes(layer, memory: memory)
        pipeline = PixelPipeline(layer, tables.activation, rounding)
        taps = max(1, layer.weightsPerChannel)
        offsets = planes.offsets(channels: layer.isChannelwise ? 1 : layer.inputChannels)
        sumsLength =
            (planes.positions + MultiplyAccumulate.step - 1) / MultiplyAccumulate.step * MultiplyAccumulate.step
        sums = .allocate(capacity: (MultiplyAccumulate.rows + 1) * sumsLength)
        sums.initialize(repeating: 0, count: (MultiplyAccumulate.rows + 1) * sumsLength)
        channel = .allocate(capacity: layer.inputWidth * layer.inputHeight)
        channel.initialize(repeating: 0, count: layer.inputWidth * layer.inputHeight)
        weights = .allocate(capacity: MultiplyAccumulate.rows * taps)
        weights.initialize(repeating: 0, count: MultiplyAccumulate.rows * taps)
        rowsPerChannel = tables.hasEightBitWeights ? 1 : 2
    }

    deinit {
        sums.deallocate()
        channel.deallocate()
        weights.deallocate()
    }

    func run(to output: UnsafeMutablePointer<UInt8>) {
        let area = layer.outputWidth * layer.outputHeight
        if layer.bypassesConvolution {
            weights[0] = 1
            for number in 0..<layer.outputChannels {
                accumulate(from: number)
                finish(number, low: 0, high: nil, constant: 0, input: nil, to: output + number * area)
            }
        } else if layer.isDepthwise {
            for number in 0..<layer.outputChannels {
                let constant = takeWeights(of: number, row: 0)
                let row = rowsPerChannel
                for tap in 0..<taps { weights[MultiplyAccumulate.rows * tap + row] = 1 }
                accumulate(from: number)
                finish(
                    number, low: 0, high: rowsPerChannel == 2 ? 1 : nil, constant: constant, input: row,
                    to: output + number * area)
            }
        } else {
            ordinary(area, output)
        }
    }

    private func ordinary(_ area: Int, _ output: UnsafeMutablePointer<UInt8>) {
        let inputRow = MultiplyAccumulate.rows
        if layer.inputSumFactor != 0 {
            for tap in 0..<taps { weights[MultiplyAccumulate.rows * tap] = 1 }
            accumulate(from: 0)
            (sums + inputRow * sumsLength).update(from: sums, count: sumsLength)
        }
        let together = MultiplyAccumulate.rows / rowsPerChannel
        for first in stride(from: 0, to: layer.outputChannels, by: together) {
            let numbers = first..<min(first + together, layer.outputChannels)
            let constants = numbers.map { takeWeights(of: $0, row: ($0 - first) * rowsPerChannel) }
            accumulate(from: 0)
            for (place, number) in numbers.enumerated() {
                let low = place * rowsPerChannel
                finish(
                    number, low: low, high: rowsPerChannel == 2 ? low + 1 : nil, constant: constants[place],
                    input: inputRow, to: output + number * area)
            }
        }
    }

    /// Lays an output channel's weights into the rows from `row` on, and tells what they add to every sum:
    /// `arg_w` times their sum, and `arg_add` for each input channel.
    private func takeWeights(of number: Int, row: Int) -> Int {
        let first = number * taps
        var total = 0
        let place = weights + row
        let isWide = rowsPerChannel == 2
        tables.weights.withUnsafeBufferPointer { bytes in
            for tap in 0..<taps {
                let index = MultiplyAccumulate.rows * tap
                if isWide {
                    place[index] = bytes[2 * (first + tap)]
                    place[index + 1] = bytes[2 * (first + tap) + 1]
                    total += Int(place[index]) | Int(place[index + 1]) << 8
                } else {
                    place[index] = bytes[first + tap]
                    total += Int(place[index])
                }
            }
        }
        let channels = layer.isDepthwise ? 1 : layer.inputChannels
        return ((layer.weightSumFactor &* total) >> layer.weightSumShift) &+ layer.channelOffset &* channels
    }

    private func accumulate(from plane: Int) {
        offsets.withUnsafeBufferPointer { offsets in
            guard let first = offsets.baseAddress else { return }
            MultiplyAccumulate.run(
                pixels: planes.bytes + plane * planes.planeLength, offsets: first, taps: taps, weights: weights,
                positions: planes.positions, sums: sums, rowLength: sumsLength)
        }
    }

    /// From the sums to the pixels of an output channel.
    private func finish(
        _ number: Int, low: Int, high: Int?, constant: Int, input: Int?, to output: UnsafeMutablePointer<UInt8>
    ) {
        let width = layer.inputWidth
        let rowStep = layer.hasFirstStride ? 2 : 1
        for row in stride(from: 0, to: layer.inputHeight, by: rowStep) {
            let origin = UnsafePointer(sums + row * planes.rowLength)
            let hasInput = input != nil && layer.inputSumFactor != 0
            pipeline.run(
                PixelPipeline.Sums(
                    low: origin + low * sumsLength, high: high.map { origin + $0 * sumsLength },
                    input: hasInput ? input.map { origin + $0 * sumsLength } : nil),
                count: width, constant: constant, tables.batchNorm[number], output: channel + row * width)
        }
        guard layer.hasFirstStride else {
            pooling.apply(to: channel, width: width, height: layer.inputHeight, output: output)
            return
        }
        for row in 0..<layer.computedHeight {
            for column in 0..<layer.computedWidth {
                output[row * layer.computedWidth + column] = channel[2 * row * width + 2 * column]
            }
        }
    }
}
