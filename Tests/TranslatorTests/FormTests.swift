#if arch(x86_64)
import Testing

@testable import Translator

/// What the form says is what generated code does, wherever operands lie.
struct FormTests {
    private static let values: [UInt64] = [
        0, 1, 2, 63, 64, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, .max, .max - 1, 1 << 63, .max >> 1,
        0x0123_4567_89AB_CDEF, 0xFFFF_FFFF_8000_0000,
    ]

    /// What counts of a result: of a low word, its bits as if extended.
    private static func seen(_ value: UInt64, _ width: Width) -> UInt64 {
        width == .lowWord ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))) : value
    }

    private static func expected(_ operation: BinaryOperation, _ width: Width, _ a: UInt64, _ b: UInt64) -> UInt64 {
        func extended(_ value: UInt32) -> UInt64 { UInt64(bitPattern: Int64(Int32(bitPattern: value))) }
        let (a32, b32) = (UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b))
        let isWide = width == .doubleword
        return switch operation {
        case .add: isWide ? a &+ b : extended(a32 &+ b32)
        case .subtract: isWide ? a &- b : extended(a32 &- b32)
        case .and: isWide ? a & b : extended(a32 & b32)
        case .or: isWide ? a | b : extended(a32 | b32)
        case .xor: isWide ? a ^ b : extended(a32 ^ b32)
        case .multiply: isWide ? a &* b : extended(a32 &* b32)
        case .shiftLeft: isWide ? a &<< b : extended(a32 &<< b32)
        case .shiftRight: isWide ? a &>> b : extended(a32 &>> b32)
        case .shiftRightArithmetic:
            isWide
                ? UInt64(bitPattern: Int64(bitPattern: a) &>> Int64(bitPattern: b))
                : UInt64(bitPattern: Int64(Int32(bitPattern: a32) &>> Int32(bitPattern: b32)))
        }
    }

    @Test(
        "Two operands, all equalities of places, in registers and in memory", arguments: [[], [1], [1, 2], [1, 2, 3]])
    func binary(favourites: [Int]) throws {
        let bench = try Bench(favourites: favourites)
        for operation in BinaryOperation.allCases {
            for width in [Width.word, .doubleword, .lowWord] {
                for (d, a, b) in [(1, 2, 3), (3, 2, 1), (1, 1, 2), (1, 2, 1), (1, 1, 1), (2, 1, 1), (3, 3, 1)] {
                    try slots(bench, operation, width, d, a, b)
                }
                for value in FormTests.values {
                    bench[2] = 0xFEDC_BA98_7654_3210
                    try bench.run([
                        .binary(operation, width, .slot(1), .slot(2), .constant(Int64(bitPattern: value)))
                    ])
                    #expect(
                        FormTests.seen(bench[1], width)
                            == FormTests.expected(operation, width, 0xFEDC_BA98_7654_3210, value),
                        "\(operation) \(width) constant \(value)")
                }
            }
        }
    }

    private func slots(
        _ bench: Bench, _ operation: BinaryOperation, _ width: Width, _ d: Int, _ a: Int, _ b: Int
    ) throws {
        let form = Form.binary(operation, width, .slot(d), .slot(a), .slot(b))
        let entry = try #require(bench.code.translate([form, .leave(record: 99)], block: bench.state))
        for x in FormTests.values {
            for y in FormTests.values {
                bench[a] = x
                bench[b] = y
                let first = bench[a]
                bench.code.run(bench.state, at: entry.fromOutside)
                let expected = FormTests.expected(operation, width, first, y)
                if FormTests.seen(bench[d], width) != expected {
                    Issue.record("\(operation) \(width) \(d) \(a) \(b): \(x) \(y) gave \(bench[d])")
                    return
                }
            }
        }
    }

    @Test("Comparisons and branches", arguments: [[], [1, 2, 3]])
    func conditions(favourites: [Int]) throws {
        let bench = try Bench(favourites: favourites)
        for condition in Condition.allCases {
            let taken = Label(1)
            let end = Label(2)
            let entry = try #require(
                bench.code.translate(
                    [
                        .compare(condition, .slot(3), .slot(1), .slot(2)),
                        .branch(condition, .slot(1), .slot(2), taken),
                        .move(.slot(4), .constant(0)), .jump(end),
                        .label(taken), .move(.slot(4), .constant(1)),
                        .label(end), .leave(record: 99),
                    ], block: bench.state))
            for x in FormTests.values {
                for y in FormTests.values {
                    bench[1] = x
                    bench[2] = y
                    bench.code.run(bench.state, at: entry.fromOutside)
                    let (sx, sy) = (Int64(bitPattern: x), Int64(bitPattern: y))
                    let holds =
                        switch condition {
                        case .equal: x == y
                        case .notEqual: x != y
                        case .less: sx < sy
                        case .greaterOrEqual: sx >= sy
                        case .lessUnsigned: x < y
                        case .greaterOrEqualUnsigned: x >= y
                        }
                    #expect(bench[3] == (holds ? 1 : 0) && bench[4] == bench[3], "\(condition) \(x) \(y)")
                }
            }
        }
    }

    @Test("Upper halves of products, and extensions", arguments: [[], [1, 2, 3]])
    func products(favourites: [Int]) throws {
        let bench = try Bench(favourites: favourites)
        for x in FormTests.values {
            bench[1] = x
            try bench.run([
                .extend(.int8, .slot(3), .slot(1)), .extend(.uint16, .slot(4), .slot(1)),
                .extend(.int32, .slot(5), .slot(1)),
            ])
            #expect(bench[3] == UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: x))))
            #expect(bench[4] == x & 0xFFFF)
            #expect(bench[5] == UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: x))))
            for y in FormTests.values {
                bench[1] = x
                bench[2] = y
                try bench.run([
                    .multiplyHigh(isSigned: false, .slot(3), .slot(1), .slot(2)),
                    .multiplyHigh(isSigned: true, .slot(1), .slot(1), .slot(2)),
                ])
                #expect(bench[3] == x.multipliedFullWidth(by: y).high)
                let signed = Int64(bitPattern: x).multipliedFullWidth(by: Int64(bitPattern: y)).high
                #expect(bench[1] == UInt64(bitPattern: signed))
            }
        }
    }

    @Test("Divisions, highest bits, and sums in memory", arguments: [[], [1, 2, 3]])
    func divisions(favourites: [Int]) throws {
        let bench = try Bench(favourites: favourites)
        for x in FormTests.values {
            for y in FormTests.values where UInt32(truncatingIfNeeded: y) != 0 {
                let (x32, y32) = (UInt32(truncatingIfNeeded: x), UInt32(truncatingIfNeeded: y))
                bench[1] = x
                bench[2] = y
                bench[9] = 0
                try bench.run([
                    .divide(.doubleword, isRemainder: false, .slot(3), .slot(1), .slot(2)),
                    .divide(.doubleword, isRemainder: true, .slot(4), .slot(1), .slot(2)),
                    .divide(.word, isRemainder: false, .slot(5), .slot(1), .slot(2)),
                    .divide(.word, isRemainder: true, .slot(6), .slot(1), .slot(2)),
                    .highestBit(.slot(7), .slot(2)), .addTo(.state(9 * 8 - 128), .slot(1)),
                    .addTo(.state(9 * 8 - 128), .slot(2)),
                ])
                #expect(bench[3] == x / y && bench[4] == x % y, "\(x) \(y)")
                #expect(bench[5] == UInt64(bitPattern: Int64(Int32(bitPattern: x32 / y32))), "\(x) \(y)")
                #expect(bench[6] == UInt64(bitPattern: Int64(Int32(bitPattern: x32 % y32))), "\(x) \(y)")
                #expect(bench[7] == UInt64(63 - y.leadingZeroBitCount))
                #expect(bench[9] == x &+ y)
            }
        }
    }

    /// Copies bytes from slot 1 to slot 2 until slot 1 is slot 3, with slots that have registers outside and others.
    @Test(
        "A loop stops at lines that are not at hand, and goes on behind them", arguments: [[], [2, 9, 4], [1, 2, 3]])
    func loop(favourites: [Int]) throws {
        let bench = try Bench(favourites: favourites)
        bench.state.storeBytes(of: 0x0707_0707_0707_0707, toByteOffset: 8, as: UInt64.self)
        let base: UInt64 = 0x8000_0000
        let (top, slow, done, otherwise, end) = (Label(1), Label(2), Label(3), Label(4), Label(5))
        let body: [Form] = [
            .label(top), .guestLoad(.uint16, .slot(5), base: 1, offset: 2, otherwise: .exit(slow)),
            .guestStore(.uint16, .slot(5), base: 2, offset: -4, otherwise: .exit(slow)),
            .binary(.add, .doubleword, .slot(1), .slot(1), .constant(2)),
            .binary(.add, .doubleword, .slot(2), .slot(2), .constant(2)),
            .binary(.subtract, .doubleword, .budget, .budget, .constant(1)),
            .branch(.notEqual, .slot(1), .slot(3), top), .jump(done),
        ]
        let loop = Loop(
            body: body, slots: Array(1..<16),
            exits: [.init(label: slow, target: Label(6)), .init(label: done, target: Label(7))], otherwise: otherwise)
        let forms: [Form] = [
            .loop(loop), .label(otherwise), .move(.slot(8), .constant(1)), .jump(end), .label(Label(6)),
            .move(.slot(8), .constant(2)), .jump(end), .label(Label(7)), .move(.slot(8), .constant(3)), .label(end),
        ]
        for (lines, copied, outcome) in [
            ([3, 3, 3, 3] as [UInt8], 40, 3), ([1, 3, 2, 2], 40, 3), ([1, 2, 2, 2], 31, 2), ([0, 3, 3, 3], 0, 1),
            ([3, 3, 1, 3], 0, 1), ([3, 3, 2, 1], 32, 2), ([1, 1, 2, 1], 32, 2),
        ] as [([UInt8], Int, UInt64)] {
            for line in 0..<4 { bench.lines[line] = lines[line] }
            for byte in 0..<128 { bench.guest.storeBytes(of: UInt8(byte) ^ 0xA5, toByteOffset: byte, as: UInt8.self) }
            for byte in 128..<512 { bench.guest.storeBytes(of: 0, toByteOffset: byte, as: UInt8.self) }
            bench[1] = base
            bench[2] = base + 132
            bench[3] = base + 80
            bench[4] = 44
            bench[9] = 99
            bench.state.storeBytes(of: 1000, toByteOffset: 0, as: Int.self)
            try bench.run(forms)
            #expect(bench[8] == outcome, "\(lines)")
            #expect(bench[1] == base + 2 * UInt64(copied) && bench[2] == base + 132 + 2 * UInt64(copied), "\(lines)")
            #expect(bench[4] == 44 && bench[9] == 99)
            #expect(bench.state.load(as: Int.self) == 1000 - copied)
            for byte in 0..<128 {
                let value = bench.guest.load(fromByteOffset: 128 + byte, as: UInt8.self)
                #expect(value == (byte < 2 * copied ? UInt8(byte + 2) ^ 0xA5 : 0), "\(lines) \(byte)")
                let mark = bench.guest.load(fromByteOffset: 256 + 128 + byte, as: UInt8.self)
                #expect(mark == (byte < 2 * copied ? 7 : 0), "\(lines) \(byte)")
            }
        }
    }

    /// Bases of which an offset can be subtracted at once, and others.
    @Test(
        "Guest memory is reached where it is, aligned and at hand, and nowhere else",
        arguments: [0x8000_0000, 0, 0x2000_0000, 0x1_2345_6780_0000] as [UInt64])
    func guestMemory(base: UInt64) throws {
        let bench = try Bench(favourites: [1, 2], base: base)
        for byte in 0..<256 { bench.guest.storeBytes(of: UInt8(byte) ^ 0xA5, toByteOffset: byte, as: UInt8.self) }
        bench.state.storeBytes(of: 0x0707_0707_0707_0707, toByteOffset: 8, as: UInt64.self)
        bench.lines[1] = 2
        bench.lines[2] = 1
        let call = Call(helper: 0, record: 7)
        for type in MemoryType.allCases {
            for offset: Int32 in [0, 8, -8, 1] {
                let load = try #require(
                    bench.code.translate(
                        [
                            .guestLoad(type, .slot(2), base: 1, offset: offset, otherwise: .call(call)),
                            .leave(record: 99),
                        ],
                        block: bench.state))
                let store = try #require(
                    bench.code.translate(
                        [
                            .guestStore(type, .slot(2), base: 3, offset: offset, otherwise: .call(call)),
                            .leave(record: 99),
                        ],
                        block: bench.state))
                for place in -40..<300 {
                    for beyond: UInt64 in [0, 1 << 32, 1 << 63] {
                        let address = base &+ UInt64(bitPattern: Int64(place)) &+ beyond
                        let isAligned = (address &- base) % UInt64(type.bytes) == 0
                        let isInside = beyond == 0 && place >= 0 && place + type.bytes <= 256
                        let line = isInside ? bench.lines[place / 64] : 0
                        for slot in [1, 3] { bench[slot] = address &- UInt64(bitPattern: Int64(offset)) }
                        bench.called = 0
                        bench.code.run(bench.state, at: load.fromOutside)
                        let isAtHand = isInside && isAligned && line & 1 != 0
                        #expect((bench.called == 7) != isAtHand, "load \(type) \(place) \(offset)")
                        if isAtHand, type.bytes == 8 {
                            let value = bench.guest.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                            #expect(bench[2] == value)
                        }
                        bench[2] = 0x1122_3344_5566_7788
                        bench.called = 0
                        bench.code.run(bench.state, at: store.fromOutside)
                        #expect((bench.called == 7) != (isInside && isAligned && line & 2 != 0))
                    }
                }
            }
        }
        #expect(bench.guest.load(fromByteOffset: 256, as: UInt8.self) == 7)
        // Line 1 was not readable, line 2 not writable; each was marked by the other access.
        #expect((0..<256).allSatisfy { bench.guest.load(fromByteOffset: 256 + $0, as: UInt8.self) == 7 })
        #expect(bench.guest.load(fromByteOffset: 128, as: UInt8.self) == 128 ^ 0xA5)
        #expect(bench.guest.load(fromByteOffset: 64, as: UInt64.self) == 0x1122_3344_5566_7788)
    }

    @Test("A helper that answers no ends the code at its record") func helpers() throws {
        let bench = try Bench(favourites: [1])
        bench[1] = 5
        try bench.run([
            .binary(.add, .doubleword, .slot(1), .slot(1), .constant(1)), .call(Call(helper: 0, record: 12)),
            .binary(.add, .doubleword, .slot(1), .slot(1), .constant(1)),
        ])
        #expect(bench[1] == 7 && bench.left == 99 && bench.called == 12)
        try bench.run([
            .binary(.add, .doubleword, .slot(1), .slot(1), .constant(1)), .call(Call(helper: 0, record: 13)),
            .binary(.add, .doubleword, .slot(1), .slot(1), .constant(1)),
        ])
        #expect(bench[1] == 8 && bench.left == 13)
    }
}
#endif
