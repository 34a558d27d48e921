import KPU

/// Version 3: seven words, the outputs, the heads of the layers, their bodies.
extension KModel {
    private static let headWords = 7
    /// K210_CONV.
    private static let convolution = 10_240
    private static let types: Set<Int> = [
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 10_240, 10_241,
        10_242,
        10_243,
    ]

    /// KLF_MAIN_MEM_OUT.
    private static let mainMemoryOut = 1
    /// 16 segments of 8 bytes, and their offsets.
    private static let activationSize = 16 * 8 + 16

    static func readV3(_ bytes: [UInt8]) throws(KModelError) -> KModel {
        let version = try bytes.word(at: 0, of: "the head")
        guard version == Version.v3.rawValue else { throw .otherVersion(version) }
        var head: [Int] = []
        for index in 0..<headWords { head.append(try bytes.word(at: 4 * index, of: "the head")) }
        let (flags, architecture, layers, mainMemory, outputs) = (head[1], head[2], head[3], head[5], head[6])
        guard architecture == 0 else { throw .otherChip }
        guard layers > 0 else { throw .empty }
        let heads = 4 * headWords + 8 * outputs
        var body = heads + 8 * layers
        guard body <= bytes.count else { throw .truncated(what: "the list of layers", end: body, size: bytes.count) }
        var input: Input?
        for index in 0..<layers {
            let type = try bytes.word(at: heads + 8 * index, of: "the list of layers")
            let size = try bytes.word(at: heads + 8 * index + 4, of: "the list of layers")
            guard types.contains(type) else { throw .unknownLayer(index: index, type: type) }
            guard size <= bytes.count - body else {
                throw .truncated(what: "layer \(index)", end: body + size, size: bytes.count)
            }
            if type == convolution {
                let layer = try checkConvolution(index, bytes, body, hasEightBitWeights: flags & 1 != 0)
                if index == 0 {
                    input = Input(
                        channels: layer.inputChannels, height: layer.inputHeight, width: layer.inputWidth,
                        element: .byte)
                }
            }
            body += size
        }
        return KModel(version: .v3, layerCount: layers, mainMemory: mainMemory, outputCount: outputs, input: input)
    }

    /// flags, main memory out, offsets of the layer command, the weights, the bn table, the activation table.
    private static func checkConvolution(
        _ index: Int, _ bytes: [UInt8], _ body: Int, hasEightBitWeights: Bool
    ) throws(KModelError) -> Layer {
        let what = "layer \(index)"
        let place = try bytes.word(at: body + 8, of: what)
        guard place <= bytes.count - 96 else {
            throw .outside(layer: index, what: "the command", offset: place, size: bytes.count)
        }
        var words: [UInt64] = []
        for word in 0..<Layer.wordCount {
            let low = try bytes.word(at: place + 8 * word, of: what)
            words.append(UInt64(low) | UInt64(try bytes.word(at: place + 8 * word + 4, of: what)) << 32)
        }
        var layer = Layer(words)
        // The runtime has the result sent where the layer's flags want it in main memory.
        layer.sendsData = try bytes.word(at: body, of: what) & mainMemoryOut != 0
        let weights = layer.outputChannels * layer.weightsPerChannel * (hasEightBitWeights ? 1 : 2)
        let tables = [
            ("the weights", 12, weights), ("the bn table", 16, 8 * layer.outputChannels),
            ("the activation", 20, activationSize),
        ]
        for (name, field, size) in tables {
            let offset = try bytes.word(at: body + field, of: what)
            guard offset <= bytes.count, size <= bytes.count - offset else {
                throw .outside(layer: index, what: name, offset: offset, size: bytes.count)
            }
        }
        do throws(LayerFault) {
            try layer.validate(hasEightBitWeights: hasEightBitWeights)
        } catch {
            throw .impossible(layer: index, "\(error.field): \(error.problem)")
        }
        return layer
    }
}
