import Firmware
import FlashImage
import FoundationEssentials
import KModel
import Targets

/// What a user named to be run, whatever its form: an ELF file, the bare bytes of a program, a package for the flash
/// tool, or a compiled network.
struct Program {
    /// The firmware that is executed.
    var image: FirmwareImage
    /// What the file itself hashes to; for a network that is the network and not its runner.
    var sha256: String
    /// What the board's flash holds because of it.
    var flash: [UInt8]?
    /// A network, which the firmware is the runner of.
    var model: (bytes: [UInt8], input: KModel.Input?)?

    init(_ path: String, for description: TargetDescription) throws(Failure) {
        let bytes = try Files.read(path, what: "firmware")
        sha256 = SHA256.hexDigest(of: bytes)
        let family = description.core.type.family
        let isK210 = description.core.type == .rocket
        if isK210, KModel.isModel(bytes) {
            do throws(KModelError) {
                model = (bytes, try KModel(bytes).input)
            } catch {
                throw .badInput("\(path): \(error)")
            }
            image = try Program.runner()
        } else if isK210, FlashPackage.isPackage(bytes) {
            let package = try Program.package(bytes, path)
            guard let program = package.program else {
                throw .badInput(
                    "\(path): the package has no program at address 0 of the flash; name a firmware, and the package "
                        + "with --flash")
            }
            image = .raw(program.bytes, at: UInt64(description.core.resetAddress), for: family.architecture)
            flash = package.flash(sha256: SHA256.digest(of:))
        } else if isK210, let program = FlashPackage.program(in: bytes, sha256: SHA256.digest(of:)) {
            image = .raw(program, at: UInt64(description.core.resetAddress), for: family.architecture)
            flash = bytes
        } else if isK210, URL(fileURLWithPath: path).pathExtension.lowercased() == "bin", !bytes.isEmpty {
            image = .raw(bytes, at: UInt64(description.core.resetAddress), for: family.architecture)
        } else {
            image = try Program.elf(bytes, path, family.architecture)
        }
    }

    private static func elf(_ bytes: [UInt8], _ path: String, _ architecture: Architecture) throws(Failure)
        -> FirmwareImage
    {
        do throws(FirmwareError) {
            return try FirmwareImage.load(bytes: bytes, expecting: architecture)
        } catch {
            throw .badInput("\(path): \(error)")
        }
    }

    private static func package(_ bytes: [UInt8], _ path: String) throws(Failure) -> FlashPackage {
        do throws(FlashPackageError) {
            return try FlashPackage(bytes)
        } catch {
            throw .badInput("\(path): \(error)")
        }
    }

    /// What a flash holds: the file as it is, or what a package puts there.
    static func flash(_ path: String) throws(Failure) -> [UInt8] {
        let bytes = try Files.read(path, what: "flash image")
        if FlashPackage.isPackage(bytes) { return try package(bytes, path).flash(sha256: SHA256.digest(of:)) }
        guard bytes.count <= FlashPackage.flashSize else {
            throw .badInput("\(path): it has \(bytes.count) bytes, and the flash \(FlashPackage.flashSize)")
        }
        return bytes
    }

    /// What a network is given: a file of its very size, or a PNG picture of its width and height.
    static func input(_ path: String, for input: KModel.Input?) throws(Failure) -> [UInt8] {
        let bytes = try Files.read(path, what: "input of the network")
        guard let input else { return bytes }
        let size = "\(input.width) x \(input.height)"
        let channels = "\(input.channels) channel\(input.channels == 1 ? "" : "s")"
        guard bytes.starts(with: [0x89] + Array("PNG".utf8)) else {
            guard !input.takes(bytes.count) else { return bytes }
            let floats = input.element == .float ? ", or 4 times as many as floats" : ""
            let picture = input.isPicture ? "; or give a PNG picture of \(size) pixels" : ""
            throw .badInput(
                "'\(path)' has \(bytes.count) bytes, and the network takes \(input.count): "
                    + "\(channels) of \(size)\(floats)\(picture)")
        }
        let picture = try Pictures.read(path)
        guard input.isPicture else {
            throw .badInput("'\(path)' is a picture, and the network takes \(channels) of \(size)")
        }
        guard picture.width == input.width, picture.height == input.height else {
            throw .badInput(
                "'\(path)' has \(picture.width) x \(picture.height) pixels, and the network takes \(size); scale it")
        }
        return input.planes(ofRGB: picture.RGB)
    }

    /// The firmware that runs networks, committed beside the targets.
    private static func runner() throws(Failure) -> FirmwareImage {
        let path = try TargetFiles.runner()
        return try elf(try Files.read(path, what: "runner of networks"), path, .riscv64)
    }
}
