import BlockForms
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
    /// How often a block was entered so far.
    let entries: (Block.Pointer) -> Int
    var forms: [Form] = []
    private var labels = 0
    /// Where other code enters it.
    let start = Label(0)
    /// What is known of the floating-point state at this point of the block.
    var floats = FloatKnowledge()
    /// If the block is a loop: its turns without accounts.
    var loop: LoopTranslation?
    /// The last record that the one in front of it did as well.
    var done: Instruction.Pointer?

    init(
        _ block: Block.Pointer, _ state: CoreState.Pointer, hasFusedMultiplyAdd: Bool,
        entries: @escaping (Block.Pointer) -> Int
    ) {
        self.block = block
        self.entries = entries
        self.hasFusedMultiplyAdd = hasFusedMultiplyAdd
        self.state = state
        forms.reserveCapacity(16 + 8 * Int(block.pointee.length))
    }

    /// The whole block.
    mutating func translate() {
        prepareLoop()
        enter()
        for index in 0...Int(block.pointee.length) {
            let i = block.records + index
            if let loop, loop.records.indices.contains(index) { add(.label(loop.records[index])) }
            translate(i)
            if i.pointee.operation.leavesBlock { break }
        }
        addLoop()
    }

    mutating func translate(_ i: Instruction.Pointer) {
        if i == done { return }
        switch i.pointee.operation {
        case .fallThrough: fallThrough(i)
        case .notify: leave(i, .notify)
        case .stop: leave(i, .stopped)
        case .fence: break
        case .checkStack: checkStack(i)
        default:
            if integer(i) || access(i) || jump(i) || float(i) { return }
            byRunLoop(i)
        }
    }

    /// Has the run loop do a record.
    mutating func byRunLoop(_ i: Instruction.Pointer) {
        if loop?.isActive == true { loop?.isUnfit = true }
        add(.call(RuntimeHelper.execute.call(i)))
    }

    /// Where a record goes on that the run loop has to do as a whole.
    mutating func detour(_ i: Instruction.Pointer, back: Label) -> Label {
        if loop?.isActive == true { return exit(i) }
        return outOfLine {
            $0.add(.call(RuntimeHelper.execute.call(i)))
            $0.add(.jump(back))
        }
    }

    // MARK: Building

    mutating func add(_ form: Form) { forms.append(form) }
    mutating func add(_ more: [Form]) { forms += more }

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

    /// A field of the block.
    func field(_ offset: Int) -> HostAddress { .absolute(block.field(offset)) }

    /// A register as an operand; x0 is a constant.
    func operand(_ register: UInt8) -> Operand { register == 0 ? .constant(0) : .slot(Int(register)) }

    /// Leaves the code at a record.
    mutating func leave(_ i: Instruction.Pointer, _ departure: Departure) {
        if loop?.isActive == true { loop?.isUnfit = true }
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
        if loop?.isActive == true { loop?.isUnfit = true }
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

    /// Counts the entry; the block is paid for already. Where its counters are empty, or lines left the instruction
    /// cache since the last time, it is counted below zero.
    private mutating func enter() {
        add(.label(start))
        let entered = newLabel()
        let unready = outOfLine {
            $0.add(.call(RuntimeHelper.enter.call($0.block.records)))
            $0.add(.jump(entered))
        }
        add(.count(1, field(BlockOffset.runs), ifNegative: unready))
        add(.label(entered))
        add(.entry)
        if let loop { add(.label(loop.entered)) }
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
    static let fflags = of(\.fp.fflags)
    static let frm = of(\.fp.frm)
    static let FS = of(\.fp.FS)
    static let stackLow = of(\.stackLow)
    static let pc = of(\.pc)
    static let departure = of(\.departure)
    static let journal = of(\.journal)
    static let journalEnd = of(\.journalEnd)
    static let dividend = of(\.dividend)
    static let loopBudget = of(\.loopBudget)
    static let leftBlock = of(\.leftBlock)
    static let leftRecord = of(\.leftRecord)
    static let hostCalls = of(\.hostCalls)

    /// A register's memory.
    static func register(_ slot: Int) -> Int { 8 * slot - CoreState.registerBytes }
    /// The slot of a floating-point register.
    static func float(_ register: UInt8) -> Int { 40 + Int(register) }
}
