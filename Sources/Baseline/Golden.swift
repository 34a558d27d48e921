import Profile

/// The numbers of a run that must not change unnoticed, kept beside the firmware as `golden.<target>.json`.
public struct Golden: Equatable, Sendable {
    /// One layer, in the order of the network.
    public struct Layer: Codable, Equatable, Sendable {
        public var name: String
        /// Without the interrupts that struck it.
        public var cycles: Int
        /// nil where unknown.
        public var macs: Int?

        public init(name: String, cycles: Int, macs: Int?) {
            self.name = name
            self.cycles = cycles
            self.macs = macs
        }
    }

    /// The target's name.
    public var target: String
    /// SHA-256 of the ELF file.
    public var firmwareSHA256: String
    public var modelName: String
    public var modelVersion: String
    public var outcome: Outcome.Kind
    /// nil unless the firmware ended itself.
    public var exitCode: Int32?
    /// nil if nobody listened.
    public var console: RunProfile.Console?
    public var cycles: Int
    public var instructions: Int
    /// Bytes of flash and of RAM that the image takes.
    public var flashBytes: Int
    public var ramBytes: Int
    /// Of the main stack; nil where unknown.
    public var stackPeakBytes: Int?
    public var layers: [Layer]

    /// The golden numbers that `profile` sets.
    ///
    /// - Throws: `.stopped` if the user or a breakpoint ended the run, because the next run would not end there.
    public init(_ profile: RunProfile) throws(Failure) {
        switch profile.outcome {
        case .interrupted, .breakpoint: throw .stopped(profile.outcome.clause)
        case .exited, .cyclesExhausted, .timeExhausted, .fault, .lockup, .waiting, .deadlock: break
        }
        self.init(measuring: profile)
    }

    init(measuring profile: RunProfile) {
        target = profile.target.name
        firmwareSHA256 = profile.firmware.sha256
        modelName = profile.target.model.name
        modelVersion = profile.target.model.version
        outcome = profile.outcome.kind
        exitCode = profile.outcome.exitCode
        console = profile.console
        cycles = profile.totals.cycles
        instructions = profile.totals.instructions
        flashBytes = profile.memory.staticBytes(.flash)
        ramBytes = profile.memory.staticBytes(.ram)
        stackPeakBytes = profile.memory.mainStack?.peakBytes
        layers = profile.layers.map { Layer(name: $0.name, cycles: $0.cycles, macs: $0.macs) }
    }

    /// Why there are no golden numbers.
    public enum Failure: Error, Equatable, Sendable {
        /// The run did not end where the next one would; the text says what it did.
        case stopped(String)
        /// Not a golden file at all.
        case foreign
        /// Written by a newer version.
        case newer(version: Int)
        /// A key that is missing, or a value of the wrong type or out of range.
        case malformed(key: String)
    }
}

extension Golden.Failure: CustomStringConvertible {
    /// One sentence, to follow the name of the file and a colon.
    public var description: String {
        switch self {
        case .stopped(let clause):
            "the run \(clause.printable), so that its numbers cannot be kept"
        case .foreign:
            "this is not a golden file"
        case .newer(let version):
            "this golden file has version \(version), newer than the version \(Golden.version) "
                + "that this simulator reads"
        case .malformed(let key):
            "this golden file is damaged at \(key.printable)"
        }
    }
}
