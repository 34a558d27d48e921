import CLibPNG
import Devices

/// Pictures as PNG files: what a camera sees, what a screen shows.
enum Pictures {
    /// The most pixels that are taken: a camera of the chip delivers far fewer.
    private static let pixelLimit = 1 << 26

    static func read(_ path: String) throws(Failure) -> Picture {
        let bytes = try Files.read(path, what: "picture")
        // libpng keeps the address of the bytes between its two calls.
        return try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in try decode(bytes, from: path) }
    }

    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, from path: String) throws(Failure) -> Picture {
        var image = png_image()
        guard png_rgb_begin(&image, bytes.baseAddress, bytes.count) != 0 else { throw refusal(path, image) }
        let (width, height) = (Int(image.width), Int(image.height))
        guard width > 0, height > 0, width <= pixelLimit / height else {
            png_image_free(&image)
            throw .badInput("'\(path)' has \(width) x \(height) pixels; scale it down")
        }
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        guard png_rgb_finish(&image, &pixels) != 0,
            let picture = Picture(width: width, height: height, RGB: pixels)
        else { throw refusal(path, image) }
        return picture
    }

    private static func refusal(_ path: String, _ image: png_image) -> Failure {
        let reason = withUnsafeBytes(of: image.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return .badInput("'\(path)' is no PNG picture that can be read (\(reason)); save it as PNG again")
    }

    static func write(_ picture: Picture, to path: String) throws(Failure) {
        let (width, height) = (UInt32(clamping: picture.width), UInt32(clamping: picture.height))
        var count: png_alloc_size_t = 0
        guard png_rgb_write(width, height, picture.RGB, nil, &count) != 0 else { throw cannotEncode(path) }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        guard png_rgb_write(width, height, picture.RGB, &bytes, &count) != 0 else { throw cannotEncode(path) }
        try Files.write(Array(bytes.prefix(Int(count))), to: path)
    }

    private static func cannotEncode(_ path: String) -> Failure {
        Failure(sentence: "the picture for '\(path)' cannot be written as PNG", code: Failure.software)
    }
}
