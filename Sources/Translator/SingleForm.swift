/// The forms for single precision: numbers in slots of 32 bits, some of which an emitter keeps in vector registers.
///
/// They are for a guest that rounds to nearest, flushes no denormal, and has recorded Inexact already. What the host
/// cannot be trusted with then goes to `slow`, with every slot as it was: a result that is no number or not finite, or
/// that is tiny, unless it is a zero and exact.
public enum SingleForm: Sendable {
    /// Of `d`, `n` and `m`, into `d`. `same` is another slot that is known to hold what `d` does.
    case arithmetic(SingleOperation, d: Int, n: Int, m: Int, same: Int?, slow: Label)
    case squareRoot(d: Int, m: Int, slow: Label)
    case move(SingleMove, d: Int, m: Int)
    case constant(Int, UInt32)
    /// To an integer, with the type and rounding as `SingleConversion` says; what it cannot hold goes to `slow`.
    case toInteger(SingleConversion, d: Int, m: Int, slow: Label)
    case fromInteger(isSigned: Bool, d: Int, m: Int)
    /// Compares two numbers, or one with zero. Where they are not ordered it goes to `slow`.
    ///
    /// The result's flags N, Z, C, V go to bits 31...28 of a field of the state, and those of `taking` to the guest's
    /// own flags as well, which a branch right behind finds in any case.
    case compare(Int, Int?, field: Int, taking: FlagSet?, slow: Label)
}

public enum SingleOperation: Sendable, CaseIterable {
    case add, subtract, multiply, negatedMultiply, divide
    /// `d + n * m`, `d - n * m`, `n * m - d`, `-d - n * m`, rounded twice.
    case multiplyAdd, multiplySubtract, multiplyFrom, negatedMultiplyAdd
    /// The same, rounded once.
    case fusedAdd, fusedSubtract, fusedFrom, negatedFusedAdd
}

public enum SingleMove: Sendable {
    case copy, absolute, negate
}

public enum SingleConversion: Sendable {
    /// Towards zero.
    case signed, unsigned
    case signedToNearest
}

/// Where a guest keeps its numbers in single precision.
public struct SingleLayout: Sendable {
    /// The first slot and the number of slots.
    public var slots = 0..<0
    /// Those that are used most, which get vector registers as far as these go.
    public var favourites: [Int] = []
    /// Three fields of 32 bits in the state: N, Z, C, V in bits 31...28 of a comparison's result that is less, equal,
    /// greater.
    public var comparisons = 0
    /// Whether the host's fused operations may be used, if it has them.
    public var usesFusedMultiplyAdd = true

    public init() {}
}
