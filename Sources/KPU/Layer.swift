import Bits

/// One command of the accelerator: the twelve 64-bit words that firmware pushes into the argument FIFO
/// (`kpu_layer_argument_t` in the SDK's kpu.h), decoded. Counts are as they are meant: one more than the field holds.
public struct Layer: Equatable, Sendable {
    /// Words of a command.
    public static let wordCount = 12
    /// Bytes of the AI memory; its lines have 64.
    public static let memorySize = 2 << 20
    public static let lineSize = 64

    // MARK: Word 0, interrupt_enabe

    /// `int_en`: raise calc_done when the layer is done.
    public var raisesInterrupt: Bool
    /// `ram_flag`: reserved.
    public var ramFlag: Bool
    /// `full_add`: sum the pixels of each output channel; the stream then carries one 64-bit word for each channel.
    public var sumsChannels: Bool
    /// `depth_wise_layer`: each output channel sees the input channel of its number alone.
    public var isDepthwise: Bool

    // MARK: Word 1, image_addr

    /// `image_src_addr`: the first line of the input in the AI memory.
    public var sourceLine: Int
    /// `image_dst_addr`: the first line of the output.
    public var destinationLine: Int

    // MARK: Word 2, image_channel_num

    /// `i_ch_num`, 1...1024.
    public var inputChannels: Int
    /// `o_ch_num`, 1...1024.
    public var outputChannels: Int
    /// `o_ch_num_coef`: output channels whose weights come with one load.
    public var channelsPerLoad: Int

    // MARK: Word 3, image_size

    /// `i_row_wid`: pixels in a row of the input.
    public var inputWidth: Int
    /// `i_col_high`: rows of the input.
    public var inputHeight: Int
    /// `o_row_wid`: pixels in a row of the output, after pooling.
    public var outputWidth: Int
    /// `o_col_high`: rows of the output, after pooling.
    public var outputHeight: Int

    // MARK: Word 4, kernel_pool_type_cfg

    /// `kernel_type`: the size of the filter, see `kernel`.
    public var kernelType: UInt8
    /// `pad_type`: 0 fills with `padValue`; nothing else is documented.
    public var padType: UInt8
    /// `pool_type`, see `pooling`.
    public var poolType: UInt8
    /// `first_stride`: only rows and columns with even numbers are computed.
    public var hasFirstStride: Bool
    /// `bypass_conv`: no convolution, the pixels go to batch normalisation as they are.
    public var bypassesConvolution: Bool
    /// `load_para`: load the table of batch normalisation; without it that of the layer before stays.
    public var loadsBatchNorm: Bool
    /// `dma_burst_size`: of the accelerator's own memory port.
    public var burstSize: UInt8
    /// `pad_value`: what lies around the image.
    public var padValue: UInt8
    /// `bwsx_base_addr`: where the table of batch normalisation is in main memory.
    public var batchNormAddress: UInt32

    // MARK: Word 5, kernel_load_cfg

    /// `load_coor`: load weights; without it those of the layer before stay.
    public var loadsWeights: Bool
    /// `load_time`: how many loads the weights take, 1...64.
    public var weightLoads: Int
    /// `para_size`: bytes of one load.
    public var bytesPerLoad: Int
    /// `para_start_addr`: where the weights are in main memory.
    public var weightAddress: UInt32

    // MARK: Word 6, kernel_offset

    /// `coef_column_offset`; zero in every known model.
    public var columnOffset: Int
    /// `coef_row_offset`; zero in every known model.
    public var rowOffset: Int

    // MARK: Words 7 and 8, kernel_calc_type_cfg and write_back_cfg

    /// `channel_switch_addr`, `row_switch_addr`, `coef_group`: how the input lies in the AI memory.
    public var inputLayout: LineLayout
    /// `load_act`: load the activation table; without it that of the layer before stays.
    public var loadsActivation: Bool
    /// `active_addr`: where the activation table is in main memory.
    public var activationAddress: UInt32
    /// `wb_channel_switch_addr`, `wb_row_switch_addr`, `wb_group`: how the output lies in the AI memory.
    public var outputLayout: LineLayout

    // MARK: Words 9 and 10, conv_value and conv_value2

    /// `shr_w`, 0...15.
    public var weightSumShift: Int
    /// `shr_x`, 0...15.
    public var inputSumShift: Int
    /// `arg_w`, 24 bits with sign: times the sum of the weights.
    public var weightSumFactor: Int
    /// `arg_x`, 24 bits with sign: times the sum of the pixels.
    public var inputSumFactor: Int
    /// `arg_add`, 40 bits with sign: added for each input channel.
    public var channelOffset: Int

    // MARK: Word 11, dma_parameter

