import Engine
import Machine
import Profile

/// Watches a whole run: each core with a recorder of its own, and what accelerators report.
public final class RunRecording {
    public let program: ObservedProgram
    let recorders: [Recorder]
    let cpu: any CPU
    let chip: Chip
    let heap = HeapTracker()
    private(set) var accelerators = AcceleratorTracker()
    let touched: TouchedMemory

    /// Begins to watch. The chip has been reset and stands in front of its first instruction.
    ///
    /// - Parameter usedPages: spares the report a look at memory that was never touched.
    public init(
        _ cpu: any CPU, chip: Chip, program: ObservedProgram, usedPages: @escaping UsedPages = { _, _ in nil }
    ) {
        self.cpu = cpu
        self.chip = chip
        self.program = program
        let touched = TouchedMemory(chip.bus.memories, usedPages: usedPages)
        self.touched = touched
        let heap = heap
        recorders = cpu.cores.map { core in
            let recorder = Recorder(core: core, chip: chip, program: program, touched: touched, heap: heap)
            core.functionIndex = recorder.functionIndex
            core.observer = recorder
            recorder.begin(at: core.resumeAddress)
            return recorder
        }
    }

    /// A layer that an accelerator has carried out.
    public func add(_ span: AcceleratorSpan) {
        for range in span.touched { touched.touch(range.lowerBound, range.count) }
        accelerators.add(span, hertz: chip.clock.hertz, memories: chip.bus.memories)
    }

    /// The run is over, or its result is wanted: closes and brings up to date all accounts.
    public func finish() {
        for core in cpu.cores { core.closeAccounts() }
        for recorder in recorders { recorder.finish() }
    }

    /// How a core got where it is, innermost first.
    public func backtrace(core: Int) -> [BacktraceStep] { recorders[core].backtrace() }
}
