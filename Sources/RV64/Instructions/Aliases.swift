/// A form of an instruction that has a name or a syntax of its own: what GNU objdump prints unless it is told
/// `-M no-aliases`. Unprivileged manual, chapter 25, "RISC-V Assembly Programmer's Handbook".
struct Alias: Sendable {
    let syntax: Syntax
    /// Whether the fields are those of the form.
    let applies: @Sendable (Fields) -> Bool

    init(_ syntax: String, where applies: @escaping @Sendable (Fields) -> Bool = { _ in true }) {
        self.syntax = Syntax(syntax)
        self.applies = applies
    }
}

/// The forms of each encoding by its name; the first that applies is meant.
let aliases: [String: [Alias]] = integerAliases.merging(systemAliases) { one, _ in one }
    .merging(floatingPointAliases) { one, _ in one }.merging(compressedAliases) { one, _ in one }

/// An immediate operand takes the mnemonic of the operation on registers.
private func onImmediate(_ mnemonic: String) -> Alias { Alias("\(mnemonic) <d>,<n>,<immI>") }
private func shiftBy(_ mnemonic: String) -> [Alias] { [Alias("\(mnemonic) <d>,<n>,<hex i>")] }

private let integerAliases: [String: [Alias]] = [
    "ADDI": [
        Alias("nop") { $0.d == 0 && $0.n == 0 && $0.i == 0 }, Alias("li <d>,<immI>") { $0.n == 0 },
        Alias("mv <d>,<n>") { $0.i == 0 }, onImmediate("add"),
    ],
    "ADDIW": [Alias("sext.w <d>,<n>") { $0.i == 0 }, onImmediate("addw")],
    "XORI": [Alias("not <d>,<n>") { $0.immI == -1 }, onImmediate("xor")],
    "ANDI": [Alias("zext.b <d>,<n>") { $0.immI == 255 }, onImmediate("and")],
    "ORI": [onImmediate("or")],
    "SLTIU": [Alias("seqz <d>,<n>") { $0.immI == 1 }],
    "SLLI": shiftBy("sll"), "SRLI": shiftBy("srl"), "SRAI": shiftBy("sra"),
    "SLLIW": shiftBy("sllw"), "SRLIW": shiftBy("srlw"), "SRAIW": shiftBy("sraw"),
    "SUB": [Alias("neg <d>,<m>") { $0.n == 0 }],
    "SUBW": [Alias("negw <d>,<m>") { $0.n == 0 }],
    "SLTU": [Alias("snez <d>,<m>") { $0.n == 0 }],
    "SLT": [Alias("sltz <d>,<n>") { $0.m == 0 }, Alias("sgtz <d>,<m>") { $0.n == 0 }],
    "BEQ": [Alias("beqz <n>,<label>") { $0.m == 0 }],
    "BNE": [Alias("bnez <n>,<label>") { $0.m == 0 }],
    "BGE": [Alias("blez <m>,<label>") { $0.n == 0 }, Alias("bgez <n>,<label>") { $0.m == 0 }],
    "BLT": [Alias("bltz <n>,<label>") { $0.m == 0 }, Alias("bgtz <m>,<label>") { $0.n == 0 }],
    "JAL": [Alias("j <label>") { $0.d == 0 }, Alias("jal <label>") { $0.d == 1 }],
    "JALR": [
        Alias("ret") { $0.d == 0 && $0.n == 1 && $0.i == 0 },
        Alias("jr <n>") { $0.d == 0 && $0.i == 0 }, Alias("jr <immI>(<n>)") { $0.d == 0 },
        Alias("jalr <n>") { $0.d == 1 && $0.i == 0 }, Alias("jalr <immI>(<n>)") { $0.d == 1 },
        Alias("jalr <d>,<n>") { $0.i == 0 },
    ],
]

private let systemAliases: [String: [Alias]] = [
    "FENCE": [
        Alias("fence.tso") { $0["f"] == 8 && $0["p"] == 3 && $0["s"] == 3 },
        Alias("pause") { $0["p"] == 1 && $0["s"] == 0 },
        Alias("fence") { $0["p"] == 15 && $0["s"] == 15 },
    ],
    "SFENCE.VMA": [
        Alias("sfence.vma") { $0.n == 0 && $0.m == 0 }, Alias("sfence.vma <n>") { $0.m == 0 },
    ],
    "SFENCE.VM": [Alias("sfence.vm") { $0.n == 0 }],
    "CSRRS": [
        Alias("frflags <d>") { $0.n == 0 && $0.i == CSR.fflags.rawValue },
        Alias("frrm <d>") { $0.n == 0 && $0.i == CSR.frm.rawValue },
        Alias("frcsr <d>") { $0.n == 0 && $0.i == CSR.fcsr.rawValue },
        Alias("rdcycle <d>") { $0.n == 0 && $0.i == 0xC00 }, Alias("rdtime <d>") { $0.n == 0 && $0.i == 0xC01 },
        Alias("rdinstret <d>") { $0.n == 0 && $0.i == 0xC02 },
        Alias("csrr <d>,<csr>") { $0.n == 0 }, Alias("csrs <csr>,<n>") { $0.d == 0 },
    ],
    "CSRRW": [
        // What assemblers make of `unimp`: a write to a read-only register.
        Alias("unimp") { $0.d == 0 && $0.n == 0 && $0.i == 0xC00 },
        Alias("fsflags <n>") { $0.d == 0 && $0.i == CSR.fflags.rawValue },
        Alias("fsflags <d>,<n>") { $0.i == CSR.fflags.rawValue },
        Alias("fsrm <n>") { $0.d == 0 && $0.i == CSR.frm.rawValue },
        Alias("fsrm <d>,<n>") { $0.i == CSR.frm.rawValue },
        Alias("fscsr <n>") { $0.d == 0 && $0.i == CSR.fcsr.rawValue },
        Alias("fscsr <d>,<n>") { $0.i == CSR.fcsr.rawValue },
        Alias("csrw <csr>,<n>") { $0.d == 0 },
    ],
    "CSRRC": [Alias("csrc <csr>,<n>") { $0.d == 0 }],
    "CSRRWI": [
        Alias("fsflagsi <d>,<number n>") { $0.i == CSR.fflags.rawValue },
        Alias("fsrmi <d>,<number n>") { $0.i == CSR.frm.rawValue },
        Alias("csrw <csr>,<number n>") { $0.d == 0 }, Alias("csrrw <d>,<csr>,<number n>"),
    ],
    "CSRRSI": [Alias("csrs <csr>,<number n>") { $0.d == 0 }, Alias("csrrs <d>,<csr>,<number n>")],
    "CSRRCI": [Alias("csrc <csr>,<number n>") { $0.d == 0 }, Alias("csrrc <d>,<csr>,<number n>")],
]

