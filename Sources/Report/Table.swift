/// Aligned columns under one heading line, with rows that sum up below a rule.
struct Table {
    enum Alignment {
        case left, right
    }

    struct Column {
        let heading: String
        let alignment: Alignment
        /// Longer cells are shortened.
        let limit: Int

        static func name(_ heading: String, limit: Int = 40) -> Column {
            Column(heading: heading, alignment: .left, limit: limit)
        }

        static func number(_ heading: String) -> Column {
            Column(heading: heading, alignment: .right, limit: 40)
        }
    }

    let columns: [Column]
    var rows: [[String]] = []
    /// Below the rule.
    var totals: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    func lines(_ style: Text.Style) -> [String] {
        let rows = rows.map(fitted)
        let totals = totals.map(fitted)
        let widths = columns.indices.map { column in
            ([columns[column].heading] + (rows + totals).map { $0[column] }).map(\.count).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            zip(zip(cells, widths), columns)
                .map { $0.0.padded(to: $0.1, $1.alignment) }
                .joined(separator: "  ").withoutTrailingSpaces
        }
        var lines = [style.bold(line(columns.map(\.heading)))]
        lines += rows.map(line)
        if !totals.isEmpty {
            let width = widths.reduce(0, +) + 2 * (columns.count - 1)
            lines.append(style.dim(String(repeating: "─", count: width)))
            lines += totals.map(line)
        }
        return lines
    }

    /// A short row is filled with empty cells.
    private func fitted(_ row: [String]) -> [String] {
        columns.indices.map { column in
            column < row.count ? row[column].printable.shortened(to: columns[column].limit) : ""
        }
    }
}
