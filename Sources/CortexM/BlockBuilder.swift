import Engine
import Profile

/// Decodes guest code into blocks and prices them. Everything about a block that does not depend on data is settled
/// here, once.
struct BlockBuilder {
    /// The longest block, in instructions; a longer run of straight code is cut in two.
    static let limit = 128

    let decoder: Decoder
    let pipeline: Pipeline
    /// Reads a halfword of code; `nil` where no instruction can be fetched.
    let fetch: (UInt32) -> UInt32?
    /// Whether the observer wants to know when an address is reached.
    let isObserved: (UInt32) -> Bool
    /// The index of the function at an address.
    let function: (UInt32) -> Int32
    /// Whether instruction fetches at an address are modelled line by line.
    let fetchesLines: (UInt32) -> Bool
    /// Whether coprocessors 10 and 11 are there and enabled.
    let isFPEnabled: () -> Bool
    /// Whether the MPU keeps the code at an address for privileged execution.
    let isPrivilegedCode: (UInt32) -> Bool

    /// A block before it is given a place.
    struct Draft {
        var records: [Instruction] = []
        var pc: UInt32 = 0
        var end: UInt32 = 0
        var instructions: [TimedInstruction] = []
        var prices: [Price] = []
        var price = CauseVector()
        var slack = 0
        /// ITSTATE in front of each instruction.
        var itStates: [UInt8] = []
    }

    /// The block that begins at `pc`, entered with `itState`.
    func build(at pc: UInt32, itState: UInt8) -> Draft {
        var draft = Draft()
        draft.pc = pc
        var decoded: [Decoded] = []
        var it = itState
        var address = pc
        let isForPrivileged = isPrivilegedCode(pc)
        var hasFPContext = false
        while decoded.count < BlockBuilder.limit {
            if address != pc, isObserved(address) || isPrivilegedCode(address) != isForPrivileged { break }
            guard let (plain, timed, length) = instruction(at: address, itState: it) else { break }
            var record = plain
            if timed.timing.isFloatingPoint, record.instruction.operation != .noCoprocessor, !hasFPContext {
                record.preparations.insert(Instruction(.fpContext), at: 0)
                hasFPContext = it & 0xF == 0
            }
            draft.itStates.append(it)
            decoded.append(record)
            draft.instructions.append(timed)
            // At the end of the address space a block ends, whatever stands there.
            address = address > .max - length ? .max : address + length
            it = ITAdvance(it)
            if timed.instruction.operation == .it { it = UInt8(timed.instruction.x) }
            if record.endsBlock || address == .max { break }
        }
        draft.end = address
        draft.prices = pipeline.prices(of: draft.instructions)
        if SystemBusFetch.applies(to: pc) {
            SystemBusFetch(table: pipeline.table).charge(draft.instructions, &draft.prices)
        }
        draft.price = draft.prices.reduce(CauseVector()) { $0 + $1.cycles }
        lay(decoded, into: &draft)
        return draft
    }

