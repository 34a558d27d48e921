import Profile

extension Text {
    /// The cores of a chip with several: what each did with its time. What a core waits for memory is part of its work.
    static func cores(_ profile: RunProfile, _ style: Style) -> [String] {
        guard let cores = profile.cores else { return [] }
        var table = Table([
            .name("Core"), .number("cycles"), .number("instructions"), .number("cycles/instr"), .number("working"),
            .number("%"), .number("(on memory)"), .number("%"), .number("spinning"), .number("%"), .number("asleep"),
            .number("%"),
        ])
        for core in cores {
            let awake = core.cycles.clampedSubtracting(core.causes.sleep)
            let parts = [core.causes.working, core.causes.waiting, core.causes.spin, core.causes.sleep]
            table.rows.append(
                [
                    core.name, Numeral.grouped(core.cycles), Numeral.grouped(core.instructions),
                    Numeral.fixed(ratio(awake, core.instructions), places: 2),
                ] + parts.flatMap { [Numeral.grouped($0), Numeral.percent($0, of: core.cycles)] })
        }
        return table.lines(style)
    }

    /// The functions that several cores ran, with the part of each.
    static func sharedFunctions(_ profile: RunProfile, most: Int, _ style: Style) -> [String] {
        guard let cores = profile.cores else { return [] }
        let shared = byCycles(profile.functions).filter { $0.cores != nil }.prefix(most)
        guard !shared.isEmpty else { return [] }
        var table = Table(
            [.name("Function on several cores", limit: 36)]
                + cores.flatMap { [Table.Column.number("\($0.name), calls"), .number("own cycles")] })
        for function in shared {
            table.rows.append(
                [function.name]
                    + cores.flatMap { core in
                        let share = function.cores?.first { $0.core == core.name }
                        return [Numeral.grouped(share?.calls ?? 0), Numeral.grouped(share?.selfCycles ?? 0)]
                    })
        }
        return table.lines(style)
    }

    /// What the accelerators did, layer by layer, and what the columns mean.
    static func accelerators(_ profile: RunProfile, _ style: Style) -> [String] {
        let layers = profile.layers.filter { $0.accelerator != nil }
        guard let unit = layers.first?.accelerator?.unit else { return [] }
        var table = Table([
            .number("#"), .name("\(unit) layer", limit: 32), .number("cycles"), .number("compute"), .number("setup"),
            .number("weights"), .number("download"), .number("waiting"), .number("upload"), .number("MACs"),
            .number("MAC/cycle"), .number("peak"), .number("%"),
        ])
        func numbers(_ accelerator: AcceleratorProfile) -> [String] {
            [
                accelerator.cycles, accelerator.computeCycles, accelerator.setupCycles, accelerator.weightLoadCycles,
                accelerator.downloadCycles, accelerator.waitingCycles, accelerator.uploadCycles,
            ].map { Numeral.grouped($0) }
        }
        for layer in layers {
            guard let accelerator = layer.accelerator else { continue }
            table.rows.append(
                [String(layer.index), accelerator.shape] + numbers(accelerator) + [
                    Numeral.grouped(layer.macs), Numeral.fixed(layer.macsPerAcceleratorCycle, places: 1),
                    Numeral.grouped(accelerator.peakMACsPerCycle),
                    Numeral.fixed(layer.shareOfPeak.map { 100 * $0 }, places: 1),
                ])
        }
        let all = layers.dropFirst().reduce(into: layers[0].accelerator) { sum, layer in
            if let accelerator = layer.accelerator { sum?.add(accelerator) }
        }
        if let all {
            let macs = layers.compactMap(\.macs).clampedSum
            let possible = layers.compactMap(\.accelerator).reduce(0.0) { sum, accelerator in
                sum + Double(accelerator.cycles) * Double(accelerator.peakMACsPerCycle)
            }
            table.totals = [
                ["", "all, at \(Numeral.frequency(all.hertz))"] + numbers(all) + [
                    Numeral.grouped(macs), Numeral.fixed(ratio(macs, all.cycles), places: 1), "",
                    Numeral.fixed(possible > 0 ? 100 * Double(macs) / possible : nil, places: 1),
                ]
            ]
        }
        return table.lines(style) + [
            "Cycles of the \(unit)'s clock, the sum of the five columns behind them. upload: before the layer, while DMA",
            "brought its input. peak: multiply-accumulates a cycle that the hardware has for the kind of layer.",
        ]
    }
}
