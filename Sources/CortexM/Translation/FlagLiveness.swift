import Translator

/// Flags that were set but not stored, and how to find them out all the same.
struct PendingFlags {
    let recovery: Recovery
    var flags: FlagSet
    let carry: Bool?
}

/// How flags can be found out later, from registers that still hold what they held.
struct Recovery {
    enum Way {
        /// N and Z from the result.
        case result(Int)
        /// The operation once more.
        case again(WordOperation, Operand, Operand)
        /// The first operand is the result less the other one.
        case undo(WordOperation, WordOperation, Int, Operand)
    }
    let way: Way
    /// The registers, a bit for each.
    let needs: UInt32

    init?(_ data: DataOperation, _ d: Place?) {
        func bit(_ operand: Operand) -> UInt32 {
            if case .slot(let slot) = operand, slot < 32 { return 1 << UInt32(slot) }
            return 0
        }
        let operands = bit(data.a) | bit(data.b)
        guard let d, case .slot(let result) = d else {
            (way, needs) = (.again(data.operation, data.a, data.b), operands)
            return
        }
        let own = UInt32(1) << UInt32(result & 31)
        // What a constant says of C is known anyway.
        let isResultEnough = data.sets == .nz || data.carry != nil
        if isResultEnough {
            (way, needs) = (.result(result), own)
        } else if operands & own == 0 {
            (way, needs) = (.again(data.operation, data.a, data.b), operands)
        } else if data.operation == .add, bit(data.a) == own, bit(data.b) != own {
            (way, needs) = (.undo(.subtract, .add, result, data.b), own | bit(data.b))
        } else if data.operation == .add, bit(data.b) == own, bit(data.a) != own {
            (way, needs) = (.undo(.subtract, .add, result, data.a), own | bit(data.a))
        } else if data.operation == .subtract, bit(data.a) == own, bit(data.b) != own {
            (way, needs) = (.undo(.add, .subtract, result, data.b), own | bit(data.b))
        } else {
            return nil
        }
    }
}

/// Which flags are looked at behind each record of a block before they are set again.
struct FlagLiveness {
    struct Fates {
        /// Must be in the state.
        var stored: FlagSet = []
        /// Only slow paths may look at them.
        var deferred: FlagSet = []
    }

    private enum Barrier {
        case none
        /// A slow path can leave the code.
        case slow
        /// Flags are read, or may be.
        case full
    }

    private var barriers: [Barrier] = []
    private var sets: [FlagSet] = []
    private var writes: [UInt32] = []

    init(_ records: Instruction.Pointer, _ length: Int) {
        for index in 0...length {
            let record = records[index]
            if let data = record.dataOperation {
                barriers.append(.none)
                sets.append(data.sets)
            } else if record.operation == .vmrsFlags {
                barriers.append(.none)
                sets.append(.all)
            } else {
                barriers.append(record.operation.hidesFlags ? .none : record.operation.isAccess ? .slow : .full)
                sets.append([])
            }
            writes.append(record.wordsWritten)
        }
        // A shift by a register may leave C as it is; where nobody looks at its flags that does not matter.
        for index in stride(from: length, through: 0, by: -1) {
            guard let (_, setsFlags) = records[index].operation.registerShift else { continue }
            let isSeen = setsFlags && ![FlagSet.nz, .c].allSatisfy { fate(index, $0, .max) == .none }
            barriers[index] = isSeen ? .full : .none
        }
    }

    /// Whether a record need not care for flags.
    func isHidden(_ index: Int) -> Bool { barriers[index] == .none }

    /// What becomes of the flags that a record sets, which can be found out from the registers `needs`.
    func fates(of index: Int, _ flags: FlagSet, _ needs: UInt32) -> Fates {
        var fates = Fates()
        for flag in [FlagSet.nz, .c, .v] where flags.contains(flag) {
            switch fate(index, flag, needs) {
            case .full: fates.stored.insert(flag)
            case .slow: fates.deferred.insert(flag)
            case .none: break
            }
        }
        return fates
    }

    private func fate(_ index: Int, _ flag: FlagSet, _ needs: UInt32) -> Barrier {
        var seen = Barrier.none
        var written: UInt32 = 0
        for next in (index + 1)..<max(barriers.count, index + 1) {
            switch barriers[next] {
            case .full: return .full
            case .slow:
                if written & needs != 0 { return .full }
                seen = .slow
                written |= writes[next]
            case .none:
                if sets[next].contains(flag) { return seen }
                written |= writes[next]
            }
        }
        return .full
    }
}

