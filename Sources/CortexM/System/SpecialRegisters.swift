import Bits
import Engine

/// xPSR and FPSCR, and the special registers as MRS, MSR and CPS see them. DDI 0403E.e B1.4, B5.2.
extension Processor {
    /// N, Z, C, V, Q in bits 31...27 and GE in bits 19...16.
    var APSR: UInt32 {
        get {
            let s = state.pointee
            var psr: UInt32 = s.nz < 0 ? 1 << 31 : 0
            if UInt32(truncatingIfNeeded: s.nz) == 0 { psr |= 1 << 30 }
            if s.c != 0 { psr |= 1 << 29 }
            if s.v >> 31 != 0 { psr |= 1 << 28 }
            if s.q != 0 { psr |= 1 << 27 }
            return features.hasDSP ? psr | (s.ge & 0xF) << 16 : psr
        }
        set {
            setFlags(newValue)
            if features.hasDSP { state.pointee.ge = newValue.bits(19, 16) }
        }
    }

    private func setFlags(_ psr: UInt32) {
        // Bit 63 is N; the low word is zero for Z.
        state.pointee.nz = (psr.bit(31) ? Int64.min : 0) | (psr.bit(30) ? 0 : 1)
        state.pointee.c = psr.bit(29) ? 1 : 0
        state.pointee.v = psr.bit(28) ? 1 << 31 : 0
        if features.isMainline { state.pointee.q = psr.bit(27) ? 1 : 0 }
    }

    func xPSR(itState: UInt8) -> UInt32 {
        let it = UInt32(itState)
        let epsr = it.bits(1, 0) << 25 | (system.isThumb ? 1 << 24 : 0) | it.bits(7, 2) << 10
        return APSR | epsr | UInt32(system.ipsr)
    }

    /// The whole of FPSCR.
    var FPSCR: UInt32 {
        get { state.pointee.fpscr | state.pointee.fpFlags }
        set {
            state.pointee.fpscr = newValue & 0x07C0_009F
            state.pointee.fpFlags = newValue & 0xF000_0000
        }
    }

    /// CONTROL.
    public var control: UInt32 {
        (system.nPRIV ? 1 : 0) | (system.SPSEL ? 2 : 0) | (system.FPCA ? 4 : 0)
    }

    public var mainSP: UInt32 { system.usesProcessStack ? system.otherSP : state.registers[13] }
    public var processSP: UInt32 { system.usesProcessStack ? state.registers[13] : system.otherSP }

    /// MRS.
    func moveFromSpecial(_ SYSm: UInt32) -> UInt32 {
        switch SYSm {
        case 0...7:
            // EPSR reads as zero, IPSR only by privileged code.
            let ipsr = SYSm.bit(0) && system.isPrivileged ? UInt32(system.ipsr) : 0
            return (SYSm.bit(2) ? 0 : APSR) | ipsr
        case 8: return system.isPrivileged ? mainSP : 0
        case 9: return system.isPrivileged ? processSP : 0
        case 16: return system.isPrivileged && system.primask ? 1 : 0
        case 17, 18: return system.isPrivileged ? UInt32(system.basepri) : 0
        case 19: return system.isPrivileged && system.faultmask ? 1 : 0
        case 20: return control
        default: return 0
        }
    }

    /// MSR.
    ///
    /// - Parameter mask: bit 1 for N, Z, C, V, Q; bit 0 for GE.
    func moveToSpecial(_ SYSm: UInt32, _ value: UInt32, mask: UInt8) {
        if SYSm < 8 {
            guard !SYSm.bit(2) else { return }
            if mask & 2 != 0 { setFlags(value) }
            if mask & 1 != 0, features.hasDSP { state.pointee.ge = value.bits(19, 16) }
            return
        }
        guard system.isPrivileged else { return }
        switch SYSm {
        case 8:
            if system.usesProcessStack { system.otherSP = value & ~3 } else { setSP(value & ~3) }
        case 9:
            if system.usesProcessStack { setSP(value & ~3) } else { system.otherSP = value & ~3 }
        case 16: system.primask = value.bit(0)
        case 17 where features.isMainline: system.basepri = UInt8(truncatingIfNeeded: value) & system.priorityMask
        case 18 where features.isMainline:
            let value = UInt8(truncatingIfNeeded: value) & system.priorityMask
            if value != 0, value < system.basepri || system.basepri == 0 { system.basepri = value }
        case 19 where features.isMainline:
            if !value.bit(0) || system.executionPriority > -1 { system.faultmask = value.bit(0) }
        case 20: setControl(value)
        default: break
        }
    }

    /// A stack pointer given by software: how deep the stack is, is counted from there.
    private func setSP(_ value: UInt32) {
        state.registers[13] = value
        state.pointee.stackLow = min(state.pointee.stackLow, value)
    }

    private func setControl(_ value: UInt32) {
        system.nPRIV = value.bit(0)
        if !system.isInHandlerMode {
            switchStack(toProcess: value.bit(1))
            system.SPSEL = value.bit(1)
        }
        if features.hasFPU { system.FPCA = value.bit(2) }
        updateFPGate()
    }

    /// CPS. DDI 0403E.e B5.2.1.
    ///
    /// - Parameters:
    ///   - disables: CPSID.
    ///   - flags: bit 1 for PRIMASK, bit 0 for FAULTMASK.
    func changeState(disables: Bool, _ flags: UInt16) {
        guard system.isPrivileged else { return }
        if flags & 2 != 0 { system.primask = disables }
        if flags & 1 != 0, features.isMainline, !disables || system.executionPriority > -1 {
            system.faultmask = disables
        }
    }
}
