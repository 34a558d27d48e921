import Engine
import Machine
import Testing

@testable import RV64

/// What counts as an instruction.
@Suite struct CountingTests {
    /// "As ECALL and EBREAK cause synchronous exceptions, they are not considered to retire, and should not increment
    /// the minstret CSR." Privileged Architecture 1.12, 3.3.1. Nor does any other instruction that traps.
    @Test(
        "An instruction that traps does not retire",
        arguments: [Assembler.ecall, Assembler.ebreak, Assembler.unimp, Assembler.lw(10, 0, 1)])
    func retirement(instruction: UInt32) throws {
        let program = LockStepProgram(
            code: Layout.ram + UInt32(LockStepMachine.codeDistance),
            handler: [
                Assembler.csrrs(24, 0x341, 0), Assembler.addi(24, 24, 4), Assembler.csrrw(0, 0x341, 24), Assembler.mret,
            ],
            body: [Assembler.csrrs(20, 0xB02, 0), instruction, Assembler.csrrs(21, 0xB02, 0), Assembler.wfi])
        for way in LockStepMachine.Way.allCases {
            let machine = try LockStepMachine([program], [], timings: .distinct)
            machine.run(way)
            let registers = machine.harts.harts[0].state.registers
            // The first CSRRS, and the four of the handler.
            #expect(registers[21] - registers[20] == 5, "\(way)")
        }
    }

    /// Documentation/TraceFormat.md: an instruction is a step, with the exception that it causes, and so is the entry of
    /// an interrupt; the time that a hart sleeps is none.
    @Test("A trace has a step for each instruction and each interrupt")
    func traceSteps() throws {
        for index in 0..<20 {
            let program = LockStepMachine.program(index, hart: 0)
            let toggles = LockStepMachine.toggles(index, harts: 1)
            let machine = try LockStepMachine([program], toggles, timings: .distinct)
            var ending = Ending.limit
            var steps = 0
            while ending == .limit {
                let executed = machine.harts.executeForTrace()
                ending = executed.ending
                steps += executed.instructions.count
            }
            let interrupts = Int(machine.harts.harts[0].state.registers[22])
            let instructions = machine.settle().accounts[0].instructions
            #expect(steps == instructions + interrupts, "#\(index)")
        }
    }
}
