import Engine
import Machine
import Profile
import TestSupport

@testable import RV64

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Our hart between plain memories.
final class OurCore {
    let chip = Chip(hertz: 100_000_000, memoryCapacity: Layout.codeSize + Layout.ramSize)
    let code: Memory
    let ram: Memory
    let harts: Harts
    let hart: Hart
    private var account = Account()

    init(timings: CycleTable = CycleTable(prices: [:], latencies: [:], rules: [:], sizes: [:])) {
        code = Memory(name: "CODE", base: Layout.code, size: Layout.codeSize, isWritable: false, in: chip.arena)
        ram = Memory(name: "RAM", base: Layout.ram, size: Layout.ramSize, isWritable: true, in: chip.arena)
        chip.bus.add(code)
        chip.bus.add(ram)
        let features = HartFeatures(privileged: .rv64, resetAddress: Layout.ram, ignoresHighAddressBits: false)
        harts = Harts(chip: chip, count: 1, features: features, timings: timings)
        hart = harts.harts[0]
        harts.reset()
    }

    /// Puts everything in place for an execution from `registers.pc`.
    func load(_ registers: Registers, _ memory: [UInt64]) {
        _ = hart.leavePosition()
        for index in 1..<32 { hart.state.registers[index] = registers.x[index] }
        for index in 0..<32 { hart.state.floats[index] = registers.f[index] }
        hart.state.pointee.fp.FS = FPStatus.dirty
        hart.state.pointee.fp.frm = UInt32(registers.fcsr >> 5)
        hart.state.pointee.fp.fflags = UInt32(registers.fcsr & 31)
        hart.control.mscratch = registers.mscratch
        hart.isSleeping = false
        hart.position = .at(registers.pc)
        memory.copy(to: ram.bytes)
    }

    /// Executes instructions as long as they lie in `range`, one at a time.
    ///
    /// - Returns: how the run ended, unless it left the range.
    func step(in range: Range<UInt32>, limit: Int) -> Ending? {
        for _ in 0..<limit {
            let ending = harts.executeOne()
            if ending != .limit { return ending }
            if !range.contains(hart.resumeAddress) { return nil }
        }
        return .limit
    }

    var registers: Registers {
        var registers = Registers()
        for index in 0..<32 { registers.x[index] = hart.state.registers[index] }
        for index in 0..<32 { registers.f[index] = hart.state.floats[index] }
        registers.pc = UInt64(hart.resumeAddress)
        registers.fcsr = UInt64(hart.state.pointee.fp.frm << 5 | hart.state.pointee.fp.fflags)
        registers.mscratch = hart.control.mscratch
        return registers
    }

    /// What everything took since the reset, and how many instructions were executed.
    func settle() -> Account {
        hart.closeAccounts()
        hart.gather { _, instructions, cycles in
            account.cycles += cycles
            account.instructions += instructions
        }
        var all = account
        all.cycles += hart.outsideBlocks
        return all
    }

    func hasSameRAM(as other: OurCore) -> Bool { memcmp(ram.bytes, other.ram.bytes, Layout.ramSize) == 0 }
}

/// Cycles by cause, and instructions.
struct Account: Equatable {
    var cycles = CauseVector()
    var instructions = 0

    /// Whether it is the same but for turns of a loop that one run executed and the other only counted, as `spin`: how
    /// many those are depends on when a run looks.
    func agrees(with other: Account) -> Bool {
        guard cycles.spin != other.cycles.spin else { return self == other }
        return cycles.total == other.cycles.total && instructions == other.instructions
    }
}
