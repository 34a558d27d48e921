import Engine
import Foundation
import Machine
import Profile
import TestSupport

@testable import RV64

/// Harts that share 256 KiB of RAM, with a program each, and lines that interrupt them at given cycles.
final class LockStepMachine {
    static let ramSize = 256 << 10

    let chip = Chip(hertz: 100_000_000, memoryCapacity: LockStepMachine.ramSize)
    let ram: Memory
    let harts: Harts
    private(set) var ending = Ending.limit

    /// A line that rises or falls.
    struct Toggle {
        let cycle: Int
        let hart: Int
        let interrupt: InterruptCause
        let level: Bool
    }

    init(_ programs: [LockStepProgram], _ toggles: [Toggle], timings: CycleTable) throws {
        ram = Memory(
            name: "RAM", base: Layout.ram, size: LockStepMachine.ramSize, isWritable: true, in: chip.arena)
        chip.bus.add(ram)
        let features = HartFeatures(privileged: .rv64, resetAddress: Layout.ram, ignoresHighAddressBits: false)
        harts = Harts(chip: chip, count: programs.count, features: features, timings: timings)
        harts.reset()
        var random = SplitMix(name: "lock step memory", index: 0)
        for index in 0..<programs.count {
            Layout.fill(&random).copy(to: ram.bytes + index * LockStepMachine.distance)
        }
        for (hart, program) in zip(harts.harts, programs) {
            for (address, word) in program.code {
                ram.store(address, word & 0xFFFF, .halfword)
                if Vector.length(word) == 4 { ram.store(address + 2, word >> 16, .halfword) }
            }
            for index in 1..<32 { hart.state.registers[index] = program.registers.x[index] }
            for index in 0..<32 { hart.state.floats[index] = program.registers.f[index] }
            try hart.control.write(CSR.mtvec.rawValue, UInt64(program.handler))
            try hart.control.write(CSR.mie.rawValue, LockStepProgram.interruptEnable)
            // FS is Dirty, MPP is machine mode, MIE is set.
            try hart.control.write(CSR.mstatus.rawValue, 3 << 13 | 3 << 11 | 1 << 3)
            try hart.control.write(CSR.fcsr.rawValue, program.registers.fcsr)
            hart.position = .at(program.registers.pc)
        }
        let lines = harts.harts.indices.map { hart in
            [InterruptCause.machineTimer, .machineSoftware, .machineExternal].map { harts.line($0, of: hart) }
        }
        for toggle in toggles {
            let index = toggle.interrupt == .machineTimer ? 0 : toggle.interrupt == .machineSoftware ? 1 : 2
            let line = lines[toggle.hart][index]
            chip.events.schedule(at: toggle.cycle) { _ in line.set(toggle.level) }
        }
    }

    /// From one hart's data to the next one's, and from a hart's data to its code.
    static let distance = 128 << 10
    static let codeDistance = 64 << 10

    static func program(_ index: Int, hart: Int, contents: LockStepProgram.Contents = .init()) -> LockStepProgram {
        let data = Layout.ram + UInt32(hart * distance)
        return LockStepProgram(index: index, code: data + UInt32(codeDistance), data: data, contents: contents)
    }

    static func toggles(_ index: Int, harts: Int) -> [Toggle] {
        var random = SplitMix(name: "toggles", index: index)
        var toggles: [Toggle] = []
        for hart in 0..<harts {
            for interrupt in [InterruptCause.machineTimer, .machineSoftware, .machineExternal] {
                var cycle = 0
                for _ in 0..<random.below(20) {
                    cycle += 1 + Int(random.below(random.one(in: 2) ? 60 : 1000))
                    toggles.append(Toggle(cycle: cycle, hart: hart, interrupt: interrupt, level: true))
                    cycle += 1 + Int(random.below(60))
                    toggles.append(Toggle(cycle: cycle, hart: hart, interrupt: interrupt, level: false))
                }
            }
        }
        return toggles
    }

    /// Short interrupts of one hart, far from each other.
    static func pulses(_ index: Int) -> [Toggle] {
        var random = SplitMix(name: "pulses", index: index)
        var cycle = 0
        return (0..<8).flatMap { _ in
            cycle += 200 + Int(random.below(400))
            return [
                Toggle(cycle: cycle, hart: 0, interrupt: .machineTimer, level: true),
                Toggle(cycle: cycle + 1 + Int(random.below(30)), hart: 0, interrupt: .machineTimer, level: false),
            ]
        }
    }

    // MARK: Ways to run

    enum Way: String, CaseIterable, Sendable {
        /// To the end in one go.
        case whole
        /// Instruction by instruction.
        case steps
        /// Cycle by cycle.
        case cycles
        /// In slices of odd lengths.
        case slices
        /// Slices and single instructions in turn.
        case mixed
    }

    /// More cycles than any program takes.
    static let limit = 4_000_000

    func run(_ way: Way) {
        var random = SplitMix(name: way.rawValue, index: 0)
        var time = 0
        while ending == .limit, time < LockStepMachine.limit {
            switch way {
            case .whole: time = LockStepMachine.limit
            case .cycles: time += 1
            case .slices: time += 1 + Int(random.below(97))
            case .mixed:
                for _ in 0..<random.below(9) where ending == .limit { ending = harts.executeOne() }
                guard ending == .limit else { return }
                time = max(time, harts.now) + 1 + Int(random.below(random.one(in: 4) ? 700 : 20))
            case .steps:
                ending = harts.executeOne()
                continue
            }
            ending = harts.run(until: time)
        }
    }

    // MARK: What is left

    /// All that a way of running must not change.
    struct Trace: Equatable {
        var ending: Ending
        var now: [Int] = []
        var registers: [[UInt64]] = []
        var accounts: [Account] = []
        var memory = Data()
    }

    /// Closes the accounts.
    func settle() -> Trace {
        var trace = Trace(ending: ending)
        for hart in harts.harts {
            hart.closeAccounts()
            var account = Account()
            hart.gather { _, instructions, cycles in
                account.cycles += cycles
                account.instructions += instructions
            }
            account.cycles += hart.outsideBlocks
            trace.now.append(hart.now)
            trace.accounts.append(account)
            trace.registers.append(
                (0..<32).map { hart.state.registers[$0] } + (0..<32).map { hart.state.floats[$0] }
                    + [
                        UInt64(hart.resumeAddress), UInt64(hart.state.pointee.fp.frm),
                        UInt64(hart.state.pointee.fp.fflags), hart.control.mepc, hart.control.mcause,
                        hart.control.mtval,
                    ])
        }
        trace.memory = Data(bytes: ram.bytes, count: LockStepMachine.ramSize)
        return trace
    }
}

extension LockStepMachine.Trace {
    /// What differs from `expected`, for the message.
    func differences(from expected: Self) -> [String] {
        var lines: [String] = []
        if ending != expected.ending { lines.append("\(ending), expected \(expected.ending)") }
        if now != expected.now { lines.append("cycles \(now), expected \(expected.now)") }
        for hart in registers.indices {
            for (index, (ours, theirs)) in zip(registers[hart], expected.registers[hart]).enumerated()
            where ours != theirs {
                let name = index < 32 ? "x\(index)" : index < 64 ? "f\(index - 32)" : "control \(index - 64)"
                lines.append("hart \(hart) \(name) \(hex(ours)), expected \(hex(theirs))")
            }
            if !accounts[hart].agrees(with: expected.accounts[hart]) {
                lines.append("hart \(hart) \(accounts[hart]), expected \(expected.accounts[hart])")
            }
        }
        if memory != expected.memory { lines.append("memory") }
        return lines
    }
}
