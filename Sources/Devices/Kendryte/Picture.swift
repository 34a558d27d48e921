/// A picture: what a camera sees, or what a screen shows.
public struct Picture: Equatable, Sendable {
    public let width: Int
    public let height: Int
    /// Three bytes for each pixel (red, green, blue), rows from top to bottom.
    public private(set) var RGB: [UInt8]

    /// - Returns: `nil` unless there are three bytes for each of `width * height` pixels, and one pixel at least.
    public init?(width: Int, height: Int, RGB: [UInt8]) {
        guard width > 0, height > 0, width <= RGB.count, height <= RGB.count, RGB.count == 3 * width * height else {
            return nil
        }
        self.width = width
        self.height = height
        self.RGB = RGB
    }

    /// A picture in which every pixel is `pixel(x, y)`; a size below one counts as one.
    public init(width: Int, height: Int, pixel: (_ x: Int, _ y: Int) -> (red: UInt8, green: UInt8, blue: UInt8)) {
        self.width = max(1, width)
        self.height = max(1, height)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 * self.width * self.height)
        for y in 0..<self.height {
            for x in 0..<self.width {
                let (red, green, blue) = pixel(x, y)
                bytes += [red, green, blue]
            }
        }
        RGB = bytes
    }

    /// The pixel at `x` from the left and `y` from the top; both must lie inside.
    public subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let place = 3 * (y * width + x)
        return (RGB[place], RGB[place + 1], RGB[place + 2])
    }
}
