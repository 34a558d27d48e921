import Engine
import Profile

/// Decodes guest code into blocks and prices them. Everything about a block that does not depend on data is settled
/// here, once.
struct BlockBuilder {
    /// The longest block, in instructions; a longer run of straight code is cut in two.
    static let limit = 64

    let decoder: Decoder
    let pipeline: Pipeline
    /// Reads a halfword of code; `nil` where no instruction can be fetched.
    let fetch: (UInt32) -> UInt16?
    /// Whether the observer wants to know when an address is reached.
    let isObserved: (UInt32) -> Bool
    /// The index of the function at an address.
    let function: (UInt32) -> Int32

    /// A block before it is given a place.
    struct Draft {
        var records: [Instruction] = []
        var pc: UInt32 = 0
        var end: UInt32 = 0
        var instructions: [Pipeline.TimedInstruction] = []
        var prices: [CauseVector] = []
        var price = CauseVector()
        var slack = 0
    }

    /// The block that begins at `pc`.
    func build(at pc: UInt32) -> Draft {
        var draft = Draft()
        draft.pc = pc
        var address = pc
        while draft.instructions.count < BlockBuilder.limit {
            if address != pc, isObserved(address) { break }
            guard let instruction = instruction(at: address, isFirst: address == pc) else { break }
            draft.instructions.append(instruction)
            // At the end of the address space a block ends, whatever stands there.
            address = address > .max - instruction.length ? .max : address + instruction.length
            if instruction.instruction.operation.endsBlock || address == .max { break }
        }
        draft.end = address
        draft.prices = prices(of: draft)
        draft.price = draft.prices.reduce(CauseVector(), +)
        lay(&draft)
        return draft
    }

    /// The prices of a block's instructions. Where it ends only because the observer wants to know, the last one pays
    /// what those behind wait for it, which they would not know of: the run takes as long as without an observer.
    private func prices(of draft: Draft) -> [CauseVector] {
        guard let last = draft.instructions.last, !last.instruction.operation.endsBlock, isObserved(draft.end) else {
            return pipeline.prices(of: draft.instructions)
        }
        var behind: [Pipeline.TimedInstruction] = []
        var address = draft.end
        while draft.instructions.count + behind.count < BlockBuilder.limit, address < .max - 4,
            let next = instruction(at: address, isFirst: false)
        {
            behind.append(next)
            address += next.length
            if next.instruction.operation.endsBlock { break }
        }
        let whole = pipeline.prices(of: draft.instructions + behind)
        let waited =
            whole.dropFirst(draft.instructions.count).reduce(CauseVector(), +)
            - pipeline.prices(of: behind).reduce(CauseVector(), +)
        var prices = Array(whole.prefix(draft.instructions.count))
        prices[prices.count - 1] += waited
        return prices
    }

    /// Decodes one instruction; `nil` where nothing can be fetched, unless it is the first of a block, which then
    /// traps.
    private func instruction(at address: UInt32, isFirst: Bool) -> Pipeline.TimedInstruction? {
        func fault(at place: UInt32) -> Pipeline.TimedInstruction? {
            guard isFirst else { return nil }
            let record = Instruction(.fetchFault, imm: Int32(bitPattern: place))
            return Pipeline.TimedInstruction(timing: .system, instruction: record, address: address, length: 2)
        }
        guard let first = fetch(address) else { return fault(at: address) }
        var word = UInt32(first)
        let isWide = Decoder.isWide(word)
        if isWide {
            guard let second = fetch(address &+ 2) else { return fault(at: address &+ 2) }
            word |= UInt32(second) << 16
        }
        var (record, encoding) = decoder.decode(word, at: address)
        if record.operation == .j, function(record.target) != function(address) { record.a = 1 }
        return Pipeline.TimedInstruction(
            timing: encoding?.timing ?? .system, instruction: record, address: address, length: isWide ? 4 : 2)
    }

    /// Lays the records out, with what goes around them: the end mark, the cycles to the end.
    private func lay(_ draft: inout Draft) {
        var cyclesToEnd = draft.price.total
        var records: [Instruction] = []
        func append(_ record: Instruction, at address: UInt32) {
            var record = record
            record.cyclesToEnd = UInt16(clamping: cyclesToEnd)
            record.offset = UInt16(truncatingIfNeeded: address &- draft.pc)
            records.append(record)
        }
        if isObserved(draft.pc) { append(Instruction(.notify), at: draft.pc) }
        var hasFPContext = false
        for (this, price) in zip(draft.instructions, draft.prices) {
            if this.timing.isFloatingPoint, !hasFPContext {
                append(Instruction(.fpContext), at: this.address)
                hasFPContext = true
            }
            append(this.instruction, at: this.address)
            draft.slack += this.instruction.operation.variable
            cyclesToEnd -= price.total
            if this.instruction.movesStackDown { append(Instruction(.checkStack), at: this.address) }
        }
        append(Instruction(.fallThrough), at: draft.end)
        draft.records = records
    }
}

extension Instruction {
    /// The target of a branch.
    var target: UInt32 { UInt32(bitPattern: imm) }

    /// Whether it moves sp in a way that can make the stack deeper.
    fileprivate var movesStackDown: Bool {
        guard d == 2 else { return false }
        switch operation {
        case .addi: return imm < 0
        case .add, .sub, .mv, .and, .andi: return true
        default: return false
        }
    }
}

extension Operation {
    /// The most cycles that operands may add to a fixed price.
    fileprivate var variable: Int {
        switch self {
        case .div, .divu, .rem, .remu: 64
        case .divw, .divuw, .remw, .remuw: 64
        default: 0
        }
    }
}
