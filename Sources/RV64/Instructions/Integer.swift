/// The integer computations of RV32I and RV64I. Unprivileged manual, sections 2.4 and 4.2.
let integerImmediate: [Encoding] = [
    encoding("LUI", "iiiiiiiiiiiiiiiiiiii ddddd 0110111", "lui <d>,<hex i>", .alu) {
        Instruction(.li, d: destination($0.d), imm: $0.immU)
    },
    encoding("AUIPC", "iiiiiiiiiiiiiiiiiiii ddddd 0010111", "auipc <d>,<hex i>", .alu) {
        Instruction(.auipc, d: destination($0.d), imm: $0.immU)
    },
    encoding("ADDI", "iiiiiiiiiiii nnnnn 000 ddddd 0010011", "addi <d>,<n>,<immI>", .alu) {
        addImmediate($0.d, $0.n, $0.immI)
    },
    encoding("SLTI", "iiiiiiiiiiii nnnnn 010 ddddd 0010011", "slti <d>,<n>,<immI>", .alu) { immediate(.slti, $0) },
    encoding("SLTIU", "iiiiiiiiiiii nnnnn 011 ddddd 0010011", "sltiu <d>,<n>,<immI>", .alu) { immediate(.sltiu, $0) },
    encoding("XORI", "iiiiiiiiiiii nnnnn 100 ddddd 0010011", "xori <d>,<n>,<immI>", .alu) { immediate(.xori, $0) },
    encoding("ORI", "iiiiiiiiiiii nnnnn 110 ddddd 0010011", "ori <d>,<n>,<immI>", .alu) { immediate(.ori, $0) },
    encoding("ANDI", "iiiiiiiiiiii nnnnn 111 ddddd 0010011", "andi <d>,<n>,<immI>", .alu) { immediate(.andi, $0) },
    encoding("SLLI", "000000 iiiiii nnnnn 001 ddddd 0010011", "slli <d>,<n>,<hex i>", .alu) { shift(.slli, $0) },
    encoding("SRLI", "000000 iiiiii nnnnn 101 ddddd 0010011", "srli <d>,<n>,<hex i>", .alu) { shift(.srli, $0) },
    encoding("SRAI", "010000 iiiiii nnnnn 101 ddddd 0010011", "srai <d>,<n>,<hex i>", .alu) { shift(.srai, $0) },
    encoding("ADDIW", "iiiiiiiiiiii nnnnn 000 ddddd 0011011", "addiw <d>,<n>,<immI>", .alu) { immediate(.addiw, $0) },
    encoding("SLLIW", "0000000 iiiii nnnnn 001 ddddd 0011011", "slliw <d>,<n>,<hex i>", .alu) { shift(.slliw, $0) },
    encoding("SRLIW", "0000000 iiiii nnnnn 101 ddddd 0011011", "srliw <d>,<n>,<hex i>", .alu) { shift(.srliw, $0) },
    encoding("SRAIW", "0100000 iiiii nnnnn 101 ddddd 0011011", "sraiw <d>,<n>,<hex i>", .alu) { shift(.sraiw, $0) },
]

let integerRegister: [Encoding] = [
    register("ADD", "0000000", "000", "0110011", .add),
    register("SUB", "0100000", "000", "0110011", .sub),
    register("SLL", "0000000", "001", "0110011", .sll),
    register("SLT", "0000000", "010", "0110011", .slt),
    register("SLTU", "0000000", "011", "0110011", .sltu),
    register("XOR", "0000000", "100", "0110011", .xor),
    register("SRL", "0000000", "101", "0110011", .srl),
    register("SRA", "0100000", "101", "0110011", .sra),
    register("OR", "0000000", "110", "0110011", .or),
    register("AND", "0000000", "111", "0110011", .and),
    register("ADDW", "0000000", "000", "0111011", .addw),
    register("SUBW", "0100000", "000", "0111011", .subw),
    register("SLLW", "0000000", "001", "0111011", .sllw),
    register("SRLW", "0000000", "101", "0111011", .srlw),
    register("SRAW", "0100000", "101", "0111011", .sraw),
]

/// An R-type encoding: funct7, funct3 and opcode tell the operation.
func register(
    _ name: String, _ funct7: String, _ funct3: String, _ opcode: String, _ operation: Operation,
    _ timing: TimingClass = .alu
) -> Encoding {
    encoding(
        name, "\(funct7) mmmmm nnnnn \(funct3) ddddd \(opcode)", "\(name.lowercased()) <d>,<n>,<m>", timing
    ) {
        Instruction(operation, d: destination($0.d), n: $0.n, m: $0.m)
    }
}

private func immediate(_ operation: Operation, _ fields: Fields) -> Instruction {
    Instruction(operation, d: destination(fields.d), n: fields.n, imm: fields.immI)
}

private func shift(_ operation: Operation, _ fields: Fields) -> Instruction {
    Instruction(operation, d: destination(fields.d), n: fields.n, imm: Int32(fields.i))
}

