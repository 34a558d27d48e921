import Foundation
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
    private let handle: FileHandle
    private let isWritable: Bool

    init(_ url: URL, _ mode: SemihostingMode) throws(SemihostingError) {
        let exists = FileManager.default.fileExists(atPath: url.path)
        isWritable = mode.access != .read || mode.isUpdate
        if mode.access == .read, !exists { throw .noSuchFile }
        if mode.access == .write || !exists {
            guard FileManager.default.createFile(atPath: url.path, contents: nil) else { throw .accessDenied }
        }
        guard let handle = isWritable ? FileHandle(forUpdatingAtPath: url.path) : FileHandle(forReadingAtPath: url.path)
        else { throw .accessDenied }
        self.handle = handle
    }

    func read(_ count: Int, at position: Int) throws(SemihostingError) -> [UInt8] {
        do {
            try handle.seek(toOffset: UInt64(position))
            return Array(try handle.read(upToCount: count) ?? Data())
        } catch {
            throw .ioError
        }
    }

    func write(_ bytes: [UInt8], at position: Int) throws(SemihostingError) {
        guard isWritable else { throw .isReadOnly }
        do {
            try handle.seek(toOffset: UInt64(position))
            try handle.write(contentsOf: Data(bytes))
        } catch {
            throw .ioError
        }
    }

    func length() throws(SemihostingError) -> Int {
        do { return Int(try handle.seekToEnd()) } catch { throw .ioError }
    }

    func close() {
        try? handle.close()
    }
}
