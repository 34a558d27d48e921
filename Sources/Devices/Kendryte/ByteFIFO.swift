/// A queue of bytes that holds as many as its hardware does.
struct ByteFIFO {
    var capacity: Int
    private var bytes: [UInt8] = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { bytes.count }
    var isEmpty: Bool { bytes.isEmpty }
    var isFull: Bool { bytes.count >= capacity }

    /// Appends a byte; returns whether there was room for it.
    mutating func push(_ byte: UInt8) -> Bool {
        guard !isFull else { return false }
        bytes.append(byte)
        return true
    }

    mutating func pop() -> UInt8? {
        bytes.isEmpty ? nil : bytes.removeFirst()
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }
}