/// ADDI, which is also how a constant is loaded and a register moved.
func addImmediate(_ d: UInt8, _ n: UInt8, _ constant: Int32) -> Instruction {
    if n == 0 { return Instruction(.li, d: destination(d), imm: constant) }
    return constant == 0
        ? Instruction(.mv, d: destination(d), n: n) : Instruction(.addi, d: destination(d), n: n, imm: constant)
}

extension Execution {
    @inline(always) func li(_ i: Instruction.Pointer) { r[i.d] = i.imm }
    @inline(always) func mv(_ i: Instruction.Pointer) { r[i.d] = r[i.n] }
    @inline(always) func auipc(_ i: Instruction.Pointer) {
        r[i.d] = UInt64(block.pointee.pc) &+ UInt64(i.pointee.offset) &+ i.imm
    }

    @inline(always) func addi(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &+ i.imm }
    @inline(always) func slti(_ i: Instruction.Pointer) { r[i.d] = signed(r[i.n]) < signed(i.imm) ? 1 : 0 }
    @inline(always) func sltiu(_ i: Instruction.Pointer) { r[i.d] = r[i.n] < i.imm ? 1 : 0 }
    @inline(always) func xori(_ i: Instruction.Pointer) { r[i.d] = r[i.n] ^ i.imm }
    @inline(always) func ori(_ i: Instruction.Pointer) { r[i.d] = r[i.n] | i.imm }
    @inline(always) func andi(_ i: Instruction.Pointer) { r[i.d] = r[i.n] & i.imm }
    @inline(always) func slli(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &<< i.imm }
    @inline(always) func srli(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &>> i.imm }
    @inline(always) func srai(_ i: Instruction.Pointer) {
        r[i.d] = UInt64(bitPattern: signed(r[i.n]) &>> signed(i.imm))
    }
    @inline(always) func addiw(_ i: Instruction.Pointer) { r[i.d] = word(low(r[i.n]) &+ low(i.imm)) }
    @inline(always) func slliw(_ i: Instruction.Pointer) { r[i.d] = word(low(r[i.n]) &<< low(i.imm)) }
    @inline(always) func srliw(_ i: Instruction.Pointer) { r[i.d] = word(low(r[i.n]) &>> low(i.imm)) }
    @inline(always) func sraiw(_ i: Instruction.Pointer) { r[i.d] = arithmeticWord(r[i.n], i.imm) }

    @inline(always) func add(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &+ r[i.m] }
    @inline(always) func sub(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &- r[i.m] }
    @inline(always) func sll(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &<< r[i.m] }
    @inline(always) func slt(_ i: Instruction.Pointer) { r[i.d] = signed(r[i.n]) < signed(r[i.m]) ? 1 : 0 }
    @inline(always) func sltu(_ i: Instruction.Pointer) { r[i.d] = r[i.n] < r[i.m] ? 1 : 0 }
    @inline(always) func xor(_ i: Instruction.Pointer) { r[i.d] = r[i.n] ^ r[i.m] }
    @inline(always) func srl(_ i: Instruction.Pointer) { r[i.d] = r[i.n] &>> r[i.m] }
    @inline(always) func sra(_ i: Instruction.Pointer) {
        r[i.d] = UInt64(bitPattern: signed(r[i.n]) &>> signed(r[i.m]))
    }
    @inline(always) func or(_ i: Instruction.Pointer) { r[i.d] = r[i.n] | r[i.m] }
    @inline(always) func and(_ i: Instruction.Pointer) { r[i.d] = r[i.n] & r[i.m] }
    @inline(always) func addw(_ i: Instruction.Pointer) { r[i.d] = word(low(r[i.n]) &+ low(r[i.m])) }
    @inline(always) func subw(_ i: Instruction.Pointer) { r[i.d] = word(low(r[i.n]) &- low(r[i.m])) }
    @inline(always) func sllw(_ i: Instruction.Pointer) { r[i.d] = word(low(r[i.n]) &<< low(r[i.m])) }
    @inline(always) func srlw(_ i: Instruction.Pointer) { r[i.d] = word(low(r[i.n]) &>> low(r[i.m])) }
    @inline(always) func sraw(_ i: Instruction.Pointer) { r[i.d] = arithmeticWord(r[i.n], r[i.m]) }

    // MARK: Views of a register

    @inline(always) func signed(_ value: UInt64) -> Int64 { Int64(bitPattern: value) }
    /// The low 32 bits.
    @inline(always) func low(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
    /// A 32-bit result, sign-extended as all of them are.
    @inline(always) func word(_ value: UInt32) -> UInt64 { UInt64(bitPattern: Int64(Int32(bitPattern: value))) }
    @inline(always)
    private func arithmeticWord(_ value: UInt64, _ amount: UInt64) -> UInt64 {
        UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value) &>> Int32(truncatingIfNeeded: amount)))
    }
}
