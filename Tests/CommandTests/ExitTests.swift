import Testing

@Suite("How a run ends")
struct ExitTests {
    @Test("The firmware's own output goes to stdout, the summary to stderr, and the exit code is the firmware's")
    func ownExitCode() throws {
        let run = try Command("exit7")
        #expect(run.status == 7)
        #expect(run.output == "seven\n")
        #expect(run.errors.contains("exited with code 7"))
        let quiet = try Command("exit7", "--quiet")
        #expect(quiet.output == "seven\n")
        #expect(quiet.errors == "")
    }

    @Test("A failure whose low byte is 0 does not look like success")
    func lowByte() throws {
        #expect(try Command("exit256").status == 255)
    }

    @Test(
        "A budget that is used up says where the firmware was, and who called it",
        arguments: [
            ["--max-cycles", "20k"], ["--timeout", "1ms"],
        ])
    func budgets(_ options: [String]) throws {
        let run = try Command([Command.firmware("poll"), "--target", "stm32f4"] + options)
        #expect(run.status == 124)
        #expect(run.errors.contains("in wait_ready"))
        #expect(run.errors.contains("poll.c:5"))
        #expect(run.errors.contains("called from"))
        #expect(run.errors.contains("poll.c:9"))
    }

    @Test("Ctrl-C ends the run with its report")
    func interruption() throws {
        let run = try Command("poll", interruptedAfter: 1)
        #expect(run.status == 130)
        #expect(run.errors.contains("was interrupted by the user in wait_ready"))
        #expect(run.errors.contains("own cycles"))
    }

    @Test("A bus fault names the instruction by line, its callers, the status bits and the registers it struck")
    func busFault() throws {
        let run = try Command("bus")
        #expect(run.status == 134)
        for text in [
            "nothing answers at 0x30000000", "in peek (commands/bus.c:9)", "called from probe",
            "(commands/bus.c:11)", "PRECISERR", "BFAR 0x30000000", "its handler Default_Handler", "r0  0x30000000",
        ] { #expect(run.errors.contains(text), "\(text)") }
    }

    @Test("A call through a null pointer is called that")
    func nullPointer() throws {
        let run = try Command("null")
        #expect(run.status == 134)
        #expect(run.errors.contains("by a call through a null pointer"))
        #expect(run.errors.contains("(commands/null.c:"))
        #expect(run.errors.contains("INVSTATE"))
    }

    @Test("A stack overflow is called that, in few lines")
    func stackOverflow() throws {
        let run = try Command("overflow", "--quiet")
        #expect(run.status == 134)
        #expect(run.errors.contains("sp is outside of any memory"))
        #expect(run.errors.contains("called from recurse"))
        #expect(run.errors.contains(" times"))
        #expect(run.errors.split(separator: "\n").count < 20)
    }

    @Test("An interrupt without a handler of its own is a fault, with its name")
    func unhandledInterrupt() throws {
        let run = try Command("unhandled")
        #expect(run.status == 134)
        #expect(run.errors.contains("TIM2 was raised, and its handler only branches to itself"))
        #expect(run.errors.contains("which interrupted main"))
    }

    @Test("A firmware that sleeps for ever says what it waits for")
    func sleep() throws {
        let run = try Command("sleep")
        #expect(run.status == 0)
        #expect(run.errors.contains("waits for an interrupt, but none is enabled: asleep in idle"))
        #expect(run.errors.contains("sleep.c:5"))
    }

    @Test("An error handler that masks interrupts and loops is found, though SysTick runs")
    func masked() throws {
        let run = try Command("masked")
        #expect(run.errors.contains("it branches to itself, and every interrupt is disabled or masked"))
        #expect(run.errors.contains("in Error_Handler"))
        #expect(run.errors.contains("called from main"))
    }
}
