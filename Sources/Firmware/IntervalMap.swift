/// Which of many address ranges an address lies in, found in logarithmic time, however the ranges overlap: the one
/// that begins last; of those that begin together, the one given last.
struct IntervalMap: Sendable {
    struct Interval {
        let low: UInt64
        /// One beyond the last address.
        let high: UInt64
        let value: Int
    }

    /// Disjoint and sorted.
    private var pieces: [Interval] = []

    init(_ intervals: [Interval]) {
        // Swift's sort is not promised to keep the order of equals.
        let order = intervals.indices.sorted { (intervals[$0].low, $0) < (intervals[$1].low, $1) }
        var open: [Interval] = []
        var position: UInt64 = 0
        for interval in order.map({ intervals[$0] }) where interval.low < interval.high {
            cut(&open, &position, upTo: interval.low)
            position = interval.low
            open.append(interval)
        }
        cut(&open, &position, upTo: .max)
    }

    var isEmpty: Bool { pieces.isEmpty }

    subscript(address: UInt64) -> Int? {
        let after = pieces.partitionPoint { $0.low > address }
        guard after > 0, address < pieces[after - 1].high else { return nil }
        return pieces[after - 1].value
    }

    /// Adds the pieces from `position` up to `address`, where the last of the open intervals hides those below it.
    private mutating func cut(_ open: inout [Interval], _ position: inout UInt64, upTo address: UInt64) {
        while let top = open.last {
            let end = min(top.high, address)
            if position < end {
                pieces.append(Interval(low: position, high: end, value: top.value))
                position = end
            }
            guard top.high <= address else { return }
            open.removeLast()
        }
    }
}

extension Array {
    /// The first index whose element `isBeyond`, in an array where all such elements come last.
    func partitionPoint(_ isBeyond: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
