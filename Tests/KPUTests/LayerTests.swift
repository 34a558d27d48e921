import Testing

@testable import KPU

struct LayerTests {
    /// Bits as in kpu.h, kpu_layer_argument_t; every field with a value of its own.
    @Test func theTwelveWordsAreDecoded() {
        let layer = Layer([
            0b1101, 0x1234_0000_0321, 0x0007_001F_0000_0003,
            // 320x240 in, 160x120 out.
            319 | 239 << 10 | 159 << 32 | 119 << 42,
            0x8060_0000_7F0F_0411, 0x8070_0000_0000_0007 | 432 << 15, 0x0123,
            0x4060_0100_9005_04B0, 0x0013_0168, 0xFF_FFFE_0000_0357 | 5 << 8, 0xFF_FFFF_FFFE,
            0x0004_AFFF_4AFF_0001,
        ])
        #expect(layer.raisesInterrupt && !layer.ramFlag && layer.sumsChannels && layer.isDepthwise)
        #expect(layer.sourceLine == 0x321 && layer.destinationLine == 0x1234)
        #expect(layer.inputChannels == 4 && layer.outputChannels == 32 && layer.channelsPerLoad == 8)
        #expect(layer.inputWidth == 320 && layer.inputHeight == 240)
        #expect(layer.outputWidth == 160 && layer.outputHeight == 120)
        #expect(layer.kernel == 3 && layer.padType == 0 && layer.pooling == .max2)
        #expect(!layer.hasFirstStride && !layer.bypassesConvolution && layer.loadsBatchNorm)
        #expect(layer.burstSize == 15 && layer.padValue == 127 && layer.batchNormAddress == 0x8060_0000)
        #expect(layer.loadsWeights && layer.weightLoads == 4 && layer.bytesPerLoad == 432)
        #expect(layer.weightAddress == 0x8070_0000)
        #expect(layer.columnOffset == 3 && layer.rowOffset == 0x12)
        #expect(layer.inputLayout == LineLayout(linesPerGroup: 1200, linesPerRow: 5, channelsPerLine: 1))
        #expect(layer.loadsActivation && layer.activationAddress == 0x4060_0100)
        #expect(layer.outputLayout == LineLayout(linesPerGroup: 0x168, linesPerRow: 3, channelsPerLine: 1))
        #expect(layer.weightSumShift == 7 && layer.inputSumShift == 5)
        #expect(layer.weightSumFactor == 3 | 5 && layer.inputSumFactor == -2)
        #expect(layer.channelOffset == -2)
        #expect(layer.sendsData && layer.bytesPerChannel == 19200 && layer.totalBytes == 307200)
    }

    /// 4 channels to a line up to 16 pixels, 2 up to 32, else one and as many lines as 64 pixels fit in.
    @Test func theLayoutFollowsFromTheWidth() {
        #expect(LineLayout(width: 16, height: 3) == LineLayout(linesPerGroup: 3, linesPerRow: 1, channelsPerLine: 4))
        #expect(LineLayout(width: 17, height: 3) == LineLayout(linesPerGroup: 3, linesPerRow: 1, channelsPerLine: 2))
        #expect(LineLayout(width: 33, height: 3) == LineLayout(linesPerGroup: 3, linesPerRow: 1, channelsPerLine: 1))
        #expect(LineLayout(width: 65, height: 3) == LineLayout(linesPerGroup: 6, linesPerRow: 2, channelsPerLine: 1))
        #expect(LineLayout(width: 20, height: 15).offset(channel: 3, row: 2) == 15 * 64 + 32 + 2 * 64)
    }

    /// A command that names a field of the impossible.
    struct Spoiled: Sendable, CustomTestStringConvertible {
        let field: String
        let spoil: @Sendable (inout Layer) -> Void

        init(_ field: String, _ spoil: @escaping @Sendable (inout Layer) -> Void) {
            self.field = field
            self.spoil = spoil
        }

        var testDescription: String { field }
    }

