import Machine
import TestSupport

@testable import RV64

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Our hart and Unicorn's side by side, executing the same code.
final class Laboratory: Comparing {
    let ours: OurCore
    let unicorn: UnicornCore
    let decoder = Decoder()
    private var places = CodePlaces(from: Layout.firstCode)
    private let fillings: [[UInt64]]

    init(timings: CycleTable = CycleTable(prices: [:], latencies: [:], rules: [:], sizes: [:])) throws {
        ours = OurCore(timings: timings)
        unicorn = try UnicornCore(code: ours.code.bytes)
        var random = SplitMix(name: "memory", index: 0)
        fillings = (0..<4).map { _ in Layout.fill(&random) }
        fillings[0].copy(to: ours.ram.bytes)
        fillings[0].copy(to: unicorn.ram)
    }

    /// A fresh place for so many bytes of code and an end mark.
    func place(for length: UInt32) -> UInt32 { places.next(length) }

    func content(_ filling: Int) -> [UInt64] { fillings[filling] }

    func write(_ vector: Vector, to core: OurCore) {
        var address = vector.start
        for word in vector.words + [Vector.endMark] {
            core.code.store(address, word & 0xFFFF, .halfword)
            if Vector.length(word) == 4 { core.code.store(address + 2, word >> 16, .halfword) }
            address += Vector.length(word)
        }
    }

    func run(_ vector: Vector) -> Outcome { run(vector, isBlock: false) }

    /// Executes a vector on both, until the PC leaves its instructions.
    ///
    /// - Parameter isBlock: whether we run block by block, on to the end mark; otherwise instruction by instruction.
    func run(_ vector: Vector, isBlock: Bool) -> Outcome {
        let range = vector.start..<(vector.start + vector.length)
        write(vector, to: ours)
        let memory = vector.filling.map(content) ?? []
        unicorn.load(vector.registersOfUnicorn, memory)
        do {
            try unicorn.execute(at: UInt64(vector.start), in: range)
        } catch {
            return .refused(by: "Unicorn: \(error)")
        }
        var expected = unicorn.registers
        guard expected.pc >= Layout.code, expected.pc < UInt64(Layout.code) + UInt64(Layout.codeSize) else {
            return .discarded
        }
        expected = vector.corrected(expected)
        places.visit(UInt32(expected.pc))
        ours.load(vector.registers, memory)
        if isBlock {
            let ending = ours.harts.run(until: ours.harts.now + 1_000_000)
            guard ending == .asleep else { return .refused(by: "we: \(ending)") }
            // Behind the end mark. The registers of single precision are boxed all the time.
            expected.pc += 4
            for register in 0..<32 where !Registers.Floats.mixed.isDouble(register) {
                expected.f[register] = KnownDifferences.boxed(expected.f[register])
            }
            return compare(expected)
        }
        guard let ending = ours.step(in: range, limit: 2 * vector.words.count + 2) else { return compare(expected) }
        return .refused(by: "we: \(ending)")
    }

    private func compare(_ expected: Registers) -> Outcome {
        let actual = ours.registers
        var differences = actual == expected ? [] : actual.differences(from: expected)
        if memcmp(ours.ram.bytes, unicorn.ram, Layout.ramSize) != 0 {
            differences += TestSupport.differences(
                of: ours.ram.bytes, from: unicorn.ram, size: Layout.ramSize, at: Layout.ram, by: UInt64.self)
            ours.ram.bytes.copyMemory(from: unicorn.ram, byteCount: Layout.ramSize)
        }
        return differences.isEmpty ? .agreed : .differed(differences)
    }
}
