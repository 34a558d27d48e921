import Engine
import Machine
import Semihosting

/// The operations that are too rare for the run loop, or that the hart completes. They find everything in the state,
/// whose budget is up to date. Answers `false` when the run loop must be left.
@inline(never)
func executeRare(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
    state.pointee.hart._withUnsafeGuaranteedRef { $0.supervise(block, i) }
}

/// An instruction with a reserved rounding mode.
@inline(never)
func raiseIllegal(_ state: CoreState.Pointer, _ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
    state.pointee.hart._withUnsafeGuaranteedRef { hart in
        hart.currentPC = block.pointee.pc &+ UInt32(i.pointee.offset)
        return hart.failIllegal()
    }
}

extension Hart {
    func supervise(_ block: Block.Pointer, _ i: Instruction.Pointer) -> Bool {
        if i.pointee.operation.isAtomic { return executeAtomic(block, i) }
        chip.clock.now = state.pointee.deadline - state.pointee.budget - Int(i.pointee.cyclesToEnd)
        currentPC = block.pointee.pc &+ UInt32(i.pointee.offset)
        harts.currentCore = index
        currentInstruction = (block, i)
        defer { currentInstruction = nil }
        do throws(IllegalInstruction) {
            switch i.pointee.operation {
            case .csrrw, .csrrs, .csrrc, .csrrwi, .csrrsi, .csrrci:
                try accessCSR(i)
                return goOn()
            case .fencei:
                emptyInstructionCache()
                return true
            case .sfencevma:
                try control.sfence(i.x == 1 ? .vm : .vma)
                return true
            case .mret: return leave(.trapReturn(try control.mret()))
            case .sret: return leave(.trapReturn(try control.sret()))
            case .wfi:
                try control.wfi()
                return control.isInterruptWaiting ? goOn() : leave(.sleep)
            case .ecall:
                return leave(.exception(RaisedException(cause: .environmentCall(from: control.mode), value: 0)))
            case .ebreak: return breakpoint()
            case .fetchFault: return fail(.instructionAccessFault, UInt64(i.target))
            default: return failIllegal()
            }
        } catch {
            return failIllegal()
        }
    }

    /// Unprivileged manual, table 9.1: without a source or a destination, a register is not written or not read.
    private func accessCSR(_ i: Instruction.Pointer) throws(IllegalInstruction) {
        let r = state.registers
        let (operation, isImmediate): (CSROperation, Bool) =
            switch i.pointee.operation {
            case .csrrw: (.write, false)
            case .csrrs: (.set, false)
            case .csrrc: (.clear, false)
            case .csrrwi: (.write, true)
            case .csrrsi: (.set, true)
            default: (.clear, true)
            }
        let operand = isImmediate ? UInt64(i.n) : r[i.n]
        if operation != .write, i.n == 0 {
            r[i.d] = try control.read(i.x)
        } else if operation == .write, i.d == Int(discarded) {
            try control.write(i.x, operand)
        } else {
            r[i.d] = try control.exchange(i.x, operation, operand)
        }
    }

    /// Behind an instruction that may have let an interrupt through, or that a device may have had something to do
    /// with.
    private func goOn() -> Bool {
        shrinkBudget()
        guard state.pointee.wantsAttention || state.pointee.budget < 0 else { return true }
        state.pointee.departure = .attention
        return false
    }

    private func leave(_ request: SupervisorRequest) -> Bool {
        self.request = request
        state.pointee.departure = .supervisor
        return false
    }

    private func fail(_ cause: ExceptionCause, _ value: UInt64) -> Bool {
        exception = RaisedException(cause: cause, value: value)
        state.pointee.departure = .exception
        return false
    }

    /// mtval takes the instruction, as far as it goes.
    func failIllegal() -> Bool {
        let low = UInt64(halfword(at: currentPC) ?? 0)
        let isWide = Decoder.isWide(UInt32(low))
        return fail(.illegalInstruction, isWide ? low | UInt64(halfword(at: currentPC &+ 2) ?? 0) << 16 : low)
    }

    private func halfword(at address: UInt32) -> UInt16? {
        guard let (memory, local) = chip.bus.memory(at: address), memory.contains(local, 2) else { return nil }
        return UInt16(truncatingIfNeeded: memory.load(local, .halfword))
    }

    // MARK: EBREAK

    /// EBREAK: semihosting between its marks (RISC-V Semihosting 2.1), or a breakpoint exception.
    private func breakpoint() -> Bool {
        guard let semihosting = harts.semihosting, isSemihostingCall else {
            return fail(.breakpoint, UInt64(currentPC))
        }
        switch semihosting.call(GuestMemory(self), state.registers[10], state.registers[11]) {
        case .goesOn(let result):
            state.registers[10] = result
            return true
        case .exits(let code):
            return leave(.end(.exited(code)))
        }
    }

    /// Whether EBREAK stands between SLLI x0, x0, 31 and SRAI x0, x0, 7.
    private var isSemihostingCall: Bool {
        func word(_ address: UInt32) -> UInt32 {
            UInt32(halfword(at: address) ?? 0) | UInt32(halfword(at: address &+ 2) ?? 0) << 16
        }
        return word(currentPC &- 4) == 0x01F0_1013 && word(currentPC &+ 4) == 0x4070_5013
    }

    // MARK: Counting

    /// The instructions that have retired, without the current one. "As ECALL and EBREAK cause synchronous exceptions,
    /// they are not considered to retire, and should not increment the minstret CSR." Privileged Architecture 1.12,
    /// 3.3.1.
    var completedInstructions: Int {
        var count = gatheredInstructions - unretiredInstructions
        var block = UnsafeMutablePointer<Block.Pointer>(ledger.dirty)
        while block < state.pointee.dirty {
            let counts = block.pointee.pointee
            count += counts.entries * Int(counts.instructions) - counts.charged[Ledger.abandoned]
            block += 1
        }
        guard let (block, i) = currentInstruction else { return count }
        let address = block.pointee.pc &+ UInt32(i.pointee.offset)
        return count - drafts[Int(block.pointee.index)].instructions.reduce(0) { $0 + ($1.address >= address ? 1 : 0) }
    }
}

extension Operation {
    /// Whether it is LR, SC or an atomic memory operation.
    var isAtomic: Bool {
        if isAtomicWord { return true }
        switch self {
        case .lrd, .scd, .amoswapd, .amoaddd, .amoxord, .amoandd, .amoord, .amomind, .amomaxd, .amominud, .amomaxud:
            return true
        default: return false
        }
    }
}
