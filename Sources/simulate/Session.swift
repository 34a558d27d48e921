import CortexM
import Firmware
import Foundation
import Machine
import Observation
import Profile
import Targets

/// One firmware on one chip: loads it, runs it within its limits, and makes the profile.
final class Session {
    let image: FirmwareImage
    let machine: TargetMachine
    let recorder: Recorder
    let console: Console
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
            image = try FirmwareImage.load(bytes: bytes, expecting: .arm32)
        } catch {
            throw .badInput("\(options.firmware): \(error)")
        }
        do throws(TargetError) {
            machine = try TargetMachine(
                description, model, options: MachineOptions(HSE: options.hse?.value, seed: Int(options.seed)))
        } catch {
            throw .badInput("\(error)")
        }
        limits = Limits(maxCycles: options.maxCycles?.value, seconds: options.timeout?.seconds)
        try Loader.load(image, from: options.firmware, into: machine)
        console = try Console(machine, options, isQuiet: isQuiet)
        machine.processor.reset()
        recorder = Recorder(
            core: machine.processor, chip: machine.chip,
            program: ObservedProgram(image, handlers: Loader.handlers(machine)))
        machine.processor.functionIndex = recorder.functionIndex
        machine.processor.observer = recorder
        recorder.begin(at: machine.processor.resumeAddress)
        if options.strict { machine.chip.notices.onNotice = { [chip = machine.chip] in chip.requestStop(.unmodelled($0.what)) } }
    }

    // MARK: Running

    /// Runs to the end, or to a limit.
    func run() throws(Failure) -> RunProfile {
        Interruption.watch()
        let progress = Progress(chip: machine.chip)
        var outcome: Outcome?
        while outcome == nil {
            let slice = nextSlice()
            let ending = machine.processor.run(until: slice.end)
            console.flush()
            outcome = self.outcome(of: ending, slice.limit)
            progress.show()
        }
        progress.clear()
        recorder.finish()
        let lines = SourceLines(image)
        return recorder.profile(
            RunDescription(
                tool: RunProfile.Tool(name: "simulate", version: Version.text),
                firmware: RunProfile.Firmware(
                    file: URL(fileURLWithPath: options.firmware).lastPathComponent, sha256: image.sha256),
                target: machine.profileTarget, clock: machine.clockSettings, outcome: outcome ?? .interrupted,
                console: console.summary, warnings: [],
                interruptName: { [machine] in machine.description.exceptionName($0) ?? "exception \($0)" }),
            image: image, lines: lines.isAvailable ? lines : nil)
    }

    /// How far to run before looking at limits, Ctrl-C and progress again.
    private func nextSlice() -> (end: Cycles, limit: Outcome?) {
        let now = machine.processor.now
        var end = now + 5_000_000
        var limit: Outcome?
        if let maxCycles = limits.maxCycles, maxCycles <= end {
            end = maxCycles
            limit = .cyclesExhausted
        }
        if let seconds = limits.seconds {
            let left = (seconds - machine.chip.clock.seconds(at: now)) * machine.chip.clock.hertz
            if left <= Double(end - now) {
                end = now + max(Int(left.rounded(.up)), 1)
                limit = .timeExhausted
            }
        }
        return (end, limit)
    }

    private func outcome(of ending: Ending, _ limit: Outcome?) -> Outcome? {
        switch ending {
        case .limit:
            if Interruption.isRequested { return .interrupted }
            if let spin = machine.processor.endlessLoop { return spinning(at: spin) }
            return isUsedUp(limit) ? limit : nil
        case .exited(let code): return .exited(code: code)
        case .lockup(let text): return .lockup(description: text + "\n" + Crash.describe(self))
        case .breakpoint: return .breakpoint
        case .asleep: return .waiting(description: Waiting.describe(self))
        case .unmodelled(let what): return .fault(description: "\(what) is not modelled (--strict)")
        case .interrupted: return .interrupted
        }
    }

    private func isUsedUp(_ limit: Outcome?) -> Bool {
        if limit == .timeExhausted, let seconds = limits.seconds {
            return machine.chip.clock.seconds(at: machine.processor.now) >= seconds
        }
        return limit != nil
    }

    /// The firmware branches to itself and nothing is going to interrupt it.
    private func spinning(at pc: UInt32) -> Outcome {
        if let fault = machine.processor.faultReport {
            return .fault(description: fault + "\n" + Crash.describe(self))
        }
        return .waiting(description: "nothing: it branches to itself at \(name(of: pc)) and no interrupt is enabled")
    }

    /// `main+0x12 (main.c:34)`.
    func name(of address: UInt32) -> String {
        let address = UInt64(address)
        guard let function = recorder.program.table.function(at: address) else { return "0x" + String(address, radix: 16) }
        let offset = address - function.low
        let place = SourceLines(image).line(at: address).map { " (\($0.file):\($0.line))" } ?? ""
        return function.name + (offset == 0 ? "" : "+0x" + String(offset, radix: 16)) + place
    }
}
