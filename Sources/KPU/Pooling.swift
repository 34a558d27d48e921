/// What is made of the activated pixels before they are written: `pool_type`. Windows begin at the top left; what a
/// stride leaves over at the right and the bottom is dropped.
public enum Pooling: UInt8, CaseIterable, Sendable {
    case bypass = 0
    case max2 = 1
    case mean2 = 2
    case max4 = 3
    case mean4 = 4
    case leftTop2 = 5
    case rightTop2 = 6
    case leftTop4 = 7
    /// Windows of two by two at every pixel, the edge repeated.
    case mean2EveryPixel = 8
    /// Windows of two by two at every pixel, nothing beyond the edge.
    case max2EveryPixel = 9

    public var stride: Int {
        switch self {
        case .bypass, .mean2EveryPixel, .max2EveryPixel: 1
        case .max2, .mean2, .leftTop2, .rightTop2: 2
        case .max4, .mean4, .leftTop4: 4
        }
    }

    /// Pools one channel.
    ///
    /// - Parameters:
    ///   - plane: `width` times `height` pixels without gaps.
    ///   - output: room for `width / stride` times `height / stride` pixels.
    func apply(
        to plane: UnsafePointer<UInt8>, width: Int, height: Int, output: UnsafeMutablePointer<UInt8>
    ) {
        switch self {
        case .bypass: output.update(from: plane, count: width * height)
        case .max2, .max4: windows(plane, width, height, output, side: stride, maximum)
        case .mean2, .mean4: windows(plane, width, height, output, side: stride, mean)
        case .leftTop2, .leftTop4: windows(plane, width, height, output, side: 1) { pixel, _, _, _ in pixel[0] }
        case .rightTop2: windows(plane, width, height, output, side: 1) { pixel, _, _, _ in pixel[1] }
        case .max2EveryPixel: windows(plane, width, height, output, side: 2, maximum)
        case .mean2EveryPixel: windows(plane, width, height, output, side: 2, mean)
        }
    }

    /// The top left pixel of a window, the distance of rows, and how many columns and rows the window reaches to the
    /// right and down: fewer than its side at an edge.
    private typealias Window = (UnsafePointer<UInt8>, Int, ClosedRange<Int>, ClosedRange<Int>) -> UInt8

    @inline(__always)
    private func windows(
        _ plane: UnsafePointer<UInt8>, _ width: Int, _ height: Int, _ output: UnsafeMutablePointer<UInt8>, side: Int,
        _ pick: Window
    ) {
        let step = stride
        var place = output
        for row in 0..<height / step {
            let down = 0...min(side - 1, height - 1 - row * step)
            for column in 0..<width / step {
                let right = 0...min(side - 1, width - 1 - column * step)
                place.pointee = pick(plane + (row * step * width + column * step), width, right, down)
                place += 1
            }
        }
    }

    @inline(__always)
    private func maximum(
        _ pixel: UnsafePointer<UInt8>, _ width: Int, _ right: ClosedRange<Int>, _ down: ClosedRange<Int>
    ) -> UInt8 {
        var result: UInt8 = 0
        for y in down { for x in right { result = max(result, pixel[y * width + x]) } }
        return result
    }

    /// The sum over the whole window, with the edge repeated where the window is cut, divided towards zero.
    @inline(__always)
    private func mean(
        _ pixel: UnsafePointer<UInt8>, _ width: Int, _ right: ClosedRange<Int>, _ down: ClosedRange<Int>
    ) -> UInt8 {
        let side = self == .mean4 ? 4 : 2
        var sum = 0
        for y in 0..<side {
            for x in 0..<side { sum += Int(pixel[min(y, down.upperBound) * width + min(x, right.upperBound)]) }
        }
        return UInt8(truncatingIfNeeded: sum / (side * side))
    }
}
