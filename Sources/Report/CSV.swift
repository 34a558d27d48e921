import Profile

/// One table of a profile as comma-separated values: RFC 4180, a header line, lines ended by CR LF, UTF-8.
///
/// Numbers are plain digits without units or separators; what is unknown is an empty field.
public enum CSV {
    public enum Table: String, CaseIterable, Sendable {
        /// One line: what ran, how it ended, what it cost.
        case run
        case causes, cores, layers, accelerators, functions, shares, interrupts, memories, sections, symbols, stacks,
            notices
    }

    public static func encode(_ profile: RunProfile, _ table: Table) -> String {
        ([header(table)] + rows(profile, table)).map(line).joined()
    }

    static func header(_ table: Table) -> [String] {
        switch table {
        case .run:
            [
                "firmware", "sha256", "target", "chip", "core", "model", "model_version", "measured_error", "clock_hz",
                "wait_states", "caches", "outcome", "exit_code", "cycles", "instructions", "seconds",
            ]
        case .causes:
            ["cause", "cycles"]
        case .cores:
            ["name", "cycles", "instructions", "asleep_seconds", "waiting_seconds"] + Cause.allCases.map(\.rawValue)
        case .accelerators:
            [
                "index", "unit", "shape", "kernel", "pool", "cycles", "hertz", "macs", "macs_per_cycle",
                "peak_macs_per_cycle", "compute_cycles", "setup_cycles", "weight_load_cycles", "upload_cycles",
                "download_cycles", "waiting_cycles",
            ]
        case .shares:
            ["function", "core", "calls", "self_cycles", "instructions"]
        case .layers:
            [
                "index", "name", "invocations", "discovery", "cycles", "interrupt_cycles", "seconds", "clock_hz",
                "instructions", "macs", "cycles_per_mac", "ram_touched_bytes", "flash_read_bytes", "stack_peak_bytes",
            ] + Cause.allCases.map(\.rawValue)
        case .functions:
            [
                "name", "address", "size", "file", "line", "calls", "self_cycles", "inclusive_cycles", "min_cycles",
                "mean_cycles", "max_cycles", "instructions", "is_interrupt_handler",
            ] + Cause.allCases.map(\.rawValue)
        case .interrupts:
            ["number", "name", "count", "cycles", "max_cycles", "min_latency", "max_latency", "stack_bytes"]
        case .memories:
            ["name", "base", "size", "kind", "static_bytes", "touched_bytes"]
        case .sections:
            ["name", "flash_bytes", "ram_bytes"]
        case .symbols:
            ["name", "section", "bytes", "kind"]
        case .stacks:
            ["name", "peak_bytes", "reserved_bytes"]
        case .notices:
            ["name", "pc", "function", "cycle"]
        }
    }

    static func rows(_ profile: RunProfile, _ table: Table) -> [[String]] {
        switch table {
        case .run:
            [run(profile)]
        case .causes:
            Cause.allCases.map { [$0.rawValue, String(profile.totals.causes[$0])] }
        case .cores:
            (profile.cores ?? []).map { core in
                [
                    core.name, String(core.cycles), String(core.instructions), number(core.asleepSeconds),
                    number(core.waitingSeconds),
                ] + Cause.allCases.map { String(core.causes[$0]) }
            }
        case .accelerators:
            profile.layers.compactMap(accelerator)
        case .shares:
            Text.byCycles(profile.functions).flatMap { function in
                (function.cores ?? []).map { share in
                    [
                        function.name, share.core, String(share.calls), String(share.selfCycles),
                        String(share.instructions),
                    ]
                }
            }
        case .layers:
            profile.layers.map(layer)
        case .functions:
            Text.byCycles(profile.functions).map(function)
        case .interrupts:
            profile.interrupts.map { interrupt in
                [
                    String(interrupt.number), interrupt.name, String(interrupt.count), String(interrupt.cycles),
                    String(interrupt.maxCycles), field(interrupt.minLatency), field(interrupt.maxLatency),
                    field(interrupt.stackBytes),
                ]
            }
        case .memories:
            profile.memory.regions.map { region in
                [
                    region.name, Numeral.address(region.base), String(region.size), region.kind.rawValue,
                    String(region.staticBytes), String(region.touchedBytes),
                ]
            }
        case .sections:
            profile.memory.sections.map { [$0.name, String($0.flashBytes), String($0.ramBytes)] }
        case .symbols:
            profile.memory.symbols.map { [$0.name, $0.section, String($0.bytes), $0.kind.rawValue] }
        case .stacks:
            ([profile.memory.mainStack].compactMap { $0 } + profile.memory.processStacks).map { stack in
                [stack.name, String(stack.peakBytes), field(stack.reservedBytes)]
            }
        case .notices:
            profile.notices.map { [$0.name, Numeral.address($0.pc), $0.function ?? "", String($0.cycle)] }
        }
    }

