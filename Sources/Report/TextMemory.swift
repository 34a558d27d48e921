import Profile

extension Text {
    static func memoryTables(_ profile: RunProfile, _ style: Style) -> [[String]] {
        let memory = profile.memory
        return [
            regions(memory, style), sections(memory, style), symbols(memory, style), stacks(profile, style),
            callChain(memory, style),
        ]
    }

    private static func regions(_ memory: MemoryProfile, _ style: Style) -> [String] {
        guard !memory.regions.isEmpty else { return [] }
        let hasPeaks = memory.regions.contains { $0.peakBytes != nil }
        var table = Table(
            [
                .name("Memory"), .number("base"), .number("size (B)"), .number("static (B)"), .number("%"),
                .number("touched (B)"), .number("%"),
            ] + (hasPeaks ? [.number("peak (B)")] : []))
        for region in memory.regions {
            table.rows.append(
                [region.name, Numeral.address(region.base)]
                    + uses(size: region.size, statically: region.staticBytes, touched: region.touchedBytes)
                    + (hasPeaks ? [Numeral.grouped(region.peakBytes)] : []))
        }
        for kind in MemoryProfile.Kind.allCases where memory.regions.contains(where: { $0.kind == kind }) {
            table.totals.append(
                ["all \(kind.label)", ""]
                    + uses(
                        size: memory.size(kind), statically: memory.staticBytes(kind),
                        touched: memory.touchedBytes(kind)))
        }
        return table.lines(style)
    }

    private static func uses(size: Int, statically: Int, touched: Int) -> [String] {
        [
            Numeral.grouped(size), Numeral.grouped(statically), Numeral.percent(statically, of: size),
            Numeral.grouped(touched), Numeral.percent(touched, of: size),
        ]
    }

    private static func sections(_ memory: MemoryProfile, _ style: Style) -> [String] {
        guard !memory.sections.isEmpty else { return [] }
        var table = Table([.name("Section"), .number("flash (B)"), .number("%"), .number("RAM (B)"), .number("%")])
        func row(_ name: String, _ flash: Int, _ ram: Int) -> [String] {
            [
                name, Numeral.grouped(flash), Numeral.percent(flash, of: memory.size(.flash)), Numeral.grouped(ram),
                Numeral.percent(ram, of: memory.size(.ram)),
            ]
        }
        table.rows = memory.sections.map { row($0.name, $0.flashBytes, $0.ramBytes) }
        let flash = memory.sections.map(\.flashBytes).clampedSum
        let ram = memory.sections.map(\.ramBytes).clampedSum
        table.totals = [row("total", flash, ram)]
        return table.lines(style)
    }

    private static func symbols(_ memory: MemoryProfile, _ style: Style) -> [String] {
        guard !memory.symbols.isEmpty else { return [] }
        var table = Table([
            .name("Largest symbols", limit: 56), .name("section", limit: 24), .name("in"), .number("bytes"),
            .number("%"),
        ])
        for symbol in memory.symbols {
            table.rows.append([
                symbol.name, symbol.section, symbol.kind.label, Numeral.grouped(symbol.bytes),
                Numeral.percent(symbol.bytes, of: memory.size(symbol.kind)),
            ])
        }
        return table.lines(style)
    }

    /// The stacks, what interrupts take of them, and the heap.
    private static func stacks(_ profile: RunProfile, _ style: Style) -> [String] {
        let memory = profile.memory
        var table = Table([.name("Stacks and heap"), .number("peak (B)"), .number("of (B)"), .number("%")])
        for stack in [memory.mainStack].compactMap({ $0 }) + memory.processStacks {
            table.rows.append([
                stack.name, Numeral.grouped(stack.peakBytes), Numeral.grouped(stack.reservedBytes),
                stack.reservedBytes.map { Numeral.percent(stack.peakBytes, of: $0) } ?? Numeral.unknown,
            ])
        }
        for interrupt in profile.interrupts.sorted(by: { ($0.number, $0.name) < ($1.number, $1.name) }) {
            guard let bytes = interrupt.stackBytes else { continue }
            table.rows.append(["interrupt \(interrupt.name)", Numeral.grouped(bytes), Numeral.unknown, Numeral.unknown])
        }
        if let heap = memory.heapPeakBytes {
            table.rows.append(["heap", Numeral.grouped(heap), Numeral.unknown, Numeral.unknown])
        }
        return table.rows.isEmpty ? [] : table.lines(style)
    }

    private static func callChain(_ memory: MemoryProfile, _ style: Style) -> [String] {
        guard !memory.peakCallChain.isEmpty else { return [] }
        return [style.bold("Main stack at its peak")]
            + memory.peakCallChain.enumerated().map { depth, name in
                String(repeating: "  ", count: min(depth, 20)) + name.printable.shortened(to: 72)
            }
    }
}

extension MemoryProfile.Kind {
    var label: String {
        switch self {
        case .flash: "flash"
        case .ram: "RAM"
        }
    }
}
