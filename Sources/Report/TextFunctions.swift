import Profile

extension Text {
    /// The functions with the most cycles of their own, and what leads from there to the whole run.
    static func topFunctions(_ profile: RunProfile, _ style: Style) -> [String] {
        functions(profile, most: 10, calls: [.number("mean/call")], style) { function in
            [Numeral.fixed(function.meanCycles, places: 0)]
        }
    }

    /// Two tables: what the functions cost and why, and where they are.
    static func functionTables(_ profile: RunProfile, _ style: Style) -> [[String]] {
        let most = 60
        let calls: [Table.Column] = [.number("min/call"), .number("mean/call"), .number("max/call")]
        let costs = functions(profile, most: most, calls: calls, style) { function in
            [
                Numeral.grouped(function.minCycles), Numeral.fixed(function.meanCycles, places: 0),
                Numeral.grouped(function.maxCycles),
            ]
        }
        return [costs, sharedFunctions(profile, most: most, style), functionDetails(profile, most: most, style)]
    }

    private static func functions(
        _ profile: RunProfile, most: Int, calls: [Table.Column], _ style: Style,
        perCall: (FunctionProfile) -> [String]
    ) -> [String] {
        guard !profile.functions.isEmpty else { return [] }
        let sorted = byCycles(profile.functions)
        let total = cyclesOfWork(profile)
        var table = Table(
            [.name("Function"), .number("calls"), .number("own cycles"), .number("%"), .number("inclusive")] + calls)
        for function in sorted.prefix(most) {
            table.rows.append(
                [
                    title(function), Numeral.grouped(function.calls), Numeral.grouped(function.workCycles),
                    Numeral.percent(function.workCycles, of: total), Numeral.grouped(function.inclusiveCycles),
                ] + perCall(function))
        }
        let rest = sorted.dropFirst(most)
        if !rest.isEmpty {
            let name = "(\(Numeral.grouped(rest.count)) more)"
            table.rows.append(row(name, rest.map(\.workCycles).clampedSum, of: total))
        }
        let asleep = profile.cores == nil ? profile.totals.causes.sleep : 0
        let elsewhere = total.clampedSubtracting(sorted.map(\.workCycles).clampedSum).clampedSubtracting(asleep)
        if elsewhere != 0 { table.rows.append(row("outside any function", elsewhere, of: total)) }
        if asleep != 0 { table.rows.append(row("asleep", asleep, of: total)) }
        table.totals = wholeRun(profile).map { [$0.label, "", Numeral.grouped($0.cycles), $0.percent] }
        return table.lines(style)
    }

    private static func functionDetails(_ profile: RunProfile, most: Int, _ style: Style) -> [String] {
        guard !profile.functions.isEmpty else { return [] }
        var table = Table([
            .name("Function"), .number("size (B)"), .number("instructions"), .number("cycles/instr"),
            .name("dearest beyond issue", limit: 32), .name("defined at", limit: 40),
        ])
        for function in byCycles(profile.functions).prefix(most) {
            let dearest = causesByCycles(function.causes).first { $0 != .issue && $0 != .spin }
            let location = function.file.map { file in file + (function.line.map { ":\($0)" } ?? "") }
            table.rows.append([
                title(function), Numeral.grouped(function.size), Numeral.grouped(function.instructions),
                Numeral.fixed(ratio(function.selfCycles, function.instructions), places: 2),
                dearest.map { cause in
                    "\(cause.label) \(Numeral.percent(function.causes[cause], of: function.selfCycles)) %"
                } ?? Numeral.unknown,
                location ?? Numeral.unknown,
            ])
        }
        return table.lines(style)
    }

    private static func title(_ function: FunctionProfile) -> String {
        function.isInterruptHandler ? function.name.shortened(to: 24) + " (interrupt)" : function.name.shortened(to: 36)
    }

    static func interrupts(_ profile: RunProfile, _ style: Style) -> [String] {
        guard !profile.interrupts.isEmpty else { return [] }
        var table = Table([
            .number("#"), .name("Interrupt"), .number("count"), .number("cycles"), .number("%"), .number("longest"),
            .number("min latency"), .number("max latency"), .number("stack (B)"),
        ])
        let total = profile.coreCycles
        for interrupt in profile.interrupts.sorted(by: { ($0.number, $0.name) < ($1.number, $1.name) }) {
            table.rows.append([
                String(interrupt.number), interrupt.name, Numeral.grouped(interrupt.count),
                Numeral.grouped(interrupt.cycles), Numeral.percent(interrupt.cycles, of: total),
                Numeral.grouped(interrupt.maxCycles), Numeral.grouped(interrupt.minLatency),
                Numeral.grouped(interrupt.maxLatency), Numeral.grouped(interrupt.stackBytes),
            ])
        }
        let count = profile.interrupts.map(\.count).clampedSum
        let cycles = profile.interrupts.map(\.cycles).clampedSum
        table.totals = [
            [
                "", "all interrupts", Numeral.grouped(count), Numeral.grouped(cycles),
                Numeral.percent(cycles, of: total),
            ]
        ]
        return table.lines(style)
    }

    /// Most cycles of their own first; equal ones by address, so that the order never depends on a hash.
    static func byCycles(_ functions: [FunctionProfile]) -> [FunctionProfile] {
        functions.sorted { left, right in
            (right.workCycles, left.address, left.name) < (left.workCycles, right.address, right.name)
        }
    }

    private static func row(_ name: String, _ cycles: Int, of total: Int) -> [String] {
        [name, "", Numeral.grouped(cycles), Numeral.percent(cycles, of: total)]
    }
}

extension FunctionProfile {
    /// Its own cycles without those that it waited in for another core, which are nobody's work.
    var workCycles: Int { selfCycles.clampedSubtracting(causes.spin) }
}
