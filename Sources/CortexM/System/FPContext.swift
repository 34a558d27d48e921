import Engine
import Machine
import Profile

/// The FP registers of interrupted code. DDI 0403E.e B1.5.7.
extension Processor {
    /// Works out whether FP instructions may run without a look at their context first.
    func updateFPGate() {
        let isActive = system.FPCA || !system.fp.savesAutomatically
        state.pointee.isFPReady = isActive && !system.fp.isSavePending && system.mayUseFP
    }

    /// UpdateFPCCR(): room for the registers is reserved, saving is left to the first FP instruction.
    func deferSaving(frame: UInt32) {
        typealias F = FPContextRegisters
        let priority = system.executionPriority
        var fpccr = system.fp.fpccr & (F.ASPEN | F.LSPEN) | F.LSPACT
        if !system.isPrivileged { fpccr |= F.USER }
        if !system.isInHandlerMode { fpccr |= F.THREAD }
        if priority > -1 { fpccr |= F.HFRDY }
        if isReady(Exception.busFault) { fpccr |= F.BFRDY }
        if isReady(Exception.memManage) { fpccr |= F.MMRDY }
        if isReady(Exception.debugMonitor) { fpccr |= F.MONRDY }
        system.fp.fpccr = fpccr
        system.fp.fpcar = frame &+ 0x20
    }

    private func isReady(_ number: Int) -> Bool { system.enabled[number] && system.preempts(number) }

    /// ExecuteFPCheck(): in front of an FP instruction whose context is not in the FP registers.
    ///
    /// - Returns: cycles for saving the registers of the interrupted code.
    func executeFPCheck() throws(MemoryFault) -> Int {
        guard system.mayUseFP else { throw .noCoprocessor }
        var cycles = 0
        if system.fp.isSavePending {
            try preserveFPState()
            cycles = system.timings.lazySave.cycles
        }
        if system.fp.savesAutomatically, !system.FPCA {
            FPSCR = system.fp.fpdscr
            system.FPCA = true
        }
        updateFPGate()
        return cycles
    }

    /// PreserveFPState(): the deferred saving, with the privilege of the code that is interrupted.
    private func preserveFPState() throws(MemoryFault) {
        let isPrivileged = system.fp.fpccr & FPContextRegisters.USER == 0
        do throws(StackingFault) {
            try pushFPRegisters(at: system.fp.fpcar, isPrivileged)
        } catch {
            throw error == .protection ? .lazyProtection : .lazyBus
        }
        system.fp.isSavePending = false
    }
}
