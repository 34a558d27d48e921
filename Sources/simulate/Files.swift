import FoundationEssentials
import Glibc

/// The only place that reads and writes files.
enum Files {
    /// The largest input that is taken: far beyond any microcontroller's firmware.
    private static let sizeLimit = 256 << 20

    static func read(_ path: String, what: String) throws(Failure) -> [UInt8] {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .badInput("there is no \(what) '\(path)'; check the path")
        }
        guard !isDirectory else {
            throw .badInput("'\(path)' is a folder; name the \(what) itself")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .badInput("'\(path)' cannot be read; check its permissions") }
        defer { close(descriptor) }
        // The size that the file system tells is only a hint: pipes and devices have none.
        var status = stat()
        let hint = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        var bytes: [UInt8] = []
        var room = min(max(hint, 1 << 16), sizeLimit) + 1
        while true {
            let before = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: room))
            let count = bytes.withUnsafeMutableBytes { all in
                Glibc.read(descriptor, all.baseAddress.map { $0 + before }, room)
            }
            if count < 0, errno != EINTR { throw .badInput("'\(path)' cannot be read; check what it is") }
            bytes.removeLast(room - max(count, 0))
            if count == 0 { return bytes }
            guard bytes.count <= sizeLimit else {
                throw .badInput("'\(path)' has more than \(sizeLimit) bytes, more than any \(what); check the path")
            }
            room = 1 << 16
        }
    }

    /// Finds out whether a file could be written, before a long run makes what is to be written. `-` is stdout.
    static func checkWritable(_ path: String) throws(Failure) {
        guard path != "-" else { return }
        var isDirectory = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        guard !isDirectory else {
            throw .badInput("'\(path)' is a folder and cannot be written; name a file in it")
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder) else {
            throw .badInput("'\(path)' cannot be written, because there is no folder '\(folder)'; make it first")
        }
        guard FileManager.default.isWritableFile(atPath: exists ? path : folder) else {
            throw .badInput("'\(path)' cannot be written; check the permissions of the file and of its folder")
        }
    }

    static func checkFolder(_ path: String) throws(Failure) {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory else {
            throw .badInput("there is no folder '\(path)'; make it, or check the path")
        }
    }

    /// Writes a whole file or, under the name `-`, to stdout. A file that is there is replaced only once the new one
    /// is complete; a pipe or a device is written to.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        if path == "-" {
            guard Output.write(bytes, to: 1) else { throw cannotWrite("stdout") }
            return
        }
        let place = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let type = (try? FileManager.default.attributesOfItem(atPath: place.path))?[.type] as? FileAttributeType
        if let type, type != .typeRegular {
            let descriptor = open(path, O_WRONLY)
            guard descriptor >= 0 else { throw cannotWrite("'\(path)'") }
            defer { close(descriptor) }
            guard Output.write(bytes, to: descriptor) else { throw cannotWrite("'\(path)'") }
            return
        }
        do {
            try Data(bytes).write(to: place, options: .atomic)
        } catch {
            throw .badInput("'\(path)' cannot be written; check the folder's permissions and the room on the disk")
        }
    }

    private static func cannotWrite(_ what: String) -> Failure {
        .badInput("\(what) cannot be written: \(String(cString: strerror(errno)))")
    }

    /// The files with one of the endings below a folder, sorted, without hidden ones; or the file itself.
    static func list(_ path: String, ending: String) throws(Failure) -> [String] {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .badInput("there is no file or folder '\(path)'; check the path")
        }
        guard isDirectory else { return [path] }
        guard let names = try? FileManager.default.subpathsOfDirectory(atPath: path) else {
            throw .badInput("'\(path)' cannot be read; check its permissions")
        }
        var found: [String] = []
        for name in names where name.hasSuffix(ending) {
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
            found.append(path + (path.hasSuffix("/") ? "" : "/") + name)
        }
        return found.sorted()
    }
}
