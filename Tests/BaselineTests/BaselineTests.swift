import Profile

private func layer(_ name: String, _ cycles: Int, macs: Int? = nil) -> LayerProfile {
    LayerProfile(
        index: 0, name: name, invocations: 1, discovery: .marker, cycles: cycles, seconds: 0, clockHz: 1,
        instructions: 1, macs: macs, causes: CauseVector { $0 == .issue ? cycles : 0 })
}

/// 1,000 cycles, of which conv takes 600 for 300 MACs and softmax 200.
func run(_ change: (inout RunProfile) -> Void = { _ in }) -> RunProfile {
    var profile = RunProfile(
        tool: .init(name: "simulate", version: "0"), firmware: .init(file: "kws.elf", sha256: "aa11"),
        target: .init(
            name: "stm32f4", chip: "STM32F407VG", core: "Cortex-M4F",
            model: .init(name: "cortex-m4", version: "1.0", sources: [], measuredError: nil, assumedConstants: 0)),
        clock: .init(hertz: 168e6, waitStates: 5, caches: ""), outcome: .exited(code: 0),
        totals: .init(
            cycles: 1000, instructions: 800, seconds: 1, causes: CauseVector { $0 == .issue ? 1000 : 0 }),
        console: .init(bytes: 12, sha256: "cc33"), layers: [layer("conv", 600, macs: 300), layer("softmax", 200)],
        memory: MemoryProfile(
            regions: [
                .init(name: "flash", base: 0, size: 10_000, kind: .flash, staticBytes: 5_000, touchedBytes: 0),
                .init(name: "SRAM", base: 1, size: 10_000, kind: .ram, staticBytes: 2_000, touchedBytes: 0),
            ], mainStack: .init(name: "main stack", peakBytes: 256)))
    change(&profile)
    return profile
}
