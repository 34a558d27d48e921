import Bits
import Engine
import Machine

/// Exception entry. DDI 0403E.e B1.5.6.
extension Processor {
    /// Enters the handler of an exception, or of a more urgent one that arrives meanwhile.
    ///
    /// - Returns: the address of the handler.
    func takeException(_ number: Int, returnAddress: UInt32, itState: UInt8) -> UInt32 {
        drain()
        // It stays pending until its handler is entered: something more urgent may come in between.
        system.pending[number] = true
        let cycles = system.timings.entry.cycles
        let savesFP = features.hasFPU && system.FPCA && !system.fp.savesLazily
        spend(cycles + (savesFP ? system.timings.fpRegisters.cycles : 0), on: .exception)
        let fault = pushStack(returnAddress: returnAddress, itState: itState)
        noteStackDepth()
        if let fault { pendDerived(fault) }
        chip.events.run(until: now)
        return exceptionTaken(lateArrival(instead: number), returnAddress: returnAddress)
    }

    /// The exception whose handler is entered when the registers are saved. DDI 0403E.e B1.5.11, B1.5.12.
    private func lateArrival(instead number: Int) -> Int {
        guard let urgent = system.mostUrgent, urgent != number else { return number }
        let (a, b) = (system.priority(of: urgent), system.priority(of: number))
        return a < b || a == b && urgent < number ? urgent : number
    }

    /// PushStack(): saves the registers and sets LR. SP moves even when a store faults.
    private func pushStack(returnAddress: UInt32, itState: UInt8) -> StackingFault? {
        let r = state.registers
        let hasFP = features.hasFPU && system.FPCA
        let size: UInt32 = hasFP ? 0x68 : 0x20
        let aligns = hasFP || system.ccr & CCR.STKALIGN != 0
        let isPrivileged = system.isPrivileged
        let isPadded = aligns && r[13] & 4 != 0
        let frame = (r[13] &- size) & ~(aligns ? 7 : 3)
        r[13] = frame
        let psr = xPSR(itState: itState) & ~(1 << 9) | (isPadded ? 1 << 9 : 0)
        let excReturn = excReturn(hasFP: hasFP)
        defer { r[14] = excReturn }
        do throws(StackingFault) {
            let words = [r[0], r[1], r[2], r[3], r[12], r[14], returnAddress, psr]
            for (index, word) in words.enumerated() {
                try push(frame &+ 4 &* UInt32(index), word, isPrivileged)
            }
            guard hasFP else { return nil }
            if system.fp.savesLazily {
                deferSaving(frame: frame)
            } else {
                try pushFPRegisters(at: frame &+ 0x20, isPrivileged)
            }
            return nil
        } catch {
            return error
        }
    }

    /// Stores S0-S15 and FPSCR.
    func pushFPRegisters(at address: UInt32, _ isPrivileged: Bool) throws(StackingFault) {
        for index in 0..<16 { try push(address &+ 4 &* UInt32(index), state.singles[index], isPrivileged) }
        try push(address &+ 0x40, FPSCR, isPrivileged)
    }

    private func push(_ address: UInt32, _ value: UInt32, _ isPrivileged: Bool) throws(StackingFault) {
        do throws(MemoryFault) {
            try write(address, value, .word, isPrivileged: isPrivileged)
        } catch {
            throw error.isProtection ? .protection : .bus
        }
    }

    /// The value for LR that says where to return to. DDI 0403E.e table B1-8, B1-9.
    private func excReturn(hasFP: Bool) -> UInt32 {
        let from: UInt32 = system.isInHandlerMode ? 0x1 : system.SPSEL ? 0xD : 0x9
        return 0xFFFF_FFE0 | (hasFP ? 0 : 0x10) | from
    }

    /// A fault while the registers were saved: it is taken first if it is more urgent, and stays pending otherwise.
    private func pendDerived(_ fault: StackingFault) {
        system.faults.cfsr |= fault == .protection ? FaultStatus.MSTKERR : FaultStatus.STKERR
        system.lastFault = "registers cannot be saved on the stack, at \(hex(currentPC))"
        pendFault(fault == .protection ? Exception.memManage : Exception.busFault)
    }

