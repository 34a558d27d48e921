import Profile
import Testing

@testable import Report

@Suite("The report of a run on several cores, with an accelerator")
struct TwoHartsTests {
    @Test("It contradicts itself nowhere, and is read as it was written")
    func roundTrip() throws {
        #expect(twoHarts.contradictions() == [])
        #expect(try JSON.decode(JSON.encode(twoHarts).utf8) == twoHarts)
    }

    @Test("A chip with one core has no word about cores in its JSON")
    func oneCore() throws {
        let text = try JSON.encode(sample)
        #expect(!text.contains("cores") && !text.contains("accelerator") && !text.contains("peakBytes\" : null"))
    }

    /// 100 of 1,000 cycles at 100 MHz are 1 us; 800 are 8 us.
    @Test("Each core has a line with what it did")
    func coresTable() {
        #expect(
            Text.cores(twoHarts, .plain) == [
                "Core    cycles  instructions  cycles/instr  asleep (ms)     %  waiting (ms)     %",
                "hart 0   1,000           900          1.11        0.000   0.0         0.001  10.0",
                "hart 1   1,000           150          6.67        0.008  80.0         0.000   0.0",
            ])
    }

    /// 6,912 multiply-accumulates in 800 cycles are 8.64 a cycle, 1.5 % of 576.
    @Test("Each layer of the accelerator has a line with where its cycles went")
    func acceleratorTable() {
        let lines = Text.accelerators(twoHarts, .plain)
        #expect(lines.count == 4)
        #expect(
            lines[1].split(separator: " ").map(String.init) == [
                "0", "3x3", "3->4", "8x8", "max2", "800", "6,912", "8.6", "576", "1.5", "500", "100", "50", "60", "120",
                "30",
            ])
    }

    @Test("A function that several cores ran is split")
    func shares() {
        let lines = Text.sharedFunctions(twoHarts, most: 10, .plain)
        #expect(lines.last?.split(separator: " ").map(String.init) == ["spin", "1", "100", "2", "200"])
        #expect(
            CSV.rows(twoHarts, .shares) == [
                ["spin", "hart 0", "1", "100", "80"], ["spin", "hart 1", "2", "200", "120"],
            ])
    }

    @Test("What cannot be true is said")
    func contradictions() {
        var profile = twoHarts
        profile.cores?[0].causes.issue += 1
        profile.layers[0].accelerator?.waitingCycles += 1
        profile.functions[0].cores?[0].selfCycles += 1
        #expect(
            profile.contradictions() == [
                "hart 0 has 1000 cycles, but their causes sum to 1001",
                "layer KPU 3x3 3->4 8x8 has 800 cycles of the KPU, but their parts sum to 801",
                "function spin has other cycles than its cores together",
            ])
    }

    @Test("A comparison tells what changed on each core")
    func comparison() {
        var slower = twoHarts
        slower.cores?[1].instructions = 250
        let deltas = Comparison(old: twoHarts, new: slower).cores
        #expect(deltas.first == .init(name: "hart 1, instructions", old: 150, new: 250))
    }
}
