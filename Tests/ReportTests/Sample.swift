import Profile

/// Causes that sum to a run of 1,000,000 cycles.
func causes(
    issue: Int = 0, refill: Int = 0, loadUse: Int = 0, flashWait: Int = 0, fp: Int = 0, exception: Int = 0
) -> CauseVector {
    var causes = CauseVector()
    causes.issue = issue
    causes.refill = refill
    causes.loadUse = loadUse
    causes.flashWait = flashWait
    causes.fp = fp
    causes.exception = exception
    return causes
}

let digest = String(repeating: "0123456789abcdef", count: 4)

/// A run of 1,000,000 cycles: two layers of 600,000 and 250,000 (one struck by 1,000 cycles of SysTick), and 149,000
/// outside of them.
let sample = RunProfile(
    tool: .init(name: "simulate", version: "0.1.0"),
    firmware: .init(file: "kws.elf", sha256: digest),
    target: .init(
        name: "stm32f4", chip: "STM32F407VG", core: "Cortex-M4F",
        model: .init(
            name: "cortex-m4", version: "1.0", sources: ["Arm DDI 0439B, table 3-1", "RM0090 section 3.4"],
            measuredError: "0.3 % mean, 1.1 % worst over 79 published counts at 0 wait states", assumedConstants: 4)),
    clock: .init(hertz: 168e6, waitStates: 5, caches: "prefetch, instruction and data cache"),
    outcome: .exited(code: 0),
    totals: .init(
        cycles: 1_000_000, instructions: 640_000, seconds: 1_000_000 / 168e6,
        causes: causes(
            issue: 700_000, refill: 150_000, loadUse: 99_900, flashWait: 49_000, fp: 1_000, exception: 100)),
    console: .init(bytes: 42, sha256: digest),
    layers: [
        LayerProfile(
            index: 0, name: "conv_1", invocations: 1, discovery: .marker, cycles: 600_000, interruptCycles: 1_000,
            seconds: 600_000 / 168e6, clockHz: 168e6, instructions: 400_000, macs: 480_000,
            causes: causes(issue: 450_000, refill: 90_000, loadUse: 60_000), ramTouchedBytes: 12_345,
            flashReadBytes: 4_096, stackPeakBytes: 256),
        LayerProfile(
            index: 1, name: "softmax", invocations: 2, discovery: .kernelName, cycles: 250_000,
            seconds: 250_000 / 168e6, clockHz: 168e6, instructions: 150_000,
            causes: causes(issue: 150_000, refill: 60_000, loadUse: 39_000, fp: 1_000)),
    ],
    functions: [
        FunctionProfile(
            name: "main", address: 0x0800_0200, size: 120, file: "main.c", line: 10, calls: 1, selfCycles: 48_000,
            inclusiveCycles: 999_000, instructions: 30_000, causes: causes(issue: 48_000)),
        FunctionProfile(
            name: "_ZN6tflite3ops5micro12convolution9EvalInt8PackedILi3ELi3EEEvv", address: 0x0800_1000, size: 900,
            calls: 1, selfCycles: 600_000, inclusiveCycles: 600_000, minCycles: 600_000, maxCycles: 600_000,
            instructions: 400_000, causes: causes(issue: 450_000, refill: 90_000, loadUse: 60_000)),
        FunctionProfile(
            name: "softmax_s8", address: 0x0800_2000, size: 300, calls: 2, selfCycles: 250_000,
            inclusiveCycles: 250_001, minCycles: 120_000, maxCycles: 130_001, instructions: 150_000,
            causes: causes(issue: 150_000, refill: 60_000, loadUse: 39_000, fp: 1_000)),
        FunctionProfile(
            name: "SysTick_Handler", address: 0x0800_3000, size: 12, calls: 10, selfCycles: 1_000,
            inclusiveCycles: 1_000, minCycles: 100, maxCycles: 100, instructions: 400,
            causes: causes(issue: 900, exception: 100), isInterruptHandler: true),
    ],
    interrupts: [
        InterruptProfile(
            number: 15, name: "SysTick", count: 10, cycles: 1_240, maxCycles: 124, minLatency: 12, maxLatency: 19,
            stackBytes: 32)
    ],
    memory: MemoryProfile(
        regions: [
            .init(
                name: "flash", base: 0x0800_0000, size: 1_048_576, kind: .flash, staticBytes: 92_344,
                touchedBytes: 60_000),
            .init(
                name: "CCM", base: 0x1000_0000, size: 65_536, kind: .ram, staticBytes: 0, touchedBytes: 0),
            .init(
                name: "SRAM1", base: 0x2000_0000, size: 114_688, kind: .ram, staticBytes: 40_120,
                touchedBytes: 30_000),
        ],
        sections: [
            .init(name: ".text", flashBytes: 92_000, ramBytes: 0),
            .init(name: ".data", flashBytes: 344, ramBytes: 344),
            .init(name: ".bss", flashBytes: 0, ramBytes: 39_776),
        ],
        symbols: [
            .init(name: "arena", section: ".bss", bytes: 32_768, kind: .ram),
            .init(name: "weights_conv_1", section: ".text", bytes: 23_040, kind: .flash),
        ],
        mainStack: .init(name: "main stack", peakBytes: 1_024, reservedBytes: 4_096),
        processStacks: [.init(name: "idle task", peakBytes: 200)],
        peakCallChain: ["Reset_Handler", "main", "softmax_s8"], heapPeakBytes: 512),
    notices: [.init(name: "RCC_PLLI2SCFGR", pc: 0x0800_0456, function: "SystemClock_Config", cycle: 12_345)],
    warnings: ["The firmware has no symbols for 3 % of its code."])
