import Engine
import Machine

/// What a hart has learnt about branches: a branch target buffer, a table of two-bit counters chosen by address and
/// recent outcomes, and a stack of return addresses, as in Rocket's front end. A branch that is not in the buffer is
/// predicted not to be taken.
///
/// The run loop asks it at each branch, so it is plain memory.
@frozen
public struct BranchPredictor {
    public typealias Pointer = UnsafeMutablePointer<BranchPredictor>

    /// By half the address of a branch, as far as the table reaches: its place in the buffer, from 1; 0 if it has none.
    var places: UnsafeMutablePointer<UInt8>
    static let placeCount = 1 << 22
    /// The branches in the buffer and where they went last, by place less one.
    var sources: UnsafeMutablePointer<UInt32>
    var targets: UnsafeMutablePointer<UInt32>
    var capacity: Int
    /// The place that the next branch takes.
    var victim = 0

    /// 0 and 1 predict that a branch is not taken, 2 and 3 that it is.
    var counters: UnsafeMutablePointer<UInt8>
    var counterMask: UInt32
    /// The last outcomes, newest in bit 0.
    var history: UInt32 = 0
    var historyMask: UInt32

    var returns: UnsafeMutablePointer<UInt32>
    var returnCapacity: Int
    var returnTop = 0

    /// Cycles lost by a wrong prediction.
    var penalty: Int
    /// Cycles lost by a right one of a branch that is taken.
    var bubble: Int

    init(_ table: CycleTable) {
        capacity = min(max(table[.branchTargets], 1), 255)
        let counterCount = max(table[.branchCounters], 1)
        counterMask = UInt32(counterCount - 1)
        historyMask = (1 << UInt32(min(table[.branchHistory], 31))) - 1
        returnCapacity = max(table[.returnAddresses], 1)
        penalty = table[.mispredict]
        bubble = table[.takenBranch]
        // Large, and mostly unused: the host provides its pages only where they are.
        guard let table = HostPages.map(BranchPredictor.placeCount) else {
            preconditionFailure("the host has no memory for a branch predictor")
        }
        places = table.assumingMemoryBound(to: UInt8.self)
        sources = .zeros(capacity)
        targets = .zeros(capacity)
        counters = .zeros(counterCount)
        returns = .zeros(returnCapacity)
    }

    /// Forgets everything.
    mutating func reset() {
        for place in 0..<capacity { places[BranchPredictor.index(sources[place])] = 0 }
        for index in 0...Int(counterMask) { counters[index] = 0 }
        for index in 0..<returnCapacity { returns[index] = 0 }
        (victim, history, returnTop) = (0, 0, 0)
    }

    func free() {
        HostPages.unmap(places, BranchPredictor.placeCount)
        sources.deallocate()
        targets.deallocate()
        counters.deallocate()
        returns.deallocate()
    }

    @inline(__always)
    static func index(_ address: UInt32) -> Int { Int(address &>> 1) & (placeCount - 1) }

    /// The place of a branch in the buffer, from 1; 0 if it has none.
    @inline(__always)
    func place(of address: UInt32) -> Int { Int(places[BranchPredictor.index(address)]) }

    /// Puts a branch that was taken into the buffer, in the place of the one that has been there longest.
    @inline(never)
    mutating func insert(_ address: UInt32, target: UInt32) {
        places[BranchPredictor.index(sources[victim])] = 0
        sources[victim] = address
        targets[victim] = target
        places[BranchPredictor.index(address)] = UInt8(victim + 1)
        victim = victim + 1 == capacity ? 0 : victim + 1
    }

    /// Learns the outcome of a conditional branch.
    ///
    /// - Returns: whether it was predicted.
    @inline(__always)
    mutating func learn(_ address: UInt32, _ isTaken: Bool, target: UInt32) -> Bool {
        guard place(of: address) != 0 else {
            if isTaken { insert(address, target: target) }
            return !isTaken
        }
        let index = Int((address &>> 2 ^ history) & counterMask)
        let counter = counters[index]
        counters[index] = isTaken ? min(counter &+ 1, 3) : counter &- (counter == 0 ? 0 : 1)
        history = (history &<< 1 | (isTaken ? 1 : 0)) & historyMask
        return (counter >= 2) == isTaken
    }

    /// Learns where a jump through a register went.
    ///
    /// - Returns: whether it was predicted.
    @inline(__always)
    mutating func learnIndirect(_ address: UInt32, target: UInt32, isReturn: Bool) -> Bool {
        let place = place(of: address)
        var predicted: UInt32 = isReturn ? pop() : 0
        guard place != 0 else {
            insert(address, target: target)
            return false
        }
        if !isReturn { predicted = targets[place - 1] }
        targets[place - 1] = target
        return predicted == target
    }

    @inline(__always)
    mutating func push(_ address: UInt32) {
        returnTop = returnTop + 1 == returnCapacity ? 0 : returnTop + 1
        returns[returnTop] = address
    }

    @inline(__always)
    private mutating func pop() -> UInt32 {
        let address = returns[returnTop]
        returnTop = returnTop == 0 ? returnCapacity - 1 : returnTop - 1
        return address
    }
}

extension UnsafeMutablePointer where Pointee: FixedWidthInteger {
    fileprivate static func zeros(_ count: Int) -> Self {
        let table = Self.allocate(capacity: count)
        table.initialize(repeating: 0, count: count)
        return table
    }
}

extension Execution {
    private func address(_ i: Instruction.Pointer) -> UInt32 { block.pointee.pc &+ UInt32(i.pointee.offset) }

    /// A conditional branch.
    @inline(always)
    mutating func predict(_ i: Instruction.Pointer, _ isTaken: Bool) {
        if _slowPath(!state.pointee.predictor.pointee.learn(address(i), isTaken, target: i.target)) {
            mispredicted()
        } else if isTaken {
            charge(state.pointee.predictor.pointee.bubble, to: .refill)
        }
    }

    /// A jump to a constant: late where it is not in the buffer.
    @inline(always)
    mutating func predictJump(_ i: Instruction.Pointer) {
        guard _slowPath(state.pointee.predictor.pointee.place(of: address(i)) == 0) else { return }
        state.pointee.predictor.pointee.insert(address(i), target: i.target)
        mispredicted()
    }

    /// A jump through a register.
    @inline(always)
    mutating func predictIndirect(_ i: Instruction.Pointer, _ target: UInt32, _ back: UInt32) {
        let isReturn = i.x == JumpKind.return
        let wasPredicted = state.pointee.predictor.pointee.learnIndirect(address(i), target: target, isReturn: isReturn)
        if _slowPath(!wasPredicted) { mispredicted() }
        if i.x == JumpKind.call { pushReturn(back) }
    }

    @inline(always)
    func pushReturn(_ address: UInt32) { state.pointee.predictor.pointee.push(address) }

    @inline(always)
    private mutating func mispredicted() { charge(state.pointee.predictor.pointee.penalty, to: .refill) }
}
