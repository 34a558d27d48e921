import Machine
import Testing

@testable import KPU

/// The registers, and what the SDK's drivers rely on.
struct KPUTests {
    /// 4060 + 16 lines + 2.99 * 4 strips + 1.06 * 4 output lines + 0.346 * 16 bytes = 4097.736 cycles at 400 MHz, in
    /// cycles of 390 MHz, rounded up.
    static let layerCycles = 3996

    @Test func aLayerIsComputedAndSeenWhenItsTimeIsUp() {
        let bench = Bench()
        // Channel c, pixel x of row 0: 10 c + x.
        for channel in 0..<4 {
            for x in 0..<8 {
                bench.aiMemory.store(0x8060_0000 + UInt32(16 * channel + x), UInt32(10 * channel + x), .byte)
            }
        }
        bench.push(words(interrupt: true))
        #expect(bench.kpu.isBusy)
        bench.run(for: KPUTests.layerCycles - 1)
        #expect(bench.aiMemory.load(0x8060_0400, .word) == 0 && bench.kpu[.interrupt_raw] & 1 == 0)
        bench.run(for: 1)
        // 0 + 10 + 20 + 30 + 4 x in all four channels.
        #expect(bench.aiMemory.load(0x8060_0400, .word) == 0x4844_403C)
        #expect(bench.aiMemory.load(0x8060_0430, .word) == 0x4844_403C)
        #expect(!bench.kpu.isBusy && bench.kpu[.interrupt_raw] & 1 == 1)
        #expect(bench.changes == [0x400..<0x500])
        #expect(bench.kpu.aiMemoryPeak == 0x500)
        #expect(bench.faults.isEmpty && bench.notices.isEmpty)
    }

    @Test func aLayerIsReportedWithItsShapeAndTimes() throws {
        let bench = Bench()
        bench.run(for: 100)
        bench.push(words())
        bench.run(for: 10000)
        let record = try #require(bench.records.first)
        #expect(record.start == 100 && record.end == 100 + KPUTests.layerCycles && record.computed == record.end)
        #expect(record.kernel == 1 && !record.isDepthwise && record.pooling == .bypass)
        #expect(record.inputChannels == 4 && record.outputChannels == 4)
        #expect(record.inputWidth == 8 && record.inputHeight == 4 && record.outputWidth == 8)
        #expect(record.multiplyAccumulates == 8 * 4 * 4 * 4 && record.weightBytes == 16 && record.streamedBytes == 0)
        #expect(abs(record.breakdown.total - 4097.736) < 1e-6 && record.hertz == 400e6)
        #expect(record.input == 0..<256 && record.output == 1024..<1280)
    }

    /// V0.5.6 passes pointers of the cached view, later SDKs those of the uncached one.
    @Test(arguments: [0x8000_1000, 0x4000_1000] as [UInt64]) func bothViewsOfMainMemoryAreRead(_ weights: UInt64) {
        let bench = Bench()
        bench.aiMemory.store(0x8060_0000, 7, .byte)
        bench.push(words(weights: weights))
        bench.run(for: 10000)
        #expect(bench.aiMemory.load(0x8060_0400, .byte) == 7 && bench.faults.isEmpty)
    }

    /// kpu_conv2d_output and kpu_run_kmodel mask everything and wait for the DMA.
    @Test func calcDoneIsRaisedOnlyForALayerThatAsksForIt() {
        let bench = Bench()
        bench.kpu[.interrupt_mask] = 6
        bench.push(words())
        bench.run(for: 10000)
        #expect(bench.rises == 0)
        bench.push(words(interrupt: true))
        bench.run(for: 10000)
        #expect(bench.rises == 1 && bench.kpu[.interrupt_status] == 1)
        bench.kpu[.interrupt_clear] = 1
        #expect(!bench.level && bench.kpu[.interrupt_status] == 0)
    }

    /// kpu_run_kmodel clears all with 7 and unmasks almost-empty while the FIFO is empty: no interrupt may come.
    @Test func anEmptyFIFOAtRestInterruptsNobody() {
        let bench = Bench()
        bench.kpu[.interrupt_mask] = 7
        bench.push(words())
        bench.run(for: 10000)
        bench.kpu[.interrupt_clear] = 7
        bench.kpu[.interrupt_mask] = 5
        bench.run(for: 10000)
        #expect(bench.rises == 0 && bench.kpu[.interrupt_raw] == 0)
    }

    /// kpu_run writes one layer, and the next when almost-empty interrupts it; fifo_threshold 0x1A.
    @Test func everyLayerOfASingleFileAsksForTheNext() {
        let bench = Bench()
        bench.kpu[.interrupt_mask] = 4
        for turn in 1...3 {
            bench.push(words())
            #expect(bench.rises == turn - 1)
            bench.run(for: KPUTests.layerCycles)
            #expect(bench.rises == turn && bench.kpu[.interrupt_status] == 2)
            bench.kpu[.interrupt_clear] = 7
        }
    }

