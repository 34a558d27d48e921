import Testing

@testable import FlashImage

/// Packages as Kendryte's flash tool takes them, written by Python's zipfile.
@Suite struct FlashPackageTests {
    /// flash-list.json, a.bin ("program!") at 0 as a program, m.kmodel (3, 0, 0, 0) at 64 as it is.
    private let package = FlashPackageTests.bytes(
        """
        504b030414000000080000002100ee1e9c7d63000000900000000f000000666c6173682d6c6973742e6a736f6eab562a
        4b2d2acecccf53b2525032d033d43350d251504acbcc492d068a44572b25a6a414a5168338064089a44cb0c2443d1003
        c82fce483432350b284a4dcbac004a941495a6d6ea2820eb32334168cbd5cbcecd4f49cdc1a2332d31a738b536b61600
        504b0304140000000800000021009d552c740a0000000800000005000000612e62696e2b28ca4f2f4acc550400504b03
        0414000000080000002100f270f1330600000004000000080000006d2e6b6d6f64656c636660600000504b0102140314
        000000080000002100ee1e9c7d63000000900000000f0000000000000000000000800100000000666c6173682d6c6973
        742e6a736f6e504b01021403140000000800000021009d552c740a000000080000000500000000000000000000008001
        90000000612e62696e504b0102140314000000080000002100f270f13306000000040000000800000000000000000000
        008001bd0000006d2e6b6d6f64656c504b05060000000003000300a6000000e90000000000
        """)

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(16 * digits[$0] + digits[$0 + 1]) }
    }

    @Test func itsFilesAreRead() throws {
        let package = try FlashPackage(package)
        #expect(package.program?.bytes == Array("program!".utf8))
        #expect(package.files.map(\.address) == [0, 64])
        #expect(package.files.map(\.isProgram) == [true, false])
    }

    /// The vendor's own packages (kendryte-standalone-demo's releases) write addresses as 0x00C00000, which is no JSON.
    @Test func addressesInHexadecimalAreRead() throws {
        let package = try FlashPackage(
            FlashPackageTests.bytes(
                """
                504b030414000000080000002150f3f4c7ab630000008a0000000f000000666c6173682d6c6973742e6a736f6eab562a
                4b2d2acecccf53b25232d033d43350d2514acbcc492d56b28aae564a4c49294a2d06b20d74949232416a12f540b48e52
                7146a291a95940516a5a668592554951696aad0eb2fa0a033030816bccd5cbcecd4f49cdc1d09b9698539c5a1b5b0b00
                504b0304140000000800000021509d552c740a0000000800000005000000612e62696e2b28ca4f2f4acc550400504b03
                0414000000080000002150f270f1330600000004000000080000006d2e6b6d6f64656c636660600000504b0102140314
                000000080000002150f3f4c7ab630000008a0000000f0000000000000000000000800100000000666c6173682d6c6973
                742e6a736f6e504b01021403140000000800000021509d552c740a000000080000000500000000000000000000008001
                90000000612e62696e504b0102140314000000080000002150f270f13306000000040000000800000000000000000000
                008001bd0000006d2e6b6d6f64656c504b05060000000003000300a6000000e90000000000
                """))
        #expect(package.files.map(\.address) == [0, 0x40])
        #expect(package.files.map(\.name) == ["a.bin", "m.kmodel"])
    }

    /// `ZIP_STORED`, and "hello" as the comment of the archive: a.bin at 0.
    private let stored = FlashPackageTests.bytes(
        """
        504b0304140000000000000021003538846627000000270000000f000000666c6173682d6c6973742e6a736f6e7b2266
        696c6573223a5b7b2261646472657373223a302c2262696e223a22612e62696e227d5d7d504b03041400000000000000
        21009d552c74080000000800000005000000612e62696e70726f6772616d21504b010214031400000000000000210035
        38846627000000270000000f0000000000000000000000800100000000666c6173682d6c6973742e6a736f6e504b0102
        1403140000000000000021009d552c740800000008000000050000000000000000000000800154000000612e62696e50
        4b05060000000002000200700000007f000000050068656c6c6f
        """)

    @Test func filesThatAreNotCompressedAreRead() throws {
        #expect(try FlashPackage(stored).program?.bytes == Array("program!".utf8))
    }

    /// ä.bin at 0, whose name is UTF-8 in the archive (general purpose bit 11).
    @Test func namesMayHaveAnyLetters() throws {
        let package = try FlashPackage(
            FlashPackageTests.bytes(
                """
                504b0304140000000000000021003489213628000000280000000f000000666c6173682d6c6973742e6a736f6e7b2266
                696c6573223a5b7b2261646472657373223a302c2262696e223a22c3a42e62696e227d5d7d504b030414000008000000
                0021009d552c74080000000800000006000000c3a42e62696e70726f6772616d21504b01021403140000000000000021
                003489213628000000280000000f0000000000000000000000800100000000666c6173682d6c6973742e6a736f6e504b
                01021403140000080000000021009d552c740800000008000000060000000000000000000000800155000000c3a42e62
                696e504b0506000000000200020071000000810000000000
                """))
        #expect(package.program?.name == "ä.bin")
        #expect(package.program?.bytes == Array("program!".utf8))
    }

    /// a.bin by Info-ZIP's `zip -P secret`.
    @Test func anEncryptedFileIsRefused() {
        #expect(throws: FlashPackageError.encrypted("a.bin")) {
            try FlashPackage(
                FlashPackageTests.bytes(
                    """
                    504b03040a00090000002eb6755d9d552c74140000000800000005000000612e62696e629b81e74f350fe64b4b6b5b1c
                    cafc35320da4ae504b07089d552c741400000008000000504b03041400000008002eb6755d3538846625000000270000
                    000f000000666c6173682d6c6973742e6a736f6eab564acbcc492d56b28aae564a4c49294a2d06b20d74949232f394ac
                    9412f540746d6c2d00504b01021e030a00090000002eb6755d9d552c7414000000080000000500000000000000010000
                    00a48100000000612e62696e504b01021e031400000008002eb6755d3538846625000000270000000f00000000000000
                    01000000a48147000000666c6173682d6c6973742e6a736f6e504b0506000000000200020070000000990000000000
                    """))
        }
    }

    @Test func aByteThatChangedOnTheWayIsFound() throws {
        var changed = stored
        let place = try #require(changed.indices.first { changed[$0...].starts(with: Array("program!".utf8)) })
        changed[place] ^= 1
        #expect(throws: FlashPackageError.damaged("a.bin")) { try FlashPackage(changed) }
    }

    /// The signatures of a file's own header and of the directory's (APPNOTE.TXT 4.3.7, 4.3.12).
    @Test func damageBetweenFilesIsNotTakenForAnotherFormat() throws {
        for signature: [UInt8] in [[0x50, 0x4B, 3, 4], [0x50, 0x4B, 1, 2]] {
            var changed = stored
            let place = try #require(changed.indices.last { changed[$0...].starts(with: signature) })
            changed[place] ^= 1
            #expect(throws: FlashPackageError.damagedArchive) { try FlashPackage(changed) }
        }
        #expect(throws: FlashPackageError.notZip) { try FlashPackage(Array("program!".utf8)) }
    }

    /// 200,000 zeros.
    @Test func aLargeFileIsReadWhole() throws {
        let package = try FlashPackage(
            FlashPackageTests.bytes(
                """
                504b0304140000000800000021003538846625000000270000000f000000666c6173682d6c6973742e6a736f6eab564a
                cbcc492d56b28aae564a4c49294a2d06b20d74949232f394ac9412f540746d6c2d00504b030414000000080000002100
                7b58e05cd3000000400d030005000000612e62696eedc13101000000c2a0f54f6d067fa0000000000000000000000000
                000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
                000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
                000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
                0000000000000000000000000000000000000000000000000000000000000000000000000080d700504b010214031400
                00000800000021003538846625000000270000000f0000000000000000000000800100000000666c6173682d6c697374
                2e6a736f6e504b01021403140000000800000021007b58e05cd3000000400d0300050000000000000000000000800152
                000000612e62696e504b0506000000000200020070000000480100000000
                """))
        #expect(package.program?.bytes == [UInt8](repeating: 0, count: 200_000))
    }

    /// K210 boot ROM: a flag byte, the length in four bytes, the program, SHA-256 of all that.
    @Test func aProgramHasItsHeadInFlash() throws {
        let flash = try FlashPackage(package).flash { hashed in
            #expect(hashed == [0, 8, 0, 0, 0] + Array("program!".utf8))
            return [UInt8](repeating: 0xAA, count: 32)
        }
        #expect(flash.count == 68)
        #expect(Array(flash[..<13]) == [0, 8, 0, 0, 0] + Array("program!".utf8))
        #expect(flash[13..<45].allSatisfy { $0 == 0xAA })
        #expect(flash[45..<64].allSatisfy { $0 == 0xFF })
        #expect(Array(flash[64...]) == [3, 0, 0, 0])
    }

    @Test func theProgramInAnImageOfTheFlashIsFound() throws {
        let digest = { (bytes: [UInt8]) in [UInt8](repeating: UInt8(truncatingIfNeeded: bytes.count), count: 32) }
        let flash = try FlashPackage(package).flash(sha256: digest)
        #expect(FlashPackage.program(in: flash, sha256: digest) == Array("program!".utf8))
        #expect(FlashPackage.program(in: flash) { _ in [UInt8](repeating: 0, count: 32) } == nil)
        for count in 0..<45 { #expect(FlashPackage.program(in: Array(flash.prefix(count)), sha256: digest) == nil) }
    }

    /// The list has 39 bytes, the program 8.
    @Test func filesThatTogetherAreTooLargeAreRefused() throws {
        let names: Set = ["a.bin", "flash-list.json"]
        #expect(try Archive(bytes: stored).files(names, limit: 47).count == 2)
        #expect(throws: FlashPackageError.tooLarge("a.bin")) { try Archive(bytes: stored).files(names, limit: 46) }
    }

    @Test func everyTruncationIsRefused() {
        for count in 0..<package.count {
            #expect(throws: FlashPackageError.self) { try FlashPackage(Array(package.prefix(count))) }
        }
    }

    @Test func anyDamageIsReadOrRefused() {
        for index in package.indices {
            var damaged = package
            damaged[index] ^= 0x55
            _ = try? FlashPackage(damaged)
        }
    }
}
