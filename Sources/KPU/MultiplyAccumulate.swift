/// The sums of products: the only loop whose speed matters.
enum MultiplyAccumulate {
    /// Rows of weights that one pass takes.
    static let rows = 4
    /// Positions that one step computes; planes and sums have so many elements to spare.
    static let step = 8

    /// For each position: the sum over the taps of pixel times weight, for four rows of weights at once.
    ///
    /// - Parameters:
    ///   - pixels: the pixel of position 0 and tap offset 0; readable up to `positions` rounded up to a step behind
    ///     each offset.
    ///   - offsets: for each tap, how far its pixel is from the position.
    ///   - weights: four for each tap.
    ///   - sums: `positions` rounded up to a step for each of the four rows, `rowLength` apart. No sum overflows: there
    ///     are at most 9 * 1024 taps.
    static func run(
        pixels: UnsafePointer<UInt8>, offsets: UnsafePointer<Int>, taps: Int, weights: UnsafePointer<UInt8>,
        positions: Int, sums: UnsafeMutablePointer<Int32>, rowLength: Int
    ) {
        for position in stride(from: 0, to: positions, by: step) {
            eightPositions(pixels + position, offsets, taps, weights, sums + position, rowLength)
        }
    }

    /// Not inlined: in a loop around it the compiler takes the vectors apart.
    @inline(never)
    private static func eightPositions(
        _ pixels: UnsafePointer<UInt8>, _ offsets: UnsafePointer<Int>, _ taps: Int, _ weights: UnsafePointer<UInt8>,
        _ sums: UnsafeMutablePointer<Int32>, _ rowLength: Int
    ) {
        var sum0 = SIMD8<Int32>()
        var sum1 = SIMD8<Int32>()
        var sum2 = SIMD8<Int32>()
        var sum3 = SIMD8<Int32>()
        for tap in 0..<taps {
            let bytes = UnsafeRawPointer(pixels + offsets[tap]).loadUnaligned(as: SIMD8<UInt8>.self)
            let values = SIMD8<Int32>(truncatingIfNeeded: bytes)
            sum0 &+= values &* Int32(weights[4 * tap])
            sum1 &+= values &* Int32(weights[4 * tap + 1])
            sum2 &+= values &* Int32(weights[4 * tap + 2])
            sum3 &+= values &* Int32(weights[4 * tap + 3])
        }
        let place = UnsafeMutableRawPointer(sums)
        let distance = rowLength * MemoryLayout<Int32>.stride
        place.storeBytes(of: sum0, as: SIMD8<Int32>.self)
        place.storeBytes(of: sum1, toByteOffset: distance, as: SIMD8<Int32>.self)
        place.storeBytes(of: sum2, toByteOffset: 2 * distance, as: SIMD8<Int32>.self)
        place.storeBytes(of: sum3, toByteOffset: 3 * distance, as: SIMD8<Int32>.self)
    }
}
