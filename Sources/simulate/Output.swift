import Glibc
import Profile

/// Writing to the standard streams and to files, without surprises.
enum Output {
    /// Gives the standard streams that the caller has closed to nobody, so that no file that is opened takes their
    /// place.
    static func openStandardStreams() {
        for stream in Int32(0)...2 where fcntl(stream, F_GETFD) == -1 && errno == EBADF {
            _ = open("/dev/null", stream == 0 ? O_RDONLY : O_WRONLY)
        }
    }

    /// Writes all bytes. Answers whether that worked; `errno` tells why not. A reader of the pipe who has gone ends
    /// the program, without a word: by SIGPIPE, or here where the caller has that ignored.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EPIPE {
                exit(128 + SIGPIPE)
            } else if errno == EAGAIN {
                usleep(1000)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}

/// What the program says about the run, apart from what the firmware says.
enum StandardError {
    /// One line.
    static func say(_ line: String) { write(line.printable + "\n") }

    /// Text as it is.
    static func write(_ text: String) { Output.write(Array(text.utf8), to: 2) }

    /// Whether a person is looking.
    static let isTerminal = isatty(2) == 1
}
