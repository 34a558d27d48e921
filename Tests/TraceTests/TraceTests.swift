import Testing
import Trace

/// The format of Documentation/TraceFormat.md, on its own example.
@Suite struct TraceTests {
    private let text = """
        # trace 1
        # program: example.elf
        # memory: 20000000-20000fff
        start 08000040 r0=00000000 sp=20001000 xpsr=01000000
        08000040 r0=00000005
        08000042 sp=20000ff8 [20000ff8]=00000005 [20000ffc]=ffffffff
        08000044

        """

    @Test("a trace is read as it was written") func roundTrip() throws {
        let trace = try ExecutionTrace.parse(text)
        #expect(trace.text == text)
        #expect(trace.remark("program") == "example.elf")
        #expect(trace.watchedMemory == 0x2000_0000...0x2000_0FFF)
        #expect(trace.start.registers.last == TraceStep.Register(name: "xpsr", value: 0x0100_0000))
        #expect(trace.steps.map(\.pc) == [0x0800_0040, 0x0800_0042, 0x0800_0044])
        #expect(trace.steps[1].memory.first == TraceStep.Word(address: 0x2000_0FF8, value: 5))
    }

    /// A 64-bit core's registers have sixteen digits.
    @Test("wide registers are read as they were written") func wideRegisters() throws {
        let text = "# trace 1\nstart 80000000 a0=ffffffff80000000\n80000000 a0=0000000000000001\n"
        let trace = try ExecutionTrace.parse(text)
        #expect(trace.text == text)
        #expect(trace.start.registers == [TraceStep.Register(name: "a0", value: 0xFFFF_FFFF_8000_0000, bits: 64)])
    }

    private func registers(_ r0: UInt64, _ r1: UInt64) -> [TraceStep.Register] {
        [TraceStep.Register(name: "r0", value: r0), TraceStep.Register(name: "r1", value: r1)]
    }

    @Test("only what has changed is recorded") func recording() {
        var memory: [UInt32] = [1, 2, 3]
        let first = memory.withUnsafeBytes {
            TraceRecorder(registers: registers(0, 7), base: 0x2000_0000, memory: $0)
        }
        var recorder = first
        memory[1] = 9
        let step = memory.withUnsafeBytes { recorder.step(at: 0x100, registers(4, 7), memory: $0) }
        #expect(step.text == "00000100 r0=00000004 [20000004]=00000009")
        let next = memory.withUnsafeBytes { recorder.step(at: 0x102, registers(4, 7), memory: $0) }
        #expect(next.text == "00000102")
    }

    @Test(
        "what is no trace is refused with the line",
        arguments: [
            ("", 1, TraceError.Problem.noTrace), ("# trace 2\n", 1, .noTrace),
            ("# trace 1\n08000000 r0=00000000\n", 2, .noStart), ("# trace 1\n", 2, .noStart),
            ("# trace 1\nstart 0800000\n", 2, .badWord("0800000")),
            ("# trace 1\nstart 08000000\n08000000 r0=5\n", 3, .badWord("r0=5")),
            ("# trace 1\nstart 08000000\n08000000 [2000]=00000005\n", 3, .badWord("[2000]=00000005")),
            ("# trace 1\nstart 08000000 r0=+0000005\n", 2, .badWord("r0=+0000005")),
        ])
    func refusals(text: String, line: Int, problem: TraceError.Problem) {
        #expect(throws: TraceError(line: line, problem: problem)) { try ExecutionTrace.parse(text) }
    }
}
