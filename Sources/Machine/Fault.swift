/// Why a bus access came back with an error.
public enum BusError: Error, Equatable, Sendable {
    /// No memory and no peripheral answers at the address.
    case nothingThere
    /// The memory is read-only and the write did not come from its programming interface.
    case readOnly
    /// The peripheral refused the access (its clock is off, the width is wrong, ...).
    case refused
}
