import Profile
import TestSupport
import Testing

@testable import Report

@Suite("Profiles that somebody else wrote")
struct HostileTests {
    @Test("A profile with flipped bytes is refused or reported, and never traps")
    func flippedBytes() throws {
        var random = SplitMix(seed: 1)
        let good = Array(try JSON.encode(sample).utf8)
        var read = 0
        for _ in 0..<400 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
            }
            guard let profile = try? JSON.decode(bytes) else { continue }
            read += 1
            #expect(!Text.full(profile).isEmpty)
            #expect(!Text.comparison(Comparison(old: sample, new: profile)).isEmpty)
        }
        #expect(read > 0)
    }

    @Test("Numbers at their limits are reported without a trap", arguments: [Int.max, Int.min, -1, 0])
    func limits(number: Int) {
        var profile = sample
        profile.totals = .init(
            cycles: number, instructions: number, seconds: Double(number) * 1e300, causes: CauseVector { _ in number })
        profile.clock = .init(hertz: .nan, waitStates: number, caches: "")
        profile.target.model.assumedConstants = number
        for index in profile.layers.indices {
            profile.layers[index].index = number
            profile.layers[index].cycles = number
            profile.layers[index].interruptCycles = number
            profile.layers[index].instructions = number
            profile.layers[index].macs = number
            profile.layers[index].seconds = -.infinity
            profile.layers[index].clockHz = .infinity
            profile.layers[index].causes = CauseVector { _ in number }
        }
        for index in profile.functions.indices {
            profile.functions[index].calls = number
            profile.functions[index].address = .max
            profile.functions[index].selfCycles = number
            profile.functions[index].inclusiveCycles = number
            profile.functions[index].causes = CauseVector { _ in number }
        }
        for index in profile.memory.regions.indices {
            profile.memory.regions[index].size = number
            profile.memory.regions[index].staticBytes = number
            profile.memory.regions[index].touchedBytes = number
        }
        for index in profile.memory.sections.indices { profile.memory.sections[index].flashBytes = number }
        profile.memory.mainStack = .init(name: "", peakBytes: number, reservedBytes: number)
        profile.interrupts += profile.interrupts
        for index in profile.interrupts.indices {
            profile.interrupts[index].count = number
            profile.interrupts[index].cycles = number
        }
        let text =
            Text.full(profile) + Text.summary(profile)
            + Text.comparison(Comparison(old: sample, new: profile))
        #expect(!text.contains("inf ") && !text.contains("nan"))
        for table in CSV.Table.allCases { #expect(!CSV.encode(profile, table).isEmpty) }
        #expect(!profile.contradictions().isEmpty)
    }
}
