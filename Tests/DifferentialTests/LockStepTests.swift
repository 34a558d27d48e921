import Engine
import TestSupport
import Testing

@testable import CortexM

/// Both engines side by side on random programs that do everything: the same in the same cycles, however the run is
/// cut into pieces.
@Suite struct LockStepTests {
    static let programs = 0..<250

    @Test("Both engines do the same in the same cycles", arguments: Cut.allCases)
    func agreement(cut: Cut) {
        var failures = 0
        for index in LockStepTests.programs where failures < 3 && LockStepTests.differs(index, cut) { failures += 1 }
    }

    /// Lest the test compares the interpreter with itself, or programs that lock up at once.
    @Test func programsAreTranslated() {
        var (hot, faults, interrupts, cycles) = (0, 0, 0, 0)
        for index in 0..<40 {
            let processor = LockStepMachine(LockStepProgram(index: index)).processor
            #if arch(x86_64)
            #expect(processor.translate(after: 2))
            #endif
            let before = processor.word(at: LockStepProgram.counters) ?? 0
            _ = processor.run(until: 8000)
            faults += Int((processor.word(at: LockStepProgram.counters) ?? 0) &- before) & 0xFF
            hot += processor.ledger.blocks.filter { $0.pointee.entry != nil }.count
            interrupts += processor.outside.exception / 12
            cycles += processor.now
        }
        #expect(hot > 200)
        #expect(faults > 200)
        #expect(interrupts > 2000)
        #expect(cycles > 35 * 8000)
    }

    /// - Returns: whether there was a difference; then it is recorded.
    static func differs(_ index: Int, _ cut: Cut) -> Bool {
        let program = LockStepProgram(index: index)
        guard let first = difference(program, cut) else { return false }
        let shrunk = program.shrunk { difference($0, cut) != nil }
        Issue.record("#\(index), \(cut): \(first); shrunk: \(difference(shrunk, cut) ?? "")\n\(shrunk)")
        return true
    }

    static func difference(_ program: LockStepProgram, _ cut: Cut) -> String? {
        var random = SplitMix(name: "pieces \(cut.rawValue)", index: program.index)
        let pair = EnginePair { LockStepMachine(program) }
        let limit = 4000 + Int(random.below(8000))
        return pair.run(cut, &random, until: limit, observing: program.head..<program.end)
    }
}