    /// Fields with a comma, a quote or a line break are quoted, quotes doubled (RFC 4180, section 2).
    static func line(_ fields: [String]) -> String {
        fields.map { field in
            // Scalars, not characters: a quote with an accent on it is still a quote to a parser.
            let scalars = field.unicodeScalars
            guard scalars.contains(where: { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }) else { return field }
            var doubled = String.UnicodeScalarView()
            for scalar in scalars {
                if scalar == "\"" { doubled.append(scalar) }
                doubled.append(scalar)
            }
            return "\"" + String(doubled) + "\""
        }.joined(separator: ",") + "\r\n"
    }

    private static func run(_ profile: RunProfile) -> [String] {
        let (target, totals) = (profile.target, profile.totals)
        return [
            profile.firmware.file, profile.firmware.sha256, target.name, target.chip, target.core, target.model.name,
            target.model.version, target.model.measuredError ?? "", number(profile.clock.hertz),
            field(profile.clock.waitStates), profile.clock.caches, profile.outcome.kind.rawValue,
            profile.outcome.exitCode.map { String($0) } ?? "", String(totals.cycles), String(totals.instructions),
            number(totals.seconds),
        ]
    }

    private static func layer(_ layer: LayerProfile) -> [String] {
        [
            String(layer.index), layer.name, String(layer.invocations), layer.discovery.rawValue, String(layer.cycles),
            String(layer.interruptCycles), number(layer.seconds), number(layer.clockHz), String(layer.instructions),
            field(layer.macs), number(layer.cyclesPerMAC), field(layer.ramTouchedBytes), field(layer.flashReadBytes),
            field(layer.stackPeakBytes),
        ] + Cause.allCases.map { String(layer.causes[$0]) }
    }

    private static func accelerator(_ layer: LayerProfile) -> [String]? {
        guard let accelerator = layer.accelerator else { return nil }
        return [
            String(layer.index), accelerator.unit, accelerator.shape, accelerator.kernel, accelerator.pool,
            String(accelerator.cycles), number(accelerator.hertz), field(layer.macs),
            number(layer.macsPerAcceleratorCycle), String(accelerator.peakMACsPerCycle),
            String(accelerator.computeCycles), String(accelerator.setupCycles), String(accelerator.weightLoadCycles),
            String(accelerator.uploadCycles), String(accelerator.downloadCycles), String(accelerator.waitingCycles),
        ]
    }

    private static func function(_ function: FunctionProfile) -> [String] {
        [
            function.name, Numeral.address(function.address), String(function.size), function.file ?? "",
            field(function.line), String(function.calls), String(function.selfCycles),
            String(function.inclusiveCycles), field(function.minCycles), number(function.meanCycles),
            field(function.maxCycles), String(function.instructions), String(function.isInterruptHandler),
        ] + Cause.allCases.map { String(function.causes[$0]) }
    }

    private static func field(_ value: Int?) -> String { value.map { String($0) } ?? "" }

    /// The shortest digits that read back as the same number.
    private static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return value == value.rounded() && value.magnitude < 0x1p53 ? String(Int(value)) : "\(value)"
    }
}
