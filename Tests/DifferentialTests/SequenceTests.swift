import Machine
import TestSupport
import Testing

@testable import CortexM

/// Several instructions in a block: what the block builder makes of IT, of operands that need a preparation, of
/// branches over a few instructions.
@Suite struct SequenceTests {
    static let sequences = 1000

    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        let timings: Set<TimingClass>
        let count: ClosedRange<UInt32>

        var testDescription: String { name }
    }

    static let kinds = [
        Kind(name: "IT", timings: SequenceMaker.integerProcessing, count: 1...1),
        Kind(name: "integers", timings: SequenceMaker.integerProcessing, count: 5...20),
        Kind(name: "memory", timings: SequenceMaker.memory, count: 5...20),
        Kind(
            name: "everything",
            timings: SequenceMaker.integerProcessing.union(SequenceMaker.memory).union(SequenceMaker.floatingPoint),
            count: 5...20),
    ]

    /// More cycles than any of the sequences takes.
    private static let cycles = 500

    @Test("Unicorn makes the same of a block, and so does our stepper, in the same time", arguments: kinds)
    func agreement(kind: Kind) throws {
        let maker = SequenceMaker(timings: kind.timings)
        let laboratory = try Laboratory(timings: .distinct)
        let stepper = OurCore(timings: .distinct)
        var failures = 0
        for index in 0..<SequenceTests.sequences where failures < 3 {
            let vector = maker.vector(name: kind.name, index: index, at: laboratory.place(for: 160), count: kind.count)
            func record(_ what: String) {
                failures += 1
                Issue.record("\(kind.name) #\(index): \(what). \(vector.description)")
            }
            let outcome = laboratory.run(vector, cycles: SequenceTests.cycles)
            if case .discarded = outcome { record("left the laboratory") }
            if let complaint = outcome.complaint { record("block mode: \(complaint)") }
            laboratory.write(vector, to: stepper)
            stepper.load(vector.registers, vector.filling.map(laboratory.content) ?? [])
            let block = laboratory.ours
            let end = stepper.processor.now + SequenceTests.cycles
            while stepper.processor.now < end { _ = stepper.processor.run(until: stepper.processor.now + 1) }
            let differences = stepper.registers.differences(from: block.registers)
            if !differences.isEmpty { record("stepper: \(differences.joined(separator: "; "))") }
            if stepper.processor.now != block.processor.now {
                record("stepper: cycle \(stepper.processor.now), block \(block.processor.now)")
            }
            let (paid, expected) = (stepper.settle(), block.settle())
            if paid != expected { record("stepper: \(paid), block: \(expected)") }
            if paid.cycles.total != stepper.processor.now {
                record("the causes sum to \(paid.cycles.total) of \(stepper.processor.now) cycles")
            }
            if !stepper.hasSameRAM(as: block) { record("stepper: memory differs") }
        }
    }
}

extension CycleTable {
    /// Prices and effects that can be told apart in a sum.
    static var distinct: CycleTable {
        var prices: [TimingClass: Fact] = [:]
        for (index, timing) in TimingClass.allCases.enumerated() {
            prices[timing] = Fact(cycles: 1 + index % 3, source: "made up")
        }
        var rules: [Rule: Fact] = [:]
        for (index, rule) in Rule.allCases.enumerated() {
            rules[rule] = Fact(cycles: 1 + index % 4, source: "made up")
        }
        return CycleTable(prices: prices, rules: rules)
    }
}
