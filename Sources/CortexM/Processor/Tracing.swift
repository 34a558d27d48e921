import Bits
import Engine

/// The core as an execution trace shows it: see Documentation/TraceFormat.md.
extension Processor {
    /// The registers of a trace, by name and in its order.
    public var traceRegisters: [RegisterValue] {
        var values = (0..<13).map { RegisterValue("r\($0)", state.registers[$0]) }
        values.append(RegisterValue("sp", state.registers[13]))
        values.append(RegisterValue("lr", state.registers[14]))
        values.append(RegisterValue("xpsr", xPSR(itState: itState)))
        guard features.hasFPU else { return values }
        for index in 0..<32 { values.append(RegisterValue("s\(index)", state.singles[index])) }
        values.append(RegisterValue("fpscr", FPSCR))
        return values
    }

    /// Executes one instruction for a trace, with those of an IT block in front of it that their conditions pass over.
    public func executeForTrace() -> (ending: Ending, instructions: [TracedInstruction]) {
        let first = resumeAddress
        var address = first
        var itState = itState
        let before = traceRegisters
        let ending = executeOne()
        let end = resumeAddress
        var passedOver: [TracedInstruction] = []
        while itState & 0xF != 0, let next = addressBehind(address), next < end {
            itState = ITAdvance(itState)
            let psr = RegisterValue("xpsr", xPSR(itState: itState))
            passedOver.append(
                TracedInstruction(core: 0, pc: address, registers: before.map { $0.name == psr.name ? psr : $0 }))
            address = next
        }
        // Only what ends at the next instruction was passed over; everything else was a branch or an exception.
        guard addressBehind(address) == end else {
            return (ending, [TracedInstruction(core: 0, pc: first, registers: traceRegisters)])
        }
        return (ending, passedOver + [TracedInstruction(core: 0, pc: address, registers: traceRegisters)])
    }

    /// The address of the instruction behind the one at `address`.
    func addressBehind(_ address: UInt32) -> UInt32? {
        guard let (memory, local) = chip.bus.memory(at: address), memory.contains(local, 2) else { return nil }
        return address &+ (Decoder.isWide(memory.load(local, .halfword)) ? 4 : 2)
    }

    /// Sets a register by its name in a trace; xPSR without its exception number and ITSTATE.
    ///
    /// - Returns: whether there is one of that name.
    @discardableResult
    public func setTraceRegister(_ name: String, _ value: UInt32) -> Bool {
        switch name {
        case "sp": state.registers[13] = value & ~3
        case "lr": state.registers[14] = value
        case "xpsr": APSR = value
        case "fpscr" where features.hasFPU: FPSCR = value
        default:
            guard let kind = name.first, let index = Int(name.dropFirst()) else { return false }
            switch (kind, index) {
            case ("r", 0..<13): state.registers[index] = value
            case ("s", 0..<32) where features.hasFPU: state.singles[index] = value
            default: return false
            }
        }
        return true
    }
}

extension RegisterValue {
    fileprivate init(_ name: String, _ value: UInt32) { self.init(name, UInt64(value), bits: 32) }
}