    @Test(arguments: [
        Spoiled("kernel_type") { $0.kernelType = 2 },
        Spoiled("pool_type") { $0.poolType = 10 },
        Spoiled("pool_type") { ($0.hasFirstStride, $0.poolType) = (true, 1) },
        Spoiled("o_ch_num") { ($0.isDepthwise, $0.outputChannels) = (true, 9) },
        Spoiled("o_ch_num") { ($0.bypassesConvolution, $0.outputChannels) = (true, 9) },
        Spoiled("i_row_wid") { $0.inputWidth = 3 },
        Spoiled("i_row_wid") { $0.inputWidth = 513 },
        Spoiled("i_col_high") { $0.inputHeight = 257 },
        Spoiled("i_col_high") { $0.inputHeight = 3 },
        Spoiled("o_row_wid") { $0.outputWidth = 21 },
        Spoiled("o_col_high") { $0.outputHeight = 14 },
        Spoiled("o_col_high") { ($0.poolType, $0.outputWidth, $0.outputHeight) = (1, 10, 8) },
        Spoiled("coef_group") { $0.inputLayout.channelsPerLine = 3 },
        Spoiled("coef_group") { $0.inputLayout.channelsPerLine = 4 },
        Spoiled("row_switch_addr") { $0.inputLayout.linesPerRow = 0 },
        Spoiled("channel_switch_addr") { $0.inputLayout.linesPerGroup = 14 },
        Spoiled("image_src_addr") { $0.sourceLine = 32768 - 4 * 15 + 1 },
        Spoiled("wb_group") { $0.outputLayout.channelsPerLine = 0 },
        Spoiled("wb_group") { $0.outputLayout.channelsPerLine = 4 },
        Spoiled("wb_row_switch_addr") { ($0.outputLayout.channelsPerLine, $0.outputLayout.linesPerRow) = (1, 0) },
        Spoiled("wb_channel_switch_addr") { $0.outputLayout.linesPerGroup = 0 },
        Spoiled("image_dst_addr") { $0.destinationLine = 32767 },
        Spoiled("dma_total_byte") { ($0.sendsData, $0.totalBytes) = (true, 8 * 300 + 1) },
        Spoiled("load_time") { $0.channelsPerLoad = 3 },
        Spoiled("para_size") { $0.bytesPerLoad = 63 },
        Spoiled("para_start_addr") { $0.weightAddress = 0x10 },
        Spoiled("bwsx_base_addr") { $0.batchNormAddress = 0x10 },
        Spoiled("active_addr") { $0.activationAddress = 0x10 },
        Spoiled("o_ch_num_coef") {
            ($0.kernelType, $0.inputChannels, $0.bytesPerLoad) = (1, 1024, 0x1FFFF)
            ($0.outputChannels, $0.channelsPerLoad) = (9, 9)
        },
    ]) func theImpossibleNamesItsField(_ command: Spoiled) throws {
        var layer = Layer.sample
        try layer.validate(hasEightBitWeights: true) { address, _ in address >= 0x1000 }
        command.spoil(&layer)
        let fault = #expect(throws: LayerFault.self) {
            try layer.validate(hasEightBitWeights: true) { address, _ in address >= 0x1000 }
        }
        #expect(fault?.field == command.field)
        #expect(fault?.description.hasPrefix("KPU layer: \(command.field): ") == true)
    }

    /// Whatever the words say, the answer is an output or a fault.
    @Test func hostileCommandsNeverTrap() {
        var draw = Draw(seed: 99)
        let memory = AIMemory()
        memory.write(draw.bytes(4096), at: 0)
        var computed = 0
        for round in 0..<200 {
            var words = (0..<Layer.wordCount).map { _ in
                draw.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            }
            if round % 2 == 0 {
                // Shape and layout possible, the numbers wild.
                words[0] &= ~8
                words[1] = 0
                words[2] = 3 | 3 << 32 | 3 << 48
                words[3] = 7 | 7 << 10 | 7 << 32 | 7 << 42
                words[4] = words[4] & ~0x3F7 | UInt64(round / 2 % 2)
                words[5] = 1 | 144 << 15
                words[7] = 8 | 1 << 16 | 4 << 28
                words[8] = 8 | 1 << 16 | 4 << 20
                words[11] = 0
            }
            let tables = Tables(
                weights: draw.bytes(144), hasEightBitWeights: true, batchNorm: BatchNorm.table(draw.bytes(32)),
                activation: Activation(draw.bytes(144)))
            let output = try? Layer(words).compute(
                memory: UnsafeRawBufferPointer(memory.bytes), tables: tables, rounding: .halfUp)
            if output != nil { computed += 1 }
        }
        #expect(computed >= 100)
    }

    @Test func tablesThatAreTooShortAreAFault() {
        let memory = AIMemory()
        let none = Tables(weights: [], hasEightBitWeights: true, batchNorm: [], activation: Activation([]))
        let fault = #expect(throws: LayerFault.self) {
            try Layer.sample.compute(memory: UnsafeRawBufferPointer(memory.bytes), tables: none)
        }
        #expect(fault?.field == "load_coor")
    }
}

extension Layer {
    /// 8 channels of 20x15, 1x1 to 8 channels.
    static var sample: Layer {
        var layer = Layer([])
        layer.inputChannels = 8
        layer.outputChannels = 8
        layer.channelsPerLoad = 8
        (layer.inputWidth, layer.inputHeight) = (20, 15)
        (layer.outputWidth, layer.outputHeight) = (20, 15)
        layer.inputLayout = LineLayout(width: 20, height: 15)
        layer.outputLayout = LineLayout(width: 20, height: 15)
        layer.destinationLine = 60
        layer.loadsWeights = true
        layer.loadsBatchNorm = true
        layer.loadsActivation = true
        layer.bytesPerLoad = 64
        (layer.weightAddress, layer.batchNormAddress, layer.activationAddress) = (0x1000, 0x2000, 0x3000)
        return layer
    }
}
