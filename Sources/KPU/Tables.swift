import Bits

/// What a layer loads from main memory.
public struct Tables: Equatable, Sendable {
    /// Weights in the order output channel, input channel, row, column: a byte each, or two with the low one first.
    public var weights: [UInt8]
    /// Whether a weight is one byte: `eight_bit_mode`.
    public var hasEightBitWeights: Bool
    /// One for each output channel.
    public var batchNorm: [BatchNorm]
    public var activation: Activation

    public init(weights: [UInt8], hasEightBitWeights: Bool, batchNorm: [BatchNorm], activation: Activation) {
        self.weights = weights
        self.hasEightBitWeights = hasEightBitWeights
        self.batchNorm = batchNorm
        self.activation = activation
    }
}

/// Batch normalisation of one output channel: times `factor`, shifted right, plus `offset`.
public struct BatchNorm: Equatable, Sendable {
    /// Bytes of an entry of the table.
    public static let size = 8
    /// `norm_mul`, 24 bits with sign.
    public var factor: Int
    /// `norm_add`, 32 bits with sign.
    public var offset: Int
    /// `norm_shift`, 0...15.
    public var shift: Int

    /// - Parameter word: an entry of the table, `kpu_batchnorm_argument_t`.
    public init(_ word: UInt64) {
        factor = (Int(word.bits(23, 0)) << 40) >> 40
        offset = (Int(word.bits(55, 24)) << 32) >> 32
        shift = Int(word.bits(59, 56))
    }

    /// - Parameter bytes: the table, eight bytes for each channel.
    public static func table(_ bytes: [UInt8]) -> [BatchNorm] {
        (0..<bytes.count / size).map { BatchNorm(littleEndian(bytes, at: size * $0)) }
    }
}

/// The activation function: sixteen straight pieces (`kpu_activate_table_t`).
public struct Activation: Equatable, Sendable {
    /// Bytes of the table: sixteen words, then sixteen biases.
    public static let size = 144
    public static let count = 16

    public struct Segment: Equatable, Sendable {
        /// `x_start`, 36 bits with sign: where the segment begins; the value itself belongs to the one before.
        public var start: Int
        /// `y_mul`, 16 bits with sign.
        public var slope: Int
        /// `shift_number`, 0...255; models use 0...43.
        public var shift: Int
        /// `result_bias`, 0...255: the result at `start`.
        public var bias: Int

        public init(start: Int, slope: Int, shift: Int, bias: Int) {
            self.start = start
            self.slope = slope
            self.shift = shift
            self.bias = bias
        }
    }

    /// Always sixteen.
    public let segments: [Segment]

    /// - Parameter bytes: the table as it lies in memory; what is missing of its 144 bytes is taken as zero.
    public init(_ bytes: [UInt8]) {
        let table = bytes + Array(repeating: 0, count: max(0, Activation.size - bytes.count))
        segments = (0..<Activation.count).map { index in
            let word = littleEndian(table, at: 8 * index)
            return Segment(
                start: (Int(word.bits(59, 24)) << 28) >> 28, slope: (Int(word.bits(23, 8)) << 48) >> 48,
                shift: Int(word.bits(7, 0)), bias: Int(table[8 * Activation.count + index]))
        }
    }
}

private func littleEndian(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
}
