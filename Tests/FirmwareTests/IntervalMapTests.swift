import Testing

@testable import Firmware

@Suite("Overlapping address ranges")
struct IntervalMapTests {
    @Test("Of the ranges that cover an address the one that begins last is found, of equals the one given last")
    func overlaps() {
        //          0         10        20        30
        // 0        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        // 1             xxxxxxxxxx               (5 to 15)
        // 2                  xxxxxxxxxx          (10 to 20)
        // 3                  xx                  (10 to 12)
        let map = IntervalMap([
            .init(low: 0, high: 30, value: 0), .init(low: 5, high: 15, value: 1), .init(low: 10, high: 20, value: 2),
            .init(low: 10, high: 12, value: 3), .init(low: 40, high: 40, value: 4),
            .init(low: .max - 1, high: .max, value: 5),
        ])
        let addresses: [UInt64] = [0, 4, 5, 9, 10, 11, 12, 19, 20, 29, 30, 40, .max - 1, .max]
        #expect(addresses.map { map[$0] } == [0, 0, 1, 1, 3, 3, 2, 2, 0, 0, nil, nil, 5, nil])
        #expect(IntervalMap([])[0] == nil)
    }
}
