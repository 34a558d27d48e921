import BlockForms
import Engine
import Profile
import Translator

/// Translates one block into the host-neutral form. What stands for a record does what its operation in `Instructions/`
/// does; a record without such a form is given to the run loop.
///
/// Flags that nothing can see are not stored: see `FlagLiveness`.
struct BlockTranslation {
    let block: Block.Pointer
    let state: CoreState.Pointer
    let records: Instruction.Pointer
    private(set) var forms: [Form] = []
    private var labels = 1
    /// Where the block's code begins for other code.
    let start = Label(0)
    /// Whether the instruction fetch is done for as long as the block loops.
    var isFetched = false
    /// Where conditions that do not hold go on, by record.
    private var joins: [Int: [(label: Label, slave: Int?)]] = [:]
    /// Up to which record a condition reaches.
    private(set) var conditionalEnd = 0
    /// Flags that are not stored, because they are set again before anything but a slow path can see them.
    var pending: [PendingFlags] = []
    /// Whether a charge is taken from the budget at once.
    var paysFromBudget = true
    let liveness: FlagLiveness
    var foresight: Foresight
    /// Where a block that loops goes on: a second copy of its code, which knows what the first one left behind.
    let again = Label(1)
    let loops: Bool
    /// Up to which record the host may compute: that was asked.
    var computesUntil = 0
    /// The last record that an earlier one did as well.
    var done = -1

    private init(_ block: Block.Pointer, _ processor: Processor, loops: Bool) {
        self.block = block
        state = processor.state
        records = block.pointee.records.assumingMemoryBound(to: Instruction.self)
        self.loops = loops
        liveness = FlagLiveness(
            records, Int(block.pointee.length), loops: loops, fetchesOnce: BlockTranslation.fetchesOnce(block))
        foresight = Foresight(processor, records, Int(block.pointee.length))
        forms.reserveCapacity(16 + 8 * Int(block.pointee.length))
    }

    /// Whether a block is worth it, and can be translated at all.
    static func applies(to block: Block.Pointer) -> Bool {
        let records = block.pointee.records.assumingMemoryBound(to: Instruction.self)
        return (0..<Int(block.pointee.length)).allSatisfy { index in
            switch records[index].operation {
            case .notify, .stop, .unprivilegedAccess, .checkFetch, .fetchFault: false
            default: true
            }
        }
    }

    /// The form of a block.
    static func forms(of block: Block.Pointer, _ processor: Processor) -> [Form] {
        if loops(block) {
            for knowsSlave in [true, false] {
                var translation = BlockTranslation(block, processor, loops: true)
                if translation.translateLoop(knowsSlave: knowsSlave) { return translation.forms }
            }
        }
        var translation = BlockTranslation(block, processor, loops: false)
        translation.enter()
        translation.translateOnce()
        return translation.forms
    }

    /// Whether a block's last branch goes to its own start.
    private static func loops(_ block: Block.Pointer) -> Bool {
        guard block.pointee.taken == block, block.pointee.length > 0 else { return false }
        let last = block.records[Int(block.pointee.length) - 1]
        switch last.operation {
        case .b: return last.a == 0
        case .cbz, .cbnz: return true
        default: return last.operation.branchCondition != nil
        }
    }

    /// Twice: as the block is entered, and as it goes on.
    ///
    /// - Returns: whether each turn leaves behind what the one before did.
    private mutating func translateLoop(knowsSlave: Bool) -> Bool {
        enter()
        translateOnce()
        let flags = pending
        if !knowsSlave { foresight.loseSlave() }
        let slave = foresight.slave
        foresight.loop(changing: liveness.effects.reduce(0) { $0 | $1.all })
        joins.removeAll()
        conditionalEnd = 0
        done = -1
        if computesUntil != .max { computesUntil = 0 }
        add(.label(again))
        add(.add(1, entries))
        translateOnce()
        return pending == flags && (!knowsSlave || foresight.slave == slave)
    }

