/// What one instruction changed.
public struct TraceStep: Equatable, Sendable {
    /// A register that holds another value than before.
    public struct Register: Equatable, Sendable {
        /// Lower-case, as in Documentation/TraceFormat.md: `r0`, `sp`, `xpsr`, `s31`.
        public let name: String
        public let value: UInt64
        /// Its width: 32 or 64.
        public let bits: Int

        public init(name: String, value: UInt64, bits: Int = 32) {
            self.name = name
            self.value = value
            self.bits = bits
        }
    }

    /// A word of memory that holds another value than before.
    public struct Word: Equatable, Sendable {
        /// A multiple of four.
        public let address: UInt32
        public let value: UInt32

        public init(address: UInt32, value: UInt32) {
            self.address = address
            self.value = value
        }
    }

    /// The address of the instruction.
    public var pc: UInt32
    public var registers: [Register]
    public var memory: [Word]

    public init(pc: UInt32, registers: [Register] = [], memory: [Word] = []) {
        self.pc = pc
        self.registers = registers
        self.memory = memory
    }
}

/// A recorded execution: Documentation/TraceFormat.md.
public struct ExecutionTrace: Equatable, Sendable {
    /// What the file says about itself.
    public struct Remark: Equatable, Sendable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var remarks: [Remark]
    /// The registers in front of the first instruction.
    public var start: TraceStep
    public var steps: [TraceStep]

    public init(remarks: [Remark], start: TraceStep, steps: [TraceStep] = []) {
        self.remarks = remarks
        self.start = start
        self.steps = steps
    }

    /// The first remark of that name.
    public func remark(_ name: String) -> String? { remarks.first { $0.name == name }?.value }

    /// The addresses whose changes were recorded, from the remark `memory`; `nil` if it says nothing, or nonsense.
    public var watchedMemory: ClosedRange<UInt32>? {
        guard let range = remark("memory")?.split(separator: "-", maxSplits: 1), range.count == 2,
            let first = UInt32(range[0], radix: 16), let last = UInt32(range[1], radix: 16), first <= last
        else { return nil }
        return first...last
    }
}