    /// Decodes one instruction; `nil` where nothing can be fetched, unless it is the first of a block, which then
    /// faults.
    private func instruction(
        at address: UInt32, itState: UInt8
    ) -> (Decoded, TimedInstruction, length: UInt32)? {
        var length: UInt32 = 2
        var decoded: Decoded
        var timing = TimingClass.exceptionCall
        if let first = fetch(address) {
            let isWide = Decoder.isWide(first)
            let second = isWide ? fetch(address &+ 2) : 0
            if let second {
                let word = isWide ? first << 16 | second : first
                length = isWide ? 4 : 2
                if let encoding = decoder.encoding(of: word, isWide: isWide) {
                    let fields = Fields(word: word, diagram: encoding.diagram, address: address, itState: itState)
                    decoded = encoding.decode(fields)
                    timing = encoding.timing
                    if timing.isFloatingPoint, !isFPEnabled() { decoded = Decoded(Instruction(.noCoprocessor)) }
                } else {
                    // What the floating-point unit has not got is undefined, not a missing coprocessor.
                    let isCoprocessor = isWide && word >> 26 & 0x3B == 0x3B
                    let isOwn = word >> 9 & 0b111 == 0b101 && isFPEnabled()
                    decoded = Decoded(Instruction(isCoprocessor && !isOwn ? .noCoprocessor : .udf))
                }
            } else {
                decoded = Decoded(Instruction(.fetchFault, imm: address &+ 2))
            }
        } else {
            decoded = Decoded(Instruction(.fetchFault, imm: address))
        }
        let operation = decoded.instruction.operation
        if operation.writesStackPointer(decoded.instruction), decoded.completion == nil {
            decoded.completion = Instruction(.checkStack)
        }
        if operation == .b, function(decoded.instruction.imm) != function(address) { decoded.instruction.a = 1 }
        let timed = TimedInstruction(
            timing: timing, instruction: decoded.instruction, address: address, isWide: length == 4,
            isPredicated: itState & 0xF != 0, loadsPC: decoded.completion?.operation == .loadedPC,
            targetIsMisaligned: operation.hasConstantTarget && isMisaligned(decoded.instruction.imm))
        return (decoded, timed, length)
    }

    private func isMisaligned(_ target: UInt32) -> Bool {
        target & 2 != 0 && fetch(target).map(Decoder.isWide) ?? false
    }

    /// Lays the records out, with what goes around them: conditions, the end mark, the cycles to the end.
    private func lay(_ decoded: [Decoded], into draft: inout Draft) {
        var cyclesToEnd = draft.price.total
        func append(_ record: Instruction, offset: UInt32) {
            var record = record
            record.cyclesToEnd = UInt16(clamping: cyclesToEnd)
            record.offset = UInt16(truncatingIfNeeded: offset)
            draft.records.append(record)
        }
        if isObserved(draft.pc) { append(Instruction(.notify), offset: 0) }
        if isPrivilegedCode(draft.pc) { append(Instruction(.checkFetch), offset: 0) }
        if fetchesLines(draft.pc) { append(Instruction(.fetchLines), offset: 0) }

        var index = 0
        while index < decoded.count {
            let run = conditionalRun(decoded, draft.itStates, from: index)
            let offset = draft.instructions[index].address - draft.pc
            if let skip = run.skip {
                let body = decoded[index..<(index + run.count)].reduce(0) { $0 + $1.recordCount }
                var record = Instruction(skip, x: UInt16(body))
                record.imm = refund(draft.prices[index..<(index + run.count)])
                append(record, offset: offset)
            }
            for position in index..<(index + run.count) {
                let price = draft.prices[position]
                let offset = draft.instructions[position].address - draft.pc
                for preparation in decoded[position].preparations { append(preparation, offset: offset) }
                append(timed(decoded[position].instruction, price), offset: offset)
                draft.slack += price.variable + (price.overlapsPrevious ? 1 : 0)
                cyclesToEnd -= price.cycles.total
                if let completion = decoded[position].completion { append(completion, offset: offset) }
            }
            index += run.count
        }
        append(Instruction(.fallThrough), offset: draft.end - draft.pc)
    }

    /// How many instructions from `index` on stand under one condition that nothing in between can change.
    private func conditionalRun(
        _ decoded: [Decoded], _ itStates: [UInt8], from index: Int
    ) -> (count: Int, skip: Operation?) {
        let state = itStates[index]
        guard state & 0xF != 0, let skip = Operation.skip(unless: state >> 4) else { return (1, nil) }
        var count = 1
        while index + count < decoded.count, itStates[index + count] & 0xF != 0,
            itStates[index + count] >> 4 == state >> 4,
            !decoded[index + count - 1].instruction.operation.mayChangeFlags
        {
            count += 1
        }
        return (count, skip)
    }

