import Testing

@testable import CortexM

/// Floating-point transfers on the way that is complete: faults, and accesses across pages.
@Suite struct FloatingPointFaultTests {
    /// A machine with its floating-point unit switched on, that stops in HardFault.
    private func machine(_ program: KeyValuePairs<String, UInt16>, enabled: Bool = true) -> SystemMachine {
        let machine = SystemMachine(program, handlers: [3: ["b .": 0xE7FE]])
        machine.processor.system.cpacr = enabled ? 0x00F0_0000 : 0
        return machine
    }

    private func faults(_ machine: SystemMachine) -> UInt32 { machine.processor.system.faults.cfsr }

    /// "VLDM, VLDR, VPOP, VPUSH, VSTM, VSTR: unaligned always generates an alignment fault." A3.2.1.
    @Test("VLDR of an unaligned address faults even where LDR would not", arguments: [0x2000_0102, 0x2000_0101])
    func unaligned(address: UInt32) {
        let machine = machine([
            "ldr r2, [r1]": 0x680A,
            "vldr s0, [r1]": 0xED91, "": 0x0A00,
            "b .": 0xE7FE,
        ])
        machine.processor[1] = address
        machine.run(60)
        #expect(faults(machine) == FaultStatus.UNALIGNED)
    }

    @Test("VLDM and VSTM go on from page to page")
    func pages() {
        let machine = machine([
            "vldmia r1!, {s0-s7}": 0xECB1, "": 0x0A08,
            "vstmdb r2!, {d0-d3}": 0xED22, " ": 0x0B08,
            "b .": 0xE7FE,
        ])
        for index in 0..<UInt32(8) { machine.sram.store(0x2000_0FF0 + 4 * index, 0x1234_0000 + index, .word) }
        machine.processor[1] = 0x2000_0FF0
        machine.processor[2] = 0x2000_3010
        machine.run(60)
        #expect(faults(machine) == 0)
        #expect(machine.processor[1] == 0x2000_1010)
        #expect(machine.processor[2] == 0x2000_2FF0)
        #expect((0..<UInt32(8)).map { machine.word(0x2000_2FF0 + 4 * $0) } == (0..<8).map { 0x1234_0000 + $0 })
    }

    @Test("A VLDM that faults keeps its base")
    func faultingMultiple() {
        // The last word is behind the SRAM.
        let machine = machine(["vldmia r1!, {s0-s3}": 0xECB1, "": 0x0A04, "b .": 0xE7FE])
        machine.processor[1] = 0x2000_FFF4
        machine.run(60)
        #expect(faults(machine) & FaultStatus.PRECISERR != 0)
        #expect(machine.processor[1] == 0x2000_FFF4)
    }

    @Test("Without access to coprocessors 10 and 11 a floating-point instruction is a UsageFault, NOCP (B1.4.5)")
    func disabled() {
        let machine = machine(["vadd.f32 s0, s0, s0": 0xEE30, "": 0x0A00, "b .": 0xE7FE], enabled: false)
        machine.run(60)
        #expect(faults(machine) == FaultStatus.NOCP)
    }

    @Test("A double-precision operation is UNDEFINED on a single-precision unit, not a missing coprocessor (A6.4)")
    func doublePrecision() {
        let machine = machine(["vadd.f64 d0, d0, d0": 0xEE30, "": 0x0B00, "b .": 0xE7FE])
        machine.run(60)
        #expect(faults(machine) == FaultStatus.UNDEFINSTR)
    }
}