    private mutating func translateOnce() {
        for index in 0...Int(block.pointee.length) {
            for join in joins[index] ?? [] {
                add(.label(join.label))
                foresight.join(join.slave)
            }
            let i = records + index
            if index > done { translate(i, index) }
            let effects = liveness.effects[index]
            foresight.pass(i.pointee, effects)
            pending = pending.compactMap {
                // Those of this very record are as it left the registers.
                var flags = $0
                return flags.index == index || flags.pass(effects) ? flags : nil
            }
            // A condition may pass over what leaves the block.
            if i.pointee.operation.leavesBlock, !joins.keys.contains(where: { $0 > index }) { break }
        }
    }

    /// Where the entries are counted.
    private var entries: HostAddress { .absolute(block.field(BlockOffset.count)) }

    private mutating func translate(_ i: Instruction.Pointer, _ index: Int) {
        switch i.pointee.operation {
        case .fallThrough: fallThrough(i)
        case .it, .nop, .dsb, .dmb, .isb: break
        case .fetchLines: if !isFetched { fetch(i) }
        case .checkStack: checkStack(i)
        case .fpContext: fpContext(i, index)
        case .tbb, .tbh: tableBranch(i)
        default:
            if skip(i, index) || data(i, index) || product(i) || access(i, index) || jump(i) || float(i, index) {
                return
            }
            add(.call(RuntimeHelper.execute.call(i)))
            foresight.loseSlave()
        }
    }

    // MARK: Building

    mutating func add(_ form: Form) { forms.append(form) }
    mutating func add(_ more: [Form]) { forms += more }
    mutating func add(_ form: WordForm) { forms.append(.word(form)) }

    mutating func newLabel() -> Label {
        labels += 1
        return Label(labels)
    }

    /// Code that is rarely reached: `body` writes it, behind a label of its own.
    mutating func outOfLine(_ body: (inout BlockTranslation) -> Void) -> Label {
        let label = newLabel()
        outOfLine(at: label, body)
        return label
    }

    mutating func outOfLine(at label: Label, _ body: (inout BlockTranslation) -> Void) {
        let before = forms
        forms = [.label(label)]
        body(&self)
        let distant = forms
        forms = before
        forms.append(.outOfLine(distant))
    }

    /// Has the run loop execute a record where its form cannot; then goes on at `back`.
    mutating func slowly(_ i: Instruction.Pointer, back: Label) -> Label {
        outOfLine {
            $0.materialise()
            $0.add(.call(RuntimeHelper.execute.call(i)))
            $0.add(.jump(back))
        }
    }

    /// Leaves the code at a record.
    mutating func leave(_ i: Instruction.Pointer, _ departure: Departure) {
        add(.store(.uint8, .constant(departure.tag), .state(StateOffset.departure)))
        add(.leave(record: UInt(bitPattern: i)))
    }

    /// Charges cycles that only the run can tell; negative ones are given back.
    mutating func charge(_ cycles: Int, to cause: Cause) {
        guard cycles != 0 else { return }
        if paysFromBudget { add(.binary(.subtract, .doubleword, .budget, .budget, .constant(Int64(cycles)))) }
        add(.add(Int32(truncatingIfNeeded: cycles), .absolute(account(cause))))
    }

    func account(_ cause: Cause) -> UInt { UInt(bitPattern: block.pointee.charged + cause.index) }

    mutating func checkStack(_ i: Instruction.Pointer) {
        let back = newLabel()
        let deeper = outOfLine {
            $0.add(.call(RuntimeHelper.noteStack.call(i)))
            $0.add(.jump(back))
        }
        add(.load(.uint32, .temporary(0), .state(StateOffset.stackLow)))
        add(.branchIfLess(.slot(13), .temporary(0), deeper))
        add(.label(back))
    }

    /// Whether code may come to a record from elsewhere in the block.
    func isJoin(_ index: Int) -> Bool { joins[index] != nil }

    // MARK: Conditional execution

    private mutating func skip(_ i: Instruction.Pointer, _ index: Int) -> Bool {
        guard let condition = i.pointee.operation.skipCondition else { return false }
        let past = newLabel()
        let behind = index + 1 + Int(i.x)
        joins[behind, default: []].append((past, foresight.slave))
        conditionalEnd = max(conditionalEnd, behind)
        guard i.imm != 0 else {
            add(.branch(condition, past))
            return true
        }
        let refund = outOfLine {
            $0.charge(-Int(i.imm & 0xFF), to: .loadUse)
            $0.charge(-Int(i.imm >> 8 & 0xFF), to: .refill)
            $0.charge(-Int(i.imm >> 16 & 0xFF), to: .fp)
            $0.charge(-Int(i.imm >> 24 & 0xFF), to: .issue)
            $0.add(.jump(past))
        }
        add(.branch(condition, refund))
        return true
    }

