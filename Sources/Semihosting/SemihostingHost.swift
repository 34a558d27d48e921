/// The world outside of a run, as semihosting lets the firmware see it. The command line implements it; nothing else
/// reaches the host.
public protocol SemihostingHost: AnyObject {
    /// Takes what the firmware writes to its console.
    func write(_ bytes: [UInt8], isError: Bool)

    /// Up to `count` bytes from the firmware's console; none at its end.
    func readConsole(_ count: Int) -> [UInt8]

    /// Opens a file; the host decides which paths the firmware may see.
    func open(_ path: String, _ mode: SemihostingMode) throws(SemihostingError) -> any SemihostingFile

    func remove(_ path: String) throws(SemihostingError)

    func rename(_ old: String, to new: String) throws(SemihostingError)

    /// The command line of the firmware: its name and arguments.
    var commandLine: String { get }
}

/// An open file of the host.
public protocol SemihostingFile: AnyObject {
    /// Up to `count` bytes from `position`; none at the end.
    func read(_ count: Int, at position: Int) throws(SemihostingError) -> [UInt8]

    /// Writes at `position`.
    func write(_ bytes: [UInt8], at position: Int) throws(SemihostingError)

    /// Length in bytes.
    func length() throws(SemihostingError) -> Int

    func close()
}

/// How a file is opened, as `fopen` names it.
public struct SemihostingMode: Equatable, Sendable {
    public enum Access: Sendable { case read, write, append }

    public let access: Access
    /// The `+` of `fopen`: for reading and writing.
    public let isUpdate: Bool

    /// - Parameter number: 0...11 for `r`, `rb`, `r+`, `r+b`, `w`, `wb`, `w+`, `w+b`, `a`, `ab`, `a+`, `a+b`.
    init?(_ number: UInt64) {
        switch number >> 2 {
        case 0: access = .read
        case 1: access = .write
        case 2: access = .append
        default: return nil
        }
        isUpdate = number & 2 != 0
    }
}

/// Why the host refuses; the raw value is the `errno` that the firmware sees.
public enum SemihostingError: Int32, Error, Sendable {
    case notPermitted = 1
    case noSuchFile = 2
    case ioError = 5
    case badHandle = 9
    case accessDenied = 13
    case exists = 17
    case isDirectory = 21
    case invalidArgument = 22
    case tooManyFiles = 24
    case noSpace = 28
    case isReadOnly = 30
    case notSupported = 38
}

/// What a semihosting call comes to.
public enum SemihostingOutcome: Equatable, Sendable {
    /// The firmware goes on, with the low bits of this value in R0, or a0.
    case goesOn(UInt64)
    /// The firmware ended itself.
    case exits(Int32)
}
