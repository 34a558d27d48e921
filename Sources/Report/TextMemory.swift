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
        let hasAccelerator = memory.regions.contains { $0.accelerator != nil }
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
        for (name, room) in hasAccelerator ? [("main memory", memory.main), ("AI memory", memory.ofAccelerators)] : [] {
            table.totals.append(
                [name, ""] + uses(size: room.size, statically: room.staticBytes, touched: room.touchedBytes)
                    + (hasPeaks ? [Numeral.grouped(room.peakBytes)] : []))
        }
        for kind in MemoryProfile.Kind.allCases where memory.regions.contains(where: { $0.kind == kind }) {
            table.totals.append(
                ["all \(kind.label)", ""]
                    + uses(
                        size: memory.size(kind), statically: memory.staticBytes(kind),
                        touched: memory.touchedBytes(kind)))
        }
        let peaks = [
            "peak: of main memory, what is static, with the peaks of heap and stacks beside it, or with all that was",
            "touched beside it if that is more; of AI memory, the most that one layer had in use.",
        ]
        return table.lines(style) + (hasPeaks ? peaks : [])
    }

    private static func uses(size: Int, statically: Int, touched: Int) -> [String] {
        [
            Numeral.grouped(size), Numeral.grouped(statically), Numeral.percent(statically, of: size),
            Numeral.grouped(touched), Numeral.percent(touched, of: size),
        ]
    }

    private static func sections(_ memory: MemoryProfile, _ style: Style) -> [String] {
        guard !memory.sections.isEmpty else { return [] }
        let kinds = MemoryProfile.Kind.allCases.filter { memory.regions.isEmpty || memory.size($0) > 0 }
        var table = Table([.name("Section")] + kinds.flatMap { [.number("\($0.label) (B)"), .number("%")] })
        func row(_ name: String, _ bytes: (MemoryProfile.Kind) -> Int) -> [String] {
            [name] + kinds.flatMap { [Numeral.grouped(bytes($0)), Numeral.percent(bytes($0), of: memory.size($0))] }
        }
        table.rows = memory.sections.map { section in row(section.name) { section.bytes($0) } }
        table.totals = [row("total") { kind in memory.sections.map { $0.bytes(kind) }.clampedSum }]
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

extension MemoryProfile.Section {
    fileprivate func bytes(_ kind: MemoryProfile.Kind) -> Int {
        switch kind {
        case .flash: flashBytes
        case .ram: ramBytes
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
