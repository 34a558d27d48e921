/// How a result that the format cannot hold is rounded. IEEE 754-2008 4.3; the names and numbers are those of the
/// RISC-V field `frm`.
@frozen
public enum Rounding: UInt32, Sendable, CaseIterable {
    /// To nearest, ties to even.
    case RNE = 0
    /// Towards zero.
    case RTZ = 1
    /// Down, towards minus infinity.
    case RDN = 2
    /// Up, towards plus infinity.
    case RUP = 3
    /// To nearest, ties to the larger magnitude.
    case RMM = 4

    /// Whether a magnitude, cut off to an integer, has to be made one larger.
    ///
    /// - Parameters:
    ///   - error: what was cut off, in halves of the last place: 0 none, 1 less than a half, 2 a half, 3 more.
    ///   - isOdd: bit 0 of the cut-off magnitude.
    @inlinable
    func increments(error: Int, isOdd: Bool, isNegative: Bool) -> Bool {
        switch self {
        case .RNE: error == 3 || error == 2 && isOdd
        case .RTZ: false
        case .RDN: error != 0 && isNegative
        case .RUP: error != 0 && !isNegative
        case .RMM: error >= 2
        }
    }

    /// Whether a number too large becomes infinity, rather than the largest number.
    func overflowsToInfinity(isNegative: Bool) -> Bool {
        switch self {
        case .RNE, .RMM: true
        case .RTZ: false
        case .RDN: isNegative
        case .RUP: !isNegative
        }
    }
}

/// The exceptions of IEEE 754-2008 clause 7. None is trapped: each leaves its flag. The bits are those of the RISC-V
/// field `fflags`.
@frozen
public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// NX: the result is rounded.
    public static var inexact: Flags { Flags(rawValue: 1) }
    /// UF: the result is tiny and rounded.
    public static var underflow: Flags { Flags(rawValue: 2) }
    /// OF: the result is too large for the format.
    public static var overflow: Flags { Flags(rawValue: 4) }
    /// DZ: a finite number divided by zero.
    public static var divisionByZero: Flags { Flags(rawValue: 8) }
    /// NV: there is no useful result, or an operand is a signalling NaN.
    public static var invalid: Flags { Flags(rawValue: 16) }
}

/// What the standard leaves to an architecture, and what one of its registers says.
@frozen
public struct FloatEnvironment: Sendable {
    /// When a result is tiny. IEEE 754-2008 7.5 leaves the choice.
    @frozen
    public enum Tininess: Sendable {
        /// If the exact result lies below the smallest normal number: Arm.
        case beforeRounding
        /// If it does when rounded as though exponents had no end: RISC-V, x86.
        case afterRounding
    }

    /// What an operation on NaNs gives.
    @frozen
    public enum NaNs: Sendable {
        /// The canonical NaN, whatever the operands: RISC-V, and Arm's default NaN mode.
        case canonical
        /// The first signalling operand, made quiet, or else the first quiet one: Arm.
        case propagated
    }

    public var rounding: Rounding
    /// Raised by the operations, never cleared.
    public var flags: Flags
    public var tininess: Tininess
    public var nans: NaNs

    @inlinable
    public init(
        rounding: Rounding = .RNE, flags: Flags = [], tininess: Tininess = .afterRounding, nans: NaNs = .canonical
    ) {
        self.rounding = rounding
        self.flags = flags
        self.tininess = tininess
        self.nans = nans
    }
}
