/// The operations of semihosting, by their numbers. "Semihosting for AArch32 and AArch64" (Arm IHI 0113), 6.
enum SemihostingOperation: UInt64 {
    case SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITEC = 0x03, SYS_WRITE0 = 0x04, SYS_WRITE = 0x05, SYS_READ = 0x06
    case SYS_READC = 0x07, SYS_ISERROR = 0x08, SYS_ISTTY = 0x09, SYS_SEEK = 0x0A, SYS_FLEN = 0x0C, SYS_TMPNAM = 0x0D
    case SYS_REMOVE = 0x0E, SYS_RENAME = 0x0F, SYS_CLOCK = 0x10, SYS_TIME = 0x11, SYS_SYSTEM = 0x12, SYS_ERRNO = 0x13
    case SYS_GET_CMDLINE = 0x15, SYS_HEAPINFO = 0x16, SYS_EXIT = 0x18, SYS_EXIT_EXTENDED = 0x20
    case SYS_ELAPSED = 0x30, SYS_TICKFREQ = 0x31

    /// How many fields the block has that the parameter points to; 0 where the parameter is something else.
    func parameterCount(fieldSize: UInt64) -> Int {
        switch self {
        case .SYS_OPEN, .SYS_WRITE, .SYS_READ, .SYS_TMPNAM: 3
        case .SYS_SEEK, .SYS_REMOVE, .SYS_GET_CMDLINE, .SYS_EXIT_EXTENDED, .SYS_SYSTEM: 2
        case .SYS_CLOSE, .SYS_ISERROR, .SYS_ISTTY, .SYS_FLEN: 1
        case .SYS_RENAME: 4
        case .SYS_WRITEC, .SYS_WRITE0, .SYS_READC, .SYS_CLOCK, .SYS_TIME, .SYS_ERRNO, .SYS_HEAPINFO, .SYS_ELAPSED,
            .SYS_TICKFREQ:
            0
        case .SYS_EXIT: fieldSize == 8 ? 2 : 0
        }
    }
}
