/// A count of cycles for every cause.
///
/// Sums wrap silently, so that adding costs one instruction per cause; a count stays far below the limit of `Int` in
/// any run that ends.
@frozen
public struct CauseVector: Equatable, Sendable {
    public var issue = 0
    public var refill = 0
    public var loadUse = 0
    public var fetchAlign = 0
    public var flashWait = 0
    public var dataWait = 0
    public var unaligned = 0
    public var busSlave = 0
    public var divider = 0
    public var fp = 0
    public var contention = 0
    public var exception = 0
    public var sleep = 0

    /// No cycles for any cause.
    @inlinable public init() {}

    /// The count that `cycles` gives for each cause.
    @inlinable public init(_ cycles: (Cause) -> Int) {
        for cause in Cause.allCases { self[cause] = cycles(cause) }
    }

    /// The cycles of one cause.
    @inlinable public subscript(cause: Cause) -> Int {
        get {
            switch cause {
            case .issue: issue
            case .refill: refill
            case .loadUse: loadUse
            case .fetchAlign: fetchAlign
            case .flashWait: flashWait
            case .dataWait: dataWait
            case .unaligned: unaligned
            case .busSlave: busSlave
            case .divider: divider
            case .fp: fp
            case .contention: contention
            case .exception: exception
            case .sleep: sleep
            }
        }
        set {
            switch cause {
            case .issue: issue = newValue
            case .refill: refill = newValue
            case .loadUse: loadUse = newValue
            case .fetchAlign: fetchAlign = newValue
            case .flashWait: flashWait = newValue
            case .dataWait: dataWait = newValue
            case .unaligned: unaligned = newValue
            case .busSlave: busSlave = newValue
            case .divider: divider = newValue
            case .fp: fp = newValue
            case .contention: contention = newValue
            case .exception: exception = newValue
            case .sleep: sleep = newValue
            }
        }
    }

    /// The cycles of all causes together.
    @inlinable public var total: Int {
        var sum = 0
        for cause in Cause.allCases { sum &+= self[cause] }
        return sum
    }

    @inlinable public static func + (left: CauseVector, right: CauseVector) -> CauseVector {
        CauseVector { left[$0] &+ right[$0] }
    }

    @inlinable public static func - (left: CauseVector, right: CauseVector) -> CauseVector {
        CauseVector { left[$0] &- right[$0] }
    }

    @inlinable public static func += (left: inout CauseVector, right: CauseVector) {
        left = left + right
    }

    @inlinable public static func -= (left: inout CauseVector, right: CauseVector) {
        left = left - right
    }
}

/// Saved as an object keyed by the causes' names; a cause without cycles is left out.
extension CauseVector: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Cause.self)
        for cause in Cause.allCases {
            self[cause] = try container.decodeIfPresent(Int.self, forKey: cause) ?? 0
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Cause.self)
        for cause in Cause.allCases where self[cause] != 0 {
            try container.encode(self[cause], forKey: cause)
        }
    }
}