extension Operation {
    /// Whether it neither looks at the flags nor sets them nor leaves the code.
    var hidesFlags: Bool {
        switch self {
        case .sxtb, .sxth, .uxtb, .uxth, .sxtab, .sxtah, .uxtab, .uxtah, .sxtb16, .uxtb16, .rev, .clz, .movt, .ubfx:
            true
        case .sbfx, .bfi, .mla, .mls, .pkhbt, .pkhtb, .smull, .umull, .smlal, .umlal: true
        case .smulbb, .smulbt, .smultb, .smultt, .smlabb, .smlabt, .smlatb, .smlatt, .smlalbb, .smlalbt: true
        case .smlaltb, .smlaltt, .smuad, .smuadx, .smusd, .smusdx, .smlad, .smladx, .smlsd, .smlsdx: true
        case .smlald, .smlaldx, .smlsld, .smlsldx, .nop, .it, .dsb, .dmb, .isb, .checkStack: true
        case .ssat, .usat, .sxtab16, .uxtab16, .rbit, .rev16, .revsh: true
        case .vadd, .vsub, .vmul, .vnmul, .vmla, .vmls, .vnmla, .vnmls, .vfma, .vfms, .vfnma, .vfnms: true
        case .vdiv, .vsqrt, .vabs, .vneg, .vmovImm, .vmovReg, .vmovFromCore, .vcvtToS32, .vcvtFromS32: true
        case .vcvtToU32, .vcvtFromU32, .vmovToCore, .vcmp, .vcmpe, .vcmpZero, .vcmpeZero: true
        case .vcvtrToS32, .vmovFromCorePair, .vmovToCorePair: true
        default: false
        }
    }

    /// The kind of shift by a register, and whether it sets flags.
    var registerShift: (WordOperation, Bool)? {
        switch self {
        case .lslReg: (.shiftLeft, false)
        case .lsrReg: (.shiftRight, false)
        case .asrReg: (.shiftRightArithmetic, false)
        case .rorReg: (.rotateRight, false)
        case .lslsReg: (.shiftLeft, true)
        case .lsrsReg: (.shiftRight, true)
        case .asrsReg: (.shiftRightArithmetic, true)
        case .rorsReg: (.rotateRight, true)
        default: nil
        }
    }

    /// Whether it is a load or a store whose slow path may leave the code, and the flags are no concern of it.
    var isAccess: Bool {
        switch self {
        case .ldrLiteral, .ldrImm, .ldrPre, .ldrPost, .ldrReg, .ldrhImm, .ldrhPre, .ldrhPost, .ldrhReg: true
        case .ldrbImm, .ldrbPre, .ldrbPost, .ldrbReg, .ldrshImm, .ldrshPre, .ldrshPost, .ldrshReg: true
        case .ldrsbImm, .ldrsbPre, .ldrsbPost, .ldrsbReg, .strImm, .strPre, .strPost, .strReg, .strhImm: true
        case .strhPre, .strhPost, .strhReg, .strbImm, .strbPre, .strbPost, .strbReg: true
        case .ldrdImm, .ldrdPre, .ldrdPost, .strdImm, .strdPre, .strdPost, .ldmia, .ldmdb, .stmia, .stmdb: true
        case .vldr, .vldrLiteral, .vldrDouble, .vldmia, .vldmdb, .vstr, .vstrDouble, .vstmia, .vstmdb: true
        default: false
        }
    }
}

extension Instruction {
    /// The general registers that it may write, a bit for each.
    fileprivate var wordsWritten: UInt32 {
        func bit(_ register: UInt8) -> UInt32 { 1 << UInt32(register & 31) }
        switch operation {
        case .ldmia, .ldmdb: return UInt32(x) | bit(n)
        case .vldmia, .vldmdb, .vstmia, .vstmdb: return bit(n)
        case .vldrDouble, .vstrDouble: return 0
        case .vldr, .vldrLiteral, .vstr, .strImm, .strReg, .strhImm, .strhReg, .strbImm, .strbReg, .nop: return 0
        case .ldrImm, .ldrReg, .ldrhImm, .ldrhReg, .ldrbImm, .ldrbReg, .ldrshImm, .ldrshReg, .ldrsbImm, .ldrsbReg:
            return bit(d)
        default: return dataOperation == nil ? bit(d) | bit(n) | bit(a) : bit(d)
        }
    }
}
