import Profile

extension Text {
    /// What ran on what, and how far the numbers can be believed.
    static func head(_ profile: RunProfile, _ style: Style) -> [String] {
        let target = profile.target
        let trust =
            [target.model.measuredError ?? "error never measured"]
            + (target.model.assumedConstants > 0 ? ["\(Numeral.grouped(target.model.assumedConstants)) assumed"] : [])
        let pieces =
            ["\(profile.firmware.file) on \(target.name)", target.core] + profile.clock.parts
            + ["model \(target.model.title) (\(trust.joined(separator: "; ")))"]
        return wrapped(pieces, indent: "  ").map(style.bold)
    }

    static func sources(_ profile: RunProfile) -> [String] {
        let target = profile.target
        var lines = [
            fact("Chip", target.chip),
            fact("Firmware", "\(profile.firmware.file), sha256 \(profile.firmware.sha256)"),
            fact("Simulator", "\(profile.tool.name) \(profile.tool.version)"),
        ]
        for (position, source) in target.model.sources.enumerated() {
            lines.append(fact(position == 0 ? "Timing from" : "", source))
        }
        return [""] + lines
    }

    /// How it ended and what it cost.
    static func facts(_ profile: RunProfile, _ style: Style) -> [String] {
        let totals = profile.totals
        let outcome = profile.outcome.clause
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        var lines = outcome.enumerated().map { fact($0.offset == 0 ? "Outcome" : "", $0.element) }
        lines.append(fact("Cycles", Numeral.grouped(totals.cycles)))
        lines.append(fact("Time", "\(Numeral.duration(totals.seconds)) \(clockRemark(profile))"))
        lines.append(fact("Instructions", Numeral.grouped(totals.instructions) + eachInstruction(profile)))
        let shares = causesOfWork(profile).map { cause in
            "\(cause.label) \(Numeral.percent(totals.causes[cause], of: cyclesOfWork(profile))) %"
        }
        if !shares.isEmpty {
            lines += wrapped(shares, firstIndent: fact("Spent on", ""), indent: fact("", ""))
        }
        return lines + memoryFacts(profile.memory)
    }

    /// What one took; of several cores, which have other things to do than to execute, the table of cores says it.
    private static func eachInstruction(_ profile: RunProfile) -> String {
        guard profile.cores == nil else { return " on all cores" }
        let each = ratio(profile.totals.cycles, profile.totals.instructions)
        return each.map { " (\(Numeral.fixed($0, places: 2)) cycles each)" } ?? ""
    }

    /// The cycles that the shares of causes are of. Of several cores some only wait; that would hide what the others
    /// do.
    static func cyclesOfWork(_ profile: RunProfile) -> Int {
        profile.cores == nil ? profile.totals.cycles : profile.totals.causes.working
    }

    private static func causesOfWork(_ profile: RunProfile) -> [Cause] {
        causesByCycles(profile.totals.causes).filter { profile.cores == nil || ($0 != .sleep && $0 != .spin) }
    }

    /// The part of each cause in the work, and how that leads to the whole run.
    static func causes(_ profile: RunProfile, _ style: Style) -> [String] {
        let totals = profile.totals
        var table = Table([.name("Where the cycles went"), .number("cycles"), .number("%")])
        let work = cyclesOfWork(profile)
        for cause in causesOfWork(profile) {
            let cycles = totals.causes[cause]
            table.rows.append([cause.label, Numeral.grouped(cycles), Numeral.percent(cycles, of: work)])
        }
        guard !table.rows.isEmpty else { return [] }
        table.totals = wholeRun(profile).map { [$0.label, Numeral.grouped($0.cycles), $0.percent] }
        return table.lines(style)
    }