    // MARK: The way in

    /// Counts the entry. The block is paid for already.
    private mutating func enter() {
        add(.label(start))
        count()
        add(.entry)
    }

    mutating func count() {
        let counted = newLabel()
        let first = outOfLine {
            $0.add(.move(.temporary(0), .constant(Int64(Int(bitPattern: $0.block)))))
            $0.add(.load(.int64, .temporary(1), .state(StateOffset.dirty)))
            $0.add(.store(.int64, .temporary(0), .at(temporary: 1, 0)))
            $0.add(.add(8, .state(StateOffset.dirty)))
            $0.add(.jump(counted))
        }
        add(.add(1, entries))
        add(.check(.equal, .int64, entries, .constant(1), first))
        add(.label(counted))
    }
}

extension Departure {
    /// As it lies in memory.
    var tag: Int64 { withUnsafeBytes(of: self) { $0.first.map(Int64.init) ?? 0 } }
}

/// Where things are in the state.
enum StateOffset {
    private static func of(_ path: PartialKeyPath<CoreState>) -> Int { MemoryLayout<CoreState>.offset(of: path) ?? 0 }

    static let nz = of(\.nz)
    static let c = of(\.c)
    static let v = of(\.v)
    static let q = of(\.q)
    static let fpFlags = of(\.fpFlags)
    static let budget = of(\.budget)
    static let deadline = of(\.deadline)
    static let mark = of(\.mark)
    static let lastSlave = of(\.lastSlave)
    static let stackLow = of(\.stackLow)
    static let pc = of(\.pc)
    static let departure = of(\.departure)
    static let journal = of(\.journal)
    static let journalEnd = of(\.journalEnd)
    static let dirty = of(\.dirty)
    static let fpGate = of(\.fpGate)
    static let comparisons = of(\.comparisons)
    static let isWaitingHeld = of(\.isWaitingHeld)
    static let leftBlock = of(\.leftBlock)
    static let leftRecord = of(\.leftRecord)
    static let hostCalls = of(\.hostCalls)

    /// The slot of a floating-point register.
    static func single(_ register: UInt8) -> Int { 20 + Int(register) }
}

extension Operation {
    /// Whether nothing of its block can come behind it.
    var leavesBlock: Bool {
        switch self {
        case .fallThrough, .b, .bl, .bx, .blxReg, .loadedPC, .branchTo, .cbz, .cbnz, .tbb, .tbh: true
        case .beq, .bne, .bcs, .bcc, .bmi, .bpl, .bvs, .bvc, .bhi, .bls, .bge, .blt, .bgt, .ble: true
        default: false
        }
    }

    /// When the records behind it are passed over.
    var skipCondition: FlagCondition? {
        switch self {
        case .skipNE: .notEqual
        case .skipEQ: .equal
        case .skipCC: .carryClear
        case .skipCS: .carrySet
        case .skipPL: .plus
        case .skipMI: .minus
        case .skipVC: .noOverflow
        case .skipVS: .overflow
        case .skipLS: .lowerOrSame
        case .skipHI: .higher
        case .skipLT: .less
        case .skipGE: .greaterOrEqual
        case .skipLE: .lessOrEqual
        case .skipGT: .greater
        default: nil
        }
    }

    /// When a conditional branch is taken.
    var branchCondition: FlagCondition? {
        switch self {
        case .beq: .equal
        case .bne: .notEqual
        case .bcs: .carrySet
        case .bcc: .carryClear
        case .bmi: .minus
        case .bpl: .plus
        case .bvs: .overflow
        case .bvc: .noOverflow
        case .bhi: .higher
        case .bls: .lowerOrSame
        case .bge: .greaterOrEqual
        case .blt: .less
        case .bgt: .greater
        case .ble: .lessOrEqual
        default: nil
        }
    }
}
