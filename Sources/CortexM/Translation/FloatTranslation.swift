import Engine
import Translator

/// Floating-point data processing: see `FloatingPointOperations`. What the host cannot be trusted with is done by the run
/// loop, which asks the reference.
///
/// Whether the host may compute at all, `FPGate` tells. It is asked once, in front of the first instruction that depends
/// on it; where it does not hold, the run loop has the rest of the block.
extension BlockTranslation {
    /// In front of the first floating-point instruction.
    mutating func fpContext(_ i: Instruction.Pointer, _ index: Int) {
        let back = newLabel()
        let isNeeded = (index + 1..<Int(block.pointee.length)).contains { records[$0].operation.needsHostArithmetic }
        let missing = outOfLine {
            $0.materialise()
            $0.add(.call(RuntimeHelper.execute.call(i)))
            if isNeeded { $0.requireHostArithmetic(i + 1) }
            $0.add(.jump(back))
        }
        let wanted: FPGate = isNeeded ? .computes : .closed
        let gate = HostAddress.state(StateOffset.fpGate)
        add(.check(isNeeded ? .notEqual : .equal, .uint8, gate, .constant(Int64(wanted.rawValue)), missing))
        add(.label(back))
        if isNeeded { computesUntil = index < conditionalEnd ? conditionalEnd : .max }
    }

    /// Leaves the code at a record unless the host may compute.
    private mutating func requireHostArithmetic(_ i: Instruction.Pointer) {
        let leaving = outOfLine {
            $0.materialise()
            $0.leave(i, .interpreted)
        }
        let gate = HostAddress.state(StateOffset.fpGate)
        add(.check(.notEqual, .uint8, gate, .constant(Int64(FPGate.computes.rawValue)), leaving))
    }

    /// - Returns: whether the record is one of these.
    mutating func float(_ i: Instruction.Pointer, _ index: Int) -> Bool {
        if i.pointee.operation.needsHostArithmetic, index >= computesUntil {
            requireHostArithmetic(i)
            computesUntil = index < conditionalEnd ? conditionalEnd : .max
        }
        let (d, n, m) = (
            StateOffset.single(i.pointee.d), StateOffset.single(i.pointee.n), StateOffset.single(i.pointee.m)
        )
        if let operation = i.pointee.operation.singleOperation {
            // Compilers copy a constant in front of a sum.
            let copy = index > 0 && !isJoin(index) ? (i - 1).pointee : i.pointee
            let isCopied = copy.operation == .vmovReg && copy.d == i.pointee.d && copy.m != copy.d
            let same = isCopied ? StateOffset.single(copy.m) : nil
            withSlowPath(i) { $0.add(.arithmetic(operation, d: d, n: n, m: m, same: same, slow: $1)) }
            return true
        }
        switch i.pointee.operation {
        case .vsqrt: withSlowPath(i) { $0.add(.squareRoot(d: d, m: m, slow: $1)) }
        case .vcmp, .vcmpe: compare(i, index, n, m)
        case .vcmpZero, .vcmpeZero: compare(i, index, n, nil)
        case .vcvtToS32: convert(i, .signed)
        case .vcvtToU32: convert(i, .unsigned)
        case .vcvtrToS32: convert(i, .signedToNearest)
        case .vcvtFromS32: add(.fromInteger(isSigned: true, d: d, m: m))
        case .vcvtFromU32: add(.fromInteger(isSigned: false, d: d, m: m))
        case .vabs: add(.move(.absolute, d: d, m: m))
        case .vneg: add(.move(.negate, d: d, m: m))
        case .vmovImm: add(.constant(d, i.imm))
        case .vmovReg: add(.move(.copy, d: d, m: m))
        case .vmovFromCore: add(.binary(.move, .slot(d), .slot(i.n), .slot(i.n)))
        case .vmovToCore: add(.binary(.move, .slot(i.d), .slot(n), .slot(n)))
        case .vmovFromCorePair:
            add(.binary(.move, .slot(d), .slot(i.n), .slot(i.n)))
            add(.binary(.move, .slot(m), .slot(i.a), .slot(i.a)))
        case .vmovToCorePair:
            add(.binary(.move, .slot(i.d), .slot(n), .slot(n)))
            add(.binary(.move, .slot(i.a), .slot(m), .slot(m)))
        case .vmrsFlags: takeFlags()
        case .vmsr:
            add(.call(RuntimeHelper.execute.call(i)))
            computesUntil = 0
        default: return false
        }
        return true
    }

    private mutating func add(_ form: SingleForm) { add(.single(form)) }

