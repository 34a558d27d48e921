/// Answers the calls of a firmware, by whichever instruction its architecture makes them: "Semihosting for AArch32 and
/// AArch64" (Arm IHI 0113); "RISC-V Semihosting" takes its operations over, with fields as wide as a register.
///
/// Time is the simulated time, so that a run gives the same every time. All memory of the firmware is reached as the
/// firmware itself would, and no request makes the host allocate more than `transferLimit` bytes at once.
public final class Semihosting {
    /// The longest string, and the largest piece of a transfer, in bytes.
    static let transferLimit = 1 << 16
    static let fileLimit = 256
    /// The frequency of SYS_ELAPSED in Hz.
    static let tickFrequency = 1_000_000.0

    enum Stream {
        case input, output, error
        case file(any SemihostingFile, position: Int, isAppending: Bool)
        /// `:semihosting-features`.
        case features(position: Int)
    }

    let host: any SemihostingHost
    var streams: [UInt64: Stream] = [:]
    private var errno: Int32 = 0
    /// Seconds since 1970 at reset, for SYS_TIME.
    private let epoch: UInt64

    public init(host: any SemihostingHost, epoch: UInt64 = 0) {
        self.host = host
        self.epoch = epoch
    }

    /// All ones: the answer of a call that failed.
    private static let failure = SemihostingOutcome.goesOn(.max)

    /// - Parameters:
    ///   - number: which operation: R0, or a0.
    ///   - parameter: R1, or a1.
    public func call(_ guest: some SemihostingGuest, _ number: UInt64, _ parameter: UInt64) -> SemihostingOutcome {
        guard let operation = SemihostingOperation(rawValue: number) else {
            guest.unmodelled("semihosting operation 0x\(String(number, radix: 16))")
            return Semihosting.failure
        }
        do throws(SemihostingError) {
            let count = operation.parameterCount(fieldSize: guest.fieldSize)
            return try perform(operation, try guest.fields(count, at: parameter), parameter, guest)
        } catch {
            // Also where the firmware gave an address that it cannot reach itself.
            errno = error.rawValue
            return Semihosting.failure
        }
    }

    private func perform(
        _ operation: SemihostingOperation, _ words: [UInt64], _ parameter: UInt64, _ guest: some SemihostingGuest
    ) throws(SemihostingError) -> SemihostingOutcome {
        switch operation {
        case .SYS_OPEN: return .goesOn(try open(try guest.string(words[0], words[2]), words[1]))
        case .SYS_CLOSE: return .goesOn(try close(words[0]))
        case .SYS_WRITEC: host.write(try guest.bytes(1, at: parameter), isError: false)
        case .SYS_WRITE0: host.write(try guest.terminated(parameter), isError: false)
        case .SYS_WRITE: return .goesOn(try write(words[0], from: words[1], words[2], guest))
        case .SYS_READ: return .goesOn(try read(words[0], to: words[1], words[2], guest))
        case .SYS_READC: return .goesOn(host.readConsole(1).first.map(UInt64.init) ?? .max)
        case .SYS_ISERROR: return .goesOn(Int32(truncatingIfNeeded: words[0]) < 0 ? 1 : 0)
        case .SYS_ISTTY: return .goesOn(try isConsole(words[0]) ? 1 : 0)
        case .SYS_SEEK: return .goesOn(try seek(words[0], to: words[1]))
        case .SYS_FLEN: return .goesOn(try length(words[0]))
        case .SYS_TMPNAM: return .goesOn(try nameTemporary(words, guest))
        case .SYS_REMOVE:
            try host.remove(try guest.string(words[0], words[1]))
            return .goesOn(0)
        case .SYS_RENAME:
            try host.rename(try guest.string(words[0], words[1]), to: try guest.string(words[2], words[3]))
            return .goesOn(0)
        case .SYS_CLOCK: return .goesOn(guest.time(in: 100))
        case .SYS_TIME: return .goesOn(epoch &+ guest.time(in: 1))
        case .SYS_SYSTEM: throw .notSupported
        case .SYS_ERRNO: return .goesOn(UInt64(UInt32(bitPattern: errno)))
        case .SYS_GET_CMDLINE: return .goesOn(try giveCommandLine(words, parameter, guest))
        case .SYS_HEAPINFO: try giveHeapInfo(parameter, guest)
        case .SYS_EXIT:
            // On 64 bits it has a block like SYS_EXIT_EXTENDED. IHI 0113, 6.5.
            return .exits(
                words.isEmpty ? Semihosting.code(reason: parameter) : Semihosting.code(reason: words[0], words[1]))
        case .SYS_EXIT_EXTENDED: return .exits(Semihosting.code(reason: words[0], words[1]))
        case .SYS_ELAPSED:
            let ticks = guest.time(in: Semihosting.tickFrequency)
            try guest.write(field: ticks, at: parameter)
            if guest.fieldSize == 4 { try guest.write(field: ticks >> 32, at: parameter &+ 4) }
            return .goesOn(0)
        case .SYS_TICKFREQ: return .goesOn(UInt64(Semihosting.tickFrequency))
        }
        // These give nothing back: R0 is corrupted, says the specification; it keeps its value here.
        return .goesOn(operation.rawValue)
    }

    /// The exit code: what the firmware gave, or 1 where the reason is not ADP_Stopped_ApplicationExit.
    private static func code(reason: UInt64, _ code: UInt64 = 0) -> Int32 {
        reason == 0x20026 ? Int32(truncatingIfNeeded: code) : 1
    }

    /// `parameter[0]` is the address of a block for four addresses: where the heap begins and ends, where the stack
    /// begins and ends. Zeros leave them to the C library.
    private func giveHeapInfo(_ parameter: UInt64, _ guest: some SemihostingGuest) throws(SemihostingError) {
        let block = try guest.field(at: parameter)
        for index in 0..<4 { try guest.write(field: 0, at: block &+ guest.fieldSize &* UInt64(index)) }
    }

    private func giveCommandLine(
        _ words: [UInt64], _ parameter: UInt64, _ guest: some SemihostingGuest
    ) throws(SemihostingError) -> UInt64 {
        let text = Array(host.commandLine.utf8)
        guard UInt64(text.count) < words[1] else { throw .invalidArgument }
        try guest.write(text + [0], to: words[0])
        try guest.write(field: UInt64(text.count), at: parameter &+ guest.fieldSize)
        return 0
    }

    private func nameTemporary(
        _ words: [UInt64], _ guest: some SemihostingGuest
    ) throws(SemihostingError) -> UInt64 {
        let name = Array("temporary-\(words[1] & 0xFF)".utf8) + [0]
        guard UInt64(name.count) <= words[2] else { throw .invalidArgument }
        try guest.write(name, to: words[0])
        return 0
    }
}
