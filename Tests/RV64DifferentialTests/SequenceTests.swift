import Machine
import TestSupport
import Testing

@testable import RV64

/// Several instructions in a block: what the block builder makes of them, of branches over a few, of results that come
/// late.
@Suite struct SequenceTests {
    static let sequences = 1000

    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        let timings: Set<TimingClass>
        let count: ClosedRange<UInt32>

        var testDescription: String { name }
    }

    static let kinds = [
        Kind(name: "integers", timings: SequenceMaker.integers, count: 5...20),
        Kind(name: "memory", timings: SequenceMaker.memory, count: 5...20),
        Kind(name: "floats", timings: SequenceMaker.floatingPoint, count: 5...20),
        Kind(
            name: "everything",
            timings: SequenceMaker.integers.union(SequenceMaker.memory).union(SequenceMaker.floatingPoint)
                .union(SequenceMaker.control), count: 5...30),
        // Longer than a block may be.
        Kind(name: "long", timings: SequenceMaker.integers.union(SequenceMaker.memory), count: 120...160),
    ]

    @Test("Unicorn makes the same of a block, and so does our stepper, in the same time", arguments: kinds)
    func agreement(kind: Kind) throws {
        let maker = SequenceMaker(timings: kind.timings)
        let laboratory = try Laboratory(timings: .distinct)
        let stepper = OurCore(timings: .distinct)
        var failures = 0
        for index in 0..<SequenceTests.sequences where failures < 3 {
            let room = kind.count.upperBound * 4 + 8
            let vector = maker.vector(name: kind.name, index: index, at: laboratory.place(for: room), count: kind.count)
            func record(_ what: String) {
                failures += 1
                Issue.record("\(kind.name) #\(index): \(what). \(vector.description)")
            }
            let outcome = laboratory.run(vector, isBlock: true)
            if case .discarded = outcome { record("left the laboratory") }
            if let complaint = outcome.complaint { record("block mode: \(complaint)") }
            laboratory.write(vector, to: stepper)
            stepper.load(vector.registers, vector.filling.map(laboratory.content) ?? [])
            let block = laboratory.ours
            for _ in 0..<1000 where stepper.harts.executeOne() == .limit {}
            let differences = stepper.registers.differences(from: block.registers)
            if !differences.isEmpty { record("stepper: \(differences.joined(separator: "; "))") }
            if stepper.harts.now != block.harts.now {
                record("stepper: cycle \(stepper.harts.now), block \(block.harts.now)")
            }
            let (paid, expected) = (stepper.settle(), block.settle())
            if paid != expected { record("stepper: \(paid), block: \(expected)") }
            if paid.cycles.total != stepper.harts.now {
                record("the causes sum to \(paid.cycles.total) of \(stepper.harts.now) cycles")
            }
            if !stepper.hasSameRAM(as: block) { record("stepper: memory differs") }
        }
    }
}

extension CycleTable {
    /// Prices and effects that can be told apart in a sum, with small caches and predictors.
    static var distinct: CycleTable {
        var prices: [TimingClass: Fact] = [:]
        var latencies: [TimingClass: Fact] = [:]
        for (index, timing) in TimingClass.allCases.enumerated() {
            prices[timing] = Fact(cycles: 1 + index % 3, source: "made up")
            latencies[timing] = Fact(cycles: 1 + index % 5, source: "made up")
        }
        var rules: [Rule: Fact] = [:]
        for (index, rule) in Rule.allCases.enumerated() {
            rules[rule] = Fact(cycles: 1 + index % 4, source: "made up")
        }
        let sizes: [Size: Int] = [
            .instructionCacheLines: 16, .instructionCacheWays: 2, .dataCacheLines: 16, .dataCacheWays: 2,
            .branchTargets: 8, .branchCounters: 16, .branchHistory: 4, .returnAddresses: 2,
        ]
        return CycleTable(
            prices: prices, latencies: latencies, rules: rules,
            sizes: sizes.mapValues { Fact(cycles: $0, source: "made up") })
    }
}
