import BlockForms
import Engine
import Profile
import Translator

/// A block that branches to itself. Once the predictor has learnt it, a turn changes nothing but registers and memory:
/// the history holds nothing but taken branches, and the counter that they choose is at its end. Such turns run in code
/// of their own, which does without all accounts. A turn takes the same time each time, so that their number follows
/// from the budget that is left.
///
/// What cannot be done there leaves the loop in front of the record, and the block's ordinary code goes on with it.
///
/// Loops that mostly have more turns than the history has outcomes come there by turns that still ask the predictor, and
/// count nothing else.
struct LoopTranslation {
    /// Where a record's ordinary code begins, by index.
    let records: [Label]
    /// Where the loop is begun, from the branch back, its turn paid for.
    let head: Label
    /// In the ordinary code: the block is entered and counted; the branch was not taken.
    let entered: Label
    let notTaken: Label
    /// Where the loop is left, by index of the record that is to be done outside.
    var exits: [Int: Label] = [:]
    /// Whether the body is being written.
    var isActive = false
    /// Whether there is something that a loop cannot have.
    var isUnfit = false

    /// More are not worth it, and an emitter must have room for what it knows of each access.
    static let longest = 32
    static let mostAccesses = 8
}

extension BlockTranslation {
    /// The branch at the end, if the block may be such a loop.
    private var backBranch: Instruction.Pointer? {
        let length = Int(block.pointee.length)
        guard 2...LoopTranslation.longest ~= length else { return nil }
        let last = block.records + (length - 1)
        guard last.pointee.operation.isConditionalBranch, last.target == block.pointee.pc,
            predictor.pointee.historyMask & predictor.pointee.counterMask != 0 || predictor.pointee.historyMask == 0
        else { return nil }
        let accesses = (0..<length).filter { block.records[$0].operation.isMemoryAccess }
        return accesses.count <= LoopTranslation.mostAccesses ? last : nil
    }

    /// Prepares for a loop, if the block is one.
    mutating func prepareLoop() {
        guard let last = backBranch else { return }
        let plan = LoopTranslation(
            records: (0..<Int(block.pointee.length)).map { _ in newLabel() }, head: newLabel(), entered: newLabel(),
            notTaken: newLabel())
        var probe = self
        probe.loop = plan
        _ = probe.body(last)
        if probe.loop?.isUnfit == false { loop = plan }
    }

    /// Where a record goes on that cannot be done in a loop.
    mutating func exit(_ i: Instruction.Pointer) -> Label {
        let index = i - block.records
        if let label = loop?.exits[index] { return label }
        let label = newLabel()
        loop?.exits[index] = label
        return label
    }

    /// One turn, up to the branch.
    private mutating func body(_ last: Instruction.Pointer) -> [Form] {
        let before = forms
        forms = []
        loop?.isActive = true
        var i = block.records
        while i < last {
            translate(i)
            i += 1
        }
        loop?.isActive = false
        defer { forms = before }
        return forms
    }

    /// What a turn takes.
    private var turn: Int { block.pointee.cycles + predictor.pointee.bubble }

    /// Goes to the block's start again, or into the loop, if it has turns that ask the predictor or that has come to
    /// rest. The next turn is paid for.
    mutating func goBack(_ i: Instruction.Pointer) {
        guard let loop else { return add(.jump(start)) }
        if isLong { return add(.jump(loop.head)) }
        let taken = Int64(predictor.pointee.historyMask)
        add(.binary(.and, .doubleword, .temporary(1), .kept, .constant(taken)))
        add(.branch(.equal, .temporary(1), .constant(taken), loop.head))
        add(.jump(start))
    }

    /// Whether the loop mostly has more turns than it takes until the predictor has come to rest.
    private var isLong: Bool {
        // Behind a turn that chose the last counter there must be nothing in the history but taken branches.
        guard predictor.pointee.historyMask & ~(choosing << 1 | 1) == 0 else { return false }
        guard let next = block.pointee.next else { return true }
        return entries(block) >= 8 * entries(next)
    }

    /// The bits of the history that choose a counter.
    private var choosing: UInt32 { predictor.pointee.historyMask & predictor.pointee.counterMask }

    private var counters: UInt { UInt(bitPattern: predictor.pointee.counters) }

    /// The counter that a branch chooses when the history holds nothing but taken branches.
    private func lastCounter(_ i: Instruction.Pointer) -> UInt32 {
        (address(i) >> 2 ^ predictor.pointee.historyMask) & predictor.pointee.counterMask
    }

    /// One turn that asks the predictor, as `predict` does.
    private mutating func warmUp(_ last: Instruction.Pointer, top: Label, late: Label, done: Label) -> [Form] {
        let again = newLabel()
        let learn = newLabel()
        let learnt = newLabel()
        let counter = HostAddress.table(counters, index: 1, scale: 1)
        let own = Int64(address(last) >> 2 & predictor.pointee.counterMask)
        let (n, m) = (operand(last.pointee.n), operand(last.pointee.m))
        return [.label(again)] + body(last) + [
            .binary(.subtract, .doubleword, .budget, .budget, .constant(Int64(turn))),
            .branch(.less, .budget, .constant(0), late),
            .branch(last.pointee.operation.condition.inverted, n, m, done),
            .load(.uint32, .temporary(0), history),
            .binary(.and, .doubleword, .temporary(1), .temporary(0), .constant(Int64(choosing))),
            .binary(.xor, .doubleword, .temporary(1), .temporary(1), .constant(own)),
            .check(.notEqual, .uint8, counter, .constant(3), learn),
            .label(learnt),
            .binary(.add, .doubleword, .temporary(0), .temporary(0), .temporary(0)),
            .binary(.or, .doubleword, .temporary(0), .temporary(0), .constant(1)),
            .store(.uint32, .temporary(0), history),
            .branch(.notEqual, .temporary(1), .constant(Int64(lastCounter(last))), again),
            .jump(top),
            .label(learn),
            .check(.notEqual, .uint8, counter, .constant(2), late),
            .store(.uint8, .constant(3), counter),
            .jump(learnt),
        ]
    }

