import Engine
import TestSupport
import Testing

@testable import CortexM

/// Both engines side by side on random programs that do everything: the same in the same cycles, however the run is
/// cut into pieces.
@Suite struct LockStepTests {
    /// How many are tried.
    static func programs(_ theme: LockStepProgram.Theme) -> Range<Int> {
        switch theme {
        case .everything: 0..<250
        case .returns: 0..<60
        case .programming: 0..<60
        }
    }

    @Test(
        "Both engines do the same in the same cycles", arguments: Cut.allCases, LockStepProgram.Theme.allCases)
    func agreement(cut: Cut, theme: LockStepProgram.Theme) {
        var failures = 0
        for index in LockStepTests.programs(theme) where failures < 3 && LockStepTests.differs(index, theme, cut) {
            failures += 1
        }
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

    /// Lest nothing is programmed and erased, and what was is not executed.
    @Test func programsProgramFlash() {
        var (changed, erased, executed) = (0, 0, 0)
        for index in 0..<30 {
            let machine = LockStepMachine(LockStepProgram(index: index, theme: .programming))
            let before = LockStepTests.routines(of: machine)
            _ = machine.processor.run(until: 8000)
            let after = LockStepTests.routines(of: machine)
            changed += zip(before, after).filter { $0 != $1 }.count
            erased += after.filter { $0 == .max }.count
            let routines = LockStepProgram.routines..<LockStepProgram.routines + 4 * LockStepProgram.routineCount
            executed += machine.processor.ledger.blocks.filter { routines.contains($0.pointee.pc) }.count
        }
        #expect(changed > 200)
        #expect(erased > 100)
        #expect(executed > 60)
    }

    private static func routines(of machine: LockStepMachine) -> [UInt32] {
        (0..<LockStepProgram.routineCount).compactMap {
            machine.processor.word(at: LockStepProgram.routines + 4 * $0)
        }
    }

    /// Lest calls go nowhere deep.
    @Test func programsCallDeeply() {
        let depths = (0..<60).map { index in
            let processor = LockStepMachine(LockStepProgram(index: index, theme: .returns)).processor
            processor.state.pointee.stackLow = LockStepProgram.mainStack
            _ = processor.run(until: 8000)
            return Int(LockStepProgram.mainStack) - Int(processor.state.pointee.stackLow)
        }
        // Four bytes or eight for each of 60 calls.
        #expect(depths.filter { $0 > 4 * 60 }.count > 6, "\(depths)")
    }

    /// - Returns: whether there was a difference; then it is recorded.
    static func differs(_ index: Int, _ theme: LockStepProgram.Theme, _ cut: Cut) -> Bool {
        let program = LockStepProgram(index: index, theme: theme)
        guard let first = difference(program, cut) else { return false }
        let shrunk = program.shrunk { difference($0, cut) != nil }
        Issue.record("\(theme) #\(index), \(cut): \(first); shrunk: \(difference(shrunk, cut) ?? "")\n\(shrunk)")
        return true
    }

    static func difference(_ program: LockStepProgram, _ cut: Cut) -> String? {
        var random = SplitMix(name: "pieces \(cut.rawValue)", index: program.index)
        let pair = EnginePair { LockStepMachine(program) }
        let limit = (program.theme == .returns ? 12_000 : 4000) + Int(random.below(8000))
        return pair.run(
            cut, &random, until: limit,
            observing: (program.theme == .returns ? program.start : program.head)..<program.end)
    }
}
