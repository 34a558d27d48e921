import Profile

extension Text {
    /// What changed between two runs, largest change first; what did not change is only counted.
    public static func comparison(_ comparison: Comparison, style: Style = .plain) -> String {
        var paragraphs = [
            comparison.remarks.map { style.bold("Note:") + " " + $0.printable },
            totals(comparison, style),
        ]
        paragraphs.append(table("Cycles by cause", comparison.causes.filter(isPresent), style))
        paragraphs.append(table("Core", comparison.cores.filter(isPresent), style))
        paragraphs.append(table("Layer, cycles", comparison.layers, style))
        paragraphs.append(table("Function, own cycles", comparison.functions, most: 40, style))
        paragraphs.append(table("Memory, bytes", comparison.memory.filter(isPresent), style))
        return joined(paragraphs)
    }

    private static func totals(_ comparison: Comparison, _ style: Style) -> [String] {
        var table = Table(columns("Total"))
        table.rows = comparison.totals.map(row)
        let (old, new) = (comparison.oldSeconds, comparison.newSeconds)
        table.rows.append([
            "time (ms)", Numeral.fixed(old * 1e3, places: 3), Numeral.fixed(new * 1e3, places: 3),
            (new > old ? "+" : "") + Numeral.fixed((new - old) * 1e3, places: 3),
            relative(old == 0 ? nil : (new - old) / old),
        ])
        return table.lines(style)
    }

    private static func table(
        _ heading: String, _ deltas: [Comparison.Delta], most: Int = .max, _ style: Style
    ) -> [String] {
        guard !deltas.isEmpty else { return [] }
        let changed = deltas.filter { $0.old != $0.new }
        let shown = changed.prefix(most)
        var table = Table(columns(heading))
        table.rows = shown.map(row)
        if changed.count > shown.count {
            table.rows.append(["(\(Numeral.grouped(changed.count - shown.count)) smaller changes)"])
        }
        if changed.count < deltas.count {
            table.rows.append(["(\(Numeral.grouped(deltas.count - changed.count)) unchanged)"])
        }
        return table.lines(style)
    }

    private static func columns(_ heading: String) -> [Table.Column] {
        [.name(heading, limit: 48), .number("old"), .number("new"), .number("change"), .number("%")]
    }

    private static func row(_ delta: Comparison.Delta) -> [String] {
        [
            delta.name, Numeral.grouped(delta.old), Numeral.grouped(delta.new), Numeral.signed(delta.change),
            delta.new == nil ? Numeral.unknown : relative(delta.relativeChange),
        ]
    }

    private static func relative(_ change: Double?) -> String {
        guard let change else { return Numeral.unknown }
        return (change > 0 ? "+" : "") + Numeral.fixed(change * 100, places: 1)
    }

    /// Whether either run has the number at all.
    private static func isPresent(_ delta: Comparison.Delta) -> Bool {
        (delta.old ?? 0) != 0 || (delta.new ?? 0) != 0
    }
}
