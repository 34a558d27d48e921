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
        let each =
            ratio(profile.coreCycles, totals.instructions).map { " (\(Numeral.fixed($0, places: 2)) cycles each)" }
            ?? ""
        lines.append(fact("Instructions", Numeral.grouped(totals.instructions) + each))
        let shares = causesByCycles(totals.causes).map { cause in
            "\(cause.label) \(Numeral.percent(totals.causes[cause], of: profile.coreCycles)) %"
        }
        if !shares.isEmpty {
            lines += wrapped(shares, firstIndent: fact("Spent on", ""), indent: fact("", ""))
        }
        return lines + memoryFacts(profile.memory)
    }

    /// The part of each cause in the whole run.
    static func causes(_ profile: RunProfile, _ style: Style) -> [String] {
        let totals = profile.totals
        var table = Table([.name("Where the cycles went"), .number("cycles"), .number("%")])
        for cause in causesByCycles(totals.causes) {
            let cycles = totals.causes[cause]
            table.rows.append([cause.label, Numeral.grouped(cycles), Numeral.percent(cycles, of: profile.coreCycles)])
        }
        guard !table.rows.isEmpty else { return [] }
        table.totals.append([
            profile.cores == nil ? "total" : "all cores", Numeral.grouped(profile.coreCycles),
            Numeral.percent(profile.coreCycles, of: profile.coreCycles),
        ])
        return table.lines(style)
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
        if !memory.regions.isEmpty {
            if memory.size(.flash) > 0 {
                lines.append(fact("Flash", used(memory.staticBytes(.flash), of: memory.size(.flash))))
            }
            lines.append(fact("RAM, static", used(memory.staticBytes(.ram), of: memory.size(.ram))))
        }
        if let stack = memory.mainStack {
            lines.append(fact("Stack peak", used(stack.peakBytes, of: stack.reservedBytes)))
        }
        if let heap = memory.heapPeakBytes {
            lines.append(fact("Heap peak", used(heap, of: nil)))
        }
        return lines
    }

    private static func used(_ bytes: Int, of size: Int?) -> String {
        guard let size else { return "\(Numeral.grouped(bytes)) B" }
        return "\(Numeral.grouped(bytes)) of \(Numeral.grouped(size)) B (\(Numeral.percent(bytes, of: size)) %)"
    }
}
