/// Finds out what each instruction changed, by looking at everything before and behind it.
public struct TraceRecorder {
    /// The first address of the memory that is watched; a multiple of four.
    public let base: UInt32
    private var registers: [UInt64]
    private var memory: [UInt32]

    /// - Parameters:
    ///   - registers: all of them, in the order of the trace.
    ///   - base: the first address of the memory that is watched; a multiple of four.
    ///   - memory: what it holds: a multiple of four bytes, little-endian.
    public init(registers: [TraceStep.Register], base: UInt32 = 0, memory: UnsafeRawBufferPointer) {
        precondition(base & 3 == 0 && memory.count & 3 == 0, "memory is watched by words")
        self.base = base
        self.registers = registers.map(\.value)
        self.memory = (0..<(memory.count / 4)).map { memory.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self) }
    }

    /// The line that a trace begins with.
    public static func start(at pc: UInt32, _ registers: [TraceStep.Register]) -> TraceStep {
        TraceStep(pc: pc, registers: registers)
    }

    /// What the instruction at `pc` changed.
    ///
    /// - Parameters:
    ///   - registers: as in `init`, in the same order.
    ///   - memory: as in `init`, of the same size.
    public mutating func step(
        at pc: UInt32, _ registers: [TraceStep.Register], memory: UnsafeRawBufferPointer
    ) -> TraceStep {
        precondition(registers.count == self.registers.count && memory.count == 4 * self.memory.count)
        var step = TraceStep(pc: pc)
        for (index, register) in registers.enumerated() where register.value != self.registers[index] {
            step.registers.append(register)
            self.registers[index] = register.value
        }
        for index in self.memory.indices {
            let value = memory.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
            guard value != self.memory[index] else { continue }
            step.memory.append(TraceStep.Word(address: base &+ 4 * UInt32(index), value: value))
            self.memory[index] = value
        }
        return step
    }
}