    /// What instructions give back when they are passed over: all but a cycle each. Packed for `refundSkipped`.
    private func refund(_ prices: ArraySlice<Price>) -> UInt32 {
        var sum = CauseVector()
        for price in prices { sum += price.cycles }
        sum.issue -= prices.count
        sum.refill += sum.fetchAlign
        return UInt32(UInt8(clamping: sum.loadUse)) | UInt32(UInt8(clamping: sum.refill)) << 8
            | UInt32(UInt8(clamping: sum.fp + sum.divider)) << 16 | UInt32(UInt8(clamping: sum.issue)) << 24
    }

    /// Puts into a record what its price leaves to the run.
    private func timed(_ instruction: Instruction, _ price: Price) -> Instruction {
        var record = instruction
        if price.overlapsPrevious { record.x |= 0x8000 }
        if price.takenRefill != 0 { record.x = UInt16(price.takenRefill) | UInt16(price.takenAlignment) << 8 }
        return record
    }
}

/// ITAdvance(). DDI 0403E.e A7.3.3.
func ITAdvance(_ state: UInt8) -> UInt8 {
    state & 0b111 == 0 ? 0 : state & 0xE0 | (state << 1) & 0x1F
}

extension Decoded {
    var recordCount: Int { preparations.count + 1 + (completion == nil ? 0 : 1) }

    /// Whether control may go elsewhere behind it.
    var endsBlock: Bool {
        if let completion, completion.operation == .loadedPC || completion.operation == .branchTo { return true }
        return instruction.operation.endsBlock
    }
}

extension Operation {
    var endsBlock: Bool {
        switch self {
        case .b, .bl, .bx, .blxReg, .branchTo, .cbz, .cbnz, .tbb, .tbh: true
        case .beq, .bne, .bcs, .bcc, .bmi, .bpl, .bvs, .bvc, .bhi, .bls, .bge, .blt, .bgt, .ble: true
        case .svc, .bkpt, .udf, .wfi, .wfe, .isb, .fetchFault, .noCoprocessor, .msr, .cps: true
        default: false
        }
    }

    var hasConstantTarget: Bool {
        switch self {
        case .b, .bl, .cbz, .cbnz: true
        case .beq, .bne, .bcs, .bcc, .bmi, .bpl, .bvs, .bvc, .bhi, .bls, .bge, .blt, .bgt, .ble: true
        default: false
        }
    }

    /// Whether it may change N, Z, C or V.
    var mayChangeFlags: Bool {
        switch self {
        case .movsImm, .movsReg, .mvnsReg, .addsImm, .addsReg, .adcsImm, .adcsReg, .subsImm, .subsReg, .sbcsReg: true
        case .rsbsImm, .rsbsReg, .andsImm, .andsReg, .orrsImm, .orrsReg, .eorsImm, .eorsReg, .bicsReg, .ornsReg: true
        case .lslsImm, .lsrsImm, .asrsImm, .rorsImm, .rrxs, .lslsReg, .lsrsReg, .asrsReg, .rorsReg, .muls: true
        case .msr, .vmrsFlags: true
        default: false
        }
    }

    /// Whether `record` moves the stack pointer in a way that can make the stack deeper.
    func writesStackPointer(_ record: Instruction) -> Bool {
        switch self {
        case .push: false
        case .addImm: record.d == 13 && record.imm >> 31 == 1
        case .subReg, .movReg, .andImm, .addReg, .subsImm, .subsReg: record.d == 13
        case .strPre, .strdPre, .stmdb, .strhPre, .strbPre: record.n == 13
        default: false
        }
    }
}

extension TimingClass {
    var isFloatingPoint: Bool {
        switch self {
        case .fpAlu, .fpMove, .fpMoveCore, .fpMoveCorePair, .fpMac, .fpDivide, .fpSqrt, .fpStatus: true
        case .fpLoad, .fpLoadDouble, .fpStore, .fpStoreDouble, .fpLoadMultiple, .fpStoreMultiple: true
        default: false
        }
    }
}
