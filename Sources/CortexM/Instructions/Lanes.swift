/// The two halfwords of a register as numbers, or exact results of an operation on them.
struct Halves {
    let low, high: Int32

    @inline(always)
    init(low: Int32, high: Int32) {
        self.low = low
        self.high = high
    }

    @inline(always)
    init(signed word: UInt32) {
        low = Int32(Int16(truncatingIfNeeded: word))
        high = Int32(bitPattern: word) &>> 16
    }

    @inline(always)
    init(unsigned word: UInt32) {
        low = Int32(bitPattern: word & 0xFFFF)
        high = Int32(bitPattern: word &>> 16)
    }

    /// The low 16 bits of both.
    var word: UInt32 {
        @inline(always) get { UInt32(bitPattern: high) &<< 16 | UInt32(bitPattern: low) & 0xFFFF }
    }

    @inline(always)
    func limited(_ lowest: Int32, _ highest: Int32) -> Halves {
        Halves(low: max(lowest, min(low, highest)), high: max(lowest, min(high, highest)))
    }

    /// One bit of each, in the places of their GE flags.
    @inline(always)
    func bits(_ position: UInt32) -> UInt32 {
        let first = UInt32(bitPattern: low) &>> position & 1
        let second = UInt32(bitPattern: high) &>> position & 1
        return (first | second &<< 2) &* 0b11
    }
}

/// The four bytes of a register as numbers, or exact results of an operation on them.
struct Bytes {
    let lanes: SIMD4<Int32>

    @inline(always)
    init(lanes: SIMD4<Int32>) { self.lanes = lanes }

    @inline(always)
    init(signed word: UInt32) {
        lanes = (SIMD4(repeating: Int32(bitPattern: word)) &<< SIMD4(24, 16, 8, 0)) &>> 24
    }

    @inline(always)
    init(unsigned word: UInt32) {
        lanes = SIMD4(repeating: Int32(bitPattern: word)) &>> SIMD4(0, 8, 16, 24) & 0xFF
    }

    /// The low 8 bits of each.
    var word: UInt32 {
        @inline(always) get { UInt32(bitPattern: ((lanes & 0xFF) &<< SIMD4(0, 8, 16, 24)).wrappedSum()) }
    }

    @inline(always)
    func limited(_ lowest: Int32, _ highest: Int32) -> Bytes {
        Bytes(lanes: lanes.clamped(lowerBound: .init(repeating: lowest), upperBound: .init(repeating: highest)))
    }

    /// One bit of each, in the places of their GE flags.
    @inline(always)
    func bits(_ position: Int32) -> UInt32 {
        UInt32(bitPattern: ((lanes &>> position & 1) &<< SIMD4(0, 1, 2, 3)).wrappedSum())
    }
}
