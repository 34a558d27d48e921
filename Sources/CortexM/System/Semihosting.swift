import Machine

/// What a semihosting call comes to.
enum SemihostingOutcome {
    /// The firmware goes on, with this value in r0.
    case goesOn(UInt32)
    /// The firmware ended itself.
    case exits(Int32)
}

public final class Semihosting {
    func call(_ processor: Processor, _ operation: UInt32, _ parameter: UInt32) -> SemihostingOutcome { .goesOn(0) }
}
