import Profile

/// A run of 1,000 cycles at 100 MHz on two harts: the first works, the second sleeps from cycle 200 on. A KPU layer of
/// 400 of those cycles, 800 at 200 MHz: 3x3 filters on 8x8 pixels, 3 channels to 4: 8 * 8 * 3 * 4 * 9 = 6,912
/// multiply-accumulates.
let twoHarts: RunProfile = {
    var profile = sample
    var busy = CauseVector()
    busy.issue = 900
    busy.uncached = 100
    var asleep = CauseVector()
    asleep.issue = 200
    asleep.sleep = 800
    profile.totals = RunProfile.Totals(cycles: 1_000, instructions: 1_050, seconds: 10e-6, causes: busy + asleep)
    profile.cores = [
        CoreProfile(
            name: "hart 0", cycles: 1_000, instructions: 900, causes: busy, asleepSeconds: 0, waitingSeconds: 1e-6),
        CoreProfile(
            name: "hart 1", cycles: 1_000, instructions: 150, causes: asleep, asleepSeconds: 8e-6, waitingSeconds: 0),
    ]
    profile.layers = [
        LayerProfile(
            index: 0, name: "KPU 3x3 3->4 8x8", invocations: 1, discovery: .kpu, cycles: 400, seconds: 4e-6,
            clockHz: 100e6, instructions: 0, macs: 6_912, causes: CauseVector(),
            accelerator: AcceleratorProfile(
                unit: "KPU", shape: "3x3 3->4 8x8 max2", kernel: "3x3", pool: "max2", cycles: 800, hertz: 200e6,
                peakMACsPerCycle: 576, computeCycles: 500, setupCycles: 100, weightLoadCycles: 50, downloadCycles: 120,
                waitingCycles: 30, uploadCycles: 60)),
        LayerProfile(
            index: 1, name: "kpu_softmax", invocations: 1, discovery: .kernelName, cycles: 100, seconds: 1e-6,
            clockHz: 100e6, instructions: 90, causes: causes(issue: 100), core: "hart 0"),
    ]
    profile.functions = [
        FunctionProfile(
            name: "spin", address: 0x8000_0100, size: 40, calls: 3, selfCycles: 300, inclusiveCycles: 300,
            instructions: 200, causes: causes(issue: 300),
            cores: [
                .init(core: "hart 0", calls: 1, selfCycles: 100, instructions: 80),
                .init(core: "hart 1", calls: 2, selfCycles: 200, instructions: 120),
            ])
    ]
    profile.memory.regions.append(
        .init(
            name: "AI", base: 0x8060_0000, size: 2 << 20, kind: .ram, staticBytes: 0, touchedBytes: 5_000,
            peakBytes: 4_096))
    profile.interrupts = []
    profile.notices = []
    return profile
}()
