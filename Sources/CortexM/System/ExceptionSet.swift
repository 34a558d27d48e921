/// A set of exception numbers, 0...255.
struct ExceptionSet: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    static func == (a: ExceptionSet, b: ExceptionSet) -> Bool { a.words == b.words }

    var isEmpty: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

    var count: Int {
        words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount + words.3.nonzeroBitCount
    }

    subscript(_ number: Int) -> Bool {
        get { number < 256 && word(number >> 6) >> UInt64(number & 63) & 1 != 0 }
        set {
            guard number < 256 else { return }
            let bit: UInt64 = 1 << UInt64(number & 63)
            let word = newValue ? word(number >> 6) | bit : word(number >> 6) & ~bit
            setWord(number >> 6, word)
        }
    }

    func intersection(_ other: ExceptionSet) -> ExceptionSet {
        var result = ExceptionSet()
        result.words = (
            words.0 & other.words.0, words.1 & other.words.1, words.2 & other.words.2, words.3 & other.words.3
        )
        return result
    }

    /// Calls `body` with each member, from the lowest number on.
    func forEach(_ body: (Int) -> Void) {
        for index in 0..<4 {
            var rest = word(index)
            while rest != 0 {
                body(index << 6 | rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }

    /// 32 members from `first` on, which is a multiple of 16, as the interrupt controller's registers show them.
    func bits(from first: Int) -> UInt32 {
        var result: UInt32 = 0
        for bit in 0..<32 where first + bit < 256 && self[first + bit] { result |= 1 << UInt32(bit) }
        return result
    }

    private func word(_ index: Int) -> UInt64 {
        switch index {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        default: words.3
        }
    }

    private mutating func setWord(_ index: Int, _ value: UInt64) {
        switch index {
        case 0: words.0 = value
        case 1: words.1 = value
        case 2: words.2 = value
        default: words.3 = value
        }
    }
}
