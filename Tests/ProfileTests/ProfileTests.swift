import Foundation
import Testing

@testable import Profile

private func run(cycles: Int = 100) -> RunProfile {
    RunProfile(
        tool: .init(name: "simulate", version: "0"), firmware: .init(file: "a.elf", sha256: "aa"),
        target: .init(
            name: "stm32f4", chip: "STM32F407VG", core: "Cortex-M4F",
            model: .init(name: "cortex-m4", version: "1", sources: [], measuredError: nil, assumedConstants: 0)),
        clock: .init(hertz: 16e6, waitStates: 0, caches: ""), outcome: .exited(code: 0),
        totals: .init(cycles: cycles, instructions: 80, seconds: 1, causes: CauseVector { $0 == .issue ? cycles : 0 }))
}

private func layer(_ name: String, _ cycles: Int, macs: Int? = nil) -> LayerProfile {
    LayerProfile(
        index: 0, name: name, invocations: 1, discovery: .marker, cycles: cycles, seconds: 0, clockHz: 1,
        instructions: 1, macs: macs, causes: CauseVector { $0 == .issue ? cycles : 0 })
}

private func function(_ name: String, at address: UInt64, _ cycles: Int) -> FunctionProfile {
    FunctionProfile(
        name: name, address: address, size: 2, calls: 1, selfCycles: cycles, inclusiveCycles: cycles, instructions: 1,
        causes: CauseVector { $0 == .issue ? cycles : 0 })
}

@Suite("Profiles")
struct ProfileTests {
    @Test("Cycles per MAC is unknown where MACs are unknown or none")
    func cyclesPerMAC() {
        #expect(layer("a", 30, macs: 20).cyclesPerMAC == 1.5)
        #expect(layer("a", 30, macs: 0).cyclesPerMAC == nil)
        #expect(layer("a", 30).cyclesPerMAC == nil)
        #expect(layer("a", 30).share(of: 120) == 0.25)
        #expect(layer("a", 30).share(of: 0) == nil)
    }

    @Test("A function that was never called has no mean")
    func mean() {
        var never = function("f", at: 0, 10)
        #expect(never.meanCycles == 10)
        never.calls = 0
        #expect(never.meanCycles == nil)
    }

    @Test("Memory adds up by kind")
    func memory() {
        let memory = MemoryProfile(regions: [
            .init(name: "flash", base: 0, size: 1000, kind: .flash, staticBytes: 10, touchedBytes: 5),
            .init(name: "a", base: 1, size: 100, kind: .ram, staticBytes: 20, touchedBytes: 6),
            .init(name: "b", base: 2, size: 200, kind: .ram, staticBytes: 30, touchedBytes: 7),
        ])
        #expect(memory.size(.ram) == 300 && memory.staticBytes(.ram) == 50 && memory.touchedBytes(.ram) == 13)
        #expect(memory.size(.flash) == 1000 && memory.staticBytes(.flash) == 10)
    }

    @Test(
        "Every outcome survives being saved",
        arguments: [
            Outcome.exited(code: -1), .cyclesExhausted(place: "f (a.c:1)"), .timeExhausted(), .fault(description: "f"),
            .lockup(description: "l"), .waiting(description: "WFI"), .interrupted(), .breakpoint,
        ])
    func outcomes(outcome: Outcome) throws {
        let saved = try JSONEncoder().encode(outcome)
        #expect(try JSONDecoder().decode(Outcome.self, from: saved) == outcome)
    }

    @Test("A profile whose numbers agree has no contradictions")
    func consistent() {
        var profile = run()
        profile.layers = [layer("a", 60), layer("b", 40)]
        profile.functions = [function("f", at: 0, 100)]
        #expect(profile.contradictions().isEmpty)
    }

    @Test("Causes that do not sum to the cycles are a contradiction")
    func causesMustSum() {
        var profile = run()
        profile.totals.causes.refill = 1
        #expect(profile.contradictions() == ["the run has 100 cycles, but their causes sum to 101"])
    }

    @Test("Layers and functions cannot have more cycles than the run")
    func partsMustFit() {
        var profile = run()
        profile.layers = [layer("a", 60), layer("b", 41)]
        profile.functions = [function("f", at: 0, 102)]
        #expect(
            profile.contradictions() == [
                "the layers have 101 cycles together, but the run has 100",
                "the functions have 102 cycles together, but the run has 100",
            ])
    }

    @Test("Counts below zero or beyond 2^53, and times that are no number, are contradictions")
    func counts() {
        var profile = run()
        profile.totals.instructions = -1
        profile.totals.seconds = .nan
        profile.memory.heapPeakBytes = .max
        #expect(
            profile.contradictions() == [
                "the number of instructions is -1, which is no count",
                "the simulated time is nan, which is no quantity",
                "the heap peak is 9223372036854775807, which is no count",
            ])
    }
}

@Suite("Comparing two profiles")
struct ComparisonTests {
    @Test("Layers are paired by name, in order; the largest change comes first")
    func layers() {
        var (old, new) = (run(), run())
        old.layers = [layer("conv", 10), layer("gone", 5), layer("conv", 20)]
        new.layers = [layer("conv", 11), layer("conv", 50), layer("fresh", 5)]
        #expect(
            Comparison(old: old, new: new).layers == [
                .init(name: "conv", old: 20, new: 50),
                .init(name: "fresh", old: nil, new: 5),
                .init(name: "gone", old: 5, new: nil),
                .init(name: "conv", old: 10, new: 11),
            ])
    }

    @Test("Static functions of the same name are paired by address, whatever the order of the list")
    func functions() {
        var (old, new) = (run(), run())
        old.functions = [function("init", at: 20, 7), function("init", at: 10, 3)]
        new.functions = [function("init", at: 11, 3), function("init", at: 22, 9)]
        #expect(
            Comparison(old: old, new: new).functions == [
                .init(name: "init", old: 7, new: 9), .init(name: "init", old: 3, new: 3),
            ])
    }

    @Test("Changes are absolute and relative; what is new has no relative change")
    func deltas() {
        #expect(Comparison.Delta(name: "a", old: 100, new: 98).change == -2)
        #expect(Comparison.Delta(name: "a", old: 100, new: 98).relativeChange == -0.02)
        #expect(Comparison.Delta(name: "a", old: nil, new: 98).relativeChange == nil)
        #expect(Comparison.Delta(name: "a", old: 0, new: 98).relativeChange == nil)
        #expect(Comparison.Delta(name: "a", old: .min, new: .max).change == .max)
    }

    @Test("What else is different is said: firmware, model, clock, outcome")
    func remarks() {
        let old = run()
        var new = run(cycles: 120)
        #expect(Comparison(old: old, new: old).remarks.isEmpty)
        new.firmware.sha256 = "bb"
        new.target.model.version = "2"
        new.clock = .init(hertz: 168e6, waitStates: 5, caches: "prefetch")
        new.outcome = .cyclesExhausted()
        let comparison = Comparison(old: old, new: new)
        #expect(
            comparison.remarks == [
                "the timing model changed from cortex-m4 1 to cortex-m4 2",
                "the firmware a.elf changed",
                "the clock changed from 16 MHz, 0 wait states to 168 MHz, 5 wait states, prefetch",
                "the old run exited with code 0, the new run used up its cycle budget",
            ])
        #expect(comparison.totals.first == .init(name: "cycles", old: 100, new: 120))
        #expect(comparison.causes.first == .init(name: "issue", old: 100, new: 120))
    }
}
