import Foundation

/// What `benchmarks speed` found: `.build/speed.json`, which Documentation/Measuring.md describes.
struct SpeedResult: Codable {
    /// What one runner took for one firmware. Times are medians.
    struct Cost: Codable {
        let runner: Runner
        /// User and system, start-up included.
        let processorSeconds: Double
        /// From command to report.
        let wallSeconds: Double
        let peakBytes: Int
        /// Guest instructions in a second of processor time, start-up left out.
        let millionsPerSecond: Double?
        /// QEMU's processor time, divided by this; start-up left out of both.
        let timesQEMU: Double?
    }

    struct Row: Codable {
        let name: String
        let target: Target
        /// Guest instructions, as this simulator counts them.
        let instructions: Int
        let costs: [Cost]

        func cost(_ runner: Runner) -> Cost? { costs.first { $0.runner == runner } }
    }

    /// Firmware that is compared together.
    struct Group: Codable {
        let name: String
        let rows: [Row]

        /// The geometric mean of `timesQEMU`.
        func mean(_ runner: Runner, of names: (String) -> Bool = { _ in true }) -> Double? {
            let ratios = rows.filter { names($0.name) }.compactMap { $0.cost(runner)?.timesQEMU }
            return ratios.isEmpty ? nil : exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
        }
    }

    var schema = 1
    let processor: String
    /// Of each target's QEMU.
    let peers: [String: String]
    /// Of QEMU, or why there is none.
    let plugIn: String
    let rounds: Int
    /// Of a program that ends at once.
    let startUps: [Row]
    let smallest: [Row]
    let groups: [Group]
    /// The most memory of this simulator's process, by firmware.
    let peakBytes: [String: Int]
    let bars: [Bar]

    init(_ measured: Measurements, _ options: Options) {
        processor = SpeedResult.processor
        peers = Dictionary(
            uniqueKeysWithValues: measured.targets.map { ($0.rawValue, (try? QEMU.version($0)) ?? "unknown") })
        plugIn = measured.plugInNote
        rounds = options.rounds
        startUps = measured.targets.compactMap { SpeedResult.row(.nothing($0), "nothing", in: measured) }
        func rows(_ all: [Firmware]) -> [Row] {
            all.compactMap { SpeedResult.row(.firmware($0), $0.name, in: measured) }
        }
        smallest = rows(Target.allCases.map(\.smallest))
        groups = [
            Group(name: Bar.atReset, rows: rows(Firmware.atReset)),
            Group(name: Bar.atFullSpeed, rows: rows(Firmware.atFullSpeed)),
            Group(name: Bar.ofK210, rows: rows(Firmware.ofK210)),
            Group(name: Bar.networks, rows: rows(Firmware.networks)),
        ].filter { !$0.rows.isEmpty }
        var peaks = measured.otherPeaks
        for (subject, samples) in measured.samples {
            guard case .firmware(let firmware) = subject else { continue }
            peaks[firmware.elf] = [Runner.translator, .interpreter].compactMap { samples[$0]?.peakBytes }.max()
        }
        peakBytes = peaks
        bars = Bar.all(groups: groups, smallest: smallest, peakBytes: peaks)
    }

    private static func row(_ subject: Measurements.Subject, _ name: String, in measured: Measurements) -> Row? {
        guard let samples = measured.samples[subject], let instructions = measured.instructions[subject] else {
            return nil
        }
        let nothing = Measurements.Subject.nothing(subject.target)
        /// The processor time of a runner without its start-up.
        func net(_ runner: Runner) -> Double? {
            guard subject != nothing, let all = samples[runner], let start = measured.samples[nothing]?[runner] else {
                return nil
            }
            return max(median(all.processorSeconds) - median(start.processorSeconds), 0.0001)
        }
        let costs = measured.runners.compactMap { runner in
            samples[runner].map { all in
                Cost(
                    runner: runner, processorSeconds: median(all.processorSeconds),
                    wallSeconds: median(all.wallSeconds), peakBytes: all.peakBytes,
                    millionsPerSecond: net(runner).map { Double(instructions) / 1e6 / $0 },
                    timesQEMU: net(runner).flatMap { own in net(.qemu).map { $0 / own } })
            }
        }
        return Row(name: name, target: subject.target, instructions: instructions, costs: costs)
    }

    private static func median(_ times: [Double]) -> Double {
        let sorted = times.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private static var processor: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return "\(ProcessInfo.processInfo.activeProcessorCount) x \(model.map { $0.drop { $0 == " " } } ?? "unknown")"
    }
}
