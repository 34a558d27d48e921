/// How a run ended.
public enum Outcome: Equatable, Sendable {
    /// The firmware ended itself.
    case exited(code: Int32)
    /// The cycle budget was used up; the place is where the firmware was then.
    case cyclesExhausted(place: String? = nil)
    /// The budget of simulated time was used up.
    case timeExhausted(place: String? = nil)
    /// A fault that the firmware does not handle.
    case fault(description: String)
    /// The core locked up.
    case lockup(description: String)
    /// The firmware only waits and nothing is left that could wake it.
    case waiting(description: String)
    /// Cores wait for each other, and nobody is left to end that.
    case deadlock(description: String)
    /// The user stopped the run.
    case interrupted(place: String? = nil)
    /// The run stopped at a breakpoint.
    case breakpoint

    /// The name of each outcome in saved profiles.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case exited, cyclesExhausted, timeExhausted, fault, lockup, waiting, deadlock, interrupted, breakpoint
    }

    public var kind: Kind {
        switch self {
        case .exited: .exited
        case .cyclesExhausted: .cyclesExhausted
        case .timeExhausted: .timeExhausted
        case .fault: .fault
        case .lockup: .lockup
        case .waiting: .waiting
        case .deadlock: .deadlock
        case .interrupted: .interrupted
        case .breakpoint: .breakpoint
        }
    }

    /// The firmware's own exit code, if it gave one.
    public var exitCode: Int32? {
        switch self {
        case .exited(let code): code
        case .cyclesExhausted, .timeExhausted, .fault, .lockup, .waiting, .deadlock, .interrupted, .breakpoint:
            nil
        }
    }

    /// What the run did, to follow its name in a sentence: "exited with code 0". A description may have several lines.
    public var clause: String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .cyclesExhausted(let place): "used up its cycle budget" + Self.located(place)
        case .timeExhausted(let place): "used up its budget of simulated time" + Self.located(place)
        case .fault(let description): "ended in a fault: \(description)"
        case .lockup(let description): "locked up: \(description)"
        case .waiting(let description): "waits for \(description)"
        case .deadlock(let description): "ended in a deadlock: \(description)"
        case .interrupted(let place): "was interrupted by the user" + Self.located(place)
        case .breakpoint: "stopped at a breakpoint"
        }
    }

    private static func located(_ place: String?) -> String { place.map { " in \($0)" } ?? "" }
}

/// Saved as `{"kind": "exited", "code": 0}` or `{"kind": "fault", "description": "..."}`.
extension Outcome: Codable {
    private enum Key: String, CodingKey {
        case kind, code, description, place
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .exited: self = .exited(code: try container.decode(Int32.self, forKey: .code))
        case .cyclesExhausted:
            self = .cyclesExhausted(place: try container.decodeIfPresent(String.self, forKey: .place))
        case .timeExhausted:
            self = .timeExhausted(place: try container.decodeIfPresent(String.self, forKey: .place))
        case .fault: self = .fault(description: try container.decode(String.self, forKey: .description))
        case .lockup: self = .lockup(description: try container.decode(String.self, forKey: .description))
        case .waiting: self = .waiting(description: try container.decode(String.self, forKey: .description))
        case .deadlock: self = .deadlock(description: try container.decode(String.self, forKey: .description))
        case .interrupted:
            self = .interrupted(place: try container.decodeIfPresent(String.self, forKey: .place))
        case .breakpoint: self = .breakpoint
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind, forKey: .kind)
        switch self {
        case .exited(let code):
            try container.encode(code, forKey: .code)
        case .fault(let description), .lockup(let description), .waiting(let description),
            .deadlock(let description):
            try container.encode(description, forKey: .description)
        case .cyclesExhausted(let place), .timeExhausted(let place), .interrupted(let place):
            try container.encodeIfPresent(place, forKey: .place)
        case .breakpoint:
            break
        }
    }
}
