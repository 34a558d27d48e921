import Engine
import TestSupport
import Testing

@testable import RV64

/// Both engines side by side on random programs that do everything, on one hart or on two that work on the same
/// memory: the same in the same cycles, however the run is cut into pieces.
@Suite struct RV64EngineTests {
    /// How many are tried.
    static func programs(_ theme: EngineProgram.Theme) -> Range<Int> {
        switch theme {
        case .everything: 0..<200
        case .returns: 0..<72
        }
    }

    @Test("Both engines do the same in the same cycles", arguments: Cut.allCases, EngineProgram.Theme.allCases)
    func agreement(cut: Cut, theme: EngineProgram.Theme) {
        var failures = 0
        for index in RV64EngineTests.programs(theme) where failures < 3 && RV64EngineTests.differs(index, theme, cut) {
            failures += 1
        }
    }

    /// Lest the test compares the interpreter with itself, or programs that sleep at once.
    @Test func programsAreTranslated() {
        var (hot, traps, interrupts, cycles) = (0, 0, 0, 0)
        for index in 0..<40 {
            let harts = EngineMachine(EnginePrograms(index, .everything).programs).harts
            #if arch(x86_64)
            #expect(harts.translate(after: 2))
            #endif
            let hart = harts.harts[0]
            for register in 22...23 { hart.state.registers[register] = 0 }
            _ = harts.run(until: 8000)
            interrupts += Int(hart.state.registers[22] & 0xFF)
            traps += Int(hart.state.registers[23] & 0xFF)
            hot += hart.ledger.blocks.filter { $0.pointee.entry != nil }.count
            cycles += hart.now
        }
        #expect(hot > 400)
        #expect(traps > 200)
        #expect(interrupts > 200)
        #expect(cycles > 35 * 8000)
    }

    /// Lest calls go nowhere deep.
    @Test func programsCallDeeply() {
        let depths = (0..<60).map { index in
            let harts = EngineMachine(EnginePrograms(2 * index, .returns).programs).harts
            let core = harts.cores[0]
            let top = EngineProgram.ram + 0x0C00
            core.stackLow = top
            _ = harts.run(until: 8000)
            return Int(top) - Int(core.stackLow)
        }
        // Sixteen bytes for each of 60 calls.
        #expect(depths.filter { $0 > 16 * 60 }.count > 6, "\(depths)")
    }

    /// ADDI X20, X20, 1; two times JAL to the next instruction; JAL to the start: more calls than any stack of the host
    /// has room for.
    @Test func callsThatNothingReturnsFrom() throws {
        let body = [
            Assembler.addi(20, 20, 1), Assembler.jal(1, 4), Assembler.jal(1, 4), Assembler.jal(0, -12),
        ]
        let traces = try [false, true].map { translates in
            let program = LockStepProgram(
                code: Layout.ram + UInt32(LockStepMachine.codeDistance), handler: [Assembler.mret], body: body)
            let machine = try LockStepMachine([program], [], timings: .distinct)
            #if arch(x86_64)
            if translates { #expect(machine.harts.translate(after: 2)) }
            #endif
            #expect(machine.harts.run(until: 40_000_000) == .limit)
            return machine.settle()
        }
        #expect(traces[1].differences(from: traces[0]) == [])
        #expect(traces[0].registers[0][20] > 1_000_000)
    }

    /// - Returns: whether there was a difference; then it is recorded.
    static func differs(_ index: Int, _ theme: EngineProgram.Theme, _ cut: Cut) -> Bool {
        let programs = EnginePrograms(index, theme)
        guard let first = difference(programs, cut) else { return false }
        let shrunk = programs.shrunk { difference($0, cut) != nil }
        Issue.record("\(theme) #\(index), \(cut): \(first); shrunk: \(difference(shrunk, cut) ?? "")\n\(shrunk)")
        return true
    }

    private static func difference(_ programs: EnginePrograms, _ cut: Cut) -> String? {
        let first = programs.programs[0]
        var random = SplitMix(name: "pieces \(cut.rawValue)", index: first.index)
        let pair = EnginePair { EngineMachine(programs.programs) }
        let limit = (first.theme == .returns ? 8000 : 4000) + Int(random.below(8000))
        return pair.run(
            cut, &random, until: limit, observing: (first.theme == .returns ? first.start : first.head)..<first.end)
    }
}

/// The programs of all harts.
struct EnginePrograms: Shrinkable, CustomStringConvertible {
    private(set) var programs: [EngineProgram]

    /// One in two is for two harts.
    init(_ index: Int, _ theme: EngineProgram.Theme) {
        programs = [EngineProgram(index: index, hart: 0, theme: theme)]
        guard index & 1 != 0 else { return }
        programs.append(EngineProgram(index: index, hart: 1, theme: theme, foreign: programs[0].shareable))
    }

    private static let stride = 1000

    var parts: [Int] {
        programs.enumerated().flatMap { index, program in program.parts.map { $0 + index * EnginePrograms.stride } }
    }

    func without(_ parts: ArraySlice<Int>) -> EnginePrograms {
        var all = self
        for part in parts {
            let (index, part) = part.quotientAndRemainder(dividingBy: EnginePrograms.stride)
            all.programs[index] = all.programs[index].without([part])
        }
        return all
    }

    var description: String { programs.map(\.description).joined(separator: "\n") }
}
