import Foundation

/// `SpeedResult` for people.
enum SpeedTables {
    static func text(_ result: SpeedResult) -> String {
        var parts = result.groups.map(group)
        parts.append(times(result))
        parts.append(notes(result))
        parts.append(bars(result))
        return parts.joined(separator: "\n\n")
    }

    /// Guest MIPS, and how many times QEMU's.
    private static func group(_ group: SpeedResult.Group) -> String {
        let runners = group.rows.first?.costs.map(\.runner) ?? []
        let compared = runners.filter { $0 != .qemu }
        var table = Table(
            ["", "M instructions"] + runners.map(\.rawValue) + [""] + compared.map { "\($0.rawValue)/QEMU" })
        for row in group.rows {
            table.add(
                [name(row, in: group), format(Double(row.instructions) / 1e6, 1)]
                    + runners.map { format(row.cost($0)?.millionsPerSecond, 0) } + [""]
                    + compared.map { format(row.cost($0)?.timesQEMU, 2) })
        }
        table.add(
            ["geometric mean", ""] + runners.map { _ in "" } + [""] + compared.map { format(group.mean($0), 2) })
        return "\(group.name): guest MIPS\n\(table.text)"
    }

    /// Targets are told where a group has several.
    private static func name(_ row: SpeedResult.Row, in group: SpeedResult.Group) -> String {
        Set(group.rows.map(\.target)).count > 1 ? "\(row.name).\(row.target.rawValue)" : row.name
    }

    private static func times(_ result: SpeedResult) -> String {
        let networks = result.groups.first { $0.name == Bar.networks }?.rows ?? []
        let rows =
            result.startUps.map { ("nothing", $0) } + result.smallest.map { ("one line", $0) }
            + networks.map { ($0.name, $0) }
        let runners = rows.first?.1.costs.map(\.runner) ?? []
        var table = Table([""] + runners.map(\.rawValue) + [""] + runners.map { "\($0.rawValue), MB" })
        for (name, row) in rows {
            table.add(
                ["\(name).\(row.target.rawValue)"]
                    + runners.map { runner in
                        row.cost(runner).map {
                            "\(format(1000 * $0.wallSeconds, 0)) (\(format(1000 * $0.processorSeconds, 0)))"
                        } ?? "-"
                    } + [""] + runners.map { format(row.cost($0).map { Double($0.peakBytes) / 1e6 }, 0) })
        }
        return "From command to report: ms (of processor time), most memory\n\(table.text)"
    }

    private static func notes(_ result: SpeedResult) -> String {
        let peers = Set(result.peers.values).sorted().joined(separator: ", ")
        return """
            \(result.processor). MIPS are of processor time, without start-up; \(result.rounds) runs each, in turns, medians.
            Ours have exact cycles and all of the profile; \(peers) counts nothing.
            Networks wait for the UART here, and MIPS are by this simulator's count of instructions. QEMU's UART never waits.
            \(result.plugIn)
            """
    }

    private static func bars(_ result: SpeedResult) -> String {
        var table = Table(["", "bar", "measured", ""])
        for bar in result.bars {
            table.add([
                bar.what, "\(bar.isLeast ? ">=" : "<") \(format(bar.limit, 2))", format(bar.measured, 2),
                bar.isMet ? "met" : "MISSED",
            ])
        }
        return table.text
    }
}
