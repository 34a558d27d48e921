/// A compiled network for the K210, as nncase writes it: version 3, or KMDL version 4. Only what can be told without
/// running it is read here; the numbers in it are checked against the file and the chip.
public struct KModel: Equatable, Sendable {
    public enum Version: Int, Sendable {
        /// nncase 0.1.
        case v3 = 3
        /// nncase 0.2.
        case v4 = 4
    }

    public let version: Version
    public let layerCount: Int
    /// Bytes of main memory that it works in.
    public let mainMemory: Int
    public let outputCount: Int
    /// What it takes; nil where that shows only as it runs.
    public let input: Input?

    /// What a network takes: channel by channel, each row by row.
    public struct Input: Equatable, Sendable {
        public enum Element: Equatable, Sendable {
            case byte
            /// 32 bits; the runner makes them of bytes, too, 0 to 255 becoming 0 to 1.
            case float
        }

        public var channels: Int
        public var height: Int
        public var width: Int
        public var element: Element

        public init(channels: Int, height: Int, width: Int, element: Element) {
            self.channels = channels
            self.height = height
            self.width = width
            self.element = element
        }

        public var count: Int { channels * height * width }

        /// Whether a file of so many bytes is an input.
        public func takes(_ bytes: Int) -> Bool { bytes == count || element == .float && bytes == 4 * count }

        /// Whether a picture can be one: in colour or in grey.
        public var isPicture: Bool { channels == 3 || channels == 1 }

        /// The planes of a picture, red, green and blue or grey.
        ///
        /// - Parameter RGB: three bytes for each of `width * height` pixels.
        public func planes(ofRGB RGB: [UInt8]) -> [UInt8] {
            let pixels = stride(from: 0, to: RGB.count - RGB.count % 3, by: 3)
            guard channels == 1 else { return (0..<3).flatMap { plane in pixels.map { RGB[$0 + plane] } } }
            // Rec. 601 luma, as most programs turn colour into grey.
            return pixels.map { pixel in
                let (red, green, blue) = (Int(RGB[pixel]), Int(RGB[pixel + 1]), Int(RGB[pixel + 2]))
                return UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
            }
        }
    }

    /// Bytes of SRAM that are left for a model, its input and its main memory beside the program that runs it.
    public static let memoryLimit = 4 << 20

    /// Whether a file is a kmodel of any version, by its first bytes; it may be damaged all the same.
    public static func isModel(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: Array("LDMK".utf8)) { return true }
        guard let version = bytes.word(at: 0), let flags = bytes.word(at: 4), let architecture = bytes.word(at: 8)
        else {
            return false
        }
        // A version, a flag, and a number of architecture are small numbers; programs begin otherwise.
        return (1...9).contains(version) && flags <= 0xFF && architecture <= 0xFF
    }

    /// Reads and checks a model.
    ///
    /// - Parameter bytes: the file; may be anything.
    public init(_ bytes: [UInt8]) throws(KModelError) {
        guard bytes.count <= KModel.memoryLimit else { throw .tooLarge(bytes.count) }
        if bytes.starts(with: Array("LDMK".utf8)) {
            self = try KModel.readV4(bytes)
        } else {
            self = try KModel.readV3(bytes)
        }
        guard mainMemory <= KModel.memoryLimit - bytes.count else { throw .needsMemory(mainMemory) }
    }

    init(version: Version, layerCount: Int, mainMemory: Int, outputCount: Int, input: Input? = nil) {
        self.version = version
        self.layerCount = layerCount
        self.mainMemory = mainMemory
        self.outputCount = outputCount
        self.input = input
    }
}

/// Why a model cannot be run; each description is a sentence without its full stop.
public enum KModelError: Error, Equatable, Sendable, CustomStringConvertible {
    case truncated(what: String, end: Int, size: Int)
    case otherVersion(Int)
    case otherChip
    case empty
    case unknownLayer(index: Int, type: Int)
    case outside(layer: Int, what: String, offset: Int, size: Int)
    case impossible(layer: Int, String)
    case tooLarge(Int)
    case needsMemory(Int)

    public var description: String {
        switch self {
        case .truncated(let what, let end, let size):
            "the model is truncated: \(what) reaches to byte \(end), but the file has only \(size) bytes"
        case .otherVersion(let version):
            "this is a kmodel of version \(version), and only 3 and 4 run; compile the network with nncase 0.1 or 0.2"
        case .otherChip: "the model is for another chip; compile it with the target k210"
        case .empty: "the model has no layers"
        case .unknownLayer(let index, let type): "layer \(index) of the model is of the unknown type \(type)"
        case .outside(let layer, let what, let offset, let size):
            "\(what) of layer \(layer) lies at byte \(offset), outside the \(size) bytes of the model"
        case .impossible(let layer, let problem): "layer \(layer) of the model asks the impossible: \(problem)"
        case .tooLarge(let bytes):
            "the model has \(bytes) bytes, and the chip has room for \(KModel.memoryLimit) beside the program"
        case .needsMemory(let bytes):
            "the model works in \(bytes) bytes of main memory, more than the chip has left beside it"
        }
    }
}

extension [UInt8] {
    /// A little-endian word of the file.
    func word(at offset: Int) -> UInt32? {
        guard offset >= 0, offset <= count - 4 else { return nil }
        return UInt32(self[offset]) | UInt32(self[offset + 1]) << 8 | UInt32(self[offset + 2]) << 16
            | UInt32(self[offset + 3]) << 24
    }

    /// A word that must be there.
    func word(at offset: Int, of what: String) throws(KModelError) -> Int {
        guard let word = word(at: offset) else {
            throw .truncated(what: what, end: offset.addingReportingOverflow(4).partialValue, size: count)
        }
        return Int(word)
    }
}
