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
        // Each of these takes a fixed time and cannot fail.
        case .movImm: x.movImm(i); x.ip = i + 1
        case .movsImm: x.movsImm(i); x.ip = i + 1
        case .movReg: x.movReg(i); x.ip = i + 1
        case .movsReg: x.movsReg(i); x.ip = i + 1
        case .mvnReg: x.mvnReg(i); x.ip = i + 1
        case .mvnsReg: x.mvnsReg(i); x.ip = i + 1
        case .movt: x.movt(i); x.ip = i + 1
        case .addImm: x.addImm(i); x.ip = i + 1
        case .addsImm: x.addsImm(i); x.ip = i + 1
        case .addReg: x.addReg(i); x.ip = i + 1
        case .addsReg: x.addsReg(i); x.ip = i + 1
        case .adcImm: x.adcImm(i); x.ip = i + 1
        case .adcsImm: x.adcsImm(i); x.ip = i + 1
        case .adcReg: x.adcReg(i); x.ip = i + 1
        case .adcsReg: x.adcsReg(i); x.ip = i + 1
        case .subReg: x.subReg(i); x.ip = i + 1
        case .subsImm: x.subsImm(i); x.ip = i + 1
        case .subsReg: x.subsReg(i); x.ip = i + 1
        case .sbcReg: x.sbcReg(i); x.ip = i + 1
        case .sbcsReg: x.sbcsReg(i); x.ip = i + 1
        case .rsbImm: x.rsbImm(i); x.ip = i + 1
        case .rsbsImm: x.rsbsImm(i); x.ip = i + 1
        case .rsbReg: x.rsbReg(i); x.ip = i + 1
        case .rsbsReg: x.rsbsReg(i); x.ip = i + 1
        case .andImm: x.andImm(i); x.ip = i + 1
        case .andsImm: x.andsImm(i); x.ip = i + 1
        case .andReg: x.andReg(i); x.ip = i + 1
        case .andsReg: x.andsReg(i); x.ip = i + 1
        case .orrImm: x.orrImm(i); x.ip = i + 1
        case .orrsImm: x.orrsImm(i); x.ip = i + 1
        case .orrReg: x.orrReg(i); x.ip = i + 1
        case .orrsReg: x.orrsReg(i); x.ip = i + 1
        case .eorImm: x.eorImm(i); x.ip = i + 1
        case .eorsImm: x.eorsImm(i); x.ip = i + 1
        case .eorReg: x.eorReg(i); x.ip = i + 1
        case .eorsReg: x.eorsReg(i); x.ip = i + 1
        case .bicReg: x.bicReg(i); x.ip = i + 1
        case .bicsReg: x.bicsReg(i); x.ip = i + 1
        case .ornReg: x.ornReg(i); x.ip = i + 1
        case .ornsReg: x.ornsReg(i); x.ip = i + 1
        case .lslImm: x.lslImm(i); x.ip = i + 1
        case .lslsImm: x.lslsImm(i); x.ip = i + 1
        case .lsrImm: x.lsrImm(i); x.ip = i + 1
        case .lsrsImm: x.lsrsImm(i); x.ip = i + 1
        case .asrImm: x.asrImm(i); x.ip = i + 1
        case .asrsImm: x.asrsImm(i); x.ip = i + 1
        case .rorImm: x.rorImm(i); x.ip = i + 1
        case .rorsImm: x.rorsImm(i); x.ip = i + 1
        case .rrx: x.rrx(i); x.ip = i + 1
        case .rrxs: x.rrxs(i); x.ip = i + 1
        case .lslReg: x.lslReg(i); x.ip = i + 1
        case .lslsReg: x.lslsReg(i); x.ip = i + 1
        case .lsrReg: x.lsrReg(i); x.ip = i + 1
        case .lsrsReg: x.lsrsReg(i); x.ip = i + 1
        case .asrReg: x.asrReg(i); x.ip = i + 1
        case .asrsReg: x.asrsReg(i); x.ip = i + 1
        case .rorReg: x.rorReg(i); x.ip = i + 1
        case .rorsReg: x.rorsReg(i); x.ip = i + 1
        case .bfi: x.bfi(i); x.ip = i + 1
        case .ubfx: x.ubfx(i); x.ip = i + 1
        case .sbfx: x.sbfx(i); x.ip = i + 1
        case .sxtb: x.sxtb(i); x.ip = i + 1
        case .sxth: x.sxth(i); x.ip = i + 1
        case .uxtb: x.uxtb(i); x.ip = i + 1
        case .uxth: x.uxth(i); x.ip = i + 1
        case .rev: x.rev(i); x.ip = i + 1
        case .rev16: x.rev16(i); x.ip = i + 1
        case .revsh: x.revsh(i); x.ip = i + 1
        case .mul: x.mul(i); x.ip = i + 1
        case .muls: x.muls(i); x.ip = i + 1
        case .rbit: x.rbit(i); x.ip = i + 1
        case .clz: x.clz(i); x.ip = i + 1
        case .pkhbt: x.pkhbt(i); x.ip = i + 1
        case .pkhtb: x.pkhtb(i); x.ip = i + 1
        case .sel: x.sel(i); x.ip = i + 1
        case .sxtab: x.sxtab(i); x.ip = i + 1
        case .sxtah: x.sxtah(i); x.ip = i + 1
        case .uxtab: x.uxtab(i); x.ip = i + 1
        case .uxtah: x.uxtah(i); x.ip = i + 1
        case .sxtb16: x.sxtb16(i); x.ip = i + 1
        case .uxtb16: x.uxtb16(i); x.ip = i + 1
        case .sxtab16: x.sxtab16(i); x.ip = i + 1
        case .uxtab16: x.uxtab16(i); x.ip = i + 1
        case .mla: x.mla(i); x.ip = i + 1
        case .mls: x.mls(i); x.ip = i + 1
        case .smull: x.smull(i); x.ip = i + 1
        case .umull: x.umull(i); x.ip = i + 1
        case .smlal: x.smlal(i); x.ip = i + 1
        case .umlal: x.umlal(i); x.ip = i + 1
        case .umaal: x.umaal(i); x.ip = i + 1
        case .smulbb: x.smulbb(i); x.ip = i + 1
        case .smulbt: x.smulbt(i); x.ip = i + 1
        case .smultb: x.smultb(i); x.ip = i + 1
        case .smultt: x.smultt(i); x.ip = i + 1
        case .smlabb: x.smlabb(i); x.ip = i + 1
        case .smlabt: x.smlabt(i); x.ip = i + 1
        case .smlatb: x.smlatb(i); x.ip = i + 1
        case .smlatt: x.smlatt(i); x.ip = i + 1
        case .smulwb: x.smulwb(i); x.ip = i + 1
        case .smulwt: x.smulwt(i); x.ip = i + 1
        case .smlawb: x.smlawb(i); x.ip = i + 1
        case .smlawt: x.smlawt(i); x.ip = i + 1
        case .smlalbb: x.smlalbb(i); x.ip = i + 1
        case .smlalbt: x.smlalbt(i); x.ip = i + 1
        case .smlaltb: x.smlaltb(i); x.ip = i + 1
        case .smlaltt: x.smlaltt(i); x.ip = i + 1
        case .smuad: x.smuad(i); x.ip = i + 1
        case .smuadx: x.smuadx(i); x.ip = i + 1
        case .smusd: x.smusd(i); x.ip = i + 1
        case .smusdx: x.smusdx(i); x.ip = i + 1
        case .smlad: x.smlad(i); x.ip = i + 1
        case .smladx: x.smladx(i); x.ip = i + 1
        case .smlsd: x.smlsd(i); x.ip = i + 1
        case .smlsdx: x.smlsdx(i); x.ip = i + 1
        case .smlald: x.smlald(i); x.ip = i + 1
        case .smlaldx: x.smlaldx(i); x.ip = i + 1
        case .smlsld: x.smlsld(i); x.ip = i + 1
        case .smlsldx: x.smlsldx(i); x.ip = i + 1
        case .smmul: x.smmul(i); x.ip = i + 1
        case .smmulr: x.smmulr(i); x.ip = i + 1
        case .smmla: x.smmla(i); x.ip = i + 1
        case .smmlar: x.smmlar(i); x.ip = i + 1
        case .smmls: x.smmls(i); x.ip = i + 1
        case .smmlsr: x.smmlsr(i); x.ip = i + 1
        case .usad8: x.usad8(i); x.ip = i + 1
        case .usada8: x.usada8(i); x.ip = i + 1
        case .ssat: x.ssat(i); x.ip = i + 1
        case .usat: x.usat(i); x.ip = i + 1
        case .ssat16: x.ssat16(i); x.ip = i + 1
        case .usat16: x.usat16(i); x.ip = i + 1
        case .qadd: x.qadd(i); x.ip = i + 1
        case .qsub: x.qsub(i); x.ip = i + 1
        case .qdadd: x.qdadd(i); x.ip = i + 1
        case .qdsub: x.qdsub(i); x.ip = i + 1
        case .sadd16: x.sadd16(i); x.ip = i + 1
        case .sasx: x.sasx(i); x.ip = i + 1
        case .ssax: x.ssax(i); x.ip = i + 1
        case .ssub16: x.ssub16(i); x.ip = i + 1
        case .sadd8: x.sadd8(i); x.ip = i + 1
        case .ssub8: x.ssub8(i); x.ip = i + 1
        case .qadd16: x.qadd16(i); x.ip = i + 1
        case .qasx: x.qasx(i); x.ip = i + 1
        case .qsax: x.qsax(i); x.ip = i + 1
        case .qsub16: x.qsub16(i); x.ip = i + 1
        case .qadd8: x.qadd8(i); x.ip = i + 1
        case .qsub8: x.qsub8(i); x.ip = i + 1
        case .shadd16: x.shadd16(i); x.ip = i + 1
        case .shasx: x.shasx(i); x.ip = i + 1
        case .shsax: x.shsax(i); x.ip = i + 1
        case .shsub16: x.shsub16(i); x.ip = i + 1
        case .shadd8: x.shadd8(i); x.ip = i + 1
        case .shsub8: x.shsub8(i); x.ip = i + 1
        case .uadd16: x.uadd16(i); x.ip = i + 1
        case .uasx: x.uasx(i); x.ip = i + 1
        case .usax: x.usax(i); x.ip = i + 1
        case .usub16: x.usub16(i); x.ip = i + 1
        case .uadd8: x.uadd8(i); x.ip = i + 1
        case .usub8: x.usub8(i); x.ip = i + 1
        case .uqadd16: x.uqadd16(i); x.ip = i + 1
        case .uqasx: x.uqasx(i); x.ip = i + 1
        case .uqsax: x.uqsax(i); x.ip = i + 1
        case .uqsub16: x.uqsub16(i); x.ip = i + 1
        case .uqadd8: x.uqadd8(i); x.ip = i + 1
        case .uqsub8: x.uqsub8(i); x.ip = i + 1
        case .uhadd16: x.uhadd16(i); x.ip = i + 1
        case .uhasx: x.uhasx(i); x.ip = i + 1
        case .uhsax: x.uhsax(i); x.ip = i + 1
        case .uhsub16: x.uhsub16(i); x.ip = i + 1
        case .uhadd8: x.uhadd8(i); x.ip = i + 1
        case .uhsub8: x.uhsub8(i); x.ip = i + 1
        case .vadd: x.vadd(i); x.ip = i + 1
        case .vsub: x.vsub(i); x.ip = i + 1
        case .vmul: x.vmul(i); x.ip = i + 1
        case .vnmul: x.vnmul(i); x.ip = i + 1
        case .vmla: x.vmla(i); x.ip = i + 1
        case .vmls: x.vmls(i); x.ip = i + 1
        case .vnmla: x.vnmla(i); x.ip = i + 1
        case .vnmls: x.vnmls(i); x.ip = i + 1
        case .vfma: x.vfma(i); x.ip = i + 1
        case .vfms: x.vfms(i); x.ip = i + 1
        case .vfnma: x.vfnma(i); x.ip = i + 1
        case .vfnms: x.vfnms(i); x.ip = i + 1
        case .vdiv: x.vdiv(i); x.ip = i + 1
        case .vsqrt: x.vsqrt(i); x.ip = i + 1
        case .vabs: x.vabs(i); x.ip = i + 1
        case .vneg: x.vneg(i); x.ip = i + 1
        case .vcmp: x.vcmp(i); x.ip = i + 1
        case .vcmpZero: x.vcmpZero(i); x.ip = i + 1
        case .vcmpe: x.vcmp(i); x.ip = i + 1
        case .vcmpeZero: x.vcmpZero(i); x.ip = i + 1
        case .vcvtToS32: x.vcvtToS32(i); x.ip = i + 1
        case .vcvtToU32: x.vcvtToU32(i); x.ip = i + 1
        case .vcvtFromS32: x.vcvtFromS32(i); x.ip = i + 1
        case .vcvtFromU32: x.vcvtFromU32(i); x.ip = i + 1
        case .vmovImm: x.vmovImm(i); x.ip = i + 1
        case .vmovReg: x.vmovReg(i); x.ip = i + 1
        case .vmovFromCore: x.vmovFromCore(i); x.ip = i + 1
        case .vmovToCore: x.vmovToCore(i); x.ip = i + 1
        case .vmovFromCorePair: x.vmovFromCorePair(i); x.ip = i + 1
        case .vmovToCorePair: x.vmovToCorePair(i); x.ip = i + 1
        case .vmrsFlags: x.vmrsFlags(); x.ip = i + 1
        case .nop: x.ip = i + 1
        case .checkStack: x.checkStack(); x.ip = i + 1

        // These take as long as their operands say, and may trap.
        case .sdiv: guard x.sdiv(i) else { break running }; x.ip = i + 1
        case .udiv: guard x.udiv(i) else { break running }; x.ip = i + 1

        // These reach memory: they may fault, or find that a device wants attention.
        case .ldrLiteral: guard x.ldrLiteral(i) else { break running }; x.ip = i + 1
        case .ldrImm: guard x.ldrImm(i) else { break running }; x.ip = i + 1
        case .ldrPre: guard x.ldrPre(i) else { break running }; x.ip = i + 1
        case .ldrPost: guard x.ldrPost(i) else { break running }; x.ip = i + 1
        case .ldrReg: guard x.ldrReg(i) else { break running }; x.ip = i + 1
        case .ldrhImm: guard x.ldrhImm(i) else { break running }; x.ip = i + 1
        case .ldrhPre: guard x.ldrhPre(i) else { break running }; x.ip = i + 1
        case .ldrhPost: guard x.ldrhPost(i) else { break running }; x.ip = i + 1
        case .ldrhReg: guard x.ldrhReg(i) else { break running }; x.ip = i + 1
        case .ldrbImm: guard x.ldrbImm(i) else { break running }; x.ip = i + 1
        case .ldrbPre: guard x.ldrbPre(i) else { break running }; x.ip = i + 1
        case .ldrbPost: guard x.ldrbPost(i) else { break running }; x.ip = i + 1
        case .ldrbReg: guard x.ldrbReg(i) else { break running }; x.ip = i + 1
        case .ldrshImm: guard x.ldrshImm(i) else { break running }; x.ip = i + 1
        case .ldrshPre: guard x.ldrshPre(i) else { break running }; x.ip = i + 1
        case .ldrshPost: guard x.ldrshPost(i) else { break running }; x.ip = i + 1
        case .ldrshReg: guard x.ldrshReg(i) else { break running }; x.ip = i + 1
        case .ldrsbImm: guard x.ldrsbImm(i) else { break running }; x.ip = i + 1
        case .ldrsbPre: guard x.ldrsbPre(i) else { break running }; x.ip = i + 1
        case .ldrsbPost: guard x.ldrsbPost(i) else { break running }; x.ip = i + 1
        case .ldrsbReg: guard x.ldrsbReg(i) else { break running }; x.ip = i + 1
        case .strImm: guard x.strImm(i) else { break running }; x.ip = i + 1
        case .strPre: guard x.strPre(i) else { break running }; x.ip = i + 1
        case .strPost: guard x.strPost(i) else { break running }; x.ip = i + 1
        case .strReg: guard x.strReg(i) else { break running }; x.ip = i + 1
        case .strhImm: guard x.strhImm(i) else { break running }; x.ip = i + 1
        case .strhPre: guard x.strhPre(i) else { break running }; x.ip = i + 1
        case .strhPost: guard x.strhPost(i) else { break running }; x.ip = i + 1
        case .strhReg: guard x.strhReg(i) else { break running }; x.ip = i + 1
        case .strbImm: guard x.strbImm(i) else { break running }; x.ip = i + 1
        case .strbPre: guard x.strbPre(i) else { break running }; x.ip = i + 1
        case .strbPost: guard x.strbPost(i) else { break running }; x.ip = i + 1
        case .strbReg: guard x.strbReg(i) else { break running }; x.ip = i + 1
        case .ldmia: guard x.ldmia(i) else { break running }; x.ip = i + 1
        case .ldmdb: guard x.ldmdb(i) else { break running }; x.ip = i + 1
        case .stmia: guard x.stmia(i) else { break running }; x.ip = i + 1
        case .stmdb: guard x.stmdb(i) else { break running }; x.ip = i + 1
        case .push: guard x.push(i) else { break running }; x.ip = i + 1
        case .ldrdImm: guard x.ldrdImm(i) else { break running }; x.ip = i + 1
        case .ldrdPre: guard x.ldrdPre(i) else { break running }; x.ip = i + 1
        case .ldrdPost: guard x.ldrdPost(i) else { break running }; x.ip = i + 1
        case .strdImm: guard x.strdImm(i) else { break running }; x.ip = i + 1
        case .strdPre: guard x.strdPre(i) else { break running }; x.ip = i + 1
        case .strdPost: guard x.strdPost(i) else { break running }; x.ip = i + 1
        case .vldr: guard x.vldr(i) else { break running }; x.ip = i + 1
        case .vldrLiteral: guard x.vldrLiteral(i) else { break running }; x.ip = i + 1
        case .vldrDouble: guard x.vldrDouble(i) else { break running }; x.ip = i + 1
        case .vstr: guard x.vstr(i) else { break running }; x.ip = i + 1
        case .vstrDouble: guard x.vstrDouble(i) else { break running }; x.ip = i + 1
        case .vldmia: guard x.vldmia(i) else { break running }; x.ip = i + 1
        case .vldmdb: guard x.vldmdb(i) else { break running }; x.ip = i + 1
        case .vstmia: guard x.vstmia(i) else { break running }; x.ip = i + 1
        case .vstmdb: guard x.vstmdb(i) else { break running }; x.ip = i + 1
        case .vpush: guard x.vpush(i) else { break running }; x.ip = i + 1

        // These end a block.
        case .fallThrough: guard x.fallThrough() else { break running }
        case .b: guard x.b(i) else { break running }
        case .bl: guard x.bl(i) else { break running }
        case .bx: guard x.bx(i) else { break running }
        case .blxReg: guard x.blxReg(i) else { break running }
        case .loadedPC: guard x.loadedPC(i) else { break running }
        case .branchTo: guard x.branchTo(i) else { break running }
        case .cbz: guard x.cbz(i) else { break running }
        case .cbnz: guard x.cbnz(i) else { break running }
        case .tbb: guard x.tbb(i) else { break running }
        case .tbh: guard x.tbh(i) else { break running }
        case .beq: guard x.beq(i) else { break running }
        case .bne: guard x.bne(i) else { break running }
        case .bcs: guard x.bcs(i) else { break running }
        case .bcc: guard x.bcc(i) else { break running }
        case .bmi: guard x.bmi(i) else { break running }
        case .bpl: guard x.bpl(i) else { break running }
        case .bvs: guard x.bvs(i) else { break running }
        case .bvc: guard x.bvc(i) else { break running }
        case .bhi: guard x.bhi(i) else { break running }
        case .bls: guard x.bls(i) else { break running }
        case .bge: guard x.bge(i) else { break running }
        case .blt: guard x.blt(i) else { break running }
        case .bgt: guard x.bgt(i) else { break running }
        case .ble: guard x.ble(i) else { break running }

        // Inside an IT block.
        case .skipNE: x.skip(i, unless: x.isZ)
        case .skipEQ: x.skip(i, unless: !x.isZ)
        case .skipCC: x.skip(i, unless: x.isC)
        case .skipCS: x.skip(i, unless: !x.isC)
        case .skipPL: x.skip(i, unless: x.isN)
        case .skipMI: x.skip(i, unless: !x.isN)
        case .skipVC: x.skip(i, unless: x.isV)
        case .skipVS: x.skip(i, unless: !x.isV)
        case .skipLS: x.skip(i, unless: x.isC && !x.isZ)
        case .skipHI: x.skip(i, unless: !x.isC || x.isZ)
        case .skipLT: x.skip(i, unless: x.isN == x.isV)
        case .skipGE: x.skip(i, unless: x.isN != x.isV)
        case .skipLE: x.skip(i, unless: !x.isZ && x.isN == x.isV)
        case .skipGT: x.skip(i, unless: x.isZ || x.isN != x.isV)

        // The loop itself.
        case .stop:
            state.pointee.departure = .stopped
            break running
        case .notify:
            state.pointee.departure = .notify
            break running
        case .fetchLines where x.fetchAtOnce(i):
            x.ip = i + 1
        case .fetchLines:
            x.flush()
            fetchLines(state, x.block, i)
            x.budget = state.pointee.budget
            // What is left of the block might now overrun the deadline.
            if _slowPath(x.budget < x.block.pointee.slack) {
                state.pointee.departure = .attention
                break running
            }
            x.ip = i + 1

        case .fpContext where state.pointee.isFPReady:
            x.ip = i + 1
        case .it, .dsb, .dmb, .isb: x.ip = i + 1

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