    /// What leads from the cycles of work to those of the run: the rows below a rule.
    static func wholeRun(_ profile: RunProfile) -> [(label: String, cycles: Int, percent: String)] {
        let work = cyclesOfWork(profile)
        let all = Numeral.percent(work, of: work)
        guard profile.cores != nil else { return [("total", work, all)] }
        let causes = profile.totals.causes
        let idle = [Cause.spin, .sleep].filter { causes[$0] > 0 }.map { ($0.label, causes[$0], "") }
        return [("work of all cores", work, all)] + idle
            + (idle.isEmpty ? [] : [("all cores", profile.coreCycles, "")])
    }

    static func notices(_ profile: RunProfile, most: Int, _ style: Style) -> [String] {
        guard !profile.notices.isEmpty else { return [] }
        var table = Table([.name("Touched, but not modelled"), .name("in"), .number("pc"), .number("cycle")])
        for notice in profile.notices.prefix(most) {
            table.rows.append([
                notice.name, notice.function ?? Numeral.unknown, Numeral.address(notice.pc),
                Numeral.grouped(notice.cycle),
            ])
        }
        if profile.notices.count > most {
            table.rows.append(["(\(Numeral.grouped(profile.notices.count - most)) more)"])
        }
        return table.lines(style)
    }

    static func warnings(_ profile: RunProfile, _ style: Style) -> [String] {
        profile.warnings.map { style.bold("Warning:") + " " + $0.printable }
    }

    /// The causes that took any cycles, most first.
    static func causesByCycles(_ causes: CauseVector) -> [Cause] {
        Cause.allCases.filter { causes[$0] > 0 }.sorted { left, right in
            (causes[right], left.index) < (causes[left], right.index)
        }
    }

    /// A label and what it labels; the label may be empty on a line that goes on.
    static func fact(_ label: String, _ text: String) -> String {
        label.padded(to: 14, .left) + text.printable
    }

    private static func clockRemark(_ profile: RunProfile) -> String {
        let clock = Numeral.frequency(profile.clock.hertz)
        let constant = (profile.totals.seconds * profile.clock.hertz - Double(profile.totals.cycles)).magnitude < 1
        return constant ? "at \(clock)" : "(the clock changed on the way; \(clock) at the end)"
    }

    private static func memoryFacts(_ memory: MemoryProfile) -> [String] {
        var lines: [String] = []
        if memory.size(.flash) > 0 {
            lines.append(fact("Flash", used(memory.staticBytes(.flash), of: memory.size(.flash))))
        }
        if memory.regions.contains(where: { $0.accelerator != nil }) {
            lines += roomFacts("Main memory", memory.main) + roomFacts("AI memory", memory.ofAccelerators)
        } else if memory.size(.ram) > 0 {
            lines.append(fact("RAM, static", used(memory.staticBytes(.ram), of: memory.size(.ram))))
        }
        for stack in [memory.mainStack].compactMap({ $0 }) + (memory.hasSeveralStacks ? memory.processStacks : []) {
            let name = memory.hasSeveralStacks ? ", \(stack.name)" : ""
            lines.append(fact("Stack peak", used(stack.peakBytes, of: stack.reservedBytes) + name))
        }
        if let heap = memory.heapPeakBytes {
            lines.append(fact("Heap peak", used(heap, of: nil)))
        }
        return lines
    }

    /// Static, peak and touched of some of the memories.
    private static func roomFacts(_ name: String, _ room: MemoryProfile.Room) -> [String] {
        let parts = [
            room.staticBytes > 0 ? "\(Numeral.grouped(room.staticBytes)) static" : nil,
            room.peakBytes.map { "\(Numeral.grouped($0)) at its peak" },
            "\(Numeral.grouped(room.touchedBytes)) touched",
        ].compactMap { $0 }
        return [fact(name, "\(parts.joined(separator: ", ")), of \(Numeral.grouped(room.size)) B")]
    }

    private static func used(_ bytes: Int, of size: Int?) -> String {
        guard let size else { return "\(Numeral.grouped(bytes)) B" }
        return "\(Numeral.grouped(bytes)) of \(Numeral.grouped(size)) B (\(Numeral.percent(bytes, of: size)) %)"
    }
}
