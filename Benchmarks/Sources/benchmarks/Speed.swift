import Foundation

/// This simulator beside QEMU: the same programs, in turns.
enum Speed {
    /// Measures, prints the tables and writes `file`.
    static func run(_ options: Options, writing file: URL) throws {
        let result = SpeedResult(try Measurements(options), options)
        print(SpeedTables.text(result))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(result) + Data("\n".utf8)).write(to: file)
        print("Wrote \(file.relativePath)")
    }
}

/// Who runs a firmware.
enum Runner: String, CaseIterable, Codable {
    case translator, interpreter
    case qemu = "QEMU"
    case qemuCounting = "QEMU, plug-in"

    var engine: Engine? {
        switch self {
        case .translator: .translator
        case .interpreter: .interpreter
        case .qemu, .qemuCounting: nil
        }
    }
}

/// What runs took: of each runner, each firmware.
struct Measurements {
    /// What ran.
    enum Subject: Hashable {
        case firmware(Firmware)
        /// A program that ends at once.
        case nothing(Target)

        var target: Target {
            switch self {
            case .firmware(let firmware): firmware.target
            case .nothing(let target): target
            }
        }
    }

    /// What it took, each time.
    struct Samples {
        var processorSeconds: [Double] = []
        var wallSeconds: [Double] = []
        var peakBytes = 0

        mutating func add(_ answer: Answer) {
            processorSeconds.append(answer.seconds)
            wallSeconds.append(answer.wallSeconds)
            peakBytes = max(peakBytes, answer.peakBytes)
        }
    }

    /// Those that there are here.
    let runners: [Runner]
    let targets: [Target]
    private(set) var samples: [Subject: [Runner: Samples]] = [:]
    /// Guest instructions, as this simulator counts them.
    private(set) var instructions: [Subject: Int] = [:]
    /// The most memory that this simulator had, of firmware that was run for that alone.
    private(set) var otherPeaks: [String: Int] = [:]

    let plugInNote: String
    private let plugIn: String?
    private let temporary: URL

    /// Runs everything that the options name.
    init(_ options: Options) throws {
        let firmware = (Target.allCases.map(\.smallest) + Firmware.workloads + Firmware.networks)
            .filter(options.includes)
        targets = Target.allCases.filter { target in firmware.contains { $0.target == target } }
        let (plugIn, note) = PlugIn.build()
        (self.plugIn, plugInNote) = (plugIn, note)
        runners = Runner.allCases.filter { $0 != .qemuCounting || plugIn != nil }
        temporary = FileManager.default.temporaryDirectory.appendingPathComponent("benchmarks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: temporary) }
        for target in targets { try StartUp.write(target, to: empty(target)) }
        try QEMU.build(firmware)
        let subjects = targets.map { Subject.nothing($0) } + firmware.map { Subject.firmware($0) }
        for round in 1...options.rounds {
            FileHandle.standardError.write(Data("round \(round) of \(options.rounds)\n".utf8))
            for subject in subjects { try measure(subject) }
        }
        if options.isComplete { try measureOtherPeaks() }
    }

    private mutating func measure(_ subject: Subject) throws {
        for runner in runners {
            let answer = try command(subject, runner).run()
            samples[subject, default: [:]][runner, default: Samples()].add(answer)
            if runner == .translator { instructions[subject] = try Simulate.instructions(answer) }
        }
    }

    private func command(_ subject: Subject, _ runner: Runner) -> Command {
        let (ours, theirs) =
            switch subject {
            case .firmware(let firmware): (firmware.elf, QEMU.elf(of: firmware))
            case .nothing(let target): (empty(target).path, empty(target).path)
            }
        if let engine = runner.engine { return Simulate.command(ours, subject.target, engine) }
        return QEMU.command(theirs, subject.target, plugIn: runner == .qemuCounting ? plugIn : nil)
    }

    private func empty(_ target: Target) -> URL {
        temporary.appendingPathComponent("start-up.\(target.rawValue).elf")
    }

    /// Every other firmware in the repository, once. The runner of kmodels does nothing by itself.
    private mutating func measureOtherPeaks() throws {
        let measured = Set(
            samples.keys.compactMap { if case .firmware(let firmware) = $0 { firmware.elf } else { nil } })
        let files = FileManager.default
        for folder in try files.contentsOfDirectory(atPath: "firmware").sorted() where folder != "kmodel" {
            for file in ((try? files.contentsOfDirectory(atPath: "firmware/\(folder)")) ?? []).sorted() {
                let elf = "firmware/\(folder)/\(file)"
                for target in Target.allCases where file.hasSuffix(".\(target.rawValue).elf") && !measured.contains(elf)
                {
                    otherPeaks[elf] = try Simulate.command(elf, target, .translator).run().peakBytes
                }
            }
        }
    }
}
