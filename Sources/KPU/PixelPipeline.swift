/// What happens to the sums of one output channel: correction for the zero points, batch normalisation, activation. All
/// arithmetic wraps at 64 bits; values that the chip can hold (36 bits) do not reach them.
final class PixelPipeline {
    private struct Piece {
        let start: Int
        let slope: Int
        let shift: Int
        let bias: Int
    }

    private let rounding: ActivationRounding
    private let pieces: UnsafeMutablePointer<Piece>
    /// The least start of a piece and those behind it: the last piece that a value lies above is the last whose floor
    /// it lies above, and these never fall, so that it can be searched by halves.
    private let floors: UnsafeMutablePointer<Int>
    private let inputSumFactor: Int
    private let inputSumShift: Int

    init(_ layer: Layer, _ activation: Activation, _ rounding: ActivationRounding) {
        self.rounding = rounding
        inputSumFactor = layer.inputSumFactor
        inputSumShift = layer.inputSumShift
        let count = Activation.count
        pieces = .allocate(capacity: count)
        floors = .allocate(capacity: count)
        var floor = Int.max
        for index in (0..<count).reversed() {
            let segment = activation.segments[index]
            (pieces + index).initialize(
                to: Piece(start: segment.start, slope: segment.slope, shift: segment.shift, bias: segment.bias))
            floor = min(floor, segment.start)
            (floors + index).initialize(to: floor)
        }
    }

    deinit {
        pieces.deallocate()
        floors.deallocate()
    }

    /// The sums of one row of pixels.
    struct Sums {
        /// Of pixel times weight; with 16-bit weights, times the low byte of the weight.
        let low: UnsafePointer<Int32>
        /// Of pixel times the high byte of the weight.
        let high: UnsafePointer<Int32>?
        /// Of pixels.
        let input: UnsafePointer<Int32>?
    }

    /// - Parameters:
    ///   - constant: what is added to every sum of the channel.
    ///   - output: room for `count` pixels.
    func run(
        _ sums: Sums, count: Int, constant: Int, _ norm: BatchNorm, output: UnsafeMutablePointer<UInt8>
    ) {
        let factor = norm.factor
        let shift = norm.shift & 63
        let offset = norm.offset
        var index = 0
        while index < count {
            var sum = Int(sums.low[index]) &+ constant
            if let high = sums.high { sum &+= Int(high[index]) &<< 8 }
            if let input = sums.input { sum &+= (inputSumFactor &* Int(input[index])) &>> (inputSumShift & 63) }
            output[index] = activate(((sum &* factor) &>> shift) &+ offset)
            index &+= 1
        }
    }

    /// The piece is the last whose start lies below the value; a value below all starts belongs to the first.
    @inline(__always)
    private func activate(_ value: Int) -> UInt8 {
        var index = value > floors[8] ? 8 : 0
        index &+= value > floors[index &+ 4] ? 4 : 0
        index &+= value > floors[index &+ 2] ? 2 : 0
        index &+= value > floors[index &+ 1] ? 1 : 0
        let piece = pieces[index]
        let rise = rounding.shift((value &- piece.start) &* piece.slope, by: piece.shift) &+ piece.bias
        return UInt8(truncatingIfNeeded: max(0, min(255, rise)))
    }
}
