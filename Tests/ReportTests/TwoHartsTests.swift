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

    /// Hart 1 is awake for 200 of 1,000 cycles, in 150 instructions: 1.33 cycles each.
    @Test("Each core has a line with what it did")
    func coresTable() {
        #expect(
            Text.cores(twoHarts, .plain).map { $0.split(separator: " ").joined(separator: " ") } == [
                "Core cycles instructions cycles/instr working % (on memory) % spinning % asleep %",
                "hart 0 1,000 900 1.11 1,000 100.0 100 10.0 0 0.0 0 0.0",
                "hart 1 1,000 150 1.33 200 20.0 0 0.0 0 0.0 800 80.0",
            ])
    }

    /// Of 1,200 cycles of work 1,100 are issue: 91.7 %. Hart 1 slept for 800.
    @Test("The shares of causes are of the work; what harts wait for each other stands apart")
    func work() {
        var spinning = twoHarts
        spinning.totals.causes.sleep = 500
        spinning.totals.causes.spin = 300
        let lines = Text.causes(spinning, .plain).map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines[1...2] == ["issue 1,100 91.7", "uncached data 100 8.3"])
        #expect(lines[4...] == ["work of all cores 1,200 100.0", "spinning 300", "sleep 500", "all cores 2,000"])
        #expect(Text.facts(twoHarts, .plain).contains("Instructions  1,050 on all cores"))
        #expect(Text.facts(twoHarts, .plain).contains("Spent on      issue 91.7 %, uncached data 8.3 %"))
    }

    @Test("Functions are sorted by their work, and the table ends with what leads to the whole run")
    func functions() {
        var spinning = twoHarts
        spinning.functions[0].causes.issue -= 250
        spinning.functions[0].causes.spin = 250
        let lines = Text.topFunctions(spinning, .plain).map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines[1].hasPrefix("spin 3 50 4.2 300"))
        #expect(lines.contains("work of all cores 1,200 100.0"))
        #expect(lines.suffix(2) == ["sleep 800", "all cores 2,000"])
    }

    /// 6,912 multiply-accumulates in 800 cycles are 8.64 a cycle, 1.5 % of 576.
    @Test("Each layer of the accelerator has a line with where its cycles went, and the columns are explained")
    func acceleratorTable() {
        let lines = Text.accelerators(twoHarts, .plain)
        #expect(lines.count == 6)
        #expect(
            lines[1].split(separator: " ").map(String.init) == [
                "0", "3x3", "3->4", "8x8", "max2", "800", "500", "100", "50", "120", "30", "60", "6,912", "8.6", "576",
                "1.5",
            ])
        #expect(lines[3].hasSuffix(" 1.5"))
        #expect(lines[2].count == lines.prefix(4).map(\.count).max())
        #expect(lines[4].contains("sum of the five") && lines[5].contains("peak"))
    }

    /// Main memory: 40,120 bytes are static, the heap took 512, and of the stacks those that lie beside: 300.
    @Test("Main memory and AI memory have rows of their own, with their peaks")
    func memories() {
        var profile = twoHarts
        profile.memory.regions[profile.memory.regions.count - 1].accelerator = "KPU"
        profile.memory.mainStack = .init(name: "stack of hart 0", peakBytes: 300, isStatic: false)
        profile.memory.processStacks = [.init(name: "stack of hart 1", peakBytes: 50, isStatic: true)]
        #expect(profile.memory.main.peakBytes == 40_120 + 512 + 300)
        let facts = Text.facts(profile, .plain)
        // An allocator of the firmware's own: 5,000 bytes beside what is static are more than heap and stacks.
        var unknown = profile
        unknown.memory.regions[unknown.memory.regions.count - 2].touchedBesideStaticBytes = 5_000
        #expect(unknown.memory.main.peakBytes == 40_120 + 5_000)
        #expect(facts.contains { $0.hasPrefix("Main memory   40,120 static, 40,932 at its peak") })
        #expect(facts.contains("AI memory     4,096 at its peak, 5,000 touched, of 2,097,152 B"))
        #expect(facts.contains("Stack peak    50 B, stack of hart 1"))
    }

    @Test("A chip without flash has no word about flash")
    func noFlash() {
        var profile = twoHarts
        profile.memory.regions.removeAll { $0.kind == .flash }
        let text = Text.full(profile)
        #expect(!text.contains("flash (B)") && !text.contains("\nFlash ") && text.contains("RAM (B)"))
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
