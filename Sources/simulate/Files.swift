import Foundation

/// The only place that reads and writes files.
enum Files {
    /// The largest input that is taken: far beyond any microcontroller's firmware.
    private static let sizeLimit = 256 << 20

    static func read(_ path: String, what: String) throws(Failure) -> [UInt8] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .badInput("there is no \(what) '\(path)'; check the path")
        }
        guard !isDirectory.boolValue else {
            throw .badInput("'\(path)' is a folder; name the \(what) itself")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        if let size = attributes?[.size] as? Int, size > sizeLimit {
            throw .badInput("'\(path)' has \(size) bytes, more than any \(what); check the path")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .badInput("'\(path)' cannot be read; check its permissions")
        }
        return Array(data)
    }

    /// Writes a whole file or, under the name `-`, to stdout. A file that is there is replaced only once the new one
    /// is complete.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        if path == "-" {
            FileHandle.standardOutput.write(Data(bytes))
            return
        }
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .badInput("'\(path)' cannot be written; check that the folder exists and is writable")
        }
    }

    /// The files with one of the endings below a folder, sorted, or the file itself.
    static func list(_ path: String, ending: String) throws(Failure) -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .badInput("there is no file or folder '\(path)'; check the path")
        }
        guard isDirectory.boolValue else { return [path] }
        guard let walk = FileManager.default.enumerator(atPath: path) else {
            throw .badInput("'\(path)' cannot be read; check its permissions")
        }
        var found: [String] = []
        for case let name as String in walk where name.hasSuffix(ending) { found.append(path + (path.hasSuffix("/") ? "" : "/") + name) }
        return found.sorted()
    }
}
