import ArgumentParser
import Engine
import Firmware
import Machine
import Trace

struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Writes what every instruction changed, one line each.",
        discussion: "The form is that of Documentation/TraceFormat.md. What the firmware prints is left out.")

    @OptionGroup var options: RunOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Stop after this many instructions: 100000, 100k, 1M. (default: 100k)", valueName: "count"),
        transform: { CycleCount(try Quantity.read($0, CycleCount.units, 1...9e18, "100k")) })
    var instructions = CycleCount(100_000)

    @Option(help: ArgumentHelp("Begin when this function is reached first.", valueName: "function"))
    var from: String?

    @Option(help: ArgumentHelp("Watch the memory of this variable.", valueName: "symbol"))
    var watch: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Which core of several to trace.", valueName: "number"))
    var core = 0

    func run() throws {
        try reportingFailures {
            // Single steps are the interpreter's.
            var options = options
            options.engine = .interpreter
            let session = try Session(options, isQuiet: true)
            let cpu = session.machine.cpu
            guard cpu.cores.indices.contains(core) else {
                throw Failure.badInput("\(options.target) has no core \(core); the last is \(cpu.cores.count - 1)")
            }
            Interruption.watch()
            try goToStart(session)
            let watched = try watchedMemory(session)
            let traced = cpu.cores[core]
            let start = traced.traceRegisters.map(TraceStep.Register.init)
            var recorder = TraceRecorder(registers: start, base: watched.base, memory: watched.bytes)
            write(
                ExecutionTrace.head(
                    remarks: remarks(session, watched),
                    start: TraceRecorder.start(at: traced.resumeAddress, start)))
            var count = 0
            var ending = Ending.limit
            while count < instructions.value, ending == .limit, mayGoOn(session) {
                let executed = cpu.executeForTrace()
                ending = executed.ending
                for instruction in executed.instructions where instruction.core == core {
                    let registers = instruction.registers.map(TraceStep.Register.init)
                    write(recorder.step(at: instruction.pc, registers, memory: watched.bytes).text + "\n")
                    count += 1
                }
            }
            if count >= instructions.value {
                StandardError.say("simulate: the trace stops after \(count) instructions; --instructions takes more")
            }
        }
    }

    private func mayGoOn(_ session: Session) -> Bool {
        let now = session.machine.cpu.now
        return now < options.maxCycles?.value ?? .max && !Interruption.isRequested
            && session.machine.chip.clock.seconds(at: now) < options.timeout?.seconds ?? .infinity
    }

    private func write(_ text: String) { Output.write(Array(text.utf8), to: 1) }

    /// Runs to where the trace begins.
    private func goToStart(_ session: Session) throws(Failure) {
        guard let from else { return }
        guard let function = session.program.table.function(named: from) else {
            throw .badInput("\(options.firmware): there is no function '\(from)'; check its name with nm")
        }
        let start = UInt32(truncatingIfNeeded: function.low)
        let cpu = session.machine.cpu
        while cpu.cores[core].resumeAddress != start {
            guard cpu.executeOne() == .limit, mayGoOn(session) else {
                throw .badInput("\(options.firmware): the run ends before it reaches '\(from)'")
            }
        }
    }

    private func watchedMemory(_ session: Session) throws(Failure) -> (base: UInt32, bytes: UnsafeRawBufferPointer) {
        guard let watch else { return (0, UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard let symbol = SymbolTable(session.image).symbol(named: watch), symbol.size > 0 else {
            throw .badInput("\(options.firmware): there is no variable '\(watch)'; check its name with nm")
        }
        let base = UInt32(truncatingIfNeeded: symbol.address) & ~3
        let end = (UInt32(truncatingIfNeeded: symbol.address + symbol.size) &+ 3) & ~3
        guard let (memory, local) = session.machine.chip.bus.memory(at: base), memory.contains(local, Int(end - base)),
            end - base <= 1 << 16
        else {
            throw .badInput("\(options.firmware): '\(watch)' is no variable of at most 64 KiB in one memory")
        }
        let start = UnsafeRawPointer(memory.bytes + Int(local - memory.base))
        return (base, UnsafeRawBufferPointer(start: start, count: Int(end - base)))
    }

    private func remarks(
        _ session: Session, _ watched: (base: UInt32, bytes: UnsafeRawBufferPointer)
    ) -> [ExecutionTrace.Remark] {
        var remarks = [
            ExecutionTrace.Remark(
                name: "program", value: options.firmware.split(separator: "/").last.map(String.init) ?? ""),
            ExecutionTrace.Remark(name: "sha256", value: session.image.sha256),
            ExecutionTrace.Remark(name: "recorder", value: "simulate \(Version.text), target \(options.target)"),
        ]
        if watched.bytes.count > 0 {
            let last = watched.base + UInt32(watched.bytes.count) - 1
            remarks.append(ExecutionTrace.Remark(name: "memory", value: "\(hex(watched.base))-\(hex(last))"))
        }
        return remarks
    }

    private func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

extension TraceStep.Register {
    fileprivate init(_ register: RegisterValue) {
        self.init(name: register.name, value: register.value, bits: register.bits)
    }
}
