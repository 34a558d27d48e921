import KPU

/// KMDL version 4: ten words, inputs with their shapes, outputs, constants, the heads of the layers, their bodies.
extension KModel {
    private static let headWords = 10
    private static let rangeSize = 16
    private static let kpuConvolution = 0x2002

    static func readV4(_ bytes: [UInt8]) throws(KModelError) -> KModel {
        var head: [Int] = []
        for index in 0..<headWords { head.append(try bytes.word(at: 4 * index, of: "the head")) }
        guard head[1] == Version.v4.rawValue else { throw .otherVersion(head[1]) }
        guard head[3] <= 1 else { throw .otherChip }
        let (constants, mainMemory, layers, inputs, outputs) = (head[4], head[5], head[6], head[7], head[8])
        guard layers > 0 else { throw .empty }
        let heads = 4 * headWords + (rangeSize + 16) * inputs + rangeSize * outputs + constants
        var body = heads + 8 * layers
        guard body <= bytes.count else { throw .truncated(what: "the list of layers", end: body, size: bytes.count) }
        for index in 0..<layers {
            let type = try bytes.word(at: heads + 8 * index, of: "the list of layers")
            let size = try bytes.word(at: heads + 8 * index + 4, of: "the list of layers")
            guard isKnown(type) else { throw .unknownLayer(index: index, type: type) }
            guard size <= bytes.count - body else {
                throw .truncated(what: "layer \(index)", end: body + size, size: bytes.count)
            }
            if type == kpuConvolution { try checkConvolution(index, bytes, body, size) }
            body += size
        }
        return KModel(
            version: .v4, layerCount: layers, mainMemory: mainMemory, outputCount: outputs,
            input: inputs == 1 ? try input(bytes) : nil)
    }

    /// The only input: its range of memory, then its shape of batches, channels, rows and columns.
    private static func input(_ bytes: [UInt8]) throws(KModelError) -> Input? {
        let range = 4 * headWords
        let type = try bytes.word(at: range + 4, of: "the input")
        var sizes: [Int] = []
        for index in 0..<4 { sizes.append(try bytes.word(at: range + rangeSize + 4 * index, of: "the shape")) }
        guard type <= 1, sizes.allSatisfy({ 1...memoryLimit ~= $0 }), sizes[0] == 1,
            sizes.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) <= memoryLimit,
            sizes[1] <= memoryLimit / sizes[2] / sizes[3]
        else { return nil }
        return Input(
            channels: sizes[1], height: sizes[2], width: sizes[3], element: type == 0 ? .float : .byte)
    }

    private static func isKnown(_ type: Int) -> Bool {
        (0x00...0x14).contains(type) || (0x1001...0x1005).contains(type) || (0x2001...0x2002).contains(type)
    }

    /// The range in main memory, batches, a reserved word, the layer command; the tables follow.
    private static func checkConvolution(
        _ index: Int, _ bytes: [UInt8], _ body: Int, _ size: Int
    ) throws(KModelError) {
        let command = body + rangeSize + 8
        guard size >= rangeSize + 8 + 96 else {
            throw .truncated(what: "the command of layer \(index)", end: command + 96, size: body + size)
        }
        var words: [UInt64] = []
        for word in 0..<Layer.wordCount {
            let low = try bytes.word(at: command + 8 * word, of: "layer \(index)")
            words.append(UInt64(low) | UInt64(try bytes.word(at: command + 8 * word + 4, of: "layer \(index)")) << 32)
        }
        do throws(LayerFault) {
            // Where the tables lie is known when they are loaded.
            try Layer(words).validate(hasEightBitWeights: true)
        } catch {
            throw .impossible(layer: index, "\(error.field): \(error.problem)")
        }
    }
}
