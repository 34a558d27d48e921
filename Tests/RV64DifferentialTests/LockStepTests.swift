import Engine
import Machine
import Testing

@testable import RV64

/// However a run is cut into pieces, the same happens in the same cycles: what slices, single steps, spinning harts and
/// linked blocks do to time is nothing.
@Suite struct LockStepTests {
    static let programs = 0..<60

    /// The sizes of a K210's caches and predictors, and some that are full at once.
    static let tables: [(name: String, table: CycleTable)] = [
        ("small caches", .distinct),
        (
            "large caches",
            CycleTable(
                prices: CycleTable.distinct.prices, latencies: CycleTable.distinct.latencies,
                rules: CycleTable.distinct.rules,
                sizes: [
                    .instructionCacheLines: 512, .instructionCacheWays: 8, .dataCacheLines: 512, .dataCacheWays: 8,
                    .branchTargets: 40, .branchCounters: 128, .branchHistory: 7, .returnAddresses: 2,
                ].mapValues { CycleTable.Fact(cycles: $0, source: "made up") })
        ),
    ]

    @Test("One hart does the same in the same time, however it is run")
    func oneHart() throws { try oneHart(LockStepTests.programs) }

    func oneHart(_ indices: Range<Int>) throws {
        try judge(indices) { index in
            ([LockStepMachine.program(index, hart: 0)], LockStepMachine.toggles(index, harts: 1))
        }
    }

    @Test("Two harts that share nothing do, too")
    func twoHarts() throws { try twoHarts(LockStepTests.programs) }

    func twoHarts(_ indices: Range<Int>) throws {
        try judge(indices) { index in
            let programs = [
                LockStepMachine.program(index, hart: 0), LockStepMachine.program(index + 1000, hart: 1),
            ]
            return (programs, LockStepMachine.toggles(index, harts: 2))
        }
    }

    /// A hart that polls a word which its own interrupt handler writes: it spins, and is left alone while it does.
    @Test("A hart that spins is where it would be, when an interrupt comes")
    func spinning() throws { try spinning(LockStepTests.programs) }

    func spinning(_ indices: Range<Int>) throws {
        try judge(indices) { index in
            let data = Layout.ram
            let program = LockStepProgram(
                pollingAt: data, code: data + UInt32(LockStepMachine.codeDistance), length: index % 7)
            return ([program], LockStepMachine.pulses(index))
        }
    }

    private func judge(
        _ indices: Range<Int>, _ make: (Int) -> (programs: [LockStepProgram], toggles: [LockStepMachine.Toggle])
    ) throws {
        var failures = 0
        for index in indices where failures < 3 {
            let (name, table) = LockStepTests.tables[index % LockStepTests.tables.count]
            let (programs, toggles) = make(index)
            let reference = try LockStepMachine(programs, toggles, timings: table)
            reference.run(.steps)
            let expected = reference.settle()
            #expect(expected.ending == .asleep)
            for (account, now) in zip(expected.accounts, expected.now) {
                #expect(account.cycles.total == now, "#\(index): the causes sum to the time")
            }
            for way in LockStepMachine.Way.allCases where way != .steps {
                let machine = try LockStepMachine(programs, toggles, timings: table)
                machine.run(way)
                let differences = machine.settle().differences(from: expected)
                guard !differences.isEmpty else { continue }
                failures += 1
                Issue.record("#\(index), \(name), \(way): \(differences.prefix(12).joined(separator: "; "))")
            }
        }
    }
}
