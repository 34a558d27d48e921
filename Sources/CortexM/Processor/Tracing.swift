import Bits

/// The core as an execution trace shows it: see Documentation/TraceFormat.md.
extension Processor {
    /// An instruction of an IT block that its condition passed over.
    public struct PassedOver: Equatable, Sendable {
        public let address: UInt32
        /// xPSR behind it.
        public let xpsr: UInt32
    }

    /// The registers of a trace, by name and in its order.
    public var traceRegisters: [(name: String, value: UInt32)] {
        var values = (0..<13).map { (name: "r\($0)", value: state.registers[$0]) }
        values.append((name: "sp", value: state.registers[13]))
        values.append((name: "lr", value: state.registers[14]))
        values.append((name: "xpsr", value: xPSR(itState: itState)))
        guard features.hasFPU else { return values }
        for index in 0..<32 { values.append((name: "s\(index)", value: state.singles[index])) }
        values.append((name: "fpscr", value: FPSCR))
        return values
    }

    /// Executes one instruction for a trace.
    ///
    /// - Returns: how the run stands, and the instructions that were passed over before the last one that was.
    public func executeForTrace() -> (ending: Ending, passedOver: [PassedOver]) {
        var address = resumeAddress
        var itState = itState
        let ending = executeOne()
        let end = resumeAddress
        var passedOver: [PassedOver] = []
        while itState & 0xF != 0, let next = addressBehind(address), next < end {
            itState = ITAdvance(itState)
            passedOver.append(PassedOver(address: address, xpsr: xPSR(itState: itState)))
            address = next
        }
        // Only what ends at the next instruction was passed over; everything else was a branch or an exception.
        return (ending, addressBehind(address) == end ? passedOver : [])
    }

    /// The address of the instruction behind the one at `address`.
    public func addressBehind(_ address: UInt32) -> UInt32? {
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