    /// Makes a fault pending that is not the executing instruction's; as HardFault if its own exception cannot be
    /// taken.
    func pendFault(_ number: Int) {
        if features.isMainline, system.enabled[number], system.preempts(number) {
            pend(number)
        } else {
            if features.isMainline { system.faults.hfsr |= FaultStatus.FORCED }
            pend(Exception.hardFault)
        }
    }

    /// ExceptionTaken(): into Handler mode, at the address from the vector table.
    ///
    /// - Parameter returnAddress: where the interrupted code goes on; `nil` when tail-chaining.
    func exceptionTaken(_ number: Int, returnAddress: UInt32?) -> UInt32 {
        var number = number
        var vector = vector(number)
        if vector == nil {
            guard number != Exception.hardFault, number != Exception.nmi, number != Exception.reset,
                system.executionPriority > -1
            else { return lockUp("the vector of exception \(number) cannot be read") }
            system.faults.hfsr |= FaultStatus.VECTTBL
            system.pending[number] = true
            number = Exception.hardFault
            vector = self.vector(number)
        }
        guard let vector else { return lockUp("the vector of HardFault cannot be read") }
        switchStack(toProcess: false)
        system.isInHandlerMode = true
        system.ipsr = number
        system.SPSEL = false
        system.FPCA = false
        system.isThumb = vector & 1 != 0
        system.active[number] = true
        // Whatever its line says: a line that stays up asks again when the handler returns.
        system.pending[number] = false
        state.pointee.exclusive = nil
        system.eventRegister = true
        updateFPGate()
        observer?.exceptionEntered(exceptionEntry(number, handler: vector & ~1, returnAddress), at: now)
        guard system.isThumb else { return raise(.invalidState, at: vector & ~1, itState: 0) }
        return vector & ~1
    }

    /// What an observer is told. LR has the form of the saved registers. DDI 0403E.e B1.5.7, B1.5.8.
    private func exceptionEntry(_ number: Int, handler: UInt32, _ returnAddress: UInt32?) -> ExceptionEntry {
        let excReturn = state.registers[14]
        let savedOnProcessStack = excReturn & 4 != 0
        return ExceptionEntry(
            number: number, handler: handler, returnAddress: returnAddress,
            frame: savedOnProcessStack ? processStackPointer : state.registers[13], frameSize: 0x20...0x6C,
            savedBytes: savedOnProcessStack ? 0 : excReturn & 0x10 != 0 ? 0x20 : 0x68)
    }

    /// An entry of the vector table; `nil` where it cannot be read. The MPU does not check vector fetches.
    /// DDI 0403E.e B3.5.
    private func vector(_ number: Int) -> UInt32? {
        do throws(BusError) {
            return try chip.bus.read(system.vtor &+ 4 &* UInt32(number), .word)
        } catch {
            return nil
        }
    }

    /// Makes the other stack pointer current, if it is not.
    func switchStack(toProcess: Bool) {
        guard toProcess != system.usesProcessStack else { return }
        swap(&state.registers[13], &system.otherSP)
        swap(&state.pointee.stackLow, &system.otherStackLow)
    }

    /// The core saved registers below everything that was on the stack before.
    private func noteStackDepth() {
        guard state.registers[13] < state.pointee.stackLow else { return }
        state.pointee.stackLow = state.registers[13]
        observer?.stackDeepened(to: state.registers[13], at: now)
    }

    /// The run is over: a fault that no handler can take. DDI 0403E.e B1.5.15.
    func lockUp(_ text: String) -> UInt32 {
        ending = .lockup(text)
        return 0xFFFF_FFFE
    }

    /// The lowest value that the main stack pointer had since reset.
    public var mainStackLow: UInt32 { system.usesProcessStack ? system.otherStackLow : state.pointee.stackLow }
}

/// Why registers could not be saved or restored.
enum StackingFault: Error {
    case protection, bus
}

extension MemoryFault {
    var isProtection: Bool {
        if case .protection = self { true } else { false }
    }
}
