/// What a record does. Several encodings share an operation: the decoder has unpacked their operands alike.
public enum Operation: UInt16, Sendable, CaseIterable {
    // Records that are no instruction.
    /// The block ends here and the next one follows in memory.
    case fallThrough
    /// Ends the run loop: the stepper puts it behind a single instruction.
    case stop
    /// Tells the observer that this address was reached.
    case notify
    /// Notes how deep the stack is, behind an instruction that moved sp.
    case checkStack
    /// Makes sure that the floating-point unit is on; in front of the first FP instruction of a block.
    case fpContext

    // RV64I.
    case li, mv, auipc, addi, slti, sltiu, xori, ori, andi, slli, srli, srai, addiw, slliw, srliw, sraiw
    case add, sub, sll, slt, sltu, xor, srl, sra, or, and, addw, subw, sllw, srlw, sraw
    case j, jal, jalr, beq, bne, blt, bge, bltu, bgeu
    case lb, lh, lw, ld, lbu, lhu, lwu, sb, sh, sw, sd

    // M.
    case mul, mulh, mulhsu, mulhu, div, divu, rem, remu, mulw, divw, divuw, remw, remuw

    // A.
    case lrw, lrd, scw, scd
    case amoswapw, amoaddw, amoxorw, amoandw, amoorw, amominw, amomaxw, amominuw, amomaxuw
    case amoswapd, amoaddd, amoxord, amoandd, amoord, amomind, amomaxd, amominud, amomaxud

    // Zicsr, Zifencei, and the privileged instructions.
    case fence, fencei, csrrw, csrrs, csrrc, csrrwi, csrrsi, csrrci
    case ecall, ebreak, mret, sret, wfi, sfencevma
    /// No instruction: reserved, or not of this core.
    case illegal
    /// The instruction could not be fetched; `imm` is the address.
    case fetchFault

    // F and D: loads, stores and moves.
    case flw, fld, fsw, fsd, fmvxw, fmvwx, fmvxd, fmvdx
    // The same for both widths, single first.
    case fadds, fsubs, fmuls, fdivs, fsqrts, fmadds, fmsubs, fnmsubs, fnmadds
    case fsgnjs, fsgnjns, fsgnjxs, fmins, fmaxs, feqs, flts, fles, fclasss
    case fcvtws, fcvtwus, fcvtls, fcvtlus, fcvtsw, fcvtswu, fcvtsl, fcvtslu
    case faddd, fsubd, fmuld, fdivd, fsqrtd, fmaddd, fmsubd, fnmsubd, fnmaddd
    case fsgnjd, fsgnjnd, fsgnjxd, fmind, fmaxd, feqd, fltd, fled, fclassd
    case fcvtwd, fcvtwud, fcvtld, fcvtlud, fcvtdw, fcvtdwu, fcvtdl, fcvtdlu
    case fcvtsd, fcvtds
}

extension Operation {
    /// Whether control may go elsewhere behind it, or what follows may have to be decoded anew.
    var endsBlock: Bool {
        switch self {
        case .j, .jal, .jalr, .beq, .bne, .blt, .bge, .bltu, .bgeu: true
        case .ecall, .ebreak, .mret, .sret, .wfi, .sfencevma, .fencei, .illegal, .fetchFault: true
        case .csrrw, .csrrs, .csrrc, .csrrwi, .csrrsi, .csrrci: true
        default: false
        }
    }

    var isConditionalBranch: Bool {
        switch self {
        case .beq, .bne, .blt, .bge, .bltu, .bgeu: true
        default: false
        }
    }

    /// Whether its target is known before it runs.
    var hasConstantTarget: Bool { isConditionalBranch || self == .j || self == .jal }

    var isStore: Bool {
        switch self {
        case .sb, .sh, .sw, .sd, .fsw, .fsd: true
        default: false
        }
    }
}
