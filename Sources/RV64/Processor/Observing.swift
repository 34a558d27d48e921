import Engine
import Machine
import Profile

/// The hart as an observer, a command line and a crash report see it.
extension Hart: Core {
    public var name: String { "hart \(index)" }

    public func register(_ number: Int) -> UInt64 { state.registers[number & 31] }

    /// a0 to a7; the others are on the stack.
    public func argument(_ index: Int) -> UInt64? {
        if (0..<8).contains(index) { return state.registers[10 + index] }
        guard index >= 8, index < 64 else { return nil }
        let address = UInt32(truncatingIfNeeded: state.registers[2]) &+ UInt32(8 * (index - 8))
        guard let (memory, local) = chip.bus.memory(at: address), memory.contains(local, 8) else { return nil }
        return memory.loadDoubleword(local)
    }

    public var returnAddress: UInt32 { UInt32(truncatingIfNeeded: state.registers[1]) }
    public var stackPointer: UInt32 { UInt32(truncatingIfNeeded: state.registers[2]) }
    public var usesProcessStack: Bool { false }
    public var processStackPointer: UInt32 { stackPointer }

    public var stackLow: UInt32 {
        get { UInt32(clamping: state.pointee.stackLow) }
        set { state.pointee.stackLow = newValue == .max ? .max : UInt64(newValue) }
    }

    public var touchMark: UInt8 {
        get { UInt8(truncatingIfNeeded: state.pointee.mark) }
        set { state.pointee.mark = UInt64(newValue) * 0x0101_0101_0101_0101 }
    }

    public func gather(_ visit: (_ function: Int32, _ instructions: Int, _ cycles: CauseVector) -> Void) {
        drain()
        ledger.gather(dirtyEnd: &state.pointee.dirty) { block, instructions, cycles in
            gatheredInstructions += instructions
            visit(block.pointee.function, instructions, cycles)
        }
        for (function, cycles) in spun {
            // The same cycles, for another cause.
            var moved = CauseVector() - cycles
            moved.spin = cycles.total
            visit(function, 0, moved)
        }
        spun.removeAll(keepingCapacity: true)
    }

    public func word(at address: UInt32) -> UInt32? {
        guard let (memory, local) = chip.bus.memory(at: address), memory.contains(local, 4) else { return nil }
        return memory.load(local, .word)
    }

    /// Blocks that contain the addresses are decoded anew, so that each begins a block.
    public func observe(_ addresses: Set<UInt32>) {
        for address in addresses where observedAddresses.insert(address).inserted { codeChanged(address, 2) }
    }

    // MARK: How it stands

    public var resumeAddress: UInt32 {
        switch position {
        case .at(let pc): return UInt32(truncatingIfNeeded: pc)
        case .inside(let block, let ip): return block.pointee.pc &+ UInt32(ip.pointee.offset)
        }
    }

    public func closeAccounts() { abandonPosition() }

    public var isAsleep: Bool { isSleeping }

    /// The head of a loop in which it waits for something that no device is going to bring about.
    public var endlessLoop: UInt32? {
        guard let spin, chip.events.next == nil || !canBeInterrupted else { return nil }
        return spin.pc
    }

    public var canBeInterrupted: Bool { control.canTakeInterrupts && !enabledInterrupts.isEmpty }

    public var enabledInterrupts: [Int] {
        InterruptCause.allCases.filter { control.mie & $0.bit != 0 }.map { Int($0.rawValue) }
    }

    public var currentException: Int { traps.last.map { Hart.exceptionNumber($0.cause) } ?? 0 }

    public var faultReport: String? {
        guard let trap = traps.last, Hart.isFault(trap.cause) else { return nil }
        return ([causeText(trap.cause)] + faultCauses).joined(separator: "\n  ")
    }

    public var faultCauses: [String] {
        guard let trap = traps.last(where: { Hart.isFault($0.cause) }) else { return [] }
        return ["mcause \(hex(trap.cause)), mepc \(hex(trap.pc)), mtval \(hex(trap.value))"]
    }

    /// Whether a trap is neither an interrupt nor a call.
    private static func isFault(_ cause: UInt64) -> Bool {
        guard cause >> 63 == 0, let exception = ExceptionCause(rawValue: cause) else { return false }
        switch exception {
        case .environmentCallFromU, .environmentCallFromS, .environmentCallFromM: return false
        default: return true
        }
    }

    // MARK: Registers by name

    /// The names of the procedure call standard, x0 to x31.
    static let registerNames = [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
        "s2",
        "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    ]

    public var traceRegisters: [RegisterValue] {
        (1..<32).map { RegisterValue("x\($0)", state.registers[$0], bits: 64) }
            + (0..<32).map { RegisterValue("f\($0)", state.floats[$0], bits: 64) }
            + [RegisterValue("fcsr", UInt64(state.pointee.fp.frm << 5 | state.pointee.fp.fflags), bits: 32)]
    }

    public var crashRegisters: [RegisterValue] {
        named((0..<32).map { state.registers[$0] }, pc: UInt64(resumeAddress))
    }

    /// The hart saves nothing by itself: these are those that it had when the last trap struck.
    public func crashRegisters(savedAt frame: UInt32) -> [RegisterValue] {
        guard let trap = traps.last else { return crashRegisters }
        return named(trap.registers, pc: trap.pc)
    }

    private func named(_ values: [UInt64], pc: UInt64) -> [RegisterValue] {
        (1..<32).map { RegisterValue(Hart.registerNames[$0], values[$0], bits: 64) }
            + [RegisterValue("pc", pc, bits: 64)]
    }
}

extension Harts {
    public var isAtStandstill: Bool {
        let isQuiet = chip.events.next == nil
        return deadlock.isDeadlocked || harts.allSatisfy { $0.isSleeping && isQuiet || $0.endlessLoop != nil }
    }

    public func entryProblem(on target: String) -> String? {
        let start = harts[0].features.resetAddress
        guard let (memory, local) = chip.bus.memory(at: start), memory.isExecutable else {
            return "\(target) has no memory at \(hex(UInt64(start))) to start from"
        }
        guard memory.load(local, .word) != 0 else {
            return "there is no code at \(hex(UInt64(start))), where \(target) begins; link the firmware to begin there"
        }
        return nil
    }

    /// The handlers are where mtvec says, which the firmware sets as it runs.
    public var handlers: Set<UInt32> { [] }
}

extension Hart: CountingCore {
    package var dirtyEnd: UnsafeMutablePointer<Block.Pointer> {
        get { state.pointee.dirty }
        set { state.pointee.dirty = newValue }
    }
}
