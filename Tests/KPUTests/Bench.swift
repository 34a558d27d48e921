import Machine
import Testing

@testable import KPU

/// A chip at 390 MHz with 6 MiB of main memory in two views, the AI memory, and the accelerator at 400 MHz; time passes
/// when a test says so.
final class Bench {
    let chip = Chip(hertz: 390_000_000, memoryCapacity: 9 << 20)
    let memory: Memory
    let aiMemory: Memory
    let kpu: KPU
    var hertz = 400e6
    var rises = 0
    var level = false
    var records: [LayerRecord] = []
    var faults: [StopRequest] = []
    var changes: [Range<Int>] = []
    private let box: Box

    private final class Box {
        weak var bench: Bench?
    }

    init() {
        memory = Memory(name: "SRAM", base: 0x8000_0000, size: 6 << 20, isWritable: true, in: chip.arena)
        aiMemory = Memory(name: "AI", base: 0x8060_0000, size: 2 << 20, isWritable: true, in: chip.arena)
        chip.bus.add(memory)
        chip.bus.add(aiMemory)
        let box = Box()
        self.box = box
        kpu = KPU(
            chip: chip, aiMemory: aiMemory, timings: KPUTimingsTests.fitted,
            interrupt: InterruptLine { level in
                box.bench?.level = level
                if level { box.bench?.rises += 1 }
            }, kpuHertz: { box.bench?.hertz ?? 0 })
        box.bench = self
        kpu.onLayer = { box.bench?.records.append($0) }
        chip.requestStop = { box.bench?.faults.append($0) }
        chip.bus.onChange = { address, count in
            box.bench?.changes.append(Int(address) - 0x8060_0000..<Int(address) - 0x8060_0000 + count)
        }
        kpu[.eight_bit_mode] = 1
        kpu[.fifo_threshold] = 0x1A
        // Weights of one, batch normalisation times one, activation that returns a value from 0 to 255 as it is.
        for index in 0..<4096 { memory.store(0x8000_1000 + UInt32(index), 1, .byte) }
        for index in 0..<64 { memory.storeDoubleword(0x8000_3000 + UInt32(8 * index), 1) }
        // Segments from 0 on with slope one: below zero (the first, slope zero) nothing.
        for index in 0..<16 {
            memory.storeDoubleword(0x8000_4000 + UInt32(8 * index), index == 0 ? 0x800_0000_0000_0000 : 1 << 8)
        }
    }

    /// Lets time pass up to `cycle`, event by event, as an engine does.
    func run(until cycle: Cycles) {
        while let next = chip.events.next, next <= cycle {
            chip.clock.now = max(chip.clock.now, next)
            chip.events.run(until: next)
        }
        chip.clock.now = max(chip.clock.now, cycle)
    }

    func run(for cycles: Cycles) { run(until: chip.clock.now + cycles) }

    func push(_ words: [UInt64]) {
        for word in words { kpu[.layer_argument_fifo] = word }
    }

    var notices: [String] { chip.notices.all.map(\.what) }
}

extension KPU {
    subscript(_ register: Register) -> UInt64 {
        get { (try? readDoubleword(register.rawValue)) ?? 0 }
        set { try? writeDoubleword(register.rawValue, newValue) }
    }
}

/// 1x1, 4 channels to 4, 8x4 pixels in 4 lines; input at line 0, output at line 16; everything is loaded.
func words(
    interrupt: Bool = false, sends: Bool = false, sums: Bool = false, weights: UInt64 = 0x8000_1000,
    destination: UInt64 = 16, totalBytes: UInt64 = 128
) -> [UInt64] {
    [
        (interrupt ? 1 : 0) | (sums ? 4 : 0), destination << 32, 3 | 3 << 32 | 3 << 48,
        7 | 3 << 10 | 7 << 32 | 3 << 42, 1 << 10 | 15 << 16 | 0x8000_3000 << 32, 1 | 16 << 15 | weights << 32, 0,
        4 | 1 << 16 | 4 << 28 | 1 << 31 | 0x8000_4000 << 32, 4 | 1 << 16 | 4 << 20, 0, 0,
        (sends ? 1 : 0) | 31 << 16 | (totalBytes - 1) << 32,
    ]
}
