import Profile

extension Text {
    /// One table: what each layer costs.
    static func layerSummary(_ profile: RunProfile, _ style: Style) -> [String] {
        guard !profile.layers.isEmpty else { return [] }
        var table = Table([
            .number("#"), .name("Layer", limit: 36), .number("runs"), .number("cycles"), .number("%"),
            .number("time (ms)"), .number("MACs"), .number("cycles/MAC"),
        ])
        let total = profile.totals.cycles
        for layer in profile.layers {
            table.rows.append([
                String(layer.index), layer.name, Numeral.grouped(layer.invocations), Numeral.grouped(layer.cycles),
                Numeral.percent(layer.cycles, of: total), milliseconds(layer.seconds), Numeral.grouped(layer.macs),
                perMAC(layer.cyclesPerMAC),
            ])
        }
        let all = sums(profile.layers)
        table.rows += remainders(profile)
        table.totals = [
            [
                "", "total", "", Numeral.grouped(total), Numeral.percent(total, of: total),
                milliseconds(profile.totals.seconds), Numeral.grouped(all.macs),
            ]
        ]
        return table.lines(style)
    }

    /// Three tables: time, work and memory, causes.
    static func layerTables(_ profile: RunProfile, _ style: Style) -> [[String]] {
        guard !profile.layers.isEmpty else { return [] }
        return [
            layerTimes(profile, style), layerWork(profile, style), layerCauses(profile, style),
            accelerators(profile, style),
        ]
    }

    private static func layerTimes(_ profile: RunProfile, _ style: Style) -> [String] {
        var table = Table([
            .number("#"), .name("Layer", limit: 32), .number("runs"), .number("cycles"), .number("%"),
            .number("time (ms)"), .number("clock (MHz)"), .number("interrupts"), .name("known by"),
        ])
        let total = profile.totals.cycles
        for layer in profile.layers {
            table.rows.append([
                String(layer.index), layer.name, Numeral.grouped(layer.invocations), Numeral.grouped(layer.cycles),
                Numeral.percent(layer.cycles, of: total), milliseconds(layer.seconds),
                Numeral.trimmed(layer.clockHz / 1e6), Numeral.grouped(layer.interruptCycles),
                layer.discovery.label + (layer.core.map { ", \($0)" } ?? ""),
            ])
        }
        table.rows += remainders(profile)
        table.totals = [
            [
                "", "total", "", Numeral.grouped(total), Numeral.percent(total, of: total),
                milliseconds(profile.totals.seconds),
            ]
        ]
        return table.lines(style)
    }

    private static func layerWork(_ profile: RunProfile, _ style: Style) -> [String] {
        let hasFlash = profile.memory.regions.isEmpty || profile.memory.size(.flash) > 0
        var table = Table(
            [
                .number("#"), .name("Layer", limit: 28), .number("instructions"), .number("cycles/instr"),
                .number("MACs"), .number("cycles/MAC"), .number("RAM (B)"),
            ] + (hasFlash ? [.number("flash (B)")] : []) + [.number("stack (B)")])
        for layer in profile.layers {
            let isOfCore = layer.accelerator == nil
            table.rows.append(
                [
                    String(layer.index), layer.name,
                    isOfCore ? Numeral.grouped(layer.instructions) : Numeral.unknown,
                    Numeral.fixed(ratio(layer.cycles, layer.instructions), places: 2), Numeral.grouped(layer.macs),
                    perMAC(layer.cyclesPerMAC), Numeral.grouped(layer.ramTouchedBytes),
                ] + (hasFlash ? [Numeral.grouped(layer.flashReadBytes)] : [])
                    + [Numeral.grouped(layer.stackPeakBytes)])
        }
        let all = sums(profile.layers)
        let ofCores = sums(profile.layers.filter { $0.accelerator == nil })
        table.totals = [
            [
                "", "all layers", Numeral.grouped(all.instructions),
                Numeral.fixed(ratio(ofCores.cycles, ofCores.instructions), places: 2), Numeral.grouped(all.macs),
                perMAC(all.cyclesPerMAC),
            ]
        ]
        return table.lines(style)
    }

    /// An accelerator takes far less than a cycle for each.
    private static func perMAC(_ cycles: Double?) -> String {
        Numeral.fixed(cycles, places: cycles.map { $0 > 0 && $0 < 0.1 } ?? false ? 4 : 2)
    }

    /// Only the causes that any layer has.
    private static func layerCauses(_ profile: RunProfile, _ style: Style) -> [String] {
        let all = profile.layers.reduce(into: CauseVector()) { $0 += $1.causes }
        let causes = Cause.allCases.filter { all[$0] > 0 }
        guard !causes.isEmpty else { return [] }
        var table = Table(
            [.number("#"), .name("Layer, % of its cycles", limit: 24)] + causes.map { .number($0.shortLabel) })
        for layer in profile.layers where layer.accelerator == nil {
            let shares = causes.map { Numeral.percent(layer.causes[$0], of: layer.cycles) }
            table.rows.append([String(layer.index), layer.name] + shares)
        }
        table.totals = [["", "all layers"] + causes.map { Numeral.percent(all[$0], of: all.total) }]
        return table.lines(style)
    }

    /// The rows that lead from the layers' cycles to those of the run.
    private static func remainders(_ profile: RunProfile) -> [[String]] {
        let total = profile.totals.cycles
        let all = sums(profile.layers)
        let outside = total.clampedSubtracting(all.cycles).clampedSubtracting(all.interruptCycles)
        var rows: [[String]] = []
        if all.interruptCycles != 0 {
            rows.append([
                "", "interrupts in layers", "", Numeral.grouped(all.interruptCycles),
                Numeral.percent(all.interruptCycles, of: total), milliseconds(all.interruptSeconds),
            ])
        }
        // An accelerator and several cores may work at layers at the same time.
        rows.append([
            "", outside < 0 ? "at the same time" : "outside the layers", "", Numeral.grouped(outside),
            Numeral.percent(outside, of: total),
            milliseconds(max(0, profile.totals.seconds - all.seconds - all.interruptSeconds)),
        ])
        return rows
    }

    private struct Sums {
        var cycles = 0
        var interruptCycles = 0
        var seconds = 0.0
        /// At the clock of the layers that they struck.
        var interruptSeconds = 0.0
        var instructions = 0
        /// nil if no layer's are known.
        var macs: Int?
        /// Over the layers whose multiply-accumulates are known.
        var cyclesPerMAC: Double?
    }

    private static func sums(_ layers: [LayerProfile]) -> Sums {
        let known = layers.filter { $0.macs != nil }
        let macs = known.isEmpty ? nil : known.compactMap(\.macs).clampedSum
        return Sums(
            cycles: layers.map(\.cycles).clampedSum,
            interruptCycles: layers.map(\.interruptCycles).clampedSum,
            seconds: layers.map(\.seconds).reduce(0, +),
            interruptSeconds: layers.filter { $0.clockHz > 0 }
                .map { Double($0.interruptCycles) / $0.clockHz }.reduce(0, +),
            instructions: layers.map(\.instructions).clampedSum,
            macs: macs,
            cyclesPerMAC: macs.flatMap { ratio(known.map(\.cycles).clampedSum, $0) })
    }

    static func milliseconds(_ seconds: Double) -> String {
        Numeral.fixed(seconds * 1e3, places: 3)
    }
}

extension LayerProfile.Discovery {
    var label: String {
        switch self {
        case .marker: "marker"
        case .runtimeHook: "runtime"
        case .kernelName: "kernel"
        case .kpu: "KPU"
        }
    }
}
