// What a chip asks of the descriptions of its peripherals.

extension DeviceDescription {
    /// An option as it is given, or its default.
    func option(_ name: String) -> Int { options[name] ?? kind.options[name] ?? 0 }

    func check() throws(DeviceError) {
        guard size > 0, size % 4 == 0, base % 4 == 0, UInt64(base) + UInt64(size) <= 1 << 32 else {
            throw .badRange(name)
        }
        for (interrupt, number) in interrupts.sorted(by: { $0.key < $1.key }) {
            guard kind.interruptNames.contains(interrupt) else {
                throw .unknownInterrupt(device: name, name: interrupt, known: kind.interruptNames)
            }
            guard (0..<240).contains(number) else {
                throw .badInterruptNumber(device: name, name: interrupt, number: number)
            }
        }
        for (option, value) in options.sorted(by: { $0.key < $1.key }) {
            guard kind.options[option] != nil else {
                throw .unknownOption(device: name, name: option, known: kind.options.keys.sorted())
            }
            if ["hse", "lse", "in0"].contains(option), !(0...50_000_000).contains(value) {
                throw .badOption(device: name, name: option, value: value)
            }
        }
    }

    /// Checks the peripherals of a chip by themselves, and against each other.
    static func check(_ descriptions: [DeviceDescription]) throws(DeviceError) {
        var names: Set<String> = []
        for description in descriptions {
            guard names.insert(description.name).inserted else { throw .duplicateName(description.name) }
            try description.check()
        }
        let sorted = descriptions.sorted { $0.base < $1.base }
        for (lower, upper) in zip(sorted, sorted.dropFirst()) where upper.base - lower.base < lower.size {
            throw .overlap(lower.name, upper.name)
        }
    }

    /// The only peripheral of a kind.
    static func one(
        _ kind: DeviceKind, of descriptions: [DeviceDescription]
    ) throws(DeviceError) -> DeviceDescription {
        let found = descriptions.filter { $0.kind == kind }
        guard found.count == 1, let description = found.first else { throw .notOne(kind, count: found.count) }
        return description
    }
}