/// Sign injection with a register's own sign.
private func ofItself(_ mnemonic: String) -> [Alias] { [Alias("\(mnemonic) <fd>,<fn>") { $0.n == $0.m }] }

private let floatingPointAliases: [String: [Alias]] = [
    "FSGNJ.S": ofItself("fmv.s"), "FSGNJN.S": ofItself("fneg.s"), "FSGNJX.S": ofItself("fabs.s"),
    "FSGNJ.D": ofItself("fmv.d"), "FSGNJN.D": ofItself("fneg.d"), "FSGNJX.D": ofItself("fabs.d"),
]

private func twoOperands(_ mnemonic: String) -> [Alias] { [Alias("\(mnemonic) <d'>,<d'>,<m'>")] }

/// Compressed instructions as what they abbreviate; those that write x0, which are hints, keep their names.
private let compressedAliases: [String: [Alias]] = [
    "C.UNIMP": [Alias("unimp")],
    "C.ADDI4SPN": [Alias("add <d'>,sp,<unscaled spn>")],
    "C.FLD": [Alias("fld <fd'>,<offset d>(<n'>)")], "C.FSD": [Alias("fsd <fm'>,<offset d>(<n'>)")],
    "C.LW": [Alias("lw <d'>,<offset w>(<n'>)")], "C.SW": [Alias("sw <m'>,<offset w>(<n'>)")],
    "C.LD": [Alias("ld <d'>,<offset d>(<n'>)")], "C.SD": [Alias("sd <m'>,<offset d>(<n'>)")],
    "C.FLDSP": [Alias("fld <fd>,<stack d>(sp)")], "C.FSDSP": [Alias("fsd <fm>,<stack store d>(sp)")],
    "C.LWSP": [Alias("lw <d>,<stack w>(sp)")], "C.SWSP": [Alias("sw <m>,<stack store w>(sp)")],
    "C.LDSP": [Alias("ld <d>,<stack d>(sp)")], "C.SDSP": [Alias("sd <m>,<stack store d>(sp)")],
    "C.NOP": [Alias("nop") { $0.imm6 == 0 }, Alias("c.nop <imm6>")],
    "C.ADDI": [Alias("add <d>,<d>,<imm6>")],
    "C.ADDIW": [Alias("sext.w <d>,<d>") { $0.imm6 == 0 }, Alias("addw <d>,<d>,<imm6>")],
    "C.LI": [Alias("li <d>,<imm6>") { $0.d != 0 }],
    "C.ADDI16SP": [Alias("add sp,sp,<addi16sp>")],
    "C.LUI": [Alias("lui <d>,<hex lui>") { $0.d != 0 }],
    // A shift by 0 is one by 64 on a machine with registers of 128 bits, and a hint here.
    "C.SLLI": [
        Alias("c.slli64 <d>") { $0.shift6 == 0 }, Alias("sll <d>,<d>,<hex shift>") { $0.d != 0 },
    ],
    "C.SRLI": [Alias("c.srli64 <d'>") { $0.shift6 == 0 }, Alias("srl <d'>,<d'>,<hex shift>")],
    "C.SRAI": [Alias("c.srai64 <d'>") { $0.shift6 == 0 }, Alias("sra <d'>,<d'>,<hex shift>")],
    "C.ANDI": [Alias("and <d'>,<d'>,<imm6>")],
    "C.SUB": twoOperands("sub"), "C.XOR": twoOperands("xor"), "C.OR": twoOperands("or"), "C.AND": twoOperands("and"),
    "C.SUBW": twoOperands("subw"), "C.ADDW": twoOperands("addw"),
    "C.J": [Alias("j <label>")], "C.BEQZ": [Alias("beqz <n'>,<label>")], "C.BNEZ": [Alias("bnez <n'>,<label>")],
    "C.JR": [Alias("ret") { $0.n == 1 }, Alias("jr <n>")], "C.JALR": [Alias("jalr <n>")],
    "C.MV": [Alias("mv <d>,<m>") { $0.d != 0 }], "C.ADD": [Alias("add <d>,<d>,<m>") { $0.d != 0 }],
    "C.EBREAK": [Alias("ebreak")],
]
