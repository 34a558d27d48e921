import Devices

extension TargetDescription {
    private static let keys = [
        "name", "aliases", "chip", "core", "clock", "memories", "interrupts", "peripherals", "model",
    ]
    /// The most memory that a chip may have, in bytes, all memories together.
    static let memoryLimit = 1 << 28

    /// Reads a target file.
    ///
    /// - Parameters:
    ///   - text: the file's contents; may be anything.
    ///   - fileName: for messages.
    public static func parse(_ text: String, fileName: String) throws(TargetError) -> TargetDescription {
        let fields = try Value(text: text, file: fileName).fields(keys)
        var ranges = AddressRanges()
        let description = TargetDescription(
            name: try fields.required("name").string(),
            aliases: try fields["aliases"]?.strings() ?? [],
            chip: try fields.required("chip").string(),
            core: try readCore(fields.required("core").named("the core")),
            clock: try readClock(fields.required("clock").named("the clock")),
            memories: try readMemories(fields.required("memories"), &ranges),
            peripherals: try readPeripherals(
                fields.required("peripherals"), interrupts: fields.required("interrupts").strings().count, &ranges),
            interruptNames: try readInterrupts(fields.required("interrupts")),
            model: try readModel(fields.required("model").named("the model")),
            file: fileName)
        return description
    }

    private static func readCore(_ value: Value) throws(TargetError) -> Core {
        let all = try value.fields(["type", "priority-bits", "mpu-regions", "harts", "reset"])
        let type: CoreType = try named(all.required("type"), what: "core")
        switch type.family {
        case .cortexM: return try readCortexM(value, type)
        case .rv64: return try readRV64(value, type)
        }
    }

    private static func readRV64(_ value: Value, _ type: CoreType) throws(TargetError) -> Core {
        let fields = try value.fields(["type", "harts", "reset"])
        let reset = try fields.required("reset")
        let address = try reset.word()
        guard address & 3 == 0 else {
            throw reset.error(
                .outOfRange("`reset` of the core", value: "0x\(String(address, radix: 16))", allowed: "a multiple of 4")
            )
        }
        return Core(type: type, harts: try fields["harts"]?.integer(1...8) ?? 1, resetAddress: address)
    }

    private static func readCortexM(_ value: Value, _ type: CoreType) throws(TargetError) -> Core {
        let fields = try value.fields(["type", "priority-bits", "mpu-regions"])
        let regions = try fields["mpu-regions"]?.integer(0...8) ?? 8
        guard regions == 0 || regions == 8 else {
            throw value.error(.outOfRange("`mpu-regions` of the core", value: "\(regions)", allowed: "0 or 8"))
        }
        return Core(type: type, priorityBits: try fields.required("priority-bits").integer(3...8), MPURegions: regions)
    }

    private static func readClock(_ value: Value) throws(TargetError) -> Clock {
        let fields = try value.fields(["reset", "hse"])
        return Clock(
            reset: try fields.required("reset").integer(1...1_000_000_000),
            HSE: try fields.required("hse").integer(0...50_000_000))
    }

    private static func readInterrupts(_ value: Value) throws(TargetError) -> [String] {
        let names = try value.strings()
        guard (1...240).contains(names.count) else {
            throw value.error(.outOfRange("the number of interrupts", value: "\(names.count)", allowed: "1 to 240"))
        }
        return names
    }

    private static func readModel(_ value: Value) throws(TargetError) -> Model {
        let fields = try value.fields(["version", "sources", "assumed", "measured-error"])
        return Model(
            version: try fields.required("version").integer(1...9999),
            sources: try fields.required("sources").strings(),
            assumed: try fields["assumed"]?.strings() ?? [],
            measuredError: try fields["measured-error"]?.string())
    }

    /// The case whose raw value stands in the file.
    static func named<Name: RawRepresentable<String> & CaseIterable>(
        _ value: Value, what: String
    ) throws(TargetError) -> Name {
        let text = try value.string()
        guard let name = Name(rawValue: text) else {
            throw value.error(.unknownName(text, what: what, known: Name.allCases.map(\.rawValue)))
        }
        return name
    }

    // MARK: Memories

    private static func readMemories(
        _ value: Value, _ ranges: inout AddressRanges
    ) throws(TargetError) -> [MemoryDescription] {
        var memories: [MemoryDescription] = []
        var total = 0
        for entry in try value.list(of: "a memory") {
            let memory = try readMemory(entry)
            guard !memories.contains(where: { $0.name == memory.name }) else {
                throw entry.error(.duplicate(memory.name, what: "memories"))
            }
            total += memory.size
            guard total <= memoryLimit else {
                throw entry.error(
                    .outOfRange(
                        "the size of all memories together", value: "\(total)",
                        allowed: "\(memoryLimit >> 20)M at most"))
            }
            try ranges.add(memory.name, memory.base, memory.size, entry)
            if let alias = memory.alias { try ranges.add("the alias of \(memory.name)", alias, memory.size, entry) }
            memories.append(memory)
        }
        guard !memories.isEmpty else { throw value.error(.missingKey("- name", of: value.name)) }
        return memories
    }

