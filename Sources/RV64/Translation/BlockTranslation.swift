import Engine
import Profile
import Translator

/// Translates one block into the host-neutral form. What stands for an instruction does what its operation in
/// `Instructions/` does; an instruction without such a form is given to the run loop, one record at a time.
///
/// What the run loop does between blocks is here as well, in the same order, because accounts and predictions depend on
/// it: see `BranchTranslation`.
struct BlockTranslation {
    let block: Block.Pointer
    let state: CoreState.Pointer
    let hasFusedMultiplyAdd: Bool
    private(set) var forms: [Form] = []
    private var labels = 0
    /// Where other code enters it.
    let start = Label(0)
    /// What is known of the floating-point state at this point of the block.
    var floats = FloatKnowledge()

    init(_ block: Block.Pointer, _ state: CoreState.Pointer, hasFusedMultiplyAdd: Bool) {
        self.block = block
        self.hasFusedMultiplyAdd = hasFusedMultiplyAdd
        self.state = state
        forms.reserveCapacity(16 + 8 * Int(block.pointee.length))
    }

    /// The whole block.
    mutating func translate() {
        enter()
        for index in 0...Int(block.pointee.length) {
            let i = block.records + index
            translate(i)
            if i.pointee.operation.leavesBlock { break }
        }
    }

    private mutating func translate(_ i: Instruction.Pointer) {
        switch i.pointee.operation {
        case .fallThrough: fallThrough(i)
        case .notify: leave(i, .notify)
        case .stop: leave(i, .stopped)
        case .fence: break
        case .checkStack: checkStack(i)
        default:
            if integer(i) || access(i) || jump(i) || float(i) { return }
            add(.call(RuntimeHelper.execute.call(i)))
        }
    }

    // MARK: Building

    mutating func add(_ form: Form) { forms.append(form) }

    mutating func newLabel() -> Label {
        labels += 1
        return Label(labels)
    }

    /// Code that is rarely reached: `body` writes it, behind a label of its own.
    mutating func outOfLine(_ body: (inout BlockTranslation) -> Void) -> Label {
        let label = newLabel()
        let before = forms
        forms = [.label(label)]
        body(&self)
        let distant = forms
        forms = before
        forms.append(.outOfLine(distant))
        return label
    }

    /// A register as an operand; x0 is a constant.
    func operand(_ register: UInt8) -> Operand { register == 0 ? .constant(0) : .slot(Int(register)) }

    /// Leaves the code at a record.
    mutating func leave(_ i: Instruction.Pointer, _ departure: Departure) {
        add(.store(.uint8, .constant(departure.tag), .state(StateOffset.departure)))
        add(.leave(record: UInt(bitPattern: i)))
    }

    /// Charges cycles that only the run can tell.
    mutating func charge(_ cycles: Int, to cause: Cause) {
        guard cycles != 0 else { return }
        add(.binary(.subtract, .doubleword, .budget, .budget, .constant(Int64(cycles))))
        add(.add(Int32(truncatingIfNeeded: cycles), .absolute(UInt(bitPattern: block.pointee.charged + cause.index))))
    }

    private mutating func checkStack(_ i: Instruction.Pointer) {
        let back = newLabel()
        let deeper = outOfLine {
            $0.add(.call(RuntimeHelper.noteStack.call(i)))
            $0.add(.jump(back))
        }
        add(.load(.int64, .temporary(0), .state(StateOffset.stackLow)))
        add(.branch(.lessUnsigned, .slot(2), .temporary(0), deeper))
        add(.label(back))
    }

    // MARK: The way in

    /// Counts the entry and makes sure that the instruction cache holds the block. It is paid for already; temporary 0
    /// points to it.
    private mutating func enter() {
        add(.label(start))
        let counted = newLabel()
        let entered = newLabel()
        let first = outOfLine {
            $0.add(.load(.int64, .temporary(1), .state(StateOffset.dirty)))
            $0.add(.store(.int64, .temporary(0), .at(temporary: 1, 0)))
            $0.add(.add(8, .state(StateOffset.dirty)))
            $0.add(.jump(counted))
        }
        let missing = outOfLine {
            $0.add(.call(RuntimeHelper.fetch.call($0.block.records)))
            $0.add(.jump(entered))
        }
        add(.check(.equal, .int64, .at(temporary: 0, BlockOffset.count), .constant(0), first))
        add(.label(counted))
        add(.add(1, .at(temporary: 0, BlockOffset.count)))
        add(.load(.int64, .temporary(1), .state(StateOffset.fetchEpoch)))
        add(.check(.notEqual, .int64, .at(temporary: 0, BlockOffset.fetched), .temporary(1), missing))
        add(.label(entered))
        add(.entry)
    }
}

extension Operation {
    /// Whether nothing of its block can come behind it.
    fileprivate var leavesBlock: Bool {
        switch self {
        case .fallThrough, .j, .jal, .jalr, .beq, .bne, .blt, .bge, .bltu, .bgeu: true
        default: false
        }
    }
}

extension Departure {
    /// As it lies in memory.
    var tag: Int64 { withUnsafeBytes(of: self) { $0.first.map(Int64.init) ?? 0 } }
}

/// Where things are in the state.
enum StateOffset {
    private static func of(_ path: PartialKeyPath<CoreState>) -> Int { MemoryLayout<CoreState>.offset(of: path) ?? 0 }

    static let budget = of(\.budget)
    static let deadline = of(\.deadline)
    static let mark = of(\.mark)
    static let fetchEpoch = of(\.fetchEpoch)
    static let fflags = of(\.fp.fflags)
    static let frm = of(\.fp.frm)
    static let FS = of(\.fp.FS)
    static let stackLow = of(\.stackLow)
    static let pc = of(\.pc)
    static let departure = of(\.departure)
    static let journal = of(\.journal)
    static let journalEnd = of(\.journalEnd)
    static let dirty = of(\.dirty)
    static let leftBlock = of(\.leftBlock)
    static let leftRecord = of(\.leftRecord)

    /// A register's memory.
    static func register(_ slot: Int) -> Int { 8 * slot - CoreState.registerBytes }
    /// The slot of a floating-point register.
    static func float(_ register: UInt8) -> Int { 40 + Int(register) }
}

/// Where things are in a block.
enum BlockOffset {
    private static func of(_ path: PartialKeyPath<Block>) -> Int { MemoryLayout<Block>.offset(of: path) ?? 0 }

    static let cycles = of(\.cycles)
    static let slack = of(\.slack)
    static let count = of(\.count)
    static let taken = of(\.taken)
    static let next = of(\.next)
    static let fetched = of(\.fetched)
    static let code = of(\.code)
    static let pc = of(\.pc)
}
