import Profile

/// One instruction of a block as the pipeline rules see it.
struct TimedInstruction {
    var timing: TimingClass
    var instruction: Instruction
    var address: UInt32
    /// Whether its encoding has 32 bits.
    var isWide: Bool
    /// Whether it stands in an IT block.
    var isPredicated: Bool
    /// Whether it loads the PC.
    var loadsPC: Bool
    /// The alignment of a constant branch target: a 32-bit instruction at 2 mod 4.
    var targetIsMisaligned: Bool

    /// Core registers that the ALU, a multiplier, a load or a move from the FPU writes, as a bit set.
    var writes: UInt32 {
        switch timing {
        case .alu, .multiply, .multiplyAccumulate, .divide, .exclusive, .moveFromSpecial:
            bit(instruction.d)
        case .load:
            bit(instruction.d) | (instruction.operation.writesBack ? bit(instruction.n) : 0)
        case .multiplyLong, .loadDual:
            bit(instruction.d) | bit(instruction.a)
        case .fpMoveCore where instruction.operation == .vmovToCore:
            bit(instruction.d)
        case .fpMoveCorePair where instruction.operation == .vmovToCorePair:
            bit(instruction.d) | bit(instruction.a)
        default:
            0
        }
    }

    /// Core registers that make the address of a data access, as a bit set.
    var addressRegisters: UInt32 {
        guard timing.isMemoryAccess else { return 0 }
        return bit(instruction.n) | (instruction.operation.hasIndexRegister ? bit(instruction.m) : 0)
    }

    private func bit(_ register: UInt8) -> UInt32 { register < 16 ? 1 << UInt32(register) : 0 }

    /// The FP registers that an FP data-processing instruction writes, as a bit set.
    var fpWrites: UInt32 {
        switch (timing, instruction.operation) {
        // A comparison writes the flags of FPSCR.
        case (_, .vcmp), (_, .vcmpe), (_, .vcmpZero), (_, .vcmpeZero): 0
        case (.fpAlu, _), (.fpMac, _), (.fpDivide, _), (.fpSqrt, _): 1 << UInt32(instruction.d & 31)
        default: 0
        }
    }

    /// The FP registers that an FP instruction reads, as a bit set.
    var fpReads: UInt32 {
        let operands: UInt32 = 1 << UInt32(instruction.n & 31) | 1 << UInt32(instruction.m & 31)
        return switch timing {
        case .fpAlu, .fpDivide, .fpSqrt: operands
        case .fpMac: operands | 1 << UInt32(instruction.d & 31)
        case .fpMove: instruction.operation == .vmovImm ? 0 : 1 << UInt32(instruction.m & 31)
        default: 0
        }
    }
}

/// What one instruction takes, by cause, and what the run may add.
struct Price {
    /// Paid whenever the instruction runs.
    var cycles = CauseVector()
    /// Whether the access overlaps the previous one, and so depends on the slaves being the same.
    var overlapsPrevious = false
    /// Added when a conditional branch is taken.
    var takenRefill = 0
    var takenAlignment = 0
    /// The most that the operands may add to a fixed price: divisions.
    var variable = 0
}

extension Operation {
    /// Whether a load changes its base register, too.
    var writesBack: Bool {
        switch self {
        case .ldrPre, .ldrPost, .ldrhPre, .ldrhPost, .ldrbPre, .ldrbPost, .ldrshPre, .ldrshPost, .ldrsbPre, .ldrsbPost:
            true
        default: false
        }
    }

    var hasIndexRegister: Bool {
        switch self {
        case .ldrReg, .ldrhReg, .ldrbReg, .ldrshReg, .ldrsbReg, .strReg, .strhReg, .strbReg, .tbb, .tbh: true
        default: false
        }
    }
}
