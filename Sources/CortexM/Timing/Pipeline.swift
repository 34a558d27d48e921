import Profile

/// The pipeline of the Cortex-M3 and M4 as rules over neighbouring instructions: a pure function from the instructions
/// of a block to what each takes. DDI 0439 (Cortex-M4 TRM) section 3.3; the effects of neighbours as measured (see the
/// sources in the cycle table).
struct Pipeline {
    let table: CycleTable

    /// Prices of `instructions`, which follow each other in memory and begin where a branch arrived.
    func prices(of instructions: [TimedInstruction]) -> [Price] {
        var prices = instructions.indices.map { index in
            price(
                instructions[index],
                after: index > 0 ? instructions[index - 1] : nil,
                before: index + 1 < instructions.count ? instructions[index + 1] : nil)
        }
        WideRuns(table: table).charge(instructions, &prices)
        FloatingPointDivision().overlap(instructions, &prices)
        return prices
    }

    private func price(
        _ this: TimedInstruction, after previous: TimedInstruction?, before next: TimedInstruction?
    ) -> Price {
        var price = Price()
        price.cycles.issue = issue(this, after: previous)
        price.cycles.loadUse =
            addressWait(this, after: previous) + loadStall(this, before: next)
            + storeBufferWait(this, after: previous)
        price.cycles.fp = fpWait(this, after: previous)
        price.overlapsPrevious = previous.map { overlaps($0, this) } ?? false
        price.variable = this.timing == .divide ? 10 : 0
        refill(this, after: previous, &price)
        return price
    }

    /// The cycles of the instruction itself, as the table prints them.
    private func issue(_ this: TimedInstruction, after previous: TimedInstruction?) -> Int {
        if this.timing == .it, isFolded(this, after: previous) { return 0 }
        if this.timing == .hint, let previous, previous.timing.isPipelinedLoad, !previous.isPredicated { return 0 }
        let registers = this.timing.isMultiple ? this.transferCount : 0
        return table.price(this.timing) + registers
    }

    /// IT is folded into a 16-bit instruction before it. DDI 0439 3.3.1: "0 cycles if folded".
    private func isFolded(_ this: TimedInstruction, after previous: TimedInstruction?) -> Bool {
        guard let previous else { return false }
        return !previous.isWide
    }

    /// A data phase that nothing overlaps costs a cycle.
    private func loadStall(_ this: TimedInstruction, before next: TimedInstruction?) -> Int {
        guard this.timing.isPipelinedLoad else { return 0 }
        if let next, overlaps(this, next) { return 0 }
        return table[.loadStall]
    }

    /// Whether the address phase of `second` runs beside the data phase of the load `first`.
    private func overlaps(_ first: TimedInstruction, _ second: TimedInstruction) -> Bool {
        guard first.timing.isPipelinedLoad, !first.loadsPC else { return false }
        guard second.timing.isPipelinedLoad || second.timing.isSingleStore else { return false }
        return first.writes & second.addressRegisters == 0
    }

    /// An address register that comes from the instruction before is late.
    private func addressWait(_ this: TimedInstruction, after previous: TimedInstruction?) -> Int {
        guard let previous, previous.writes & this.addressRegisters != 0 else { return 0 }
        guard previous.timing.isLoad else { return table[.addressInterlock] }
        return this.instruction.operation.hasIndexRegister || this.timing.isStore ? table[.loadToAddress] : 0
    }

    /// A load waits for the store before it to leave the write buffer.
    private func storeBufferWait(_ this: TimedInstruction, after previous: TimedInstruction?) -> Int {
        var cycles = this.timing == .storeRegister ? table[.storeRegisterOffset] : 0
        guard let previous, previous.timing.isStore, this.timing.isMemoryAccess else { return cycles }
        switch previous.timing {
        case .storeMultiple, .fpStoreMultiple:
            if this.timing != .storeMultiple { cycles += table[.storeMultipleThenAccess] }
        case .storeDual, .fpStoreDouble:
            break
        default:
            if this.timing.isLoad, this.timing != .loadDual { cycles += table[.loadAfterStore] }
        }
        return cycles
    }

    private func fpWait(_ this: TimedInstruction, after previous: TimedInstruction?) -> Int {
        guard let previous, previous.fpWrites & this.fpReads != 0 else { return 0 }
        return table[.fpResult]
    }

    /// Filling the pipeline again behind a branch.
    private func refill(_ this: TimedInstruction, after previous: TimedInstruction?, _ price: inout Price) {
        if this.loadsPC { price.cycles.refill += table[.refillLoad] }
        let isBehindStores = previous?.timing == .storeMultiple || previous?.timing == .fpStoreMultiple
        let stores = isBehindStores && this.timing.isBranch ? table[.storeMultipleThenBranch] : 0
        let alignment = this.targetIsMisaligned ? table[.misalignedTarget] : 0
        switch this.timing {
        case .branchConditional:
            price.takenRefill = table[.refillImmediate] + stores
            price.takenAlignment = alignment
        case .branch, .branchLink:
            price.cycles.refill += table[.refillImmediate] + stores
            price.cycles.fetchAlign += alignment
        case .branchRegister, .branchLinkRegister:
            price.cycles.refill += table[.refillRegister] + stores
        case .tableBranch:
            price.cycles.refill += table[.refillTable]
        default:
            if this.instruction.operation == .branchTo { price.cycles.refill += table[.refillRegister] }
        }
    }
}

extension TimedInstruction {
    /// How many registers a multiple transfer moves.
    var transferCount: Int {
        switch timing {
        case .fpLoadMultiple, .fpStoreMultiple: Int(instruction.x & 0xFF)
        default: instruction.x.nonzeroBitCount
        }
    }
}
