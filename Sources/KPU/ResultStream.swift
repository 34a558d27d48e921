/// What a layer sends out: the bytes behind `fifo_data_out`, which become ready eight at a time.
struct ResultStream {
    private var words: [UInt64] = []
    private var taken = 0
    private(set) var ready = 0

    init() {}

    /// The bytes of an output as `dma_total_byte` and `full_add` want them, the last word filled up with zeros.
    init(_ layer: Layer, _ output: LayerOutput) {
        guard !layer.sumsChannels else {
            words = output.channelSums
            return
        }
        let bytes = output.pixels.prefix(layer.totalBytes)
        words = stride(from: 0, to: bytes.count, by: 8).map { first in
            bytes[first..<min(first + 8, bytes.count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    var count: Int { words.count }
    var isReady: Bool { taken < ready }
    /// Whether all of it has been fetched.
    var isOver: Bool { taken == words.count }
    /// Whether there is more to become ready.
    var hasMore: Bool { ready < words.count }

    mutating func makeReady() { ready = min(ready + 1, words.count) }

    /// The word that is next, or the last one again.
    var next: UInt64 { isReady ? words[taken] : 0 }

    mutating func take() { if isReady { taken += 1 } }
}
