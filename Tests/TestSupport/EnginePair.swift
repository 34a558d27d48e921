import Engine
import Foundation
import Machine
import Profile

/// A machine of which two are run in lock-step, one with each engine; whatever its architecture.
public protocol EngineSubject: AnyObject {
    var chip: Chip { get }
    var cpu: any CPU { get }
    /// All that a program could find out beside what is in memory; as many numbers as there are names.
    var visible: [UInt64] { get }
    static var names: [String] { get }
}

/// How a run is cut into pieces.
public enum Cut: String, CaseIterable, Sendable {
    /// One piece.
    case whole
    /// Pieces of random lengths.
    case slices
    /// Pieces and single instructions in turn.
    case mixed
    /// Pieces, between which accounts are closed, marks changed, and addresses observed.
    case watched
}

/// Two machines that differ in their engine only, and are always run in the same pieces.
public final class EnginePair<Subject: EngineSubject> {
    public let interpreted: Subject
    public let translated: Subject
    private let expectedJournals: [RunRecorder]
    private let journals: [RunRecorder]

    /// - Parameter make: makes one of the machines; the same each time.
    public init(_ make: () throws -> Subject) rethrows {
        interpreted = try make()
        translated = try make()
        expectedJournals = interpreted.cpu.cores.map { RunRecorder($0) }
        journals = translated.cpu.cores.map { RunRecorder($0) }
        #if arch(x86_64)
        precondition(translated.cpu.translate(after: 2), "this host gives no executable memory")
        #endif
    }

    /// Runs both to a cycle, and compares them behind each piece.
    ///
    /// - Parameters:
    ///   - places: addresses of which some are observed.
    ///   - patience: no more pieces than these.
    /// - Returns: what differs; `nil` if nothing does.
    public func run(
        _ cut: Cut, _ random: inout SplitMix, until limit: Cycles, observing places: Range<UInt32>, patience: Int = 4000
    ) -> String? {
        let stops = random.one(in: 3)
        for recorder in expectedJournals + journals { recorder.meddles = cut == .watched }
        for machine in both { machine.cpu.stopsAtEndlessLoops = stops }
        for _ in 0..<patience where interpreted.cpu.now < limit {
            let ending: Ending
            let actual: Ending
            if cut == .mixed, random.one(in: 2) {
                (ending, actual) = steps(Int(random.below(12)))
            } else {
                let length = random.one(in: 4) ? random.below(1200) : random.below(80)
                let end = cut == .whole ? limit : min(limit, interpreted.cpu.now + 1 + Int(length))
                ending = interpreted.cpu.run(until: end)
                actual = translated.cpu.run(until: end)
            }
            if ending != actual { return "\(actual), expected \(ending)" }
            if let difference { return difference }
            guard ending == .limit else {
                // Where the last instruction was is said of runs that end by themselves.
                let (expected, actual) = (interpreted.cpu.cores.map(\.currentPC), translated.cpu.cores.map(\.currentPC))
                if expected != actual { return "ended at \(actual), expected \(expected)" }
                break
            }
            if interpreted.cpu.isAtStandstill != translated.cpu.isAtStandstill { return "a standstill, or not" }
            if stops, interpreted.cpu.isAtStandstill { break }
            if cut == .watched { watch(&random, places) }
        }
        close()
        return difference
            ?? zip(journals, expectedJournals).lazy.compactMap { $0.accounts.difference(from: $1.accounts) }.first
    }

    /// Runs both for some cycles.
    ///
    /// - Returns: what differs; `nil` if nothing does.
    public func run(for cycles: Cycles) -> String? {
        let end = interpreted.cpu.now + cycles
        let (ending, actual) = (interpreted.cpu.run(until: end), translated.cpu.run(until: end))
        return ending == actual ? difference : "\(actual), expected \(ending)"
    }

    public var both: [Subject] { [interpreted, translated] }

    private func steps(_ count: Int) -> (Ending, Ending) {
        for _ in 0..<count {
            let (expected, actual) = (interpreted.cpu.executeOne(), translated.cpu.executeOne())
            if expected != .limit || actual != .limit { return (expected, actual) }
        }
        return (.limit, .limit)
    }

    private func watch(_ random: inout SplitMix, _ places: Range<UInt32>) {
        switch random.below(8) {
        case 0: close()
        case 1:
            let mark = UInt8(1 + random.below(255))
            for cpu in [interpreted.cpu, translated.cpu] { for core in cpu.cores { core.touchMark = mark } }
        case 2:
            let address = places.lowerBound + random.below(UInt32(places.count)) & ~1
            for cpu in [interpreted.cpu, translated.cpu] { for core in cpu.cores { core.observe([address]) } }
        case 3:
            for cpu in [interpreted.cpu, translated.cpu] { for core in cpu.cores { core.stackLow = core.stackPointer } }
        default: break
        }
    }

    private func close() {
        for recorder in expectedJournals + journals { recorder.close() }
    }

    /// What differs by now.
    private var difference: String? {
        guard interpreted.cpu.now == translated.cpu.now else {
            return "cycle \(translated.cpu.now), expected \(interpreted.cpu.now)"
        }
        let (expected, actual) = (interpreted.visible, translated.visible)
        if expected != actual {
            let lines = zip(Subject.names, zip(actual, expected)).compactMap { name, values in
                values.0 == values.1 ? nil : "\(name) \(hex(values.0)), expected \(hex(values.1))"
            }
            return "cycle \(interpreted.cpu.now): " + lines.joined(separator: "; ")
        }
        for (ours, theirs) in zip(translated.chip.bus.memories, interpreted.chip.bus.memories) {
            if memcmp(ours.bytes, theirs.bytes, ours.size) != 0 { return place(ours.bytes, theirs.bytes, ours) }
            if memcmp(ours.marks, theirs.marks, ours.size) != 0 {
                return "mark " + place(UnsafeRawPointer(ours.marks), UnsafeRawPointer(theirs.marks), ours)
            }
        }
        if translated.chip.notices.all != interpreted.chip.notices.all { return "notices" }
        for (ours, theirs) in zip(journals, expectedJournals) where ours.events != theirs.events {
            let index = zip(ours.events, theirs.events).enumerated().first { $1.0 != $1.1 }?.offset
            let at = index ?? min(ours.events.count, theirs.events.count)
            return "journal entry \(at): \(ours.text(at)), expected \(theirs.text(at))"
        }
        // Both are the same up to here.
        for recorder in journals + expectedJournals { recorder.events.removeAll(keepingCapacity: true) }
        return nil
    }

    private func place(_ ours: UnsafeRawPointer, _ theirs: UnsafeRawPointer, _ memory: Memory) -> String {
        let offset = (0..<memory.size).first { (ours + $0).load(as: UInt8.self) != (theirs + $0).load(as: UInt8.self) }
        guard let offset else { return "" }
        let (actual, expected) = ((ours + offset).load(as: UInt8.self), (theirs + offset).load(as: UInt8.self))
        return "\(memory.name) [\(hex(memory.base + UInt32(offset)))] \(hex(actual)), expected \(hex(expected))"
    }
}
