import Machine
import TestSupport

@testable import CortexM

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Our core and Unicorn's side by side, executing the same code.
final class Laboratory: Comparing {
    let ours: OurCore
    let unicorn: UnicornCore
    let decoder = Decoder()
    private var places = CodePlaces(from: Layout.firstCode)
    private let targets: [UInt32]
    private let numbers: [[UInt32]]

    /// What RAM holds.
    enum Filling {
        case numbers(Int)
        /// Addresses of code.
        case targets
    }

    init(timings: CycleTable = CycleTable(prices: [:], rules: [:])) throws {
        ours = OurCore(timings: timings)
        unicorn = try UnicornCore(code: ours.code.bytes)
        var random = SplitMix(name: "memory", index: 0)
        targets = Layout.fillWithTargets(&random)
        numbers = (0..<4).map { _ in Layout.fill(&random) }
        targets.copy(to: ours.ram.bytes)
        targets.copy(to: unicorn.ram)
    }

    /// A fresh place for so many bytes of code and an end mark.
    func place(for length: UInt32) -> UInt32 { places.next(length) }

    func content(_ filling: Filling) -> [UInt32] {
        switch filling {
        case .numbers(let index): numbers[index]
        case .targets: targets
        }
    }

    func write(_ vector: Vector, to core: OurCore) {
        var address = vector.start
        for word in vector.words + [Vector.endMark] {
            if Vector.length(word) == 4 {
                core.code.store(address, word >> 16, .halfword)
                core.code.store(address + 2, word & 0xFFFF, .halfword)
            } else {
                core.code.store(address, word, .halfword)
            }
            address += Vector.length(word)
        }
    }

    func run(_ vector: Vector) -> Outcome { run(vector, cycles: 0) }

    /// Executes a vector on both, until the PC leaves its instructions.
    ///
    /// - Parameter cycles: how long we run, in blocks, on to the end mark and there; if 0, instruction by instruction.
    func run(_ vector: Vector, cycles: Int) -> Outcome {
        let range = vector.start..<(vector.start + vector.length)
        write(vector, to: ours)
        let memory = vector.filling.map(content) ?? []
        unicorn.load(vector.registers, memory)
        do {
            try unicorn.execute(at: vector.start, in: range)
        } catch {
            return .refused(by: "Unicorn: \(error)")
        }
        let expected = unicorn.registers
        guard expected.core[15] >= Layout.code, expected.core[15] < Layout.code + UInt32(Layout.codeSize) else {
            return .discarded
        }
        places.visit(expected.core[15])
        ours.load(vector.registers, memory)
        if cycles > 0 {
            let ending = ours.processor.run(until: ours.processor.now + cycles)
            return ending == .limit ? compare(expected) : .refused(by: "we: \(ending)")
        }
        guard let ending = ours.step(in: range, limit: 2 * vector.words.count + 2) else { return compare(expected) }
        return .refused(by: "we: \(ending)")
    }

    private func compare(_ expected: Registers) -> Outcome {
        let actual = ours.registers
        var differences = actual == expected ? [] : actual.differences(from: expected)
        if memcmp(ours.ram.bytes, unicorn.ram, Layout.ramSize) != 0 {
            differences += TestSupport.differences(
                of: ours.ram.bytes, from: unicorn.ram, size: Layout.ramSize, at: Layout.ram, by: UInt32.self)
            ours.ram.bytes.copyMemory(from: unicorn.ram, byteCount: Layout.ramSize)
        }
        return differences.isEmpty ? .agreed : .differed(differences)
    }
}
