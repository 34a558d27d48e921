import Engine
import Translator

/// Loads and stores whose memory is foreseen.
///
/// A load or store nearly always goes to the same memory. Which one that is, host code takes from the registers at the
/// time when it is made, or from the last address that surprised it; what is left is one comparison, and none for the
/// next accesses from the same base. An access that goes elsewhere is made by the run loop, and the rest of its block
/// too, so that behind it all is as foreseen.
struct Foresight {
    /// What an access was seen to do.
    struct Site {
        /// The last address that was not foreseen.
        var address: UInt32
        var strays = 0
        /// After so many the access looks its page up each time.
        static let limit = 12
        /// After so many the block's code is made anew.
        static let patience = 4
    }

    /// A base register that is known to point into a memory.
    private struct Known {
        var near: Near
        /// From the register to the lowest byte and to the end of the highest that may be reached.
        var low: Int32
        var end: Int32
        /// Of `low`.
        var alignment: UInt8
    }

    /// How an access reaches its memory.
    enum Approach {
        case near(Near)
        case byPage
    }

    private let processor: Processor
    private let records: Instruction.Pointer
    private let length: Int
    /// The registers as they will be, where that can be told.
    private var values: [UInt32?]
    private var known: [Int: Known] = [:]
    /// The map entry of the last access, where it is certain.
    private(set) var slave: Int?

    init(_ processor: Processor, _ records: Instruction.Pointer, _ length: Int) {
        self.processor = processor
        self.records = records
        self.length = length
        values = (0..<16).map { processor.state.registers[$0] }
    }

    // MARK: Following a block

    /// The block goes on from several places.
    mutating func join(_ other: Int?) {
        known.removeAll()
        if slave != other { slave = nil }
    }

    /// A record that may access memory in a way that is not foreseen.
    mutating func loseSlave() { slave = nil }

    mutating func use(slave: Int) { self.slave = slave }

    /// The block goes on at its first record: what is known of registers that it does not change stays true.
    mutating func loop(changing registers: UInt32) {
        known = known.filter { registers >> UInt32($0.key) & 1 == 0 }
    }

    /// A record is behind the code that was made so far.
    mutating func pass(_ record: Instruction, _ effects: RegisterEffects) {
        if let (register, amount) = effects.change {
            shift(register, by: amount)
            values[register] = values[register].map { $0 &+ amount }
        }
        guard effects.written != 0 else { return }
        let result = effects.written.nonzeroBitCount == 1 ? record.dataOperation.flatMap(value(of:)) : nil
        for register in 0..<16 where effects.written >> UInt32(register) & 1 != 0 {
            known[register] = nil
            values[register] = result
        }
    }

    private mutating func shift(_ register: Int, by change: UInt32) {
        let change = Int32(bitPattern: change)
        guard var one = known[register], abs(Int(change)) < 1 << 16 else {
            known[register] = nil
            return
        }
        one.low -= change
        one.end -= change
        known[register] = one
    }

    private func value(of operand: Operand) -> UInt32? {
        switch operand {
        case .constant(let constant): UInt32(truncatingIfNeeded: constant)
        case .slot(let slot) where slot < 16: values[slot]
        default: nil
        }
    }

    private func value(of data: DataOperation) -> UInt32? {
        guard let b = value(of: data.b) else { return nil }
        switch data.operation {
        case .move: return b
        case .add: return value(of: data.a).map { $0 &+ b }
        case .subtract: return value(of: data.a).map { $0 &- b }
        default: return nil
        }
    }

    // MARK: An access

    /// - Parameter otherwise: where to go on if the access is not as foreseen.
    mutating func approach(_ index: Int, _ touch: Touch, otherwise: Label) -> Approach {
        guard let memory = memory(index, touch) else {
            loseSlave()
            return .byPage
        }
        var near = Near(base: memory.base, size: memory.size, distance: memory.distance, check: nil)
        switch touch.way {
        case .constant(let address):
            let end = UInt64(address) + UInt64(touch.size)
            guard address & (1 << UInt32(touch.alignment) - 1) == 0, address >= memory.base,
                end <= UInt64(memory.base) + UInt64(memory.size)
            else {
                loseSlave()
                return .byPage
            }
        case .offset(let base, let offset):
            if let known = known[base], known.near.base == near.base, known.near.size == near.size,
                known.near.distance == near.distance, covers(known, touch, offset)
            {
                break
            }
            var one = Known(
                near: near, low: Int32(bitPattern: offset), end: Int32(bitPattern: offset) &+ Int32(touch.size),
                alignment: touch.alignment)
            extend(&one, base, from: index)
            near.check = Near.Check(
                low: one.low &- Int32(bitPattern: offset), span: UInt32(one.end - one.low), alignment: one.alignment,
                otherwise: otherwise)
            known[base] = one
        case .indexed:
            near.check = Near.Check(low: 0, span: touch.size, alignment: touch.alignment, otherwise: otherwise)
        }
        return .near(near)
    }

    private func covers(_ known: Known, _ touch: Touch, _ offset: UInt32) -> Bool {
        let low = Int32(bitPattern: offset)
        return known.low <= low && low + Int32(touch.size) <= known.end && known.alignment >= touch.alignment
            && (low - known.low) & (1 << Int32(touch.alignment) - 1) == 0
    }

    /// Has one check stand for the next accesses from the same base.
    private func extend(_ known: inout Known, _ base: Int, from index: Int) {
        var change: Int32 = 0
        for next in index..<length {
            let record = records[next]
            if next > index {
                if record.operation.skipCondition != nil { return }
                if let touch = record.touch, case .offset(base, let offset) = touch.way {
                    let low = Int32(bitPattern: offset) &+ change
                    let end = low &+ Int32(touch.size)
                    let (first, last) = (min(low, known.low), max(end, known.end))
                    let isAligned =
                        touch.alignment <= known.alignment && (low - known.low) & (1 << Int32(known.alignment) - 1) == 0
                    guard Int(last) - Int(first) <= Foresight.reach, isAligned, let memory = memory(next, touch),
                        memory.base == known.near.base, memory.size == known.near.size,
                        memory.distance == known.near.distance
                    else { return }
                    (known.low, known.end) = (first, last)
                }
            }
            let effects = record.effects
            guard effects.written >> UInt32(base) & 1 == 0 else { return }
            if let (register, amount) = effects.change, register == base { change &+= Int32(bitPattern: amount) }
            guard abs(Int(change)) < Foresight.reach else { return }
        }
    }

    /// How many bytes one check may stand for.
    private static let reach = 1 << 12

    /// The memory that an access is taken to go to.
    private func memory(_ index: Int, _ touch: Touch) -> MemoryStretch? {
        // The decoder's own registers are not followed.
        guard touch.registers.allSatisfy({ $0 < 16 }) else { return nil }
        let site = processor.sites[records + index]
        guard site?.strays ?? 0 < Site.limit else { return nil }
        let map = touch.isWrite ? processor.writeMap : processor.readMap
        return map.promise(around: site?.address ?? foreseen(touch))
    }

    private func foreseen(_ touch: Touch) -> UInt32 {
        // What is not known is likely to lie where the stack lies.
        let stack = processor.state.registers[13] &- 4
        switch touch.way {
        case .constant(let address): return address
        case .offset(let base, let offset): return values[base].map { $0 &+ offset } ?? stack
        case .indexed(let base, let index, let shift):
            guard let base = values[base] else { return stack }
            return base &+ (values[index] ?? 0) &<< UInt32(shift)
        }
    }
}
