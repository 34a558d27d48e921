import Engine
import Translator

/// Floating-point data processing: see `FloatingPointOperations`. What the host cannot be trusted with is done by the run
/// loop, which asks the reference.
extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func float(_ i: Instruction.Pointer) -> Bool {
        let (d, n, m) = (
            StateOffset.single(i.pointee.d), StateOffset.single(i.pointee.n), StateOffset.single(i.pointee.m)
        )
        switch i.pointee.operation {
        case .vadd: single(i, .add)
        case .vsub: single(i, .subtract)
        case .vmul: single(i, .multiply)
        case .vnmul: single(i, .negatedMultiply)
        case .vmla: single(i, .multiplyAdd)
        case .vmls: single(i, .multiplySubtract)
        case .vfma: single(i, .fusedAdd)
        case .vfms: single(i, .fusedSubtract)
        case .vdiv: single(i, .divide)
        case .vcmp, .vcmpe: compare(i, n, .slot(m))
        case .vcmpZero, .vcmpeZero: compare(i, n, .constant(0))
        case .vcvtToS32:
            withSlowPath(i) { $0.add(.integerFromSingle(d, m, slow: $1)) }
        case .vcvtFromS32:
            withSlowPath(i) { $0.add(.singleFromInteger(isSigned: true, d, m, slow: $1)) }
        case .vcvtFromU32:
            withSlowPath(i) { $0.add(.singleFromInteger(isSigned: false, d, m, slow: $1)) }
        case .vabs:
            add(.binary(.and, .slot(d), .slot(m), .constant(Int64(Int32.max))))
        case .vneg:
            add(.binary(.xor, .slot(d), .slot(m), .constant(Int64(Int32.min))))
        case .vmovImm: add(.binary(.move, .slot(d), .constant(0), .constant(Int64(Int32(bitPattern: i.imm)))))
        case .vmovReg: add(.binary(.move, .slot(d), .slot(m), .slot(m)))
        case .vmovFromCore: add(.binary(.move, .slot(d), .slot(i.n), .slot(i.n)))
        case .vmovToCore: add(.binary(.move, .slot(i.d), .slot(n), .slot(n)))
        case .vmrsFlags: takeFlags()
        default: return false
        }
        return true
    }

    private mutating func withSlowPath(
        _ i: Instruction.Pointer, _ body: (inout BlockTranslation, Label) -> Void
    ) {
        let back = newLabel()
        let slow = slowly(i, back: back)
        body(&self, slow)
        add(.label(back))
    }

    private mutating func single(_ i: Instruction.Pointer, _ operation: SingleOperation) {
        let (d, n, m) = (
            StateOffset.single(i.pointee.d), StateOffset.single(i.pointee.n), StateOffset.single(i.pointee.m)
        )
        withSlowPath(i) { $0.add(.single(operation, d, n, m, slow: $1)) }
    }

    private mutating func compare(_ i: Instruction.Pointer, _ n: Int, _ m: Operand) {
        withSlowPath(i) {
            // In flush-to-zero mode denormals equal zero.
            $0.add(.load(.uint32, .temporary(0), .state(StateOffset.fpscr)))
            $0.add(.binary(.and, .temporary(0), .temporary(0), .constant(Int64(FPSCR.FZ))))
            $0.add(.branchIfZero(false, .temporary(0), $1))
            $0.add(.compareSingles(n, m, field: StateOffset.fpFlags, unordered: $1))
        }
    }

    /// VMRS APSR_nzcv, FPSCR: see `vmrsFlags`.
    private mutating func takeFlags() {
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
