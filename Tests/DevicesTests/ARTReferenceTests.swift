import Machine
import TestSupport
import Testing

@testable import Devices

/// The accelerator as its description reads: lists of lines, asked at every access.
private struct PlainART {
    var timing = FlashTiming()
    /// The least recently used line first.
    var instructions: [Int] = []
    var data: [Int] = []
    var current = -1
    var ahead = -1
    var aheadReady = 0
    var free = 0
    let lines: Int

    mutating func fetchDelay(_ plan: FetchPlan, at now: Cycles) -> Int {
        var delay = 0
        for index in plan.cyclesToLine.indices {
            let line = Int(plan.firstLine) + index
            let request = now + delay + plan.cyclesToRequest[index]
            let ready = fetch(line, at: request)
            delay += max(0, ready - (now + delay + plan.cyclesToLine[index]))
            guard timing.prefetch, line + 1 < lines, line + 1 != ahead else { continue }
            if timing.instructionCache, instructions.contains(line + 1) { continue }
            ahead = line + 1
            aheadReady = max(ready + 1, free) + timing.waitStates
            free = aheadReady + 1
        }
        return delay
    }

    private mutating func fetch(_ line: Int, at request: Cycles) -> Cycles {
        defer { current = line }
        if timing.instructionCache, let place = instructions.firstIndex(of: line) {
            instructions.append(instructions.remove(at: place))
            return request
        }
        if line == current { return request }
        var ready = request
        if line == ahead {
            ready = max(request, aheadReady)
            ahead = -1
        } else {
            ready = max(request, free) + timing.waitStates
            free = ready + 1
        }
        if timing.instructionCache {
            if instructions.count == 64 { instructions.removeFirst() }
            instructions.append(line)
        }
        return ready
    }

    mutating func readDelay(_ line: Int, at now: Cycles) -> Int {
        if timing.dataCache, let place = data.firstIndex(of: line) {
            data.append(data.remove(at: place))
            return 0
        }
        let ready = max(now + 2, free) + timing.waitStates
        free = ready + 1
        if timing.dataCache {
            if data.count == 8 { data.removeFirst() }
            data.append(line)
        }
        return ready - (now + 2)
    }
}

/// Random code and data: what a core notes by itself comes to the same as asking every time.
@Suite struct ARTReferenceTests {
    private static let lines = 300

    @Test(arguments: 0..<60) func notingComesToTheSameAsAsking(index: Int) {
        var random = SplitMix(name: "ART", index: index)
        let art = ART(base: 0, size: 16 * Self.lines)
        var plain = PlainART(lines: Self.lines)
        // A few stretches of code, in fewer or more lines than the cache has.
        let reach = [20, 60, 70, 300][index % 4]
        let plans = (0..<(5 + Int(random.below(60)))).map { _ in Self.plan(&random, reach) }
        var loop: [FetchPlan] = []
        var last: FetchPlan?
        var now = 0
        var noted = 0
        Self.change(&random, art, &plain)
        for step in 0..<4000 {
            now += 1 + Int(random.below(random.one(in: 3) ? 200 : 12))
            switch random.below(200) {
            case 0: Self.change(&random, art, &plain)
            case 1:
                let (instructions, data) = (random.one(in: 2), random.one(in: 2))
                art.emptyCaches(instructions: instructions, data: data)
                if instructions { (plain.instructions, plain.current, plain.ahead) = ([], -1, -1) }
                if data { plain.data = [] }
                last = nil
            case 2:
                art.hold(until: now + 50)
                plain.free = max(plain.free, now + 50)
            case 3..<40:
                let line = random.one(in: 3) ? random.below(UInt32(Self.lines)) : random.below(12)
                #expect(art.readDelay(16 * line + random.below(16), at: now) == plain.readDelay(Int(line), at: now))
            default:
                if loop.isEmpty || random.one(in: 60) {
                    loop = (0..<(1 + Int(random.below(12)))).map { _ in random.element(of: plans) }
                }
                let plan = random.one(in: 20) ? random.element(of: plans) : loop[step % loop.count]
                let expected = plain.fetchDelay(plan, at: now)
                guard plan.use.pointee.isQuiet else {
                    #expect(art.fetchDelay(plan, at: now) == expected, "step \(step) of #\(index)")
                    last = plan
                    continue
                }
                #expect(expected == 0)
                noted += 1
                // The same again need not even be noted.
                if last !== plan || random.one(in: 2) { plan.use.pointee.end = now + plan.cycles }
                last = plan
            }
        }
        #expect(noted > 100)
    }

    private static func plan(_ random: inout SplitMix, _ reach: Int) -> FetchPlan {
        let first = Int(random.below(UInt32(reach)))
        let count = min(1 + Int(random.below(random.one(in: 6) ? 20 : 4)), lines - first)
        var cycles = [0]
        for _ in 1..<max(count, 1) + 1 { cycles.append(cycles[cycles.count - 1] + Int(random.below(12))) }
        return FetchPlan(
            firstLine: UInt32(first), cyclesToLine: Array(cycles.prefix(count)),
            cyclesToRequest: cycles.prefix(count).map { max(0, $0 - Int(random.below(4))) },
            cycles: cycles[count] + 1 + Int(random.below(40)))
    }

    private static func change(_ random: inout SplitMix, _ art: ART, _ plain: inout PlainART) {
        let timing = FlashTiming(
            waitStates: 1 + Int(random.below(7)), prefetch: !random.one(in: 4), instructionCache: !random.one(in: 4),
            dataCache: !random.one(in: 4))
        if timing != plain.timing { plain.ahead = -1 }
        plain.timing = timing
        art.timing = timing
    }
}
