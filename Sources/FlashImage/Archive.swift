import CLibZ

/// A zip archive in memory, as PKWARE's APPNOTE.TXT describes it: files that are stored or deflated, in one piece, not
/// encrypted.
struct Archive {
    private let bytes: [UInt8]
    private let entries: [Entry]

    /// One file, as the central directory has it (APPNOTE.TXT 4.3.12).
    private struct Entry {
        static let size = 46

        var name: [UInt8]
        var isEncrypted: Bool
        var method: Int
        var CRC: UInt32
        var compressedSize: Int
        /// Of the file's own header, from the start of the archive.
        var offset: Int
    }

    /// How a file is compressed (4.4.5).
    private enum Method {
        static let stored = 0
        static let deflated = 8
    }

    /// - Parameter bytes: the archive; may be anything.
    init(_ bytes: [UInt8]) throws(FlashPackageError) {
        self.bytes = bytes
        guard let end = Archive.end(of: bytes), bytes.word(end + 4) == 0 else { throw .notZip }
        let count = bytes.halfword(end + 10)
        var place = bytes.word(end + 16)
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            guard place <= end - Entry.size, bytes.word(place) == 0x0201_4B50 else { throw .notZip }
            let nameEnd = place + Entry.size + bytes.halfword(place + 28)
            guard nameEnd <= end else { throw .notZip }
            entries.append(
                Entry(
                    name: Array(bytes[place + Entry.size..<nameEnd]),
                    isEncrypted: bytes.halfword(place + 8) & 1 != 0,
                    method: bytes.halfword(place + 10), CRC: UInt32(bytes.word(place + 16)),
                    compressedSize: bytes.word(place + 20), offset: bytes.word(place + 42)))
            place = nameEnd + bytes.halfword(place + 30) + bytes.halfword(place + 32)
        }
        self.entries = entries
    }

    /// Where the last record begins, behind which only a comment of its own length lies (4.3.16).
    private static func end(of bytes: [UInt8]) -> Int? {
        let size = 22
        let last = bytes.count - size
        guard last >= 0 else { return nil }
        return stride(from: last, through: max(0, last - 0xFFFF), by: -1).first { place in
            bytes.word(place) == 0x0605_4B50 && bytes.halfword(place + 20) == last - place
        }
    }

    /// The contents of a file of at most `limit` bytes. What the archive says about its size is not believed.
    func file(_ name: String, limit: Int) throws(FlashPackageError) -> [UInt8] {
        guard let entry = entries.first(where: { $0.name.elementsEqual(name.utf8) }) else { throw .missing(name) }
        // The file's own header repeats the name, and may have more behind it than the directory (4.3.7).
        let header = 30
        guard !entry.isEncrypted, entry.offset <= bytes.count - header, bytes.word(entry.offset) == 0x0403_4B50 else {
            throw .damaged(name)
        }
        let start = entry.offset + header + bytes.halfword(entry.offset + 26) + bytes.halfword(entry.offset + 28)
        guard start <= bytes.count, entry.compressedSize <= bytes.count - start else { throw .damaged(name) }
        let compressed = bytes[start..<start + entry.compressedSize]
        let contents: [UInt8]?
        switch entry.method {
        case Method.stored: contents = Array(compressed.prefix(limit + 1))
        case Method.deflated: contents = Archive.inflate(compressed, limit: limit + 1)
        default: throw .damaged(name)
        }
        guard let contents else { throw .damaged(name) }
        guard contents.count <= limit else { throw .tooLarge(name) }
        guard Archive.CRC(of: contents) == entry.CRC else { throw .damaged(name) }
        return contents
    }

    /// What was deflated (RFC 1951), but not more of it than the limit; `nil` if it is damaged or ends too soon.
    private static func inflate(_ compressed: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        var stream = z_stream()
        // The negative number of bits says that no header of zlib is there.
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var compressed = Array(compressed)
        var contents: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        return compressed.withUnsafeMutableBufferPointer { input in
            piece.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                while contents.count < limit {
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    let status = CLibZ.inflate(&stream, Z_NO_FLUSH)
                    guard status == Z_OK || status == Z_STREAM_END else { return nil }
                    contents += output[..<(output.count - Int(stream.avail_out))]
                    if status == Z_STREAM_END { break }
                }
                return Array(contents.prefix(limit))
            }
        }
    }

    private static func CRC(of contents: [UInt8]) -> UInt32 {
        contents.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, z_size_t($0.count))) }
    }
}

extension [UInt8] {
    /// Two bytes, the lower first.
    fileprivate func halfword(_ offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }

    /// Four bytes, the lowest first.
    fileprivate func word(_ offset: Int) -> Int { halfword(offset) | halfword(offset + 2) << 16 }
}
