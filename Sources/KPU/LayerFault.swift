/// A command that the accelerator cannot carry out, and the field of `kpu_layer_argument_t` that makes it so.
public struct LayerFault: Error, Equatable, CustomStringConvertible, Sendable {
    /// As in the SDK's kpu.h: `image_dst_addr`, `i_row_wid`.
    public let field: String
    /// What is impossible about it.
    public let problem: String

    public init(_ field: String, _ problem: String) {
        self.field = field
        self.problem = problem
    }

    public var description: String { "KPU layer: \(field): \(problem)" }
}

extension Layer {
    /// Bytes of the buffer that takes one load of weights: 4096 kernels of nine 16-bit weights.
    public static let weightBufferSize = 2 * 9 * 4096

    /// Says which field asks the impossible, if one does. What it lets through can be computed: every address that
    /// follows from the fields lies in the AI memory.
    ///
    /// - Parameters:
    ///   - hasEightBitWeights: as `eight_bit_mode` is at the start of the layer.
    ///   - isReadable: whether so many bytes of main memory are at this address. Asked only about what is loaded.
    public func validate(
        hasEightBitWeights: Bool, isReadable: (_ address: UInt32, _ count: Int) -> Bool = { _, _ in true }
    ) throws(LayerFault) {
        try validateKernel()
        try validateSizes()
        try validate(
            inputLayout, width: inputWidth, height: inputHeight, channels: inputChannels, line: sourceLine,
            fields: ("channel_switch_addr", "row_switch_addr", "coef_group", "image_src_addr"))
        try validate(
            outputLayout, width: outputWidth, height: outputHeight, channels: outputChannels, line: destinationLine,
            fields: ("wb_channel_switch_addr", "wb_row_switch_addr", "wb_group", "image_dst_addr"))
        try validateStream()
        try validateTables(hasEightBitWeights: hasEightBitWeights, isReadable)
    }

    private func validateKernel() throws(LayerFault) {
        guard kernel != nil else {
            throw LayerFault("kernel_type", "\(kernelType) is no filter; 0 is 1x1, 1 is 3x3")
        }
        guard pooling != nil else { throw LayerFault("pool_type", "\(poolType) is no kind of pooling; they end at 9") }
        if hasFirstStride, pooling != .bypass {
            throw LayerFault("pool_type", "\(poolType) beside first_stride, which goes without pooling only")
        }
        if isChannelwise, inputChannels != outputChannels {
            throw LayerFault(
                "o_ch_num",
                "\(outputChannels) output channels of a "
                    + (isDepthwise ? "depthwise layer" : "layer without convolution")
                    + " with \(inputChannels) input channels")
        }
    }

    private func validateSizes() throws(LayerFault) {
        guard 4...512 ~= inputWidth else {
            throw LayerFault("i_row_wid", "a row of \(inputWidth) pixels; it has 4 to 512")
        }
        let rows = hasFirstStride ? 512 : 256
        guard 4...rows ~= inputHeight else {
            throw LayerFault("i_col_high", "\(inputHeight) rows; an input has 4 to \(rows)")
        }
        let stride = pooling?.stride ?? 1
        guard outputWidth == computedWidth / stride else {
            throw LayerFault(
                "o_row_wid",
                "a row of \(outputWidth) pixels; an input of \(inputWidth) with pool_type \(poolType) "
                    + "gives \(computedWidth / stride)")
        }
        guard outputHeight == computedHeight / stride else {
            throw LayerFault(
                "o_col_high",
                "\(outputHeight) rows; an input of \(inputHeight) with pool_type \(poolType) gives "
                    + "\(computedHeight / stride)")
        }
    }

