import Profile
import Report
import Testing

/// Programs of two harts that come to an end by themselves, and of an accelerator that is asked for too much.
@Suite("How a run on the K210 ends")
struct HartsTests {
    private func run(_ name: String, _ arguments: String...) throws -> Command {
        try Command([Command.firmware("k210/\(name)"), "--target", "k210"] + arguments)
    }

    @Test("Harts that wait for each other's lock are told so, each with its lock, its place and its callers")
    func deadlock() throws {
        let run = try run("deadlock")
        #expect(run.status == 134)
        #expect(run.errors.contains("ended in a deadlock: no core is left to change what hart 0 waits for"))
        // The lock is taken: 1.
        for (hart, lock) in [("hart 0", "lock_b"), ("hart 1", "lock_a")] {
            let line = run.errors.split(separator: "\n").first { $0.contains("\(hart) waits for \(lock)") }
            #expect(line?.contains("which holds 0x00000001, in ") == true, "\(run.errors)")
            #expect(line?.contains("take") == true && line?.contains("commands/deadlock.c:7") == true)
        }
        #expect(run.errors.contains("called from _start"))
        let quiet = try self.run("deadlock", "--quiet")
        #expect(quiet.status == 134 && quiet.errors.contains("hart 1 waits for lock_a"))
    }

    @Test("Harts that sleep for ever are told so, each with the interrupts that could wake it")
    func asleep() throws {
        let run = try run("asleep")
        #expect(run.status == 0)
        #expect(run.errors.contains("waits for an interrupt that never comes: every core is asleep"))
        #expect(run.errors.contains("hart 0 sleeps until a machine software interrupt, in idle"))
        #expect(run.errors.contains("hart 1 sleeps, and no interrupt is enabled, in idle"))
        #expect(run.errors.contains("commands/asleep.c:5"))
    }

    @Test("A hart that waits for one that sleeps for ever is told so")
    func orphan() throws {
        let run = try run("orphan")
        #expect(run.status == 134)
        #expect(run.errors.contains("hart 0 waits for done (0x"))
        #expect(run.errors.contains("in wait_done"))
        #expect(run.errors.contains("hart 1 sleeps, and no interrupt is enabled, in hart_main"))
    }

    /// Line 0x7fff and the 8 rows of 64 bytes of 8 x 8 pixels go on to line 32774 of 32768.
    @Test("A layer that lies outside the AI memory ends the run like a fault: the field, the place, who called it")
    func impossibleLayer() throws {
        let run = try run("layer")
        #expect(run.status == 134)
        #expect(run.errors.contains("ended in a fault: KPU layer: image_dst_addr"))
        #expect(run.errors.contains("reach line 32774; the AI memory ends at 32767"))
        #expect(run.errors.contains("in send"))
        #expect(run.errors.contains("called from hart_main"))
        #expect(run.errors.contains("commands/layer.c:"))
    }

    @Test("Two harts: what each did is in the table of cores, and no hart that waits dilutes the causes")
    func cores() throws {
        let run = try run("orphan")
        let lines = run.errors.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasPrefix("Instructions") && $0.hasSuffix("on all cores") })
        let spent = try #require(lines.first { $0.hasPrefix("Spent on") })
        #expect(!spent.contains("sleep") && !spent.contains("spinning"))
        #expect(lines.contains { $0.hasPrefix("Main memory") && $0.hasSuffix("of 6,291,456 B") })
        #expect(lines.contains { $0.hasPrefix("AI memory") && $0.hasSuffix("of 2,097,152 B") })
        #expect(!run.errors.contains("Flash "))
    }

    @Test("Kernels that the compiler inlined are layers, in time order, in a handler too; those of other layers apart")
    func inlinedKernels() throws {
        let layers = try profile("inlined").layers
        try #require(layers.map(\.name) == ["dequantize", "softmax", "dequantize"])
        #expect(layers.map(\.invocations) == [2, 2, 2])
        #expect(layers.allSatisfy { $0.discovery == .kernelName && $0.core == "hart 0" })
        // 100 and 400 turns of the same loop, and a handful of instructions around it.
        let turns = layers[2].instructions - layers[0].instructions
        #expect(turns % (2 * 300) == 0 && turns > 0)
        #expect(layers[0].instructions - turns / 3 < 2 * 12)
    }

    @Test("Watching for layers changes nothing: without what tells them the run takes as many cycles")
    func watching() throws {
        let (watched, plain) = (try profile("inlined"), try profile("plain"))
        #expect(plain.layers.isEmpty)
        #expect(watched.totals.instructions == plain.totals.instructions)
        #expect(watched.totals.cycles == plain.totals.cycles)
    }

    private func profile(_ name: String) throws -> RunProfile {
        let run = try Command([
            "profile", Command.firmware("k210/\(name)"), "--target", "k210", "--format", "json",
        ])
        return try JSON.decode(run.output.utf8)
    }
}
