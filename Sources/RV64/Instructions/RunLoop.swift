import Engine

/// The interpreter's inner loop: runs block after block until something needs the rest of the machine, and leaves the
/// reason in `state.departure`.
///
/// It is one switch over `Operation`; the meaning of each case stands in the file of its group. When it leaves in the
/// middle of a block, the answer tells the block and the record that was executing.
@inline(never)
func run(
    _ state: CoreState.Pointer, _ block: Block.Pointer, at ip: Instruction.Pointer
) -> (block: Block.Pointer, ip: Instruction.Pointer) {
    var x = Execution(state: state, block: block, at: ip)
    running: while true {
        let i = x.ip
        switch i.pointee.operation {
        // These cannot fail.
        case .li: x.li(i); x.ip = i + 1
        case .mv: x.mv(i); x.ip = i + 1
        case .auipc: x.auipc(i); x.ip = i + 1
        case .addi: x.addi(i); x.ip = i + 1
        case .slti: x.slti(i); x.ip = i + 1
        case .sltiu: x.sltiu(i); x.ip = i + 1
        case .xori: x.xori(i); x.ip = i + 1
        case .ori: x.ori(i); x.ip = i + 1
        case .andi: x.andi(i); x.ip = i + 1
        case .slli: x.slli(i); x.ip = i + 1
        case .srli: x.srli(i); x.ip = i + 1
        case .srai: x.srai(i); x.ip = i + 1
        case .addiw: x.addiw(i); x.ip = i + 1
        case .slliw: x.slliw(i); x.ip = i + 1
        case .srliw: x.srliw(i); x.ip = i + 1
        case .sraiw: x.sraiw(i); x.ip = i + 1
        case .add: x.add(i); x.ip = i + 1
        case .sub: x.sub(i); x.ip = i + 1
        case .sll: x.sll(i); x.ip = i + 1
        case .slt: x.slt(i); x.ip = i + 1
        case .sltu: x.sltu(i); x.ip = i + 1
        case .xor: x.xor(i); x.ip = i + 1
        case .srl: x.srl(i); x.ip = i + 1
        case .sra: x.sra(i); x.ip = i + 1
        case .or: x.or(i); x.ip = i + 1
        case .and: x.and(i); x.ip = i + 1
        case .addw: x.addw(i); x.ip = i + 1
        case .subw: x.subw(i); x.ip = i + 1
        case .sllw: x.sllw(i); x.ip = i + 1
        case .srlw: x.srlw(i); x.ip = i + 1
        case .sraw: x.sraw(i); x.ip = i + 1
        case .mul: x.mul(i); x.ip = i + 1
        case .mulh: x.mulh(i); x.ip = i + 1
        case .mulhsu: x.mulhsu(i); x.ip = i + 1
        case .mulhu: x.mulhu(i); x.ip = i + 1
        case .div: x.div(i); x.ip = i + 1
        case .divu: x.divu(i); x.ip = i + 1
        case .rem: x.rem(i); x.ip = i + 1
        case .remu: x.remu(i); x.ip = i + 1
        case .mulw: x.mulw(i); x.ip = i + 1
        case .divw: x.divw(i); x.ip = i + 1
        case .divuw: x.divuw(i); x.ip = i + 1
        case .remw: x.remw(i); x.ip = i + 1
        case .remuw: x.remuw(i); x.ip = i + 1
        case .fsgnjs: x.fsgnjs(i); x.ip = i + 1
        case .fsgnjns: x.fsgnjns(i); x.ip = i + 1
        case .fsgnjxs: x.fsgnjxs(i); x.ip = i + 1
        case .fmins: x.fmins(i); x.ip = i + 1
        case .fmaxs: x.fmaxs(i); x.ip = i + 1
        case .feqs: x.feqs(i); x.ip = i + 1
        case .flts: x.flts(i); x.ip = i + 1
        case .fles: x.fles(i); x.ip = i + 1
        case .fclasss: x.fclasss(i); x.ip = i + 1
        case .fmvxw: x.fmvxw(i); x.ip = i + 1
        case .fmvwx: x.fmvwx(i); x.ip = i + 1
        case .fsgnjd: x.fsgnjd(i); x.ip = i + 1
        case .fsgnjnd: x.fsgnjnd(i); x.ip = i + 1
        case .fsgnjxd: x.fsgnjxd(i); x.ip = i + 1
        case .fmind: x.fmind(i); x.ip = i + 1
        case .fmaxd: x.fmaxd(i); x.ip = i + 1
        case .feqd: x.feqd(i); x.ip = i + 1
        case .fltd: x.fltd(i); x.ip = i + 1
        case .fled: x.fled(i); x.ip = i + 1
        case .fclassd: x.fclassd(i); x.ip = i + 1
        case .fmvxd: x.fmvxd(i); x.ip = i + 1
        case .fmvdx: x.fmvdx(i); x.ip = i + 1
        case .checkStack: x.checkStack(); x.ip = i + 1
        case .fence: x.ip = i + 1

        // These reach memory: they may trap, or find that a device wants attention.
        case .lb: guard x.lb(i) else { break running }; x.ip = i + 1
        case .lh: guard x.lh(i) else { break running }; x.ip = i + 1
        case .lw: guard x.lw(i) else { break running }; x.ip = i + 1
        case .ld: guard x.ld(i) else { break running }; x.ip = i + 1
        case .lbu: guard x.lbu(i) else { break running }; x.ip = i + 1
        case .lhu: guard x.lhu(i) else { break running }; x.ip = i + 1
        case .lwu: guard x.lwu(i) else { break running }; x.ip = i + 1
        case .sb: guard x.sb(i) else { break running }; x.ip = i + 1
        case .sh: guard x.sh(i) else { break running }; x.ip = i + 1
        case .sw: guard x.sw(i) else { break running }; x.ip = i + 1
        case .sd: guard x.sd(i) else { break running }; x.ip = i + 1
        case .flw: guard x.flw(i) else { break running }; x.ip = i + 1
        case .fld: guard x.fld(i) else { break running }; x.ip = i + 1
        case .fsw: guard x.fsw(i) else { break running }; x.ip = i + 1
        case .fsd: guard x.fsd(i) else { break running }; x.ip = i + 1

        // These are illegal with a reserved rounding mode.
        case .fadds: guard x.fadds(i) else { break running }; x.ip = i + 1
        case .fsubs: guard x.fsubs(i) else { break running }; x.ip = i + 1
        case .fmuls: guard x.fmuls(i) else { break running }; x.ip = i + 1
        case .fdivs: guard x.fdivs(i) else { break running }; x.ip = i + 1
        case .fsqrts: guard x.fsqrts(i) else { break running }; x.ip = i + 1
        case .fmadds: guard x.fmadds(i) else { break running }; x.ip = i + 1
        case .fmsubs: guard x.fmsubs(i) else { break running }; x.ip = i + 1
        case .fnmsubs: guard x.fnmsubs(i) else { break running }; x.ip = i + 1
        case .fnmadds: guard x.fnmadds(i) else { break running }; x.ip = i + 1
        case .fcvtws: guard x.fcvtws(i) else { break running }; x.ip = i + 1
        case .fcvtwus: guard x.fcvtwus(i) else { break running }; x.ip = i + 1
        case .fcvtls: guard x.fcvtls(i) else { break running }; x.ip = i + 1
        case .fcvtlus: guard x.fcvtlus(i) else { break running }; x.ip = i + 1
        case .fcvtsw: guard x.fcvtsw(i) else { break running }; x.ip = i + 1
        case .fcvtswu: guard x.fcvtswu(i) else { break running }; x.ip = i + 1
        case .fcvtsl: guard x.fcvtsl(i) else { break running }; x.ip = i + 1
        case .fcvtslu: guard x.fcvtslu(i) else { break running }; x.ip = i + 1
        case .faddd: guard x.faddd(i) else { break running }; x.ip = i + 1
        case .fsubd: guard x.fsubd(i) else { break running }; x.ip = i + 1
        case .fmuld: guard x.fmuld(i) else { break running }; x.ip = i + 1
        case .fdivd: guard x.fdivd(i) else { break running }; x.ip = i + 1
        case .fsqrtd: guard x.fsqrtd(i) else { break running }; x.ip = i + 1
        case .fmaddd: guard x.fmaddd(i) else { break running }; x.ip = i + 1
        case .fmsubd: guard x.fmsubd(i) else { break running }; x.ip = i + 1
        case .fnmsubd: guard x.fnmsubd(i) else { break running }; x.ip = i + 1
        case .fnmaddd: guard x.fnmaddd(i) else { break running }; x.ip = i + 1
        case .fcvtwd: guard x.fcvtwd(i) else { break running }; x.ip = i + 1
        case .fcvtwud: guard x.fcvtwud(i) else { break running }; x.ip = i + 1
        case .fcvtld: guard x.fcvtld(i) else { break running }; x.ip = i + 1
        case .fcvtlud: guard x.fcvtlud(i) else { break running }; x.ip = i + 1
        case .fcvtdw: guard x.fcvtdw(i) else { break running }; x.ip = i + 1
        case .fcvtdwu: guard x.fcvtdwu(i) else { break running }; x.ip = i + 1
        case .fcvtdl: guard x.fcvtdl(i) else { break running }; x.ip = i + 1
        case .fcvtdlu: guard x.fcvtdlu(i) else { break running }; x.ip = i + 1
        case .fcvtsd: guard x.fcvtsd(i) else { break running }; x.ip = i + 1
        case .fcvtds: guard x.fcvtds(i) else { break running }; x.ip = i + 1

        // These end a block.
        case .fallThrough: guard x.fallThrough() else { break running }
        case .j: guard x.j(i) else { break running }
        case .jal: guard x.jal(i) else { break running }
        case .jalr: guard x.jalr(i) else { break running }
        case .beq: guard x.beq(i) else { break running }
        case .bne: guard x.bne(i) else { break running }
        case .blt: guard x.blt(i) else { break running }
        case .bge: guard x.bge(i) else { break running }
        case .bltu: guard x.bltu(i) else { break running }
        case .bgeu: guard x.bgeu(i) else { break running }

        // The loop itself.
        case .stop:
            state.pointee.departure = .stopped
            break running
        case .notify:
            state.pointee.departure = .notify
            break running
        case .fpContext where state.pointee.fp.FS != FPStatus.off:
            state.pointee.fp.FS = FPStatus.dirty
            x.ip = i + 1

        // The rest is rare, or big: it works on the state.
        default:
            x.flush()
            guard executeRare(state, x.block, i) else {
                x.refresh()
                break running
            }
            x.refresh()
            x.ip = i + 1
        }
    }
    x.flush()
    return (x.block, x.ip)
}
