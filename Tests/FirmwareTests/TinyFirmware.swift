import Firmware
import Foundation
import Testing

/// Resources/tiny.elf, whose sources stand beside it.
enum TinyFirmware {
    static func bytes() throws -> [UInt8] {
        let url = try #require(Bundle.module.url(forResource: "tiny", withExtension: "elf", subdirectory: "Resources"))
        return Array(try Data(contentsOf: url))
    }

    static func image() throws -> FirmwareImage {
        try FirmwareImage.load(bytes: bytes())
    }
}
