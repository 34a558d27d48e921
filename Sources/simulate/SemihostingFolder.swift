import FoundationEssentials
import Glibc
import Semihosting

/// The world outside as semihosting sees it: the console, and one folder if the user named one.
final class SemihostingFolder: SemihostingHost {
    private let console: Console
    private let root: URL?
    let commandLine: String

    init(console: Console, root: String?, commandLine: String) {
        self.console = console
        self.root = root.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath() }
        self.commandLine = commandLine
    }

    func write(_ bytes: [UInt8], isError: Bool) {
        for byte in bytes { console.put(byte) }
    }

    func readConsole(_ count: Int) -> [UInt8] { console.read(count) }

    func open(_ path: String, _ mode: SemihostingMode) throws(SemihostingError) -> any SemihostingFile {
        try HostFile(place(path), mode)
    }

    func remove(_ path: String) throws(SemihostingError) {
        do { try FileManager.default.removeItem(at: place(path)) } catch { throw .noSuchFile }
    }

    func rename(_ old: String, to new: String) throws(SemihostingError) {
        let from = try place(old)
        let to = try place(new)
        do { try FileManager.default.moveItem(at: from, to: to) } catch { throw .ioError }
    }

    /// Where a path of the firmware is on the host: inside the root, whatever `..` and links it goes through.
    private func place(_ path: String) throws(SemihostingError) -> URL {
        guard let root else { throw .accessDenied }
        let place = root.appendingPathComponent(path).standardizedFileURL
        let folder = place.deletingLastPathComponent().resolvingSymlinksInPath()
        let resolved = folder.appendingPathComponent(place.lastPathComponent).resolvingSymlinksInPath()
        guard resolved.path == root.path || resolved.path.hasPrefix(root.path + "/") else { throw .accessDenied }
        return resolved
    }
}

/// A file in that folder.
private final class HostFile: SemihostingFile {
    private let descriptor: Int32
    private let isWritable: Bool
    private var isOpen = true

    init(_ url: URL, _ mode: SemihostingMode) throws(SemihostingError) {
        let exists = FileManager.default.fileExists(atPath: url.path)
        isWritable = mode.access != .read || mode.isUpdate
        if mode.access == .read, !exists { throw .noSuchFile }
        let creates = mode.access == .write || !exists ? O_CREAT | O_TRUNC : 0
        descriptor = Glibc.open(url.path, (isWritable ? O_RDWR : O_RDONLY) | O_CLOEXEC | creates, 0o666)
        guard descriptor >= 0 else { throw .accessDenied }
    }

    deinit { close() }

    func read(_ count: Int, at position: Int) throws(SemihostingError) -> [UInt8] {
        let count = max(0, min(count, try length() - position))
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + done }, count - done, position + done)
            }
            guard got >= 0 || errno == EINTR else { throw .ioError }
            if got == 0 { break }
            done += max(got, 0)
        }
        return Array(bytes.prefix(done))
    }

    func write(_ bytes: [UInt8], at position: Int) throws(SemihostingError) {
        guard isWritable else { throw .isReadOnly }
        guard lseek(descriptor, position, SEEK_SET) == position, Output.write(bytes, to: descriptor) else {
            throw .ioError
        }
    }

    func length() throws(SemihostingError) -> Int {
        let length = lseek(descriptor, 0, SEEK_END)
        guard length >= 0 else { throw .ioError }
        return length
    }

    func close() {
        if isOpen { Glibc.close(descriptor) }
        isOpen = false
    }
}
