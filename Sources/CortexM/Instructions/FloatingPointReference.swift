import FloatingPoint

/// Floating-point data processing on the state, by the reference arithmetic: what the host's own arithmetic does not
/// answer, and the instructions that are rare. DDI 0403E.e A7.7.225 to A7.7.257.
@inline(never)
func executeFloatingPoint(_ state: CoreState.Pointer, _ i: Instruction.Pointer) {
    let s = state.singles
    let d = i.d
    let n = s[i.n]
    let m = s[i.m]
    var fpscr = state.pointee.fpscr
    switch i.pointee.operation {
    case .vadd: s[d] = FPAdd(n, m, &fpscr)
    case .vsub: s[d] = FPSub(n, m, &fpscr)
    case .vmul: s[d] = FPMul(n, m, &fpscr)
    case .vnmul: s[d] = FPNeg(FPMul(n, m, &fpscr))
    case .vmla: s[d] = FPAdd(s[d], FPMul(n, m, &fpscr), &fpscr)
    case .vmls: s[d] = FPAdd(s[d], FPNeg(FPMul(n, m, &fpscr)), &fpscr)
    case .vnmla: s[d] = FPAdd(FPNeg(s[d]), FPNeg(FPMul(n, m, &fpscr)), &fpscr)
    case .vnmls: s[d] = FPAdd(FPNeg(s[d]), FPMul(n, m, &fpscr), &fpscr)
    case .vfma: s[d] = FPMulAdd(s[d], n, m, &fpscr)
    case .vfms: s[d] = FPMulAdd(s[d], FPNeg(n), m, &fpscr)
    case .vfnma: s[d] = FPMulAdd(FPNeg(s[d]), FPNeg(n), m, &fpscr)
    case .vfnms: s[d] = FPMulAdd(FPNeg(s[d]), n, m, &fpscr)
    case .vdiv: s[d] = FPDiv(n, m, &fpscr)
    case .vsqrt: s[d] = FPSqrt(m, &fpscr)

    case .vcmp: state.pointee.fpFlags = FPCompare(n, m, quietNaNExc: false, &fpscr)
    case .vcmpe: state.pointee.fpFlags = FPCompare(n, m, quietNaNExc: true, &fpscr)
    case .vcmpZero: state.pointee.fpFlags = FPCompare(n, FPZero(false), quietNaNExc: false, &fpscr)
    case .vcmpeZero: state.pointee.fpFlags = FPCompare(n, FPZero(false), quietNaNExc: true, &fpscr)

    case .vcvtToS32: s[d] = integer(m, isUnsigned: false, .RTZ, &fpscr)
    case .vcvtToU32: s[d] = integer(m, isUnsigned: true, .RTZ, &fpscr)
    case .vcvtrToS32: s[d] = integer(m, isUnsigned: false, Rounding(of: fpscr), &fpscr)
    case .vcvtrToU32: s[d] = integer(m, isUnsigned: true, Rounding(of: fpscr), &fpscr)
    case .vcvtFromS32:
        s[d] = FixedToFP(Int64(Int32(bitPattern: m)), fractionBits: 0, roundsToNearest: false, &fpscr)
    case .vcvtFromU32: s[d] = FixedToFP(Int64(m), fractionBits: 0, roundsToNearest: false, &fpscr)
    case .vcvtToFixed16: s[d] = fixedPoint(m, width: 16, i, &fpscr)
    case .vcvtToFixed32: s[d] = fixedPoint(m, width: 32, i, &fpscr)
    case .vcvtFromFixed16:
        let operand = i.a == 1 ? Int64(UInt16(truncatingIfNeeded: m)) : Int64(Int16(truncatingIfNeeded: m))
        s[d] = FixedToFP(operand, fractionBits: Int(i.x), roundsToNearest: true, &fpscr)
    case .vcvtFromFixed32:
        let operand = i.a == 1 ? Int64(m) : Int64(Int32(bitPattern: m))
        s[d] = FixedToFP(operand, fractionBits: Int(i.x), roundsToNearest: true, &fpscr)
    case .vcvtFromHalf: s[d] = FPHalfToSingle(UInt16(truncatingIfNeeded: m &>> UInt32(i.x)), &fpscr)
    case .vcvtToHalf:
        let half = UInt32(FPSingleToHalf(m, &fpscr))
        s[d] = s[d] & ~(0xFFFF &<< UInt32(i.x)) | half &<< UInt32(i.x)

    case .vmrs: state.registers[d] = fpscr | state.pointee.fpFlags
    case .vmsr:
        let value = state.registers[i.n]
        state.pointee.fpFlags = value & FPSCR.NZCV
        fpscr = value & FPSCR.writable
    default: break
    }
    state.pointee.fpscr = fpscr
}

private func integer(_ operand: UInt32, isUnsigned: Bool, _ rounding: Rounding, _ fpscr: inout UInt32) -> UInt32 {
    FPToFixed(operand, width: 32, fractionBits: 0, isUnsigned: isUnsigned, rounding: rounding, &fpscr)
}

private func fixedPoint(
    _ operand: UInt32, width: Int, _ i: Instruction.Pointer, _ fpscr: inout UInt32
) -> UInt32 {
    FPToFixed(operand, width: width, fractionBits: Int(i.x), isUnsigned: i.a == 1, rounding: .RTZ, &fpscr)
}
