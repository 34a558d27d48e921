/// The input of a layer, taken out of its lines: one plane of bytes for each channel, with a border of padding where
/// the filter reaches over the edge. A position is a pixel's place in a plane; the pixels of a filter are at constant
/// distances from it.
final class InputPlanes {
    /// From one row to the next, border included.
    let rowLength: Int
    /// From one channel to the next.
    let planeLength: Int
    /// Positions from the first pixel to the last, the border between rows included.
    let positions: Int
    let bytes: UnsafeMutablePointer<UInt8>
    private let border: Int

    /// - Parameter memory: the AI memory; the layer is valid.
    init(_ layer: Layer, memory: UnsafeRawPointer) {
        let width = layer.inputWidth
        let height = layer.inputHeight
        border = layer.kernel == 3 ? 1 : 0
        rowLength = width + 2 * border
        positions = (height - 1) * rowLength + width
        // An odd number of cache lines, or the same pixel of all channels would fall into one set of the host's cache.
        planeLength = ((height + 2 * border) * rowLength / 64 | 1) * 64 + 64
        let count = planeLength * layer.inputChannels + MultiplyAccumulate.step
        bytes = .allocate(capacity: count)
        bytes.initialize(repeating: layer.padValue, count: count)
        let first = memory + layer.sourceLine * Layer.lineSize
        for channel in 0..<layer.inputChannels {
            var row = UnsafeMutableRawPointer(bytes + (channel * planeLength + border * rowLength + border))
            for line in 0..<height {
                row.copyMemory(from: first + layer.inputLayout.offset(channel: channel, row: line), byteCount: width)
                row += rowLength
            }
        }
    }

    deinit {
        bytes.deallocate()
    }

    /// The distances of a filter's pixels from its position, in the order of the weights.
    func offsets(channels: Int) -> [Int] {
        let side = 2 * border + 1
        return (0..<channels).flatMap { channel in
            (0..<side * side).map { channel * planeLength + $0 / side * rowLength + $0 % side }
        }
    }
}