    private mutating func withSlowPath(
        _ i: Instruction.Pointer, _ body: (inout BlockTranslation, Label) -> Void
    ) {
        let back = newLabel()
        let slow = slowly(i, back: back)
        body(&self, slow)
        add(.label(back))
    }

    private mutating func convert(_ i: Instruction.Pointer, _ conversion: SingleConversion) {
        let (d, m) = (StateOffset.single(i.pointee.d), StateOffset.single(i.pointee.m))
        withSlowPath(i) { $0.add(.toInteger(conversion, d: d, m: m, slow: $1)) }
    }

    // MARK: Comparison

    /// A comparison, with the VMRS that mostly follows.
    private mutating func compare(_ i: Instruction.Pointer, _ index: Int, _ n: Int, _ m: Int?) {
        let isTaken = records[index + 1].operation == .vmrsFlags && !isJoin(index + 1)
        guard isTaken else {
            withSlowPath(i) {
                $0.add(.compare(n, m, field: StateOffset.fpFlags, taking: nil, slow: $1))
            }
            return
        }
        let unordered = outOfLine {
            $0.materialise()
            $0.leave(i, .interpreted)
        }
        done = index + 1
        let seen = index + 1 < conditionalEnd ? .all : flagsSeen(behind: index + 1)
        pending.removeAll()
        add(.compare(n, m, field: StateOffset.fpFlags, taking: seen, slow: unordered))
    }

    /// The flags that must be in the state behind a record that sets all of them, and is followed by what may take them
    /// from the host.
    private func flagsSeen(behind index: Int) -> FlagSet {
        let next = records[index + 1].operation
        let isFollower = next.skipCondition.map { $0 != .overflow && $0 != .noOverflow } ?? false
        let fates = liveness.fates(of: isFollower ? index + 1 : index, .all, nil)
        return fates.stored.union(fates.deferred)
    }

    /// VMRS APSR_nzcv, FPSCR: see `vmrsFlags`.
    private mutating func takeFlags() {
        pending.removeAll()
        let (flags, work) = (Place.temporary(0), Place.temporary(2))
        add(.load(.uint32, flags, .state(StateOffset.fpFlags)))
        add(.binary(.moveNot, work, .temporary(0), .temporary(0)))
        add(.binary(.shiftRight, work, .temporary(2), .constant(30)))
        add(.binary(.and, work, .temporary(2), .constant(1)))
        add(.store(.uint32, .temporary(2), .state(StateOffset.nz)))
        add(.binary(.and, work, .temporary(0), .constant(Int64(Int32.min))))
        add(.store(.uint32, .temporary(2), .state(StateOffset.nz + 4)))
        add(.binary(.shiftRight, work, .temporary(0), .constant(29)))
        add(.binary(.and, work, .temporary(2), .constant(1)))
        add(.store(.uint32, .temporary(2), .state(StateOffset.c)))
        add(.binary(.shiftLeft, work, .temporary(0), .constant(3)))
        add(.store(.uint32, .temporary(2), .state(StateOffset.v)))
    }
}

extension Operation {
    /// Whether its native form is for a guest whose FPSCR lets the host compute.
    fileprivate var needsHostArithmetic: Bool {
        switch self {
        case .vsqrt, .vcmp, .vcmpe, .vcmpZero, .vcmpeZero: true
        case .vcvtToS32, .vcvtToU32, .vcvtrToS32, .vcvtFromS32, .vcvtFromU32: true
        default: singleOperation != nil
        }
    }

    fileprivate var singleOperation: SingleOperation? {
        switch self {
        case .vadd: .add
        case .vsub: .subtract
        case .vmul: .multiply
        case .vnmul: .negatedMultiply
        case .vdiv: .divide
        case .vmla: .multiplyAdd
        case .vmls: .multiplySubtract
        case .vnmls: .multiplyFrom
        case .vnmla: .negatedMultiplyAdd
        case .vfma: .fusedAdd
        case .vfms: .fusedSubtract
        case .vfnms: .fusedFrom
        case .vfnma: .negatedFusedAdd
        default: nil
        }
    }

    /// Whether it reads or writes floating-point registers.
    var usesSingles: Bool {
        switch self {
        case .vabs, .vneg, .vmovImm, .vmovReg, .vmovFromCore, .vmovToCore, .vmovFromCorePair, .vmovToCorePair: true
        case .vldr, .vldrLiteral, .vldrDouble, .vldmia, .vldmdb: true
        case .vstr, .vstrDouble, .vstmia, .vstmdb, .vpush: true
        default: needsHostArithmetic
        }
    }
}
