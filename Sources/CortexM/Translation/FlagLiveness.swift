import Translator

/// Which flags are looked at behind each record of a block before they are set again. A block that loops goes on at its
/// first record.
struct FlagLiveness {
    struct Fates {
        /// Must be in the state.
        var stored: FlagSet = []
        /// Only slow paths and ways out may look at them, and the branch of a loop.
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
    private var operations: [DataOperation?] = []
    private var sets: [FlagSet] = []
    /// What each record does to the registers; behind a condition a change is not certain.
    private(set) var effects: [RegisterEffects] = []
    /// The branch to the block's own first record, if it has one, and what it asks for.
    private let loop: (index: Int, condition: FlagCondition?)?

    /// - Parameters:
    ///   - loops: whether the block's last branch is taken to go to its first record.
    ///   - fetchesOnce: whether a loop does not come back to the instruction fetch.
    init(_ records: Instruction.Pointer, _ length: Int, loops: Bool, fetchesOnce: Bool) {
        loop = loops ? (length - 1, records[length - 1].operation.branchCondition) : nil
        var conditionalEnd = 0
        for index in 0...length {
            let record = records[index]
            let data = record.dataOperation
            operations.append(data)
            sets.append(record.operation == .vmrsFlags ? .all : data?.sets ?? [])
            let isQuiet = record.operation.hidesFlags || record.operation == .vmrsFlags
            if data != nil || isQuiet || fetchesOnce && record.operation == .fetchLines {
                barriers.append(.none)
            } else {
                barriers.append(record.touch != nil || record.operation == .fpContext ? .slow : .full)
            }
            var effects = record.effects
            if record.operation.skipCondition != nil { conditionalEnd = max(conditionalEnd, index + 1 + Int(record.x)) }
            if index < conditionalEnd { effects = RegisterEffects(written: effects.all) }
            self.effects.append(effects)
        }
        // A shift by a register may leave C as it is; where nobody looks at its flags that does not matter.
        for index in stride(from: length, through: 0, by: -1) {
            guard let (_, setsFlags) = records[index].operation.registerShift else { continue }
            let isSeen = setsFlags && ![FlagSet.nz, .c].allSatisfy { fate(index, $0, nil) == .none }
            barriers[index] = isSeen ? .full : .none
        }
    }

    /// Whether a record need not care for flags.
    func isHidden(_ index: Int) -> Bool { barriers[index] == .none }

    /// What becomes of the flags that a record sets, which can be found out in a certain way.
    func fates(of index: Int, _ flags: FlagSet, _ recovery: Recovery?) -> Fates {
        var fates = Fates()
        for flag in [FlagSet.nz, .c, .v] where flags.contains(flag) {
            switch fate(index, flag, recovery) {
            case .full: fates.stored.insert(flag)
            case .slow: fates.deferred.insert(flag)
            case .none: break
            }
        }
        return fates
    }

    private func fate(_ index: Int, _ flag: FlagSet, _ recovery: Recovery?) -> Barrier {
        var seen = Barrier.none
        var written: UInt32 = 0
        var changed: UInt32 = 0
        func isKnown() -> Bool {
            guard let recovery, written & recovery.needs == 0 else { return false }
            let changed = changed & recovery.needs
            return changed.nonzeroBitCount <= 1 && changed & ~recovery.adjustable == 0
        }
        var next = index + 1
        while next < barriers.count {
            if next == loop?.index {
                // The way out of the loop looks at all flags.
                guard isServed(by: index, flag), isKnown() else { return .full }
                seen = .slow
                next = 0
                continue
            }
            switch barriers[next] {
            case .full: return .full
            case .slow:
                guard isKnown() else { return .full }
                seen = .slow
            case .none:
                if sets[next].contains(flag) { return seen }
            }
            written |= effects[next].written
            if let change = effects[next].change { changed |= 1 << UInt32(change.slot) }
            next += 1
        }
        return .full
    }

    /// Whether the loop's branch can do without the flag in the state: it does not ask for it, or everything that it asks
    /// for is what one operation sets and the host can tell.
    private func isServed(by index: Int, _ flag: FlagSet) -> Bool {
        guard let loop, let condition = loop.condition, condition.flags.contains(flag) else { return true }
        guard let data = operations[index], data.sets.isSuperset(of: condition.flags),
            condition.flags == .nz || data.operation == .subtract
                || data.operation == .add && condition != .higher && condition != .lowerOrSame
        else { return false }
        return sets[(index + 1)..<max(loop.index, index + 1)].allSatisfy { $0.isDisjoint(with: condition.flags) }
    }
}

extension FlagCondition {
    /// The flags that it asks for.
    var flags: FlagSet {
        switch self {
        case .equal, .notEqual, .minus, .plus: .nz
        case .carrySet, .carryClear: .c
        case .overflow, .noOverflow: .v
        case .higher, .lowerOrSame: [.nz, .c]
        case .greaterOrEqual, .less, .greater, .lessOrEqual: [.nz, .v]
        }
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
}

extension Instruction {
    /// The general registers that it may write, a bit for each.
    private var wordsWritten: UInt32 {
        func bit(_ register: UInt8) -> UInt32 { 1 << UInt32(register & 31) }
        if let touch { return registersLoaded | (touch.change == 0 ? 0 : bit(n)) }
        if dataOperation != nil || unaryOperation != nil { return bit(d) }
        switch operation {
        case .nop, .it, .dsb, .dmb, .isb, .checkStack, .fpContext, .fetchLines: return 0
        case .movt, .ubfx, .sbfx, .bfi, .mla, .mls, .pkhbt, .pkhtb, .sxtab16, .uxtab16, .vmovToCore: return bit(d)
        case .smulbb, .smulbt, .smultb, .smultt, .smlabb, .smlabt, .smlatb, .smlatt: return bit(d)
        case .smuad, .smuadx, .smusd, .smusdx, .smlad, .smladx, .smlsd, .smlsdx: return bit(d)
        default: return operation.skipCondition == nil ? bit(d) | bit(n) | bit(a) : 0
        }
    }

    private var registersLoaded: UInt32 {
        switch operation {
        case .ldmia, .ldmdb: UInt32(x)
        case .ldrdImm, .ldrdPre, .ldrdPost: 1 << UInt32(d & 31) | 1 << UInt32(a & 31)
        case .vldr, .vldrLiteral, .vldrDouble, .vldmia, .vldmdb: 0
        default: touch?.isWrite == false ? 1 << UInt32(d & 31) : 0
        }
    }

    /// What it does to the general registers.
    var effects: RegisterEffects {
        if let data = dataOperation, let change = data.constantChange {
            return RegisterEffects(change: (Int(data.d), change))
        }
        if let touch, case .offset(let base, _) = touch.way, touch.change != 0, !loads(base) {
            return RegisterEffects(written: registersLoaded, change: (base, touch.change))
        }
        return RegisterEffects(written: wordsWritten)
    }

    /// Whether a load puts something into a core register.
    func loads(_ register: Int) -> Bool { registersLoaded >> UInt32(register & 31) & 1 != 0 }
}
