/// What host code may do with floating-point instructions; host code finds it in the state.
enum FPGate: UInt8 {
    /// The FPU is off, or its registers hold another context: the next instruction has to look at it.
    case closed
    /// They run, but FPSCR asks for what only the reference does.
    case open
    /// The host may compute.
    case computes
}

extension CoreState.Pointer {
    /// Works out the gate: in front of host code, and behind whatever it calls that may change FPSCR or the context.
    func updateFPGate() {
        let gate: FPGate =
            !pointee.isFPReady ? .closed : HostArithmetic.applies(pointee.fpscr) ? .computes : .open
        pointee.fpGate = gate.rawValue
    }
}
