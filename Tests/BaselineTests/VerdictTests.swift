import Profile
import Testing

@testable import Baseline

/// Compares the golden run with a changed one.
private func verdict(
    tolerance: Tolerance = .exact, _ change: (inout RunProfile) -> Void
) throws -> Verdict {
    compare(try Golden(run()), run(change), tolerance: tolerance)
}

@Suite("Verdicts")
struct VerdictTests {
    @Test("The same run passes with nothing to say")
    func same() throws {
        let verdict = try verdict { _ in }
        #expect(verdict.passed && verdict.messages.isEmpty)
    }

    @Test("One cycle more fails when numbers are exact")
    func slower() throws {
        let verdict = try verdict {
            $0.totals.cycles += 1
            $0.layers[0].cycles += 1
        }
        #expect(!verdict.passed)
        #expect(
            verdict.messages == [
                "slower: the run took 1,000 cycles, now 1,001 (1 more, 0.10 %)",
                "slower: conv took 600 cycles, now 601 (1 more, 0.17 %)",
            ])
    }

    @Test("One cycle fewer fails too when numbers are exact, and says how to keep it")
    func faster() throws {
        let verdict = try verdict { $0.totals.cycles -= 1 }
        #expect(!verdict.passed)
        #expect(
            verdict.messages == [
                "faster: the run took 1,000 cycles, now 999 (1 fewer, 0.10 %): run again with --accept to keep it"
            ])
    }

    @Test("Within the tolerance slower passes with a note; beyond, the layer at fault is named first")
    func tolerance() throws {
        // 600 + 2 % = 612; 1,000 + 2 % = 1,020.
        let within = try verdict(tolerance: Tolerance("2%")) { $0.layers[0].cycles = 612 }
        #expect(within.passed)
        #expect(within.messages == ["slower: conv took 600 cycles, now 612 (12 more, 2.00 %)"])
        let beyond = try verdict(tolerance: Tolerance("2%")) {
            $0.totals.cycles = 1013
            $0.layers[0].cycles = 613
        }
        #expect(!beyond.passed)
        #expect(
            beyond.messages == [
                "slower: conv took 600 cycles, now 613 (13 more, 2.17 %)",
                "slower: the run took 1,000 cycles, now 1,013 (13 more, 1.30 %)",
            ])
    }

    @Test("With a tolerance, faster passes by any amount and is noted")
    func fasterTolerated() throws {
        let verdict = try verdict(tolerance: Tolerance("2%")) { $0.totals.cycles = 500 }
        #expect(verdict.passed)
        #expect(verdict.messages == ["faster: the run took 1,000 cycles, now 500 (500 fewer, 50.00 %)"])
    }

    @Test("Firmware changed, model changed and slower are three different messages, in this order: model, firmware")
    func three() throws {
        let verdict = try verdict {
            $0.firmware.sha256 = "bb22"
            $0.target.model.version = "1.1"
            $0.totals.cycles = 1100
        }
        #expect(!verdict.passed)
        #expect(
            verdict.messages == [
                "model changed: the golden numbers are from cortex-m4 1.0, this run is from cortex-m4 1.1: "
                    + "if the numbers are right, run again with --accept",
                "firmware changed: the file is not the one that the golden numbers are for: "
                    + "if the numbers are right, run again with --accept",
                "slower: the run took 1,000 cycles, now 1,100 (100 more, 10.00 %)",
            ])
    }

    @Test("With a tolerance another compiler's firmware passes if its numbers do")
    func otherFirmware() throws {
        let verdict = try verdict(tolerance: Tolerance("2%")) {
            $0.firmware.sha256 = "bb22"
            $0.totals.instructions = 700
        }
        #expect(verdict.passed)
        #expect(verdict.judged.map(\.finding) == [.firmwareChanged, .instructionsChanged(golden: 800, run: 700)])
    }

    @Test("New, vanished and reordered layers fail whatever the tolerance")
    func layers() throws {
        let renamed = try verdict(tolerance: Tolerance("100%")) { $0.layers[0].name = "conv_2" }
        #expect(!renamed.passed)
        #expect(
            renamed.messages == [
                "new layer: conv_2 takes 600 cycles and has no golden number",
                "vanished layer: conv took 600 cycles and is not there any more",
            ])
        let reordered = try verdict(tolerance: Tolerance("100%")) { $0.layers.reverse() }
        #expect(!reordered.passed)
        #expect(reordered.judged.map(\.finding) == [.layersReordered])
    }

    @Test("Layers of the same name are told apart by their order")
    func sameName() throws {
        let twice = run { $0.layers = [$0.layers[0], $0.layers[1], $0.layers[0]] }
        var later = twice
        later.layers[2].cycles = 700
        let verdict = compare(try Golden(twice), later)
        #expect(verdict.judged.map(\.finding) == [.slower(layer: "conv", golden: 600, run: 700)])
    }

    @Test("Another exit code, another end and other output fail whatever the tolerance")
    func ending() throws {
        let tolerance = try Tolerance("100%")
        let code = try verdict(tolerance: tolerance) { $0.outcome = .exited(code: 3) }
        #expect(!code.passed && code.messages == ["exit code changed: 0 before, 3 now"])
        let end = try verdict(tolerance: tolerance) { $0.outcome = .fault(description: "HardFault") }
        #expect(!end.passed && end.messages == ["outcome changed: an exit before, a fault now"])
        let stopped = try verdict(tolerance: tolerance) { $0.outcome = .interrupted() }
        #expect(!stopped.passed)
        let output = try verdict(tolerance: tolerance) { $0.console?.sha256 = "dd44" }
        #expect(!output.passed)
        #expect(output.messages == ["output changed: 12 bytes before, 12 bytes now, with other content"])
    }

    @Test("Work that changed fails whatever the tolerance")
    func macs() throws {
        let verdict = try verdict(tolerance: Tolerance("100%")) { $0.layers[0].macs = nil }
        #expect(!verdict.passed)
        #expect(verdict.messages == ["work changed: conv had 300 multiply-accumulates, now -"])
    }

    @Test("Memory that grew fails beyond the tolerance; memory that shrank is to be accepted")
    func memory() throws {
        let grew: (inout RunProfile) -> Void = {
            $0.memory.regions[0].staticBytes = 5100
            $0.memory.mainStack?.peakBytes = 264
        }
        let exact = try verdict(grew)
        #expect(!exact.passed)
        #expect(
            exact.messages == [
                "memory grew: flash took 5,000 bytes, now 5,100 (100 more, 2.00 %)",
                "memory grew: the main stack took 256 bytes, now 264 (8 more, 3.13 %)",
            ])
        #expect(try verdict(tolerance: Tolerance("4%"), grew).passed)
        #expect(try !verdict(tolerance: Tolerance("3%"), grew).passed)
        let shrank = try verdict { $0.memory.regions[1].staticBytes = 1000 }
        #expect(!shrank.passed)
        #expect(
            shrank.messages == [
                "memory shrank: static RAM took 2,000 bytes, now 1,000 (1,000 fewer, 50.00 %): "
                    + "run again with --accept to keep it"
            ])
    }

    @Test("Golden numbers of another target are not compared at all")
    func target() throws {
        let verdict = try verdict(tolerance: Tolerance("100%")) {
            $0.target.name = "k210"
            $0.totals.cycles = 1
        }
        #expect(!verdict.passed)
        #expect(verdict.messages == ["target changed: the golden numbers are for stm32f4, this run was on k210"])
    }

    @Test("Names from a golden file cannot write to the terminal")
    func hostileNames() throws {
        let verdict = try verdict { $0.layers[0].name = "\u{1B}[2J\n" }
        #expect(verdict.messages.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
    }
}
