/// Semihosting: streams, and the files behind them. Arm IHI 0113, 6.
extension Semihosting {
    private static let featureBytes: [UInt8] = [0x53, 0x48, 0x46, 0x42, 0b11]  // "SHFB": EXIT_EXTENDED, stdout/stderr

    /// Opens a file, or the console as `:tt`: for reading it is stdin, for writing stdout, for appending stderr.
    func open(_ path: String, _ mode: UInt64) throws(SemihostingError) -> UInt64 {
        guard let mode = SemihostingMode(mode) else { throw .invalidArgument }
        guard streams.count < Semihosting.fileLimit else { throw .tooManyFiles }
        let stream: Stream
        if path == ":tt" {
            switch mode.access {
            case .read: stream = .input
            case .write: stream = .output
            case .append: stream = .error
            }
        } else if path == ":semihosting-features" {
            guard mode.access == .read else { throw .accessDenied }
            stream = .features(position: 0)
        } else {
            stream = .file(try host.open(path, mode), position: 0, isAppending: mode.access == .append)
        }
        var handle: UInt64 = 1
        while streams[handle] != nil { handle += 1 }
        streams[handle] = stream
        return handle
    }

    func close(_ handle: UInt64) throws(SemihostingError) -> UInt64 {
        if case .file(let file, _, _) = try stream(handle) { file.close() }
        streams[handle] = nil
        return 0
    }

    private func stream(_ handle: UInt64) throws(SemihostingError) -> Stream {
        guard let stream = streams[handle] else { throw .badHandle }
        return stream
    }

    /// - Returns: how many bytes were not written.
    func write(_ handle: UInt64, from address: UInt64, _ count: UInt64, _ guest: some SemihostingGuest)
        throws(SemihostingError) -> UInt64
    {
        var left = count
        var address = address
        while left > 0 {
            let piece = min(left, UInt64(Semihosting.transferLimit))
            let bytes = try guest.bytes(Int(piece), at: address)
            switch try stream(handle) {
            case .input, .features: throw .badHandle
            case .output: host.write(bytes, isError: false)
            case .error: host.write(bytes, isError: true)
            case .file(let file, let position, let isAppending):
                let position = isAppending ? try file.length() : position
                try file.write(bytes, at: position)
                streams[handle] = .file(file, position: position + bytes.count, isAppending: isAppending)
            }
            left -= piece
            address &+= piece
        }
        return 0
    }

    /// - Returns: how many bytes of the buffer were not filled; `count` at the end of the file.
    func read(_ handle: UInt64, to address: UInt64, _ count: UInt64, _ guest: some SemihostingGuest)
        throws(SemihostingError) -> UInt64
    {
        var left = count
        var address = address
        while left > 0 {
            let piece = Int(min(left, UInt64(Semihosting.transferLimit)))
            let bytes = try take(piece, from: handle).prefix(piece)
            try guest.write(Array(bytes), to: address)
            left -= UInt64(bytes.count)
            address &+= UInt64(bytes.count)
            if bytes.count < piece { break }
        }
        return left
    }

    private func take(_ count: Int, from handle: UInt64) throws(SemihostingError) -> [UInt8] {
        switch try stream(handle) {
        case .output, .error: throw .badHandle
        case .input: return host.readConsole(count)
        case .features(let position):
            let bytes = Array(Semihosting.featureBytes.dropFirst(position).prefix(count))
            streams[handle] = .features(position: position + bytes.count)
            return bytes
        case .file(let file, let position, let isAppending):
            let bytes = try file.read(count, at: position)
            streams[handle] = .file(file, position: position + bytes.count, isAppending: isAppending)
            return bytes
        }
    }

    func isConsole(_ handle: UInt64) throws(SemihostingError) -> Bool {
        switch try stream(handle) {
        case .input, .output, .error: true
        case .file, .features: false
        }
    }

    func seek(_ handle: UInt64, to position: UInt64) throws(SemihostingError) -> UInt64 {
        // No file is so long that adding to a position could overflow.
        guard position <= 1 << 62 else { throw .invalidArgument }
        switch try stream(handle) {
        case .input, .output, .error: throw .badHandle
        case .features: streams[handle] = .features(position: min(Int(position), Semihosting.featureBytes.count))
        case .file(let file, _, let isAppending):
            streams[handle] = .file(file, position: Int(position), isAppending: isAppending)
        }
        return 0
    }

    func length(_ handle: UInt64) throws(SemihostingError) -> UInt64 {
        switch try stream(handle) {
        case .input, .output, .error: return 0
        case .features: return UInt64(Semihosting.featureBytes.count)
        case .file(let file, _, _):
            guard let length = UInt64(exactly: try file.length()) else { throw .invalidArgument }
            return length
        }
    }
}
