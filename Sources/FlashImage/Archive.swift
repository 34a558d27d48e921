import CLibArchive
import Glibc

/// A zip archive in memory, which libarchive reads.
struct Archive {
    /// May be anything.
    let bytes: [UInt8]

    /// The contents of files, by name, which together may have `limit` bytes. What the archive says about their sizes
    /// is not believed.
    func files(_ names: Set<String>, limit: Int) throws(FlashPackageError) -> [String: [UInt8]] {
        try bytes.withUnsafeBufferPointer { (bytes) throws(FlashPackageError) in
            // Without it libarchive tells no names but those of ASCII; it is this thread's only.
            let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
            let former = uselocale(locale)
            defer {
                uselocale(former)
                freelocale(locale)
            }
            guard let reader = archive_read_new() else { throw .notZip }
            defer { archive_read_free(reader) }
            // By the directory at the archive's end, so that one that was cut off is found.
            guard archive_read_support_format_zip_seekable(reader) == ARCHIVE_OK,
                archive_read_open_memory(reader, bytes.baseAddress, bytes.count) == ARCHIVE_OK
            else { throw .notZip }
            var files: [String: [UInt8]] = [:]
            var room = limit
            while let (name, isEncrypted) = try Archive.nextFile(reader) {
                guard names.contains(name), files[name] == nil else { continue }
                guard !isEncrypted else { throw .encrypted(name) }
                let contents = try Archive.contents(reader, name, limit: room)
                room -= contents.count
                files[name] = contents
                if files.count == names.count { break }
            }
            if let name = names.subtracting(files.keys).min() { throw .missing(name) }
            return files
        }
    }

    private static func nextFile(
        _ reader: OpaquePointer
    ) throws(FlashPackageError) -> (name: String, isEncrypted: Bool)? {
        var entry: OpaquePointer?
        switch archive_read_next_header(reader, &entry) {
        case ARCHIVE_EOF: return nil
        // A warning is of what matters to a file system, or of a name that is no UTF-8.
        case ARCHIVE_OK, ARCHIVE_WARN: break
        default: throw archive_format(reader) == 0 ? .notZip : .damagedArchive
        }
        let name = archive_entry_pathname(entry).map { String(cString: $0) } ?? ""
        return (name, archive_entry_is_encrypted(entry) != 0)
    }

    /// The contents of the file at hand, whose checksum libarchive compares.
    private static func contents(
        _ reader: OpaquePointer, _ name: String, limit: Int
    ) throws(FlashPackageError) -> [UInt8] {
        var contents: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = archive_read_data(reader, &piece, piece.count)
            guard count >= 0 else { throw .damaged(name) }
            if count == 0 { return contents }
            guard count <= limit - contents.count else { throw .tooLarge(name) }
            contents += piece[..<count]
        }
    }
}