    /// `send_data_out`: the result goes out through `fifo_data_out` too.
    public var sendsData: Bool
    /// `channel_byte_num`: bytes of an output channel, modulo 65536.
    public var bytesPerChannel: Int
    /// `dma_total_byte`: bytes sent.
    public var totalBytes: Int

    /// - Parameter words: w0 to w11; those left out are zero, more are ignored.
    public init(_ words: [UInt64]) {
        func field(_ word: Int, _ high: Int, _ low: Int) -> Int {
            word < words.count ? Int(words[word].bits(high, low)) : 0
        }
        func signed(_ word: Int, _ high: Int, _ low: Int) -> Int {
            let unused = 63 - (high - low)
            return (field(word, high, low) << unused) >> unused
        }
        func flag(_ word: Int, _ position: Int) -> Bool { field(word, position, position) != 0 }
        func pointer(_ word: Int) -> UInt32 { UInt32(truncatingIfNeeded: field(word, 63, 32)) }

        raisesInterrupt = flag(0, 0)
        ramFlag = flag(0, 1)
        sumsChannels = flag(0, 2)
        isDepthwise = flag(0, 3)
        sourceLine = field(1, 14, 0)
        destinationLine = field(1, 46, 32)
        inputChannels = field(2, 9, 0) + 1
        outputChannels = field(2, 41, 32) + 1
        channelsPerLoad = field(2, 57, 48) + 1
        inputWidth = field(3, 9, 0) + 1
        inputHeight = field(3, 18, 10) + 1
        outputWidth = field(3, 41, 32) + 1
        outputHeight = field(3, 50, 42) + 1
        kernelType = UInt8(field(4, 2, 0))
        padType = UInt8(field(4, 3, 3))
        poolType = UInt8(field(4, 7, 4))
        hasFirstStride = flag(4, 8)
        bypassesConvolution = flag(4, 9)
        loadsBatchNorm = flag(4, 10)
        burstSize = UInt8(field(4, 23, 16))
        padValue = UInt8(field(4, 31, 24))
        batchNormAddress = pointer(4)
        loadsWeights = flag(5, 0)
        weightLoads = field(5, 6, 1) + 1
        bytesPerLoad = field(5, 31, 15)
        weightAddress = pointer(5)
        columnOffset = field(6, 3, 0)
        rowOffset = field(6, 15, 4)
        inputLayout = LineLayout(
            linesPerGroup: field(7, 14, 0), linesPerRow: field(7, 19, 16), channelsPerLine: field(7, 30, 28))
        loadsActivation = flag(7, 31)
        activationAddress = pointer(7)
        outputLayout = LineLayout(
            linesPerGroup: field(8, 14, 0), linesPerRow: field(8, 19, 16), channelsPerLine: field(8, 22, 20))
        weightSumShift = field(9, 3, 0)
        inputSumShift = field(9, 7, 4)
        weightSumFactor = signed(9, 31, 8)
        inputSumFactor = signed(9, 55, 32)
        channelOffset = signed(10, 39, 0)
        sendsData = flag(11, 0)
        bytesPerChannel = field(11, 31, 16) + 1
        totalBytes = field(11, 63, 32) + 1
    }

    // MARK: What follows from the fields

    /// The side of the filter, or `nil` for a code without a meaning. A bypassed convolution has a filter of one pixel.
    public var kernel: Int? {
        if bypassesConvolution { return 1 }
        return switch kernelType {
        case 0: 1
        case 1: 3
        default: nil
        }
    }

    public var pooling: Pooling? { Pooling(rawValue: poolType) }

    /// Whether an output channel depends on one input channel only.
    public var isChannelwise: Bool { isDepthwise || bypassesConvolution }

    /// Weights of one output channel.
    public var weightsPerChannel: Int {
        if bypassesConvolution { return 0 }
        let side = kernel ?? 1
        return side * side * (isDepthwise ? 1 : inputChannels)
    }

    /// Pixels in a row that the convolution computes, and rows: before pooling.
    ///
    /// Assumed for `first_stride`: of five rows three have even numbers.
    public var computedWidth: Int { hasFirstStride ? (inputWidth + 1) / 2 : inputWidth }
    public var computedHeight: Int { hasFirstStride ? (inputHeight + 1) / 2 : inputHeight }

    /// Multiply-accumulates of the convolution, those on the padding included.
    public var multiplyAccumulates: Int { computedWidth * computedHeight * outputChannels * weightsPerChannel }

    /// Bytes of the output without the gaps that it has in the AI memory.
    public var outputBytes: Int { outputWidth * outputHeight * outputChannels }

    /// Bytes that leave through `fifo_data_out`.
    public var streamedBytes: Int {
        guard sendsData else { return 0 }
        return sumsChannels ? 8 * outputChannels : totalBytes
    }
}
