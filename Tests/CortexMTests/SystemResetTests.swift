import Machine
import Testing

@testable import CortexM

@Suite struct SystemResetTests {
    /// "On a reset, SP_main is loaded from the first word of the vector table, the PC from the second." B1.5.5.
    @Test func resetLoadsStackPointerAndStart() {
        let machine = SystemMachine(["movs r0, #42": 0x202A, "b .": 0xE7FE])
        #expect(machine.processor[13] == 0x2000_1000)
        machine.run(10)
        #expect(machine.processor[0] == 42)
    }
}
