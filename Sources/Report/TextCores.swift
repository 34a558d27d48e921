import Profile

extension Text {
    /// The cores of a chip with several: what each did with its time.
    static func cores(_ profile: RunProfile, _ style: Style) -> [String] {
        guard let cores = profile.cores else { return [] }
        var table = Table([
            .name("Core"), .number("cycles"), .number("instructions"), .number("cycles/instr"), .number("asleep (ms)"),
            .number("%"), .number("waiting (ms)"), .number("%"),
        ])
        for core in cores {
            table.rows.append([
                core.name, Numeral.grouped(core.cycles), Numeral.grouped(core.instructions),
                Numeral.fixed(ratio(core.cycles, core.instructions), places: 2),
                milliseconds(core.asleepSeconds), Numeral.percent(core.causes.sleep, of: core.cycles),
                milliseconds(core.waitingSeconds), Numeral.percent(core.causes.waiting, of: core.cycles),
            ])
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

    /// What the accelerators did, layer by layer. The peak is what the hardware has for the kind of layer: multipliers
    /// that a filter leaves idle are not part of it.
    static func accelerators(_ profile: RunProfile, _ style: Style) -> [String] {
        let layers = profile.layers.filter { $0.accelerator != nil }
        guard let unit = layers.first?.accelerator?.unit else { return [] }
        var table = Table([
            .number("#"), .name("\(unit) layer", limit: 32), .number("cycles"), .number("MACs"), .number("MAC/cycle"),
            .number("peak"), .number("%"), .number("compute"), .number("setup"), .number("weights"), .number("upload"),
            .number("download"), .number("waiting"),
        ])
        func numbers(_ accelerator: AcceleratorProfile) -> [String] {
            [
                accelerator.computeCycles, accelerator.setupCycles, accelerator.weightLoadCycles,
                accelerator.uploadCycles, accelerator.downloadCycles, accelerator.waitingCycles,
            ].map { Numeral.grouped($0) }
        }
        for layer in layers {
            guard let accelerator = layer.accelerator else { continue }
            table.rows.append(
                [
                    String(layer.index), accelerator.shape, Numeral.grouped(accelerator.cycles),
                    Numeral.grouped(layer.macs), Numeral.fixed(layer.macsPerAcceleratorCycle, places: 1),
                    Numeral.grouped(accelerator.peakMACsPerCycle),
                    Numeral.fixed(layer.shareOfPeak.map { 100 * $0 }, places: 1),
                ] + numbers(accelerator))
        }
        let all = layers.dropFirst().reduce(into: layers[0].accelerator) { sum, layer in
            if let accelerator = layer.accelerator { sum?.add(accelerator) }
        }
        if let all {
            let macs = layers.compactMap(\.macs).clampedSum
            table.totals = [
                [
                    "", "all, at \(Numeral.frequency(all.hertz))", Numeral.grouped(all.cycles), Numeral.grouped(macs),
                    Numeral.fixed(ratio(macs, all.cycles), places: 1), "", "",
                ] + numbers(all)
            ]
        }
        return table.lines(style)
    }
}