    /// kpu_start clears all, writes twelve layers while all is masked, unmasks almost-empty, and writes twelve more
    /// when one at most is left; fifo_threshold 0x1C.
    @Test func theFIFOTakesWhatTheSDKWrites() {
        let bench = Bench()
        bench.kpu[.interrupt_mask] = 7
        bench.kpu[.interrupt_clear] = 7
        bench.kpu[.fifo_threshold] = 0x1C
        for _ in 0..<12 { bench.push(words()) }
        bench.kpu[.interrupt_mask] = 5
        #expect(bench.rises == 0 && bench.kpu[.interrupt_raw] == 4)
        bench.run(for: 11 * KPUTests.layerCycles - 1)
        #expect(bench.rises == 0)
        bench.run(for: 1)
        #expect(bench.rises == 1 && bench.records.count == 11)
        bench.kpu[.interrupt_clear] = 7
        for _ in 0..<12 { bench.push(words()) }
        bench.run(for: 20 * KPUTests.layerCycles)
        #expect(bench.records.count == 24 && !bench.kpu.isBusy && bench.notices.isEmpty)
    }

    @Test func anOverflowIsNoticed() {
        let bench = Bench()
        for _ in 0..<18 { bench.push(words()) }
        #expect(bench.notices == ["KPU layer_argument_fifo written while it is full; the word is lost"])
        bench.run(for: 100_000)
        #expect(bench.records.count == 16)
    }

