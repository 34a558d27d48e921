import Profile
import Testing

@testable import Report

@Suite("The text report")
struct TextTests {
    // 600,000 / 168 MHz = 3.5714 ms; 250,000 / 168 MHz = 1.4881 ms; 480,000 MACs in 600,000 cycles = 1.25 each;
    // 92,344 of 1,048,576 = 8.807 %; 40,120 of 180,224 = 22.26 %.
    @Test("The summary says what ran, how it ended, what it cost and where that went")
    func summary() {
        #expect(
            Text.summary(sample) == """
                kws.elf on stm32f4, Cortex-M4F, 168 MHz, 5 wait states, prefetch, instruction and data cache,
                  model cortex-m4 1.0 (0.3 % mean, 1.1 % worst over 79 published counts at 0 wait states; 4 assumed)

                Outcome       exited with code 0
                Cycles        1,000,000
                Time          5.952 ms at 168 MHz
                Instructions  640,000 (1.56 cycles each)
                Spent on      issue 70.0 %, branch refill 15.0 %, load-use 10.0 %, flash wait 4.9 %, \
                floating point 0.1 %,
                              exception entry and exit <0.1 %
                Flash         92,344 of 1,048,576 B (8.8 %)
                RAM, static   40,120 of 180,224 B (22.3 %)
                Stack peak    1,024 of 4,096 B (25.0 %)
                Heap peak     512 B

                #  Layer                 runs     cycles      %  time (ms)     MACs  cycles/MAC
                0  conv_1                   1    600,000   60.0      3.571  480,000        1.25
                1  softmax                  2    250,000   25.0      1.488        -           -
                   interrupts in layers            1,000    0.1      0.006
                   outside the layers            149,000   14.9      0.887
                ───────────────────────────────────────────────────────────────────────────────
                   total                       1,000,000  100.0      5.952  480,000

                Function                              calls  own cycles      %  inclusive  mean/call
                _ZN6tflite3ops5mic…ckedILi3ELi3EEEvv      1     600,000   60.0    600,000    600,000
                softmax_s8                                2     250,000   25.0    250,001    125,001
                main                                      1      48,000    4.8    999,000    999,000
                SysTick_Handler (interrupt)              10       1,000    0.1      1,000        100
                outside any function                            101,000   10.1
                ────────────────────────────────────────────────────────────────────────────────────
                total                                         1,000,000  100.0

                Touched, but not modelled  in                          pc   cycle
                RCC_PLLI2SCFGR             SystemClock_Config  0x08000456  12,345

                Warning: The firmware has no symbols for 3 % of its code.

                """)
    }

    @Test("The full report adds where the numbers come from")
    func sources() {
        #expect(
            Text.full(sample).contains(
                """

                Chip          STM32F407VG
                Firmware      kws.elf, sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
                Simulator     simulate 0.1.0
                Timing from   Arm DDI 0439B, table 3-1
                              RM0090 section 3.4

                """))
    }

    @Test("The full report shows the causes, most cycles first, and their sum")
    func causesTable() {
        #expect(
            Text.full(sample).contains(
                """

                Where the cycles went        cycles      %
                issue                       700,000   70.0
                branch refill               150,000   15.0
                load-use                     99,900   10.0
                flash wait                   49,000    4.9
                floating point                1,000    0.1
                exception entry and exit        100   <0.1
                ──────────────────────────────────────────
                total                     1,000,000  100.0

                """))
    }

    // All layers: 60,000 + 39,000 of 850,000 cycles wait for loads = 11.65 %; 850,000 / 550,000 = 1.545.
    @Test("The full report shows each layer's time, work, memory and causes")
    func layerTables() {
        #expect(
            Text.full(sample).contains(
                """

                #  Layer                 runs     cycles      %  time (ms)  clock (MHz)  interrupts  known by
                0  conv_1                   1    600,000   60.0      3.571          168       1,000  marker
                1  softmax                  2    250,000   25.0      1.488          168           0  kernel
                   interrupts in layers            1,000    0.1      0.006
                   outside the layers            149,000   14.9      0.887
                ─────────────────────────────────────────────────────────────────────────────────────────────
                   total                       1,000,000  100.0      5.952

                #  Layer       instructions  cycles/instr     MACs  cycles/MAC  RAM (B)  flash (B)  stack (B)
                0  conv_1           400,000          1.50  480,000        1.25   12,345      4,096        256
                1  softmax          150,000          1.67        -           -        -          -          -
                ─────────────────────────────────────────────────────────────────────────────────────────────
                   all layers       550,000          1.55  480,000        1.25

                #  Layer, % of its cycles  issue  refill  load  float
                0  conv_1                   75.0    15.0  10.0    0.0
                1  softmax                  60.0    24.0  15.6    0.4
                ─────────────────────────────────────────────────────
                   all layers               70.6    17.6  11.6    0.1

                """))
    }

    @Test("The full report shows functions with their calls, their waits and their place")
    func functionTables() {
        #expect(
            Text.full(sample).contains(
                """
                main                                      1      48,000    4.8    999,000         -    999,000         -

                """))
        #expect(
            Text.full(sample).contains(
                """

                main                                       120        30,000          1.60  \
                -                                main.c:10

                """))
    }

    @Test("The full report shows interrupts")
    func interrupts() {
        #expect(
            Text.full(sample).contains(
                """

                 #  Interrupt       count  cycles    %  longest  min latency  max latency  stack (B)
                15  SysTick            10   1,240  0.1      124           12           19         32
                ────────────────────────────────────────────────────────────────────────────────────
                    all interrupts     10   1,240  0.1

                """))
    }

    @Test("The full report shows memory by region, section, symbol and stack, against the chip's sizes")
    func memory() {
        #expect(
            Text.full(sample).contains(
                """

                Memory           base   size (B)  static (B)     %  touched (B)     %
                flash      0x08000000  1,048,576      92,344   8.8       60,000   5.7
                CCM        0x10000000     65,536           0   0.0            0   0.0
                SRAM1      0x20000000    114,688      40,120  35.0       30,000  26.2
                ─────────────────────────────────────────────────────────────────────
                all flash              1,048,576      92,344   8.8       60,000   5.7
                all RAM                  180,224      40,120  22.3       30,000  16.6

                Section  flash (B)     %  RAM (B)     %
                .text       92,000   8.8        0   0.0
                .data          344  <0.1      344   0.2
                .bss             0   0.0   39,776  22.1
                ───────────────────────────────────────
                total       92,344   8.8   40,120  22.3

                Largest symbols  section  in      bytes     %
                arena            .bss     RAM    32,768  18.2
                weights_conv_1   .text    flash  23,040   2.2

                Stacks and heap    peak (B)  of (B)     %
                main stack            1,024   4,096  25.0
                idle task               200       -     -
                interrupt SysTick        32       -     -
                heap                    512       -     -

                Main stack at its peak
                Reset_Handler
                  main
                    softmax_s8

                """))
    }

    @Test("A run that did nothing and knows nothing is shown without inf, nan or empty tables")
    func empty() {
        var profile = sample
        profile.totals = .init(cycles: 0, instructions: 0, seconds: 0, causes: CauseVector())
        profile.target.model.measuredError = nil
        profile.target.model.assumedConstants = 0
        profile.clock = .init(hertz: 16e6, waitStates: nil, caches: "")
        profile.outcome = .fault(description: "HardFault at 0x08000100\nMMFAR 0x00000000")
        profile.layers = []
        profile.functions = []
        profile.interrupts = []
        profile.memory = MemoryProfile()
        profile.notices = []
        profile.warnings = []
        let expected = """
            Outcome       ended in a fault: HardFault at 0x08000100
                          MMFAR 0x00000000
            Cycles        0
            Time          0.000 µs at 16 MHz
            Instructions  0

            """
        let head = "kws.elf on stm32f4, Cortex-M4F, 16 MHz, model cortex-m4 1.0 (error never measured)\n"
        #expect(Text.summary(profile) == head + "\n" + expected)
        #expect(Text.full(profile).hasSuffix("\n" + expected))
    }

    @Test("A clock that changed on the way is said, because the time is not cycles over clock")
    func changedClock() {
        var profile = sample
        profile.totals.seconds = 0.0073
        #expect(
            Text.summary(profile).contains("Time          7.300 ms (the clock changed on the way; 168 MHz at the end)"))
    }

    @Test("The ten dearest functions are shown, the others are summed up")
    func manyFunctions() {
        var profile = sample
        profile.functions = (0..<12).map { number in
            FunctionProfile(
                name: "f\(number)", address: UInt64(number), size: 2, calls: 1, selfCycles: 1000 * (number + 1),
                inclusiveCycles: 1, instructions: 1, causes: causes(issue: 1000 * (number + 1)))
        }
        let summary = Text.summary(profile)
        let rows = summary.split(separator: "\n").map { $0.split(separator: " ") }
        // 1,000 + 2,000 are not shown; 1,000,000 - 78,000 ran in no function.
        #expect(rows.contains(["(2", "more)", "3,000", "0.3"]))
        #expect(rows.contains(["outside", "any", "function", "922,000", "92.2"]))
        #expect(!summary.contains("f1 "))
    }

    @Test("Names from the firmware cannot write to the terminal")
    func hostileNames() {
        var profile = sample
        profile.firmware.file = "\u{1B}]0;x\u{7}.elf"
        profile.layers[0].name = "\u{1B}[2J"
        profile.functions[0].name = "a\r\nb"
        profile.memory.peakCallChain = ["\u{9B}31m"]
        profile.warnings = ["\u{8}"]
        profile.outcome = .waiting(description: "\u{1B}c")
        let text = Text.full(profile) + Text.summary(profile)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }

    @Test("Colour adds only marks around headings, and no letters")
    func colour() {
        let coloured = Text.full(sample, style: .ansi)
        #expect(coloured.hasPrefix("\u{1B}[1mkws.elf on stm32f4"))
        var plain = coloured
        for mark in ["\u{1B}[1m", "\u{1B}[2m", "\u{1B}[0m"] { plain = plain.split(separator: mark).joined() }
        #expect(plain == Text.full(sample))
    }

    @Test("Lines fit 120 columns and carry no trailing spaces, with numbers of a long run")
    func width() {
        var profile = sample
        profile.totals.cycles *= 10_000
        for index in profile.functions.indices {
            profile.functions[index].selfCycles *= 1000
            profile.functions[index].inclusiveCycles *= 1000
            profile.functions[index].minCycles = 100_000_000
            profile.functions[index].maxCycles = 100_000_000
        }
        for index in profile.layers.indices {
            profile.layers[index].cycles *= 1000
            profile.layers[index].macs = 1_000_000_000
            profile.layers[index].name = String(repeating: "long_name_", count: 10)
        }
        for line in Text.full(profile).split(separator: "\n") {
            #expect(line.count <= 120 && !line.hasSuffix(" "), "\(line)")
        }
    }

    @Test("The comparison shows what changed, largest first, and counts what did not")
    func comparison() {
        var other = sample
        other.firmware.sha256 = "another"
        other.totals.cycles += 5_000
        other.totals.causes.issue += 5_000
        other.layers[1].cycles += 5_000
        other.layers[0].name = "conv_2"
        other.functions[2].selfCycles += 5_000
        #expect(
            Text.comparison(Comparison(old: sample, new: other)) == """
                Note: the firmware kws.elf changed

                Total               old        new  change     %
                cycles        1,000,000  1,005,000  +5,000  +0.5
                instructions    640,000    640,000       0   0.0
                time (ms)         5.952      5.952   0.000   0.0

                Cycles by cause      old      new  change     %
                issue            700,000  705,000  +5,000  +0.7
                (5 unchanged)

                Layer, cycles      old      new    change     %
                conv_2               -  600,000  +600,000     -
                conv_1         600,000        -  -600,000     -
                softmax        250,000  255,000    +5,000  +2.0

                Function, own cycles      old      new  change     %
                softmax_s8            250,000  255,000  +5,000  +2.0
                (3 unchanged)

                Memory, bytes  old  new  change  %
                (5 unchanged)

                """)
    }
}
