import Bits
import Engine
import Machine

/// Exception return. DDI 0403E.e B1.5.8.
extension Processor {
    /// Leaves a handler by a branch to `excReturn`.
    ///
    /// - Returns: where execution goes on: in the interrupted code, or in another handler.
    func exceptionReturn(_ excReturn: UInt32) -> (pc: UInt32, itState: UInt8) {
        let returning = system.ipsr
        let others = system.active.count - 1
        guard system.active[returning] else { return (refuseReturn(excReturn), 0) }
        let toProcess: Bool
        switch excReturn & 0xF {
        case 0x1: toProcess = false
        case 0x9, 0xD:
            guard others == 0 || system.ccr & CCR.NONBASETHRDENA != 0 else {
                deactivate(returning)
                return (refuseReturn(excReturn), 0)
            }
            toProcess = excReturn & 0xF == 0xD
        default:
            deactivate(returning)
            return (refuseReturn(excReturn), 0)
        }
        // Bits 27...5 must be ones; bit 4 tells about FP registers, where there are any.
        guard excReturn | 0x1F == .max, features.hasFPU || excReturn & 0x10 != 0 else {
            deactivate(returning)
            return (refuseReturn(excReturn), 0)
        }
        deactivate(returning)
        if let next = pendingException() { return (tailChain(next, excReturn), 0) }

        let isThread = excReturn & 0x8 != 0
        let frame = toProcess ? system.otherSP : state.registers[13]
        let isPrivileged = !isThread || !system.nPRIV
        let restored: [UInt32]
        let unstacksFP: Bool
        do throws(StackingFault) {
            restored = try popRegisters(frame, isPrivileged)
            unstacksFP = try popFPRegisters(frame, excReturn, isPrivileged)
        } catch {
            return (derivedOnReturn(error, excReturn), 0)
        }
        let psr = restored[7]
        let address = restored[6]
        restore(restored, frame: frame, excReturn: excReturn, isThread: isThread, toProcess: toProcess)
        let itState = UInt8(psr.bits(15, 10) << 2 | psr.bits(26, 25))
        guard isThread == (system.ipsr == 0) else {
            return (refuseStackedMode(address, itState, excReturn), 0)
        }
        state.pointee.exclusive = nil
        system.eventRegister = true
        spend(
            system.timings.exit.cycles + (unstacksFP ? system.timings.fpRegisters.cycles : 0), on: .exception)
        observer?.exceptionReturned(to: address & ~1, at: now)
        if isThread, others == 0, system.scr & SCR.SLEEPONEXIT != 0 { system.isSleeping = true }
        recheckPriority()
        guard system.isThumb else { return (raise(.invalidState, at: address & ~1, itState: itState), 0) }
        return (address & ~1, itState)
    }

    /// DeActivate().
    private func deactivate(_ number: Int) {
        system.active[number] = false
        if number != Exception.nmi { system.faultmask = false }
        // A line that is still up asks again.
        if system.asserted[number] { pend(number) }
    }

    /// From one handler to the next, without restoring and saving registers in between. DDI 0403E.e B1.5.12.
    private func tailChain(_ number: Int, _ excReturn: UInt32) -> UInt32 {
        spend(system.timings.tailChain.cycles, on: .exception)
        chip.events.run(until: now)
        state.registers[14] = excReturn
        return exceptionTaken(pendingException() ?? number, returnAddress: nil)
    }

    /// The integrity checks refuse a return: INVPC, chained to the handler.
    private func refuseReturn(_ excReturn: UInt32) -> UInt32 {
        chainFault(.invalidPC, 0xF000_0000 | excReturn)
    }

    /// The frame says another mode than EXC_RETURN does: the registers are saved again.
    private func refuseStackedMode(_ address: UInt32, _ itState: UInt8, _ excReturn: UInt32) -> UInt32 {
        let pc = raise(.invalidPC, at: address & ~1, itState: itState)
        state.registers[14] = 0xF000_0000 | excReturn
        return pc
    }

    /// A fault while the registers were restored.
    private func derivedOnReturn(_ fault: StackingFault, _ excReturn: UInt32) -> UInt32 {
        switch fault {
        case .protection:
            system.faults.cfsr |= FaultStatus.MUNSTKERR
            return chain(Exception.memManage, excReturn, "a fault while registers were restored")
        case .bus:
            system.faults.cfsr |= FaultStatus.UNSTKERR
            return chain(Exception.busFault, excReturn, "a fault while registers were restored")
        }
    }

    private func chainFault(_ fault: MemoryFault, _ excReturn: UInt32) -> UInt32 {
        chain(system.faults.note(fault), excReturn, fault.text)
    }

    /// Enters the handler of a fault without saving registers, since those of the return are still on the stack.
    private func chain(_ number: Int, _ excReturn: UInt32, _ text: String) -> UInt32 {
        system.lastFault = "\(text), at \(hex(currentPC))"
        guard let target = handler(of: number) else { return lockUp("\(text), at priority -1 or -2") }
        system.pending[target] = true
        return tailChain(target, excReturn)
    }

    private func popRegisters(_ frame: UInt32, _ isPrivileged: Bool) throws(StackingFault) -> [UInt32] {
        var words: [UInt32] = []
        for index in 0..<8 { words.append(try pop(frame &+ 4 &* UInt32(index), isPrivileged)) }
        return words
    }

    /// Loads S0-S15 and FPSCR, unless they are still in place. Answers whether it did.
    private func popFPRegisters(
        _ frame: UInt32, _ excReturn: UInt32, _ isPrivileged: Bool
    ) throws(StackingFault) -> Bool {
        guard excReturn & 0x10 == 0 else { return false }
        guard !system.fp.isSavePending else {
            system.fp.isSavePending = false
            return false
        }
        for index in 0..<16 { state.singles[index] = try pop(frame &+ 0x20 &+ 4 &* UInt32(index), isPrivileged) }
        FPSCR = try pop(frame &+ 0x60, isPrivileged)
        return true
    }

    private func pop(_ address: UInt32, _ isPrivileged: Bool) throws(StackingFault) -> UInt32 {
        do throws(MemoryFault) {
            guard address & 3 == 0 else { throw .bus(address) }
            return try read(address, .word, isPrivileged: isPrivileged)
        } catch {
            throw error.isProtection ? .protection : .bus
        }
    }

    /// PopStack(), with the registers read.
    private func restore(
        _ words: [UInt32], frame: UInt32, excReturn: UInt32, isThread: Bool, toProcess: Bool
    ) {
        let r = state.registers
        let psr = words[7]
        let hasFP = excReturn & 0x10 == 0
        system.SPSEL = toProcess
        if isThread {
            system.isInHandlerMode = false
            if toProcess {
                swap(&r[13], &system.otherSP)
                swap(&state.pointee.stackLow, &system.otherStackLow)
            }
        }
        for index in 0..<4 { r[index] = words[index] }
        r[12] = words[4]
        r[14] = words[5]
        let aligns = hasFP || system.ccr & CCR.STKALIGN != 0
        r[13] = (frame &+ (hasFP ? 0x68 : 0x20)) | (aligns && psr.bit(9) ? 4 : 0)
        system.FPCA = features.hasFPU && hasFP
        APSR = psr
        system.ipsr = Int(psr.bits(8, 0))
        system.isThumb = psr.bit(24)
        updateFPGate()
    }
}
