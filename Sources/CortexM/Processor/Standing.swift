import Engine
import Machine

/// How the core stands, for whoever stops to look.
extension Processor {
    /// The address of the next instruction.
    public var resumeAddress: UInt32 {
        switch position {
        case .at(let pc, _): return pc
        case .inside(let block, let ip):
            let records = block.pointee.records.assumingMemoryBound(to: Instruction.self)
            return block.pointee.pc &+ UInt32(records[ip - records].offset)
        }
    }

    /// The address of a branch to itself that nothing but a reset is ever going to end; `nil` if the core does
    /// something else.
    public var endlessLoop: UInt32? {
        guard case .at(let pc, _) = position, let block = ledger.codeMap.block(at: pc),
            chip.events.next == nil || faultInProgress != nil || !canBeInterrupted
        else { return nil }
        let records = block.pointee.records.assumingMemoryBound(to: Instruction.self)
        let last = records[Int(block.pointee.length) - 1]
        return block.pointee.instructions == 1 && last.operation == .b && last.imm == pc ? pc : nil
    }
}

extension Processor {
    /// Whether the firmware lets any interrupt interrupt what executes now.
    public var canBeInterrupted: Bool {
        ([Exception.pendSV, Exception.sysTick] + enabledInterrupts).contains { system.preempts($0) }
    }

    /// The number of the exception whose handler executes; 0 outside of handlers.
    public var currentException: Int { system.ipsr }

    /// Whether the core sleeps.
    public var isAsleep: Bool { system.isSleeping }

    /// The fault status registers decoded: one line for each bit that is set, and for each valid address.
    public var faultCauses: [String] { system.faults.causes }

    /// The fault whose handler is executing, with the fault status registers decoded; `nil` outside of fault handlers.
    public var faultReport: String? {
        guard let faultInProgress else { return nil }
        return ([faultInProgress] + system.faults.causes).joined(separator: "\n  ")
    }
}

extension FaultStatus {
    /// The bits that are set, by name, with the address where one is known.
    var causes: [String] {
        let named: [(UInt32, String)] = [
            (FaultStatus.IACCVIOL, "IACCVIOL (instruction fetch forbidden)"),
            (FaultStatus.DACCVIOL, "DACCVIOL (data access forbidden)"),
            (FaultStatus.MUNSTKERR, "MUNSTKERR (unstacking forbidden)"),
            (FaultStatus.MSTKERR, "MSTKERR (stacking forbidden)"),
            (FaultStatus.MLSPERR, "MLSPERR (lazy FP stacking forbidden)"),
            (FaultStatus.IBUSERR, "IBUSERR (instruction bus error)"),
            (FaultStatus.PRECISERR, "PRECISERR (data bus error)"),
            (FaultStatus.IMPRECISERR, "IMPRECISERR (imprecise data bus error)"),
            (FaultStatus.UNSTKERR, "UNSTKERR (bus error on unstacking)"),
            (FaultStatus.STKERR, "STKERR (bus error on stacking)"),
            (FaultStatus.LSPERR, "LSPERR (bus error on lazy FP stacking)"),
            (FaultStatus.UNDEFINSTR, "UNDEFINSTR (undefined instruction)"),
            (FaultStatus.INVSTATE, "INVSTATE (no Thumb state)"),
            (FaultStatus.INVPC, "INVPC (invalid exception return)"),
            (FaultStatus.NOCP, "NOCP (no coprocessor)"),
            (FaultStatus.UNALIGNED, "UNALIGNED (unaligned access)"),
            (FaultStatus.DIVBYZERO, "DIVBYZERO (division by zero)"),
        ]
        var causes = named.filter { cfsr & $0.0 != 0 }.map(\.1)
        if cfsr & FaultStatus.MMARVALID != 0 { causes.append("MMFAR \(hex(mmfar))") }
        if cfsr & FaultStatus.BFARVALID != 0 { causes.append("BFAR \(hex(bfar))") }
        if hfsr & FaultStatus.VECTTBL != 0 { causes.append("VECTTBL (vector table read)") }
        if hfsr & FaultStatus.DEBUGEVT != 0 { causes.append("DEBUGEVT (breakpoint without debugger)") }
        return causes
    }
}

extension Processor {
    /// A run that goes on afterwards decodes the rest as a block of its own.
    public func closeAccounts() {
        let (pc, itState) = leavePosition()
        position = .at(pc: pc, itState: itState)
    }
}