    private static func readMemory(_ value: Value) throws(TargetError) -> MemoryDescription {
        let known = ["name", "type", "base", "size", "executable", "slave", "alias", "timing"]
        let unnamed = try value.fields(known)
        let name = try unnamed.required("name").string()
        let fields = unnamed.labelled(.thing(kind: "memory", name: name))
        let kind: MemoryDescription.Kind = try named(fields.required("type"), what: "type of memory")
        var timing: MemoryDescription.Timing?
        if let value = fields["timing"] { timing = try named(value, what: "memory timing") }
        let memory = MemoryDescription(
            name: name, kind: kind, base: try fields.required("base").word(),
            size: try fields.required("size").integer(8...memoryLimit),
            isExecutable: try fields["executable"]?.flag() ?? true, slave: try fields["slave"]?.string() ?? name,
            alias: try fields["alias"]?.word(), timing: timing)
        // The accelerator reads whole lines; everything else whole doublewords.
        let unit = timing == nil ? 8 : 16
        for (key, value) in [("base", Int(memory.base)), ("size", memory.size), ("alias", Int(memory.alias ?? 0))]
        where value % unit != 0 {
            throw (fields[key] ?? fields.owner).error(
                .outOfRange("`\(key)` of memory \(clipped(name))", value: "\(value)", allowed: "a multiple of \(unit)"))
        }
        return memory
    }

    // MARK: Peripherals

    private static func readPeripherals(
        _ value: Value, interrupts: Int, _ ranges: inout AddressRanges
    ) throws(TargetError) -> [DeviceDescription] {
        var peripherals: [DeviceDescription] = []
        for entry in try value.list(of: "a peripheral") {
            let peripheral = try readPeripheral(entry, interrupts: interrupts)
            guard !peripherals.contains(where: { $0.name == peripheral.name }) else {
                throw entry.error(.duplicate(peripheral.name, what: "peripherals"))
            }
            try ranges.add(peripheral.name, peripheral.base, Int(peripheral.size), entry)
            peripherals.append(peripheral)
        }
        return peripherals
    }

    private static func readPeripheral(_ value: Value, interrupts: Int) throws(TargetError) -> DeviceDescription {
        let known = ["name", "type", "base", "size", "interrupts", "options"]
        let unnamed = try value.fields(known)
        let name = try unnamed.required("name").string()
        let fields = unnamed.labelled(.thing(kind: "peripheral", name: name))
        let kind: DeviceKind = try named(fields.required("type"), what: "type of peripheral")
        var numbers: [String: Int] = [:]
        let interruptNames = kind.interruptNames
        for (key, value) in try fields["interrupts"]?.pairs() ?? [] {
            guard interruptNames.contains(key) else {
                throw value.error(.unknownKey(key, of: "`interrupts` of \(clipped(name))", known: interruptNames))
            }
            numbers[key] = try value.integer(0...max(interrupts - 1, 0))
        }
        var options: [String: Int] = [:]
        let knownOptions = kind.options
        for (key, value) in try fields["options"]?.pairs() ?? [] {
            guard knownOptions[key] != nil else {
                throw value.error(
                    .unknownKey(key, of: "`options` of \(clipped(name))", known: knownOptions.keys.sorted()))
            }
            options[key] = try value.integer(0...0xFFFF_FFFF)
        }
        let size = try fields.required("size").integer(4...0x2000_0000)
        let base = try fields.required("base").word()
        for (key, number) in [("base", Int(base)), ("size", size)] where number % 4 != 0 {
            throw (fields[key] ?? value).error(
                .outOfRange("`\(key)` of \(clipped(name))", value: "\(number)", allowed: "a multiple of 4"))
        }
        return DeviceDescription(
            name: name, kind: kind, base: base, size: UInt32(size), interrupts: numbers, options: options)
    }
}

/// What answers where, so far.
private struct AddressRanges {
    private var ranges: [(name: String, base: Int, end: Int)] = []

    /// - Throws: when the range leaves the address space or meets an earlier one.
    mutating func add(_ name: String, _ base: UInt32, _ size: Int, _ value: Value) throws(TargetError) {
        let end = Int(base) + size
        guard end <= 1 << 32 else {
            throw value.error(
                .outOfRange(
                    "the end of \(clipped(name))", value: "0x\(String(end, radix: 16))", allowed: "at most 2^32"))
        }
        if let other = ranges.first(where: { $0.base < end && Int(base) < $0.end }) {
            throw value.error(.overlap(other.name, name))
        }
        ranges.append((name, Int(base), end))
    }
}
