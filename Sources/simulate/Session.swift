import Engine
import Firmware
import Foundation
import Machine
import Recording
import Profile
import Targets

/// One firmware on one chip: loads it, runs it within its limits, and makes the profile.
final class Session {
    let image: FirmwareImage
    let machine: TargetMachine
    let recording: RunRecording
    let program: ObservedProgram
    let console: Console
    let places: Places
    /// The addresses of exception handlers.
    let handlers: Set<UInt32>
    private let options: RunOptions
    private let limits: Limits

    struct Limits {
        var maxCycles: Int?
        var seconds: Double?
    }

    /// - Parameter isQuiet: keeps what the firmware prints from stdout; its digest is kept all the same.
    init(_ options: RunOptions, isQuiet: Bool = false) throws(Failure) {
        self.options = options
        let (description, model) = try TargetFiles.find(options.target)
        let bytes = try Files.read(options.firmware, what: "firmware")
        do throws(FirmwareError) {
            image = try FirmwareImage.load(bytes: bytes, expecting: description.core.type.family.architecture)
        } catch {
            throw .badInput("\(options.firmware): \(error)")
        }
        do throws(TargetError) {
            machine = try TargetMachine(
                description, model, options: MachineOptions(HSE: options.HSE?.value, seed: Int(options.seed)))
        } catch {
            throw .badInput("\(error)")
        }
        limits = Limits(maxCycles: options.maxCycles?.value, seconds: options.timeout?.seconds)
        try Loader.load(image, from: options.firmware, into: machine)
        console = try Console(machine, options, isQuiet: isQuiet)
        machine.cpu.reset()
        handlers = machine.cpu.handlers
        program = ObservedProgram(image, handlers: handlers)
        places = Places(image, program.table)
        recording = RunRecording(machine.cpu, chip: machine.chip, program: program)
        machine.onAcceleratorSpan { [unowned recording] in recording.add($0) }
        machine.cpu.stopsAtEndlessLoops = true
        answerHostInterface()
        if options.strict {
            machine.chip.notices.onNotice = { [unowned chip = machine.chip] in chip.requestStop(.unmodelled($0.what)) }
        }
    }

    /// Programs for a simulator print and end by writing to a word of that name.
    private func answerHostInterface() {
        let symbols = SymbolTable(image)
        guard let tohost = symbols.symbol(named: "tohost") else { return }
        machine.answerHostInterface(
            tohost: UInt32(truncatingIfNeeded: tohost.address),
            fromhost: symbols.symbol(named: "fromhost").map { UInt32(truncatingIfNeeded: $0.address) }
        ) { [unowned console] bytes in
            for byte in bytes { console.put(byte) }
        }
    }

    // MARK: Running

    /// Runs to the end, or to a limit.
    func run() -> RunProfile {
        Interruption.watch()
        let progress = Progress(chip: machine.chip)
        console.beforeWriting = progress.clear
        var outcome: Outcome?
        while outcome == nil {
            let slice = nextSlice()
            let ending = machine.cpu.run(until: slice.end)
            console.flush()
            outcome = self.outcome(of: ending, slice.limit)
            progress.show()
        }
        progress.clear()
        recording.finish()
        return recording.profile(
            RunDescription(
                tool: RunProfile.Tool(name: "simulate", version: Version.text),
                firmware: RunProfile.Firmware(
                    file: URL(fileURLWithPath: options.firmware).lastPathComponent, sha256: image.sha256),
                target: machine.profileTarget, clock: machine.clockSettings, outcome: outcome ?? .interrupted(),
                console: console.summary, warnings: [],
                interruptName: exceptionName),
            image: image, lines: places.sourceLines)
    }

    /// An exception or interrupt as people call it.
    func exceptionName(_ number: Int) -> String {
        machine.description.exceptionName(number) ?? "exception \(number)"
    }

    private enum Limit {
        case cycles
        case seconds(Double)
    }

    /// How far to run before looking at limits, Ctrl-C and progress again.
    private func nextSlice() -> (end: Cycles, limit: Limit?) {
        let now = machine.cpu.now
        // Short enough that an endless loop has not outgrown the rest of the report when it is found.
        var end = now + 100_000
        var limit: Limit?
        if let maxCycles = limits.maxCycles, maxCycles <= end {
            end = maxCycles
            limit = .cycles
        }
        if let seconds = limits.seconds {
            let left = (seconds - machine.chip.clock.seconds(at: now)) * machine.chip.clock.hertz
            if left <= Double(end - now) {
                end = now + max(Int(left.rounded(.up)), 1)
                limit = .seconds(seconds)
            }
        }
        return (end, limit)
    }

    private func outcome(of ending: Ending, _ limit: Limit?) -> Outcome? {
        switch ending {
        case .limit:
            if Interruption.isRequested { return .interrupted(place: Crash.places(in: self)) }
            if machine.cpu.isAtStandstill { return Waiting.forEver(self) }
            return exhausted(limit)
        case .exited(let code): return .exited(code: code)
        case .fault(let text): return .fault(description: Crash.describe(text, in: self))
        case .lockup(let text): return .lockup(description: Crash.describe(text, in: self))
        case .asleep: return Waiting.asleep(self)
        case .unmodelled(let what):
            return .fault(description: "\(what) is not modelled (--strict)\n  in \(Crash.places(in: self))")
        }
    }

    private func exhausted(_ limit: Limit?) -> Outcome? {
        switch limit {
        case .cycles: return .cyclesExhausted(place: Crash.places(in: self))
        case .seconds(let seconds):
            // The clock may have become faster on the way.
            guard machine.chip.clock.seconds(at: machine.cpu.now) >= seconds else { return nil }
            return .timeExhausted(place: Crash.places(in: self))
        case nil: return nil
        }
    }
}
