import Engine
import Firmware
import FoundationEssentials
import Machine
import Recording
import Profile
import Targets

/// One firmware on one chip: loads it, runs it within its limits, and makes the profile.
final class Session {
    let image: FirmwareImage
    /// Of the file that the user named.
    private let sha256: String
    /// Whether what runs is a network, and the firmware its runner.
    private let isNetwork: Bool
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
        let firmware = try Program(options.firmware, for: description)
        image = firmware.image
        sha256 = firmware.sha256
        isNetwork = firmware.model != nil
        if let screen = options.screen { try Files.checkWritable(screen) }
        var machineOptions = MachineOptions(HSE: options.HSE?.value, seed: Int(options.seed), flash: firmware.flash)
        if let flash = options.flash { machineOptions.flash = try Program.flash(flash) }
        if let camera = options.camera { machineOptions.camera = try Pictures.read(camera) }
        do throws(TargetError) {
            machine = try TargetMachine(description, model, options: machineOptions)
        } catch {
            throw .badInput("\(error)")
        }
        try Session.checkBoard(machine, options, isNetwork: firmware.model != nil)
        limits = Limits(maxCycles: options.maxCycles?.value, seconds: options.timeout?.seconds)
        try Loader.load(image, from: options.firmware, into: machine)
        if let model = firmware.model {
            let input = try options.input.last { $0.port == nil }.map { input throws(Failure) in
                try Program.input(input.file, for: model.input)
            }
            try Mailbox.fill(image, model: model.bytes, input: input ?? [], options.firmware, machine)
        }
        console = try Console(machine, options, isQuiet: isQuiet)
        if options.engine != .interpreter { Session.translate(machine.cpu, isAskedFor: options.engine == .translator) }
        machine.cpu.reset()
        handlers = machine.cpu.handlers
        program = ObservedProgram(image, handlers: handlers)
        places = Places(image, program.table)
        recording = RunRecording(
            machine.cpu, chip: machine.chip, program: program, usedPages: HostPages.used(from:count:))
        machine.onAcceleratorSpan { [unowned recording] in recording.add($0) }
        machine.cpu.stopsAtEndlessLoops = true
        answerHostInterface()
        if options.strict {
            machine.chip.notices.onNotice = { [unowned chip = machine.chip] in chip.requestStop(.unmodelled($0.what)) }
        }
    }

    /// Has the firmware translated where that is possible. Where it is not, that is said if somebody asked for it, or if
    /// it is this machine that forbids it; once, however many firmwares are run.
    private static func translate(_ cpu: any CPU, isAskedFor: Bool) {
        guard !cpu.translate(after: warmUp) else { return }
        if cpu.hasTranslator {
            _ = noExecutableMemory
        } else if isAskedFor {
            _ = noTranslator
        }
    }

    /// Firmware that ends soon is interpreted sooner than it is translated, and later more links are known.
    private static let warmUp = 16

    private static let noExecutableMemory: Void = StandardError.say(
        "simulate: this machine gives no executable memory; the interpreter executes the firmware, which takes longer")
    private static let noTranslator: Void = StandardError.say(
        "simulate: there is no translator for this machine; the interpreter executes the firmware")

    /// Options that the board has nothing for are mistakes.
    private static func checkBoard(
        _ machine: TargetMachine, _ options: RunOptions, isNetwork: Bool
    ) throws(Failure) {
        let name = machine.description.name
        if !machine.hasFlashAndCamera {
            for (option, file) in [
                ("--flash", options.flash), ("--camera", options.camera), ("--screen", options.screen),
            ] where file != nil {
                throw .badInput("\(name) has nothing for \(option); the k210 has")
            }
        }
        if !isNetwork, let input = options.input.first(where: { $0.port == nil }) {
            throw Failure(
                sentence: "'\(input.file)' is for no serial port; write a port and a file, as in USART2=file.bin",
                code: Failure.usage)
        }
    }

    /// What is written once the run is over: what serial ports sent, what the screen shows.
    func writeFiles() throws(Failure) {
        try console.writeFiles()
        if let path = options.screen, let picture = machine.screen { try Pictures.write(picture, to: path) }
    }

    /// What the user should read beside the numbers.
    private var warnings: [String] {
        let start = UInt64(machine.description.core.resetAddress)
        guard machine.description.core.type.family == .rv64, image.entry != start else { return [] }
        return [
            "The firmware wants to begin at \(hexadecimal(image.entry)), but \(machine.description.name) begins at "
                + "\(hexadecimal(start)); link the start-up code there."
        ]
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
    ///
    /// - Throws: what is wrong with a network that the accelerator cannot carry out.
    func run() throws(Failure) -> RunProfile {
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
        if isNetwork, let fault = machine.acceleratorFault {
            throw .badInput("\(options.firmware): the model asks the impossible: \(fault)")
        }
        recording.finish()
        return recording.profile(
            RunDescription(
                tool: RunProfile.Tool(name: "simulate", version: Version.text),
                firmware: RunProfile.Firmware(
                    file: URL(fileURLWithPath: options.firmware).lastPathComponent, sha256: sha256),
                target: machine.profileTarget, clock: machine.clockSettings, outcome: outcome ?? .interrupted(),
                console: console.summary, warnings: warnings,
                acceleratorMemory: machine.acceleratorMemory, interruptName: exceptionName),
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
