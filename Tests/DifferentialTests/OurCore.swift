import Engine
import Machine
import Profile
import TestSupport

@testable import CortexM

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Our Cortex-M4 between plain memories.
final class OurCore {
    let chip = Chip(hertz: 16_000_000, memoryCapacity: Layout.codeSize + Layout.ramSize)
    let code: Memory
    let ram: Memory
    let processor: Processor
    private var account = Account()

    /// - Parameter timings: by default every instruction takes at least a cycle, so that one cycle is one instruction.
    init(timings: CycleTable = CycleTable(prices: [:], rules: [:])) {
        code = Memory(name: "CODE", base: Layout.code, size: Layout.codeSize, isWritable: false, in: chip.arena)
        ram = Memory(name: "RAM", base: Layout.ram, size: Layout.ramSize, isWritable: true, in: chip.arena)
        chip.bus.add(code)
        chip.bus.add(ram)
        processor = Processor(chip: chip, features: .cortexM4, timings: timings)
        processor.reset()
        processor.system.cpacr = 0xF0_0000
        // CONTROL.FPCA: the context has FP registers already, so that FPSCR is not set from FPDSCR.
        processor.moveToSpecial(20, 4, mask: 0)
        processor.accessChanged()
        _ = processor.find(Layout.code, 0)
    }

    /// Puts everything in place for an execution from `registers.core[15]`.
    func load(_ registers: Registers, _ memory: [UInt32]) {
        let state = processor.state
        _ = processor.leavePosition()
        for index in 0..<15 { state.registers[index] = registers.core[index] }
        for index in 0..<32 { state.singles[index] = registers.singles[index] }
        processor.APSR = registers.apsr
        processor.FPSCR = registers.fpscr
        state.pointee.exclusive = nil
        processor.position = .at(pc: registers.core[15], itState: 0)
        memory.copy(to: ram.bytes)
    }

    /// Executes instructions as long as they lie in `range`, one at a time.
    ///
    /// - Returns: how the run ended, unless it left the range.
    func step(in range: Range<UInt32>, limit: Int) -> Ending? {
        for _ in 0..<limit {
            let ending = processor.run(until: processor.now + 1)
            if ending != .limit { return ending }
            if !range.contains(pc) { return nil }
        }
        return .limit
    }

    /// The address of the next instruction.
    var pc: UInt32 {
        switch processor.position {
        case .at(let pc, _): pc
        case .inside(let block, let record): block.pointee.pc &+ UInt32(record.pointee.offset)
        }
    }

    var registers: Registers {
        var registers = Registers()
        for index in 0..<15 { registers.core[index] = processor.state.registers[index] }
        registers.core[15] = pc
        registers.apsr = processor.APSR
        for index in 0..<32 { registers.singles[index] = processor.state.singles[index] }
        registers.fpscr = processor.FPSCR
        return registers
    }

    /// What everything took since the reset, and how many instructions were executed.
    struct Account: Equatable {
        var cycles = CauseVector()
        var instructions = 0
    }

    /// Leaves the current block, and closes the account.
    func settle() -> Account {
        let (pc, itState) = processor.leavePosition()
        processor.position = .at(pc: pc, itState: itState)
        processor.ledger.gather(dirtyEnd: &processor.state.pointee.dirty) { _, instructions, cycles in
            account.cycles += cycles
            account.instructions += instructions
        }
        var all = account
        all.cycles += processor.outside
        return all
    }

    func hasSameRAM(as other: OurCore) -> Bool { memcmp(ram.bytes, other.ram.bytes, Layout.ramSize) == 0 }
}
