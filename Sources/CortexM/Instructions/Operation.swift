/// What a record does. Several encodings share an operation: the decoder has unpacked their operands alike.
public enum Operation: UInt16, Sendable, CaseIterable {
    // Records that are no instruction.
    /// The block ends here and the next one follows in memory.
    case fallThrough
    /// Ends the run loop: the stepper puts it behind a single instruction.
    case stop
    /// Asks the flash interface for the lines that the block lies in.
    case fetchLines
    /// Tells the observer that this address was reached.
    case notify
    /// Passes over the next `x` records unless the condition holds.
    case skipNE, skipEQ, skipCC, skipCS, skipPL, skipMI, skipVC, skipVS, skipLS, skipHI, skipLT, skipGE, skipLE, skipGT
    /// Notes how deep the stack is, behind an instruction that moved SP.
    case checkStack
    /// Whether the next access is made as unprivileged.
    case unprivilegedAccess
    /// Makes sure that the FP registers hold the context of this code; in front of FP instructions.
    case fpContext
    /// Makes sure that unprivileged code may execute here; in front of code that the MPU keeps for privileged code.
    case checkFetch
    /// Continues at the address that was loaded into the PC.
    case loadedPC
    /// Continues at the address in a register, without changing the instruction set state.
    case branchTo

    // Moves and arithmetic.
    case movImm, movsImm, movReg, movsReg, mvnReg, mvnsReg, movt
    case addImm, addsImm, addReg, addsReg, adcImm, adcsImm, adcReg, adcsReg
    case subReg, subsImm, subsReg, sbcReg, sbcsReg, rsbImm, rsbsImm, rsbReg, rsbsReg
    case andImm, andsImm, andReg, andsReg, orrImm, orrsImm, orrReg, orrsReg, eorImm, eorsImm, eorReg, eorsReg
    case bicReg, bicsReg, ornReg, ornsReg

    // Shifts.
    case lslImm, lslsImm, lsrImm, lsrsImm, asrImm, asrsImm, rorImm, rorsImm, rrx, rrxs
    case lslReg, lslsReg, lsrReg, lsrsReg, asrReg, asrsReg, rorReg, rorsReg

    // Bit fields, extension, reversal, packing.
    case bfi, ubfx, sbfx, sxtb, sxth, uxtb, uxth, rev, rev16, revsh, rbit, clz, pkhbt, pkhtb, sel, sxtab, sxtah, uxtab
    case uxtah, sxtb16, uxtb16, sxtab16, uxtab16

    // Multiplication and division.
    case mul, muls, mla, mls, smull, umull, smlal, umlal, umaal, smulbb, smulbt, smultb, smultt, smlabb, smlabt
    case smlatb, smlatt, smulwb, smulwt, smlawb, smlawt, smlalbb, smlalbt, smlaltb, smlaltt, smuad, smuadx, smusd
    case smusdx, smlad, smladx, smlsd, smlsdx, smlald, smlaldx, smlsld, smlsldx, smmul, smmulr, smmla, smmlar, smmls
    case smmlsr, usad8, usada8, sdiv, udiv

    // Saturation.
    case ssat, usat, ssat16, usat16, qadd, qsub, qdadd, qdsub

    // Parallel addition and subtraction.
    case sadd16, sasx, ssax, ssub16, sadd8, ssub8, qadd16, qasx, qsax, qsub16, qadd8, qsub8, shadd16, shasx, shsax
    case shsub16, shadd8, shsub8, uadd16, uasx, usax, usub16, uadd8, usub8, uqadd16, uqasx, uqsax, uqsub16, uqadd8
    case uqsub8, uhadd16, uhasx, uhsax, uhsub16, uhadd8, uhsub8

    // Loads and stores.
    case ldrLiteral
    case ldrImm, ldrPre, ldrPost, ldrReg, ldrhImm, ldrhPre, ldrhPost, ldrhReg, ldrbImm, ldrbPre, ldrbPost, ldrbReg
    case ldrshImm, ldrshPre, ldrshPost, ldrshReg, ldrsbImm, ldrsbPre, ldrsbPost, ldrsbReg
    case strImm, strPre, strPost, strReg, strhImm, strhPre, strhPost, strhReg, strbImm, strbPre, strbPost, strbReg
    case ldmia, ldmdb, stmia, stmdb, push
    case ldrdImm, ldrdPre, ldrdPost, strdImm, strdPre, strdPost
    case ldrex, ldrexb, ldrexh, strex, strexb, strexh, clrex

    // Branches.
    case b, bl, bx, blxReg, cbz, cbnz, tbb, tbh
    case beq, bne, bcs, bcc, bmi, bpl, bvs, bvc, bhi, bls, bge, blt, bgt, ble

    // System.
    case it, nop, wfi, wfe, sev, cps, mrs, msr, dsb, dmb, isb, svc, bkpt, udf
    /// The instruction could not be fetched; `imm` is the address.
    case fetchFault
    /// A coprocessor instruction without the coprocessor, or with access to it denied.
    case noCoprocessor

    // Floating point.
    case vadd, vsub, vmul, vnmul, vmla, vmls, vnmla, vnmls, vfma, vfms, vfnma, vfnms, vdiv, vsqrt, vabs, vneg
    case vcmp, vcmpZero, vcmpe, vcmpeZero
    case vcvtToS32, vcvtToU32, vcvtrToS32, vcvtrToU32, vcvtFromS32, vcvtFromU32
    case vcvtToFixed16, vcvtToFixed32, vcvtFromFixed16, vcvtFromFixed32, vcvtFromHalf, vcvtToHalf
    case vmovImm, vmovReg, vmovFromCore, vmovToCore, vmovFromCorePair, vmovToCorePair
    case vldr, vldrLiteral, vldrDouble, vstr, vstrDouble, vldmia, vldmdb, vstmia, vstmdb, vpush
    /// VMRS APSR_nzcv, FPSCR.
    case vmrsFlags
    case vmrs, vmsr
}

extension Operation {
    /// Whether the flag-setting form takes its carry from the shifter rather than from the sum.
    var takesCarryFromShifter: Bool {
        switch self {
        case .andsReg, .orrsReg, .eorsReg, .bicsReg, .ornsReg, .mvnsReg, .movsReg: true
        default: false
        }
    }

    /// B<cond>. DDI 0403E.e A7.3.
    static func branch(on condition: UInt8) -> Operation {
        switch condition {
        case 0: .beq
        case 1: .bne
        case 2: .bcs
        case 3: .bcc
        case 4: .bmi
        case 5: .bpl
        case 6: .bvs
        case 7: .bvc
        case 8: .bhi
        case 9: .bls
        case 10: .bge
        case 11: .blt
        case 12: .bgt
        case 13: .ble
        default: .b
        }
    }

    /// The record that passes over others unless `condition` holds; `nil` for AL.
    static func skip(unless condition: UInt8) -> Operation? {
        switch condition {
        case 0: .skipNE
        case 1: .skipEQ
        case 2: .skipCC
        case 3: .skipCS
        case 4: .skipPL
        case 5: .skipMI
        case 6: .skipVC
        case 7: .skipVS
        case 8: .skipLS
        case 9: .skipHI
        case 10: .skipLT
        case 11: .skipGE
        case 12: .skipLE
        case 13: .skipGT
        default: nil
        }
    }
}
