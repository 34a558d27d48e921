import Engine
import Machine
import Profile
import Semihosting

/// The instructions that the run loop leaves to the processor.
extension Processor {
    /// Executes one of them. Answers `false` when the run loop must be left.
    func supervise(_ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
        chip.clock.now = state.pointee.deadline - state.pointee.budget - Int(i.pointee.cyclesToEnd)
        currentPC = block.pointee.pc &+ UInt32(i.pointee.offset)
        switch i.pointee.operation {
        case .mrs:
            state.registers[i.d] = moveFromSpecial(i.imm)
            return true
        case .msr:
            moveToSpecial(i.imm, state.registers[i.n], mask: i.pointee.a)
            return goOnUnlessPreempted()
        case .cps:
            changeState(disables: i.pointee.a != 0, i.x)
            return goOnUnlessPreempted()
        case .svc:
            return callSupervisor()
        case .bkpt:
            return breakpoint(i.imm)
        case .wfi:
            return sleepUnlessAwake()
        case .wfe:
            system.isWaitingForEvent = true
            return sleepUnlessAwake()
        case .sev:
            system.eventRegister = true
            return true
        case .unprivilegedAccess:
            setUnprivileged(i.imm != 0)
            return true
        case .fpContext:
            return prepareFPContext(block)
        case .checkFetch:
            guard !system.isPrivileged, system.isPrivilegedCode(currentPC) else { return true }
            return fail(.fetchProtection(currentPC))
        case .fetchFault:
            let mayExecute = system.permits(
                i.imm, .halfword, isWrite: false, isPrivileged: system.isPrivileged, isFetch: true)
            return fail(mayExecute ? .fetch(i.imm) : .fetchProtection(i.imm))
        case .noCoprocessor:
            return fail(.noCoprocessor)
        case .it, .nop, .dsb, .dmb, .isb:
            return true
        default:
            return fail(.undefined)
        }
    }

    /// UDIV and SDIV by zero. Answers whether the instruction completes, with the result 0.
    func divideByZero(_ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
        guard system.ccr & CCR.DIV_0_TRP != 0 else { return true }
        currentPC = block.pointee.pc &+ UInt32(i.pointee.offset)
        return fail(.divideByZero)
    }

    private func leave(_ request: SupervisorRequest) -> Bool {
        self.request = request
        state.pointee.departure = .supervisor
        return false
    }

    private func fail(_ fault: MemoryFault) -> Bool {
        self.fault = fault
        state.pointee.departure = .fault
        return false
    }

    /// Behind an instruction that may have let an exception through.
    private func goOnUnlessPreempted() -> Bool {
        pendingException() == nil ? true : leave(.lookAround)
    }

    /// SVCall, or HardFault where that cannot be taken. DDI 0403E.e B1.5.14.
    private func callSupervisor() -> Bool {
        if system.preempts(Exception.svCall) { return leave(.exception(Exception.svCall)) }
        guard system.executionPriority > -1 else {
            return leave(.end(.lockup("SVC at \(hex(currentPC)), at priority \(system.executionPriority)")))
        }
        if features.isMainline { system.faults.hfsr |= FaultStatus.FORCED }
        return leave(.exception(Exception.hardFault))
    }

    private func sleepUnlessAwake() -> Bool {
        guard wakesUp() else { return leave(.sleep) }
        return goOnUnlessPreempted()
    }

    private func prepareFPContext(_ block: Block.Pointer) -> Bool {
        do throws(MemoryFault) {
            let cycles = try executeFPCheck()
            state.pointee.budget -= cycles
            block.pointee.charged[Cause.exception.index] += cycles
            return true
        } catch {
            return fail(error)
        }
    }

    /// BKPT: semihosting, or a debug event that nobody takes.
    private func breakpoint(_ number: UInt32) -> Bool {
        guard number == 0xAB, let semihosting = system.semihosting else { return fail(.breakpoint) }
        switch semihosting.call(GuestMemory(self), UInt64(state.registers[0]), UInt64(state.registers[1])) {
        case .goesOn(let result):
            state.registers[0] = UInt32(truncatingIfNeeded: result)
            return true
        case .exits(let code):
            return leave(.end(.exited(code)))
        }
    }
}
