import Machine

/// Answers BKPT 0xAB. "Semihosting for AArch32 and AArch64" (Arm IHI 0113).
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
    var streams: [UInt32: Stream] = [:]
    private var errno: Int32 = 0
    /// Seconds since 1970 at reset, for SYS_TIME.
    private let epoch: UInt32

    public init(host: any SemihostingHost, epoch: UInt32 = 0) {
        self.host = host
        self.epoch = epoch
    }

    /// All ones: the answer of a call that failed.
    private static let failure = SemihostingOutcome.goesOn(.max)

    func call(_ processor: Processor, _ number: UInt32, _ parameter: UInt32) -> SemihostingOutcome {
        guard let operation = SemihostingOperation(rawValue: number) else {
            processor.chip.notices.unmodelled("semihosting operation 0x\(String(number, radix: 16))")
            return Semihosting.failure
        }
        let guest = GuestMemory(processor)
        do {
            let words = try guest.words(operation.parameterCount, at: parameter)
            return try perform(operation, words, parameter, guest)
        } catch let error as SemihostingError {
            errno = error.rawValue
            return Semihosting.failure
        } catch {
            // The firmware gave an address that it cannot reach itself.
            errno = SemihostingError.invalidArgument.rawValue
            return Semihosting.failure
        }
    }

    private func perform(
        _ operation: SemihostingOperation, _ words: [UInt32], _ parameter: UInt32, _ guest: GuestMemory
    ) throws -> SemihostingOutcome {
        switch operation {
        case .SYS_OPEN: return .goesOn(try open(try guest.string(words[0], words[2]), words[1]))
        case .SYS_CLOSE: return .goesOn(try close(words[0]))
        case .SYS_WRITEC: host.write(try guest.bytes(1, at: parameter), isError: false)
        case .SYS_WRITE0: host.write(try guest.terminated(parameter), isError: false)
        case .SYS_WRITE: return .goesOn(try write(words[0], from: words[1], words[2], guest))
        case .SYS_READ: return .goesOn(try read(words[0], to: words[1], words[2], guest))
        case .SYS_READC: return .goesOn(host.readConsole(1).first.map(UInt32.init) ?? .max)
        case .SYS_ISERROR: return .goesOn(Int32(bitPattern: words[0]) < 0 ? 1 : 0)
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
        case .SYS_SYSTEM: throw SemihostingError.notSupported
        case .SYS_ERRNO: return .goesOn(UInt32(bitPattern: errno))
        case .SYS_GET_CMDLINE: return .goesOn(try giveCommandLine(words, parameter, guest))
        case .SYS_HEAPINFO: try giveHeapInfo(parameter, guest)
        case .SYS_EXIT: return .exits(Semihosting.code(reason: parameter))
        case .SYS_EXIT_EXTENDED: return .exits(Semihosting.code(reason: words[0], words[1]))
        case .SYS_ELAPSED:
            let ticks = guest.ticks(Semihosting.tickFrequency)
            try guest.write(UInt32(truncatingIfNeeded: ticks), to: parameter)
            try guest.write(UInt32(truncatingIfNeeded: ticks >> 32), to: parameter &+ 4)
            return .goesOn(0)
        case .SYS_TICKFREQ: return .goesOn(UInt32(Semihosting.tickFrequency))
        }
        // These give nothing back: r0 is corrupted, says the specification; it keeps its value here.
        return .goesOn(operation.rawValue)
    }

    /// The exit code: what the firmware gave, or 1 where the reason is not ADP_Stopped_ApplicationExit.
    private static func code(reason: UInt32, _ code: UInt32 = 0) -> Int32 {
        reason == 0x20026 ? Int32(bitPattern: code) : 1
    }

    /// `parameter[0]` is the address of a block for four addresses: where the heap begins and ends, where the stack
    /// begins and ends. Zeros leave them to the C library.
    private func giveHeapInfo(_ parameter: UInt32, _ guest: GuestMemory) throws {
        let block = try guest.words(1, at: parameter)[0]
        for index in 0..<4 { try guest.write(0, to: block &+ 4 &* UInt32(index)) }
    }

    private func giveCommandLine(_ words: [UInt32], _ parameter: UInt32, _ guest: GuestMemory) throws -> UInt32 {
        let text = Array(host.commandLine.utf8)
        guard text.count < Int(words[1]) else { throw SemihostingError.invalidArgument }
        try guest.write(text + [0], to: words[0])
        try guest.write(UInt32(text.count), to: parameter &+ 4)
        return 0
    }

    private func nameTemporary(_ words: [UInt32], _ guest: GuestMemory) throws -> UInt32 {
        let name = Array("temporary-\(words[1] & 0xFF)".utf8) + [0]
        guard name.count <= Int(words[2]) else { throw SemihostingError.invalidArgument }
        try guest.write(name, to: words[0])
        return 0
    }
}
