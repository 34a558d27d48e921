#if arch(x86_64)
import Testing

@testable import Translator

/// Guest calls as calls of the host.
struct CallTests {
    /// Another block than the one that `Bench` runs.
    private func block(_ bench: Bench) -> UnsafeMutableRawPointer { bench.state + 8 }

    /// Code that counts in slot 1 and returns to the address in slot 2.
    private func callee(_ bench: Bench) throws {
        let elsewhere = Label(1)
        let code = try #require(
            bench.code.translate(
                [
                    .call(Call(helper: 0, record: 12)),
                    .binary(.add, .doubleword, .slot(1), .slot(1), .constant(1)),
                    .checkReturn(.slot(2), otherwise: elsewhere), .returnCode(record: 55),
                    .label(elsewhere), .leave(record: 77),
                ], block: block(bench)))
        bench.state.storeBytes(of: UInt(bitPattern: code.fromCode), toByteOffset: 64, as: UInt.self)
    }

    @Test("A return goes on behind its call, and to any other address elsewhere", arguments: [[], [1, 2, 3]])
    func returns(favourites: [Int]) throws {
        let bench = try Bench(favourites: favourites)
        try callee(bench)
        for address in [0x1000_0001, 0x7FFF_FFFE, 0x8000_0000, 0xF000_0001] as [UInt32] {
            let own = UInt64(address)
            for target in [own, own + 1, own - 1, own + 1 << 32, UInt64(bitPattern: Int64(Int32(bitPattern: address)))]
            {
                (bench[1], bench[2], bench[3]) = (0, target, 0)
                try bench.run([
                    .callCode(.state(64), returnAddress: address),
                    .binary(.add, .doubleword, .slot(3), .slot(1), .constant(1)),
                ])
                #expect(bench[1] == 1)
                #expect(target == own ? bench.left == 99 && bench[3] == 2 : bench.left == 77 && bench[3] == 0)
            }
        }
    }

    @Test("A return without a call goes elsewhere", arguments: [0, 1, UInt64.max - 1, 0xFFFF_FFFF, 1 << 63])
    func withoutCall(target: UInt64) throws {
        let bench = try Bench(favourites: [2])
        let elsewhere = Label(1)
        bench[2] = target
        try bench.run([
            .checkReturn(.slot(2), otherwise: elsewhere), .returnCode(record: 55), .label(elsewhere),
            .leave(record: 77),
        ])
        #expect(bench.left == 77)
    }

    @Test("What a return cannot go on with is left at the record that returned") func leaving() throws {
        let bench = try Bench(favourites: [1])
        try callee(bench)
        bench[2] = 40
        try bench.run([.callCode(.state(64), returnAddress: 40), .leaveReturn])
        #expect(bench.left == 55)
        #expect(bench.state.load(fromByteOffset: 16, as: UInt.self) == UInt(bitPattern: block(bench)))
    }

    /// As many calls of itself as slot 5 says, each of which counts its return in slot 6.
    @Test("Calls may be nested as deeply as they like", arguments: [0, 1, 126, 127, 128, 200, 1000])
    func recursion(calls: Int) throws {
        let bench = try Bench(favourites: [5])
        let (last, elsewhere) = (Label(1), Label(2))
        let code = try #require(
            bench.code.translate(
                [
                    .branch(.equal, .slot(5), .constant(0), last),
                    .binary(.subtract, .doubleword, .slot(5), .slot(5), .constant(1)),
                    .callCode(.state(64), returnAddress: 40),
                    .binary(.add, .doubleword, .slot(6), .slot(6), .constant(1)),
                    .label(last), .checkReturn(.slot(2), otherwise: elsewhere), .returnCode(record: 55),
                    .label(elsewhere), .leave(record: 77),
                ], block: block(bench)))
        bench.state.storeBytes(of: UInt(bitPattern: code.fromCode), toByteOffset: 64, as: UInt.self)
        (bench[2], bench[5], bench[6]) = (40, UInt64(calls), 0)
        try bench.run([.callCode(.state(64), returnAddress: 40)])
        // The call that finds no room forgets the others.
        let open = calls % CallStack.depth
        #expect(bench[6] == UInt64(calls < CallStack.depth ? calls : open + 1))
        #expect(bench.left == (calls < CallStack.depth ? 99 : 77))
    }
}
#endif