    private func validate(
        _ layout: LineLayout, width: Int, height: Int, channels: Int, line: Int,
        fields: (group: String, row: String, channels: String, start: String)
    ) throws(LayerFault) {
        guard [1, 2, 4].contains(layout.channelsPerLine) else {
            throw LayerFault(fields.channels, "\(layout.channelsPerLine) channels in a line; it holds 1, 2 or 4")
        }
        let room = layout.channelsPerLine == 1 ? Layer.lineSize * layout.linesPerRow : 64 / layout.channelsPerLine
        guard layout.linesPerRow > 0, layout.channelsPerLine > 1 || width <= room else {
            throw LayerFault(fields.row, "\(layout.linesPerRow) lines for a row of \(width) pixels")
        }
        guard width <= room else {
            throw LayerFault(
                fields.channels, "\(layout.channelsPerLine) channels in a line leave no room for \(width) pixels")
        }
        if channels > layout.channelsPerLine, layout.linesPerGroup < layout.linesPerRow * height {
            throw LayerFault(
                fields.group,
                "\(layout.linesPerGroup) lines from channel to channel, which have "
                    + "\(layout.linesPerRow * height)")
        }
        let last = line + layout.extent(height: height, channels: channels) / Layer.lineSize - 1
        guard last < Layer.memorySize / Layer.lineSize else {
            throw LayerFault(
                fields.start,
                "\(channels) channels of \(width)x\(height) from line \(line) on reach line \(last); "
                    + "the AI memory ends at \(Layer.memorySize / Layer.lineSize - 1)")
        }
    }

    private func validateStream() throws(LayerFault) {
        if sendsData, !sumsChannels, totalBytes > outputBytes {
            throw LayerFault("dma_total_byte", "\(totalBytes) bytes to send of an output of \(outputBytes)")
        }
    }

    private func validateTables(
        hasEightBitWeights: Bool, _ isReadable: (UInt32, Int) -> Bool
    ) throws(LayerFault) {
        if loadsWeights, !bypassesConvolution {
            let bytes = weightsPerChannel * (hasEightBitWeights ? 1 : 2)
            let channels = min(channelsPerLoad, outputChannels)
            guard weightLoads * channels >= outputChannels else {
                throw LayerFault(
                    "load_time", "\(weightLoads) loads of \(channels) channels for \(outputChannels) channels")
            }
            guard bytesPerLoad >= channels * bytes else {
                throw LayerFault(
                    "para_size",
                    "\(bytesPerLoad) bytes for the weights of \(channels) channels, which are "
                        + "\(channels * bytes)")
            }
            guard channels * bytes <= Layer.weightBufferSize else {
                throw LayerFault(
                    "o_ch_num_coef",
                    "\(channels * bytes) bytes of weights in one load; the buffer has "
                        + "\(Layer.weightBufferSize)")
            }
            let whole = weightPieces(hasEightBitWeights: hasEightBitWeights).allSatisfy { address, count in
                address <= 0xFFFF_FFFF && isReadable(UInt32(truncatingIfNeeded: address), count)
            }
            guard whole else { throw nowhere("para_start_addr", "weights", weightAddress) }
        }
        if loadsBatchNorm, !isReadable(batchNormAddress, BatchNorm.size * outputChannels) {
            throw nowhere("bwsx_base_addr", "batch normalisation", batchNormAddress)
        }
        if loadsActivation, !isReadable(activationAddress, Activation.size) {
            throw nowhere("active_addr", "activation", activationAddress)
        }
    }

    private func nowhere(_ field: String, _ table: String, _ address: UInt32) -> LayerFault {
        LayerFault(field, "the table of \(table) at 0x\(String(address, radix: 16)) is not all in main memory")
    }

    /// Where the weights of the loads are, one after the other: as many bytes as the channels of the load need.
    func weightPieces(hasEightBitWeights: Bool) -> [(address: Int, count: Int)] {
        let bytes = weightsPerChannel * (hasEightBitWeights ? 1 : 2)
        return stride(from: 0, to: outputChannels, by: channelsPerLoad).enumerated().map { load, first in
            (
                Int(weightAddress) + load * bytesPerLoad,
                min(channelsPerLoad, outputChannels - first) * bytes
            )
        }
    }
}
