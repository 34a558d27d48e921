import Machine

/// Why a run is over.
public enum Ending: Equatable, Sendable {
    /// The cycle to which it was to run is reached.
    case limit
    /// The firmware ended itself.
    case exited(Int32)
    /// A device was commanded to do the impossible, or a core met what it has no way to go on from; the text says what.
    case fault(String)
    /// The core is locked up: a fault inside a fault handler that cannot be handled.
    case lockup(String)
    /// Every core sleeps and nothing is going to wake one.
    case asleep
    /// Something that is not modelled was touched under `--strict`.
    case unmodelled(String)
}

extension Ending {
    /// What a device's wish makes of the run.
    public init(_ request: StopRequest) {
        switch request {
        case .exit(let code): self = .exited(code)
        case .fault(let what): self = .fault(what)
        case .unmodelled(let what): self = .unmodelled(what)
        }
    }
}
