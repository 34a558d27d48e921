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
    public var instructionCache = 0
    public var dataCache = 0
    public var uncached = 0
    public var unaligned = 0
    public var busSlave = 0
    public var multiplier = 0
    public var divider = 0
    public var fp = 0
    public var contention = 0
    public var exception = 0
    public var sleep = 0
    public var spin = 0

    /// No cycles for any cause.
    @inlinable public init() {}

    /// The count that `cycles` gives for each cause.
    @inlinable public init(_ cycles: (Cause) -> Int) {
        issue = cycles(.issue)
        refill = cycles(.refill)
        loadUse = cycles(.loadUse)
        fetchAlign = cycles(.fetchAlign)
        flashWait = cycles(.flashWait)
        dataWait = cycles(.dataWait)
        instructionCache = cycles(.instructionCache)
        dataCache = cycles(.dataCache)
        uncached = cycles(.uncached)
        unaligned = cycles(.unaligned)
        busSlave = cycles(.busSlave)
        multiplier = cycles(.multiplier)
        divider = cycles(.divider)
        fp = cycles(.fp)
        contention = cycles(.contention)
        exception = cycles(.exception)
        sleep = cycles(.sleep)
        spin = cycles(.spin)
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
            case .instructionCache: instructionCache
            case .dataCache: dataCache
            case .uncached: uncached
            case .unaligned: unaligned
            case .busSlave: busSlave
            case .multiplier: multiplier
            case .divider: divider
            case .fp: fp
            case .contention: contention
            case .exception: exception
            case .sleep: sleep
            case .spin: spin
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
            case .instructionCache: instructionCache = newValue
            case .dataCache: dataCache = newValue
            case .uncached: uncached = newValue
            case .unaligned: unaligned = newValue
            case .busSlave: busSlave = newValue
            case .multiplier: multiplier = newValue
            case .divider: divider = newValue
            case .fp: fp = newValue
            case .contention: contention = newValue
            case .exception: exception = newValue
            case .sleep: sleep = newValue
            case .spin: spin = newValue
            }
        }
    }

    /// The cycles of all causes together.
    @inlinable public var total: Int {
        let beforeMemory = issue &+ refill &+ loadUse &+ fetchAlign
        let memory = flashWait &+ dataWait &+ instructionCache &+ dataCache &+ uncached &+ unaligned &+ busSlave
        return beforeMemory &+ memory &+ multiplier &+ divider &+ fp &+ contention &+ exception &+ sleep &+ spin
    }

    @inlinable public static func + (left: CauseVector, right: CauseVector) -> CauseVector {
        left.combined(with: right, &+)
    }

    @inlinable public static func - (left: CauseVector, right: CauseVector) -> CauseVector {
        left.combined(with: right, &-)
    }

    @inlinable public static func += (left: inout CauseVector, right: CauseVector) {
        left = left + right
    }

    @inlinable public static func -= (left: inout CauseVector, right: CauseVector) {
        left = left - right
    }

    // Field by field: a walk over `Cause.allCases` would make an array each time.
    @inlinable @inline(__always)
    func combined(with other: CauseVector, _ operation: (Int, Int) -> Int) -> CauseVector {
        var result = CauseVector()
        result.issue = operation(issue, other.issue)
        result.refill = operation(refill, other.refill)
        result.loadUse = operation(loadUse, other.loadUse)
        result.fetchAlign = operation(fetchAlign, other.fetchAlign)
        result.flashWait = operation(flashWait, other.flashWait)
        result.dataWait = operation(dataWait, other.dataWait)
        result.instructionCache = operation(instructionCache, other.instructionCache)
        result.dataCache = operation(dataCache, other.dataCache)
        result.uncached = operation(uncached, other.uncached)
        result.unaligned = operation(unaligned, other.unaligned)
        result.busSlave = operation(busSlave, other.busSlave)
        result.multiplier = operation(multiplier, other.multiplier)
        result.divider = operation(divider, other.divider)
        result.fp = operation(fp, other.fp)
        result.contention = operation(contention, other.contention)
        result.exception = operation(exception, other.exception)
        result.sleep = operation(sleep, other.sleep)
        result.spin = operation(spin, other.spin)
        return result
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
