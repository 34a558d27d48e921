/// The operations of floating-point data processing that are worth a place in the run loop: by the host where it gives
/// the same answer, otherwise by the reference in `executeFloatingPoint`. DDI 0403E.e A7.7.225 to A7.7.254.
extension Execution {
    /// s0 to s31.
    var s: UnsafeMutablePointer<UInt32> { @inline(always) get { state.singles } }

    /// What the host computed, if it may compute at all; else the reference computes it.
    @inline(always)
    private func byHost(_ i: Instruction.Pointer, _ result: UInt32?) {
        if _fastPath(HostArithmetic.applies(state.pointee.fpscr)), let result {
            s[i.d] = result
        } else {
            byReference(i)
        }
    }

    @inline(always)
    private func byReference(_ i: Instruction.Pointer) { executeFloatingPoint(state, i) }

    @inline(always) func vadd(_ i: Instruction.Pointer) { byHost(i, HostArithmetic.add(s[i.n], s[i.m])) }
    @inline(always) func vsub(_ i: Instruction.Pointer) { byHost(i, HostArithmetic.sub(s[i.n], s[i.m])) }
    @inline(always) func vmul(_ i: Instruction.Pointer) { byHost(i, HostArithmetic.mul(s[i.n], s[i.m])) }
    @inline(always) func vnmul(_ i: Instruction.Pointer) {
        byHost(i, HostArithmetic.mul(FPNeg(s[i.n]), s[i.m]))
    }
    @inline(always) func vdiv(_ i: Instruction.Pointer) { byHost(i, HostArithmetic.div(s[i.n], s[i.m])) }
    @inline(always) func vsqrt(_ i: Instruction.Pointer) { byHost(i, HostArithmetic.sqrt(s[i.m])) }

    // Rounded after the multiplication.
    @inline(always) func vmla(_ i: Instruction.Pointer) {
        byHost(i, HostArithmetic.mulThenAdd(s[i.d], s[i.n], s[i.m], negatesProduct: false))
    }
    @inline(always) func vmls(_ i: Instruction.Pointer) {
        byHost(i, HostArithmetic.mulThenAdd(s[i.d], s[i.n], s[i.m], negatesProduct: true))
    }
    @inline(always) func vnmla(_ i: Instruction.Pointer) {
        byHost(i, HostArithmetic.mulThenAdd(FPNeg(s[i.d]), s[i.n], s[i.m], negatesProduct: true))
    }
    @inline(always) func vnmls(_ i: Instruction.Pointer) {
        byHost(i, HostArithmetic.mulThenAdd(FPNeg(s[i.d]), s[i.n], s[i.m], negatesProduct: false))
    }

    // Rounded once.
    @inline(always) func vfma(_ i: Instruction.Pointer) {
        byHost(i, HostArithmetic.mulAdd(s[i.d], s[i.n], s[i.m]))
    }
    @inline(always) func vfms(_ i: Instruction.Pointer) {
        byHost(i, HostArithmetic.mulAdd(s[i.d], FPNeg(s[i.n]), s[i.m]))
    }
    @inline(always) func vfnma(_ i: Instruction.Pointer) {
        byHost(i, HostArithmetic.mulAdd(FPNeg(s[i.d]), FPNeg(s[i.n]), s[i.m]))
    }
    @inline(always) func vfnms(_ i: Instruction.Pointer) {
        byHost(i, HostArithmetic.mulAdd(FPNeg(s[i.d]), s[i.n], s[i.m]))
    }

    // MARK: Comparison

    @inline(always) func vcmp(_ i: Instruction.Pointer) { compare(i, s[i.m]) }
    @inline(always) func vcmpZero(_ i: Instruction.Pointer) { compare(i, 0) }

    /// VCMPE is executed here, too: numbers compare alike. In flush-to-zero mode denormals equal zero.
    @inline(always)
    private func compare(_ i: Instruction.Pointer, _ operand: UInt32) {
        if _fastPath(state.pointee.fpscr & FPSCR.FZ == 0), let flags = HostArithmetic.compare(s[i.n], operand) {
            state.pointee.fpFlags = flags
        } else {
            byReference(i)
        }
    }

    // MARK: Conversion

    @inline(always) func vcvtToS32(_ i: Instruction.Pointer) { byHost(i, HostArithmetic.toSigned(s[i.m])) }
    @inline(always) func vcvtToU32(_ i: Instruction.Pointer) { byHost(i, HostArithmetic.toUnsigned(s[i.m])) }
    @inline(always) func vcvtFromS32(_ i: Instruction.Pointer) { byHost(i, HostArithmetic.fromSigned(s[i.m])) }
    @inline(always) func vcvtFromU32(_ i: Instruction.Pointer) { byHost(i, HostArithmetic.fromUnsigned(s[i.m])) }

    // MARK: Moves

    @inline(always) func vmovImm(_ i: Instruction.Pointer) { s[i.d] = i.imm }
    @inline(always) func vmovReg(_ i: Instruction.Pointer) { s[i.d] = s[i.m] }
    @inline(always) func vabs(_ i: Instruction.Pointer) { s[i.d] = FPAbs(s[i.m]) }
    @inline(always) func vneg(_ i: Instruction.Pointer) { s[i.d] = FPNeg(s[i.m]) }

    @inline(always) func vmovFromCore(_ i: Instruction.Pointer) { s[i.d] = r[i.n] }
    @inline(always) func vmovToCore(_ i: Instruction.Pointer) { r[i.d] = s[i.n] }
    @inline(always) func vmovFromCorePair(_ i: Instruction.Pointer) {
        s[i.d] = r[i.n]
        s[i.m] = r[i.a]
    }
    @inline(always) func vmovToCorePair(_ i: Instruction.Pointer) {
        r[i.d] = s[i.n]
        r[i.a] = s[i.m]
    }

    /// VMRS APSR_nzcv, FPSCR.
    @inline(always) mutating func vmrsFlags() {
        let flags = state.pointee.fpFlags
        // N goes to bit 63; Z is that the low half is zero.
        nz = Int64(bitPattern: UInt64(flags & 0x8000_0000) &<< 32 | UInt64(~flags &>> 30 & 1))
        c = flags &>> 29 & 1
        v = flags &<< 3
    }
}