    /// Where the history is while the loop has its register.
    private var history: HostAddress { field(\BranchPredictor.history) }

    /// The loop itself, behind the block's other code.
    mutating func addLoop() {
        guard let last = backBranch, let plan = loop else { return }
        let top = newLabel()
        let late = newLabel()
        let done = newLabel()
        let otherwise = newLabel()
        let slack = Int64(block.pointee.slack)
        let warmUp = isLong ? warmUp(last, top: top, late: late, done: done) : []
        var turn = [Form.label(top)] + body(last)
        let condition = last.pointee.operation.condition
        turn += [
            .binary(.subtract, .doubleword, .budget, .budget, .constant(Int64(self.turn))),
            .branch(.less, .budget, .constant(0), late),
            .branch(condition, operand(last.pointee.n), operand(last.pointee.m), top),
            .jump(done),
        ]
        var exits: [Loop.Exit] = []
        var behind: [[Form]] = []
        func exit(_ label: Label, to target: Label, unpaid: Bool) {
            let settled = newLabel()
            exits.append(Loop.Exit(label: label, target: settled))
            behind.append([.label(settled)] + settle(returning: unpaid) + [.jump(target)])
        }
        for (index, label) in (loop?.exits ?? [:]).sorted(by: { $0.key < $1.key }) {
            exit(label, to: plan.records[index], unpaid: false)
        }
        // Whether the branch is taken has not been asked then.
        exit(late, to: plan.records[last - block.records], unpaid: true)
        exit(done, to: plan.notTaken, unpaid: true)
        var head = [Form.label(plan.head)]
        if !isLong {
            let counter = HostAddress.absolute(counters + UInt(lastCounter(last)))
            head.append(.check(.notEqual, .uint8, counter, .constant(3), start))
        }
        // The budget is lowered by the slack, so that it is compared with zero.
        head += [
            .check(.less, .int64, field(BlockOffset.runs), .constant(0), start),
            .add(1, field(BlockOffset.runs)),
            .binary(.subtract, .doubleword, .budget, .budget, .constant(slack)),
            .store(.int64, .budget, .state(StateOffset.loopBudget)),
            .loop(Loop(warmUp: warmUp, body: turn, slots: Array(1..<32), exits: exits, otherwise: otherwise)),
            .label(otherwise),
            .binary(.add, .doubleword, .budget, .budget, .constant(slack)),
            .jump(plan.entered),
        ]
        add(.outOfLine(head + behind.flatMap(\.self)))
        loop = nil
    }

    /// Enters the turns of the loop into the accounts.
    ///
    /// - Parameter isUnpaid: whether a turn is to be given back that was paid and not begun.
    private func settle(returning isUnpaid: Bool) -> [Form] {
        var forms: [Form] = []
        let turn = Int64(self.turn)
        if isUnpaid { forms.append(.binary(.add, .doubleword, .budget, .budget, .constant(turn))) }
        // A division without remainder is a multiplication by the inverse modulo 2^64 of the odd part.
        let shift = turn.trailingZeroBitCount
        forms += [
            .load(.int64, .temporary(0), .state(StateOffset.loopBudget)),
            .binary(.subtract, .doubleword, .temporary(0), .temporary(0), .budget),
            .binary(.shiftRight, .doubleword, .temporary(0), .temporary(0), .constant(Int64(shift))),
            .binary(.multiply, .doubleword, .temporary(0), .temporary(0), .constant(inverse(of: turn >> Int64(shift)))),
            .binary(.add, .doubleword, .budget, .budget, .constant(Int64(block.pointee.slack))),
        ]
        forms.append(.addTo(field(BlockOffset.runs), .temporary(0)))
        let bubble = Int64(predictor.pointee.bubble)
        if bubble != 0 {
            if bubble == 2 {
                forms.append(.binary(.add, .doubleword, .temporary(0), .temporary(0), .temporary(0)))
            } else if bubble != 1 {
                forms.append(.binary(.multiply, .doubleword, .temporary(0), .temporary(0), .constant(bubble)))
            }
            let account = UInt(bitPattern: block.pointee.charged + Cause.refill.index)
            forms.append(.addTo(.absolute(account), .temporary(0)))
        }
        return forms
    }

    /// Newton's iteration: each step doubles the number of bits that are right, beginning with three.
    private func inverse(of odd: Int64) -> Int64 {
        var inverse = odd
        for _ in 0..<5 { inverse = inverse &* (2 &- odd &* inverse) }
        return inverse
    }
}

extension Operation {
    fileprivate var isMemoryAccess: Bool {
        switch self {
        case .lb, .lbu, .lh, .lhu, .lw, .lwu, .ld, .flw, .fld: true
        default: isStore
        }
    }

    /// When a branch is taken.
    var condition: Condition {
        switch self {
        case .beq: .equal
        case .bne: .notEqual
        case .blt: .less
        case .bge: .greaterOrEqual
        case .bltu: .lessUnsigned
        default: .greaterOrEqualUnsigned
        }
    }
}
