import FoundationEssentials

/// A package for Kendryte's flash tool (`.kfpkg`): a zip archive with files for the flash, and a list of where they go.
public struct FlashPackage: Equatable, Sendable {
    /// One file of the package.
    public struct File: Equatable, Sendable {
        public var name: String
        /// Where in the flash it goes.
        public var address: Int
        public var bytes: [UInt8]
        /// Whether it is a program: the tool puts a head in front of it and a SHA-256 behind it, which the boot ROM
        /// looks for.
        public var isProgram: Bool
    }

    public var files: [File]

    /// Bytes of the flash on Kendryte's boards, beyond which nothing may lie.
    public static let flashSize = 16 << 20

    /// The file that says which files go where.
    private static let list = "flash-list.json"

    private struct List: Decodable {
        struct Entry: Decodable {
            var address: Int
            var bin: String
            var sha256Prefix: Bool?
        }
        var files: [Entry]
    }

    /// Whether a file is a zip archive, by its first bytes.
    public static func isPackage(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

    /// Reads a package.
    ///
    /// - Parameter bytes: the file; may be anything.
    public init(_ bytes: [UInt8]) throws(FlashPackageError) {
        let archive = Archive(bytes: bytes)
        let text = try archive.files([FlashPackage.list], limit: 1 << 16)[FlashPackage.list] ?? []
        let list: List
        let decoder = JSONDecoder()
        // The vendor's own packages have hexadecimal numbers.
        decoder.allowsJSON5 = true
        do {
            list = try decoder.decode(List.self, from: Data(text))
        } catch {
            throw .badList
        }
        guard !list.files.isEmpty, list.files.count <= 256 else { throw .badList }
        let contents = try archive.files(Set(list.files.map(\.bin)), limit: FlashPackage.flashSize)
        files = []
        var room = FlashPackage.flashSize
        for entry in list.files {
            let contents = contents[entry.bin] ?? []
            // A file may be listed more than once.
            guard contents.count <= room else { throw .tooLarge(entry.bin) }
            room -= contents.count
            guard entry.address >= 0, entry.address <= FlashPackage.flashSize - contents.count - FlashPackage.frame
            else { throw .outsideFlash(entry.bin) }
            files.append(
                File(
                    name: entry.bin, address: entry.address, bytes: contents, isProgram: entry.sha256Prefix ?? false))
        }
    }

    /// Bytes around a program: a flag, its length, its SHA-256.
    private static let frame = 5 + 32

    /// The program that the boot ROM starts, if there is one.
    public var program: File? { files.first { $0.address == 0 } }

    /// The program at the start of an image of the whole flash, if there is one: its head and its SHA-256 tell.
    ///
    /// - Parameter sha256: of the bytes, 32 of them.
    public static func program(in flash: [UInt8], sha256: ([UInt8]) -> [UInt8]) -> [UInt8]? {
        guard flash.count > frame, flash.count <= flashSize, flash[0] == 0 else { return nil }
        let length = (0..<4).reduce(0) { $0 | Int(flash[1 + $1]) << (8 * $1) }
        guard length > 0, length <= flash.count - frame else { return nil }
        let end = 5 + length
        guard sha256(Array(flash[..<end])) == Array(flash[end..<end + 32]) else { return nil }
        return Array(flash[5..<end])
    }

    /// What the flash holds, from its start; 0xFF where nothing is.
    ///
    /// - Parameter sha256: of the bytes, 32 of them.
    public func flash(sha256: ([UInt8]) -> [UInt8]) -> [UInt8] {
        var flash: [UInt8] = []
        for file in files.sorted(by: { $0.address < $1.address }) {
            var bytes = file.bytes
            if file.isProgram {
                let length = UInt32(bytes.count)
                let head = [0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * UInt32($0))) }
                bytes = head + bytes
                bytes += sha256(bytes)
            }
            let end = file.address + bytes.count
            if flash.count < end { flash += Array(repeating: 0xFF, count: end - flash.count) }
            flash.replaceSubrange(file.address..<end, with: bytes)
        }
        return flash
    }
}

/// Why a package cannot be used; each description is a sentence without its full stop.
public enum FlashPackageError: Error, Equatable, Sendable, CustomStringConvertible {
    case notZip
    case damagedArchive
    case missing(String)
    case tooLarge(String)
    case damaged(String)
    case encrypted(String)
    case badList
    case outsideFlash(String)

    public var description: String {
        switch self {
        case .notZip: "this is no zip archive, or it was cut off"
        case .damagedArchive: "the package is damaged; copy it again"
        case .missing(let name):
            "the package has no file \(name.prefix(60)); it is no package for Kendryte's flash tool"
        case .tooLarge(let name): "the file \(name.prefix(60)) of the package is larger than the flash"
        case .damaged(let name): "the file \(name.prefix(60)) of the package is damaged; copy it again"
        case .encrypted(let name): "the file \(name.prefix(60)) of the package is encrypted; decrypt it first"
        case .badList: "flash-list.json of the package does not say which files go where"
        case .outsideFlash(let name): "the file \(name.prefix(60)) of the package goes beyond the end of the flash"
        }
    }
}
