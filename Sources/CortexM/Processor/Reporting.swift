import Engine
import Machine

/// The core as a command line runs it and a crash report shows it.
extension Processor: CPU, Core {
    public var cores: [any Core] { [self] }

    public var currentCore: Int { 0 }

    public var name: String { "core" }

    public var isAtStandstill: Bool { endlessLoop != nil }

    public var crashRegisters: [RegisterValue] {
        crashRegisters(general: (0...14).map { state.registers[$0] }, pc: resumeAddress)
    }

    /// R0-R3, R12, LR, the return address and xPSR, whose bit 9 tells of padding; behind them, if bit 4 of EXC_RETURN
    /// is clear, the FP registers. DDI 0403E.e B1.5.7.
    public func crashRegisters(savedAt frame: UInt32) -> [RegisterValue] {
        var values = (0...14).map { state.registers[$0] }
        let saved = (0..<8).map { word(at: frame &+ 4 &* $0) }
        for (register, index) in [(0, 0), (1, 1), (2, 2), (3, 3), (12, 4), (14, 5)] {
            values[register] = saved[index] ?? values[register]
        }
        let size: UInt32 = state.registers[14] & 0x10 == 0 ? 0x68 : 0x20
        values[13] = frame &+ size &+ ((saved[7] ?? 0) >> 9 & 1) &* 4
        return crashRegisters(general: values, pc: saved[6] ?? resumeAddress)
    }

    private func crashRegisters(general: [UInt32], pc: UInt32) -> [RegisterValue] {
        let names = (0...12).map { "r\($0)" } + ["sp", "lr", "pc"]
        return zip(names, general + [pc]).map { RegisterValue($0, UInt64($1), bits: 32) }
    }

    // MARK: The vector table

    /// The first two words of the vector table must be a stack pointer in RAM and a Thumb address in code.
    public func entryProblem(on target: String) -> String? {
        guard let sp = word(at: 0), let reset = word(at: 4) else { return "\(target) has no memory at 0 to start from" }
        let code = chip.bus.memory(at: reset & ~1)
        guard sp != .max, sp & 3 == 0, chip.bus.memory(at: sp &- 4)?.memory.isWritable == true, reset & 1 == 1,
            code?.memory.isExecutable == true
        else {
            return "there is no vector table where \(target) looks for it: the words there are "
                + "0x\(String(sp, radix: 16)) (stack pointer) and 0x\(String(reset, radix: 16)) (reset handler); "
                + "link the vector table to the start of flash"
        }
        return nil
    }

    public var handlers: Set<UInt32> {
        var handlers: Set<UInt32> = []
        for number in 2..<UInt32(16 + features.interruptCount) {
            guard let vector = word(at: 4 * number), vector & 1 == 1 else { continue }
            handlers.insert(vector & ~1)
        }
        return handlers
    }
}