    @Test func anImpossibleCommandEndsTheRun() {
        let bench = Bench()
        bench.push(words(destination: 32767))
        #expect(
            bench.faults == [
                .fault(
                    "KPU layer: image_dst_addr: 4 channels of 8x4 from line 32767 on reach line 32770; the AI memory "
                        + "ends at 32767")
            ])
        bench.push(words(weights: 0x5044_0000))
        #expect(
            bench.faults.last
                == .fault(
                    "KPU layer: para_start_addr: the table of weights at 0x50440000 is not all in main memory"))
        #expect(bench.records.isEmpty && !bench.kpu.isBusy)
    }

    /// Pixels 1, 2, 3, ... of the first channel, the other channels zero.
    private func streaming(_ bench: Bench, _ command: [UInt64]) {
        for row in 0..<4 {
            for x in 0..<8 {
                bench.aiMemory.store(0x8060_0000 + UInt32(64 * row + x), UInt32(8 * row + x + 1), .byte)
            }
        }
        bench.push(command)
    }

    @Test func aResultGoesOutByDMABeatByBeat() {
        let bench = Bench()
        streaming(bench, words(interrupt: true, sends: true))
        var fetched: [UInt64] = []
        var times: [Cycles] = []
        bench.kpu.request.onAssert = {
            times.append(bench.chip.clock.now)
            fetched.append(bench.kpu[.fifo_data_out])
        }
        bench.run(for: KPUTests.layerCycles)
        #expect(bench.kpu[.interrupt_raw] & 1 == 1 && bench.kpu.isBusy && fetched.isEmpty)
        bench.run(for: 1000)
        // Four channels of 32 bytes, dense, all alike.
        #expect(fetched.count == 16 && !bench.kpu.isBusy && !bench.kpu.request.isAsserted)
        #expect(Array(fetched[0..<2]) == [0x0807_0605_0403_0201, 0x100F_0E0D_0C0B_0A09])
        #expect(fetched[0..<4] == fetched[12..<16])
        // 47.7 cycles at 400 MHz are 46.5075 at 390 MHz.
        for (index, time) in times.enumerated() {
            let exact = Double(KPUTests.layerCycles) + 46.5075 * Double(index + 1)
            #expect(abs(Double(time) - exact) <= 1)
        }
        #expect(bench.records.first?.streamedBytes == 128 && bench.records.first?.end == times.last)
    }

    /// The SDK fetches (dma_total_byte + 8) / 8 words.
    @Test func theLastWordIsFilledUp() {
        let bench = Bench()
        streaming(bench, words(sends: true, totalBytes: 3))
        bench.run(for: 10000)
        #expect(bench.kpu.request.isAsserted && bench.kpu[.fifo_data_out] == 0x03_0201)
        #expect(!bench.kpu.request.isAsserted && !bench.kpu.isBusy)
    }

    /// kpu_conv2d_output_full_add fetches a word for each channel. 1 + 2 + ... + 32 = 528.
    @Test func sumsOfChannelsGoOutAsWords() {
        let bench = Bench()
        streaming(bench, words(sends: true, sums: true))
        bench.run(for: 10000)
        #expect((0..<4).map { _ in bench.kpu[.fifo_data_out] } == [528, 528, 528, 528])
        #expect(!bench.kpu.isBusy)
    }

    /// A bridge cuts a 64-bit access in two, the low half first.
    @Test func registersCanBeReachedInHalves() throws {
        let bench = Bench()
        for word in words(sends: true, totalBytes: 8) {
            try bench.kpu.write(0x00, UInt32(truncatingIfNeeded: word), .word)
            try bench.kpu.write(0x04, UInt32(truncatingIfNeeded: word >> 32), .word)
        }
        #expect(bench.kpu.isBusy)
        bench.aiMemory.store(0x8060_0000, 0xFF, .byte)
        try bench.kpu.write(0x18, 5, .word)
        try bench.kpu.write(0x1C, 7, .word)
        #expect(try bench.kpu.read(0x18, .word) == 5 && bench.kpu.read(0x1C, .word) == 0)
        bench.run(for: 10000)
        #expect(try bench.kpu.read(0x30, .word) == 0 && bench.kpu.isBusy)
        #expect(try bench.kpu.read(0x34, .word) == 0 && !bench.kpu.isBusy)
        #expect(bench.notices.isEmpty)
    }

    /// What was read at the start counts: 16-bit mode is read then, and so are the weights.
    @Test func theModeOfTheWeightsIsThatOfTheStart() {
        let bench = Bench()
        bench.aiMemory.store(0x8060_0000, 200, .byte)
        bench.push(words())
        bench.kpu[.eight_bit_mode] = 0
        bench.memory.store(0x8000_1000, 0, .word)
        bench.run(for: 10000)
        #expect(bench.aiMemory.load(0x8060_0400, .byte) == 200 && bench.faults.isEmpty)
        // Now 16 bytes are half of what 16 weights take.
        bench.push(words())
        #expect(
            bench.faults == [
                .fault("KPU layer: para_size: 16 bytes for the weights of 4 channels, which are 32")
            ])
    }

    /// Two channels with each load, the second 16 bytes behind the first: `para_size`, not the size of the weights.
    @Test func everyLoadBeginsAParaSizeBehindTheLast() {
        let bench = Bench()
        for index in 0..<8 { bench.memory.store(0x8000_1008 + UInt32(index), 99, .byte) }
        for index in 0..<8 { bench.memory.store(0x8000_1010 + UInt32(index), 2, .byte) }
        bench.aiMemory.store(0x8060_0000, 9, .byte)
        var command = words()
        command[2] = 3 | 3 << 32 | 1 << 48
        command[5] = 1 | 1 << 1 | 16 << 15 | 0x8000_1000 << 32
        bench.push(command)
        bench.run(for: 10000)
        let pixels = (0..<4).map { bench.aiMemory.load(0x8060_0400 + UInt32(16 * $0), .byte) }
        #expect(pixels == [9, 9, 18, 18] && bench.faults.isEmpty)
    }

    @Test func tablesStayUntilOthersAreLoaded() {
        let bench = Bench()
        bench.aiMemory.store(0x8060_0000, 9, .byte)
        var command = words()
        command[5] &= ~1
        bench.push(command)
        #expect(bench.faults.count == 1)
        bench.push(words())
        bench.run(for: 10000)
        bench.memory.store(0x8000_1000, 0, .word)
        bench.push(command)
        bench.run(for: 10000)
        #expect(bench.aiMemory.load(0x8060_0400, .byte) == 9 && bench.faults.count == 1)
    }

    @Test func zeroesInFIFOControlEmptyTheFIFOs() {
        let bench = Bench()
        bench.push(words(sends: true))
        bench.push(words())
        bench.run(for: 10000)
        #expect(bench.kpu.isBusy && bench.records.isEmpty)
        bench.kpu[.fifo_control] = 0
        bench.kpu[.fifo_control] = 0x1F
        bench.run(for: 10000)
        #expect(!bench.kpu.isBusy && bench.records.count == 1 && bench.kpu[.fifo_control] == 0x1F)
    }

    @Test func withoutAClockNothingHappens() {
        let bench = Bench()
        bench.hertz = 0
        bench.push(words())
        bench.run(for: 10000)
        #expect(bench.kpu.isBusy && bench.records.isEmpty)
        #expect(bench.notices == ["KPU given a layer while its clock is stopped"])
        bench.hertz = 200e6
        bench.kpu.clockDidStart()
        bench.run(for: 2 * KPUTests.layerCycles)
        #expect(bench.records.count == 1)
    }

    /// The accelerator's clock comes from another PLL than the core's.
    @Test func aFasterCoreWaitsForMoreOfItsCycles() {
        let bench = Bench()
        bench.push(words())
        bench.chip.clock.change(to: 780_000_000)
        bench.run(for: 2 * KPUTests.layerCycles - 2)
        #expect(bench.kpu.isBusy)
        bench.run(for: 2)
        #expect(!bench.kpu.isBusy)
    }

    @Test func resetForgetsEverything() {
        let bench = Bench()
        bench.push(words(interrupt: true, sends: true))
        bench.push(words())
        bench.kpu.reset()
        bench.run(for: 10000)
        #expect(!bench.kpu.isBusy && bench.records.isEmpty && bench.kpu[.interrupt_raw] == 0)
        #expect(bench.kpu[.eight_bit_mode] == 0 && bench.kpu[.fifo_threshold] == 0)
    }

    @Test func whatIsNotThereIsNamed() {
        let bench = Bench()
        _ = try? bench.kpu.readDoubleword(0x48)
        _ = bench.kpu[.fifo_data_out]
        #expect(bench.notices == ["KPU offset 0x48", "KPU fifo_data_out read while nothing is ready"])
    }
}
