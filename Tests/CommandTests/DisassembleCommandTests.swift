import Foundation
import Testing

@Suite("Listings")
struct DisassembleCommandTests {
    private static let objdump = "/usr/bin/arm-none-eabi-objdump"

    @Test(
        "A function is listed as GNU objdump lists it, literal pools and all",
        .enabled(if: FileManager.default.isExecutableFile(atPath: objdump)),
        arguments: ["int8_convolve", "dot_2x2_natural", "int8_softmax", "Reset_Handler"])
    func sameAsObjdump(_ function: String) throws {
        let firmware = "firmware/kws/kws.stm32f4.elf"
        let ours = try Command(["disassemble", firmware, function])
        let theirs = try Command(
            shell: "\(Self.objdump) -d --no-show-raw-insn --disassemble=\(function) \(firmware)")
        #expect(ours.status == 0)
        // "  08000764  f040 8161  bne.w 0x8000a2a", and " 8000764:\tbne.w\t8000a2a <name+0x2>".
        let ourLines = ours.output.split(separator: "\n").dropFirst().map { line in
            normal(String(line.dropFirst(3).prefix(7)), String(line.dropFirst(23)))
        }
        let theirLines = theirs.output.split(separator: "\n").compactMap { line -> String? in
            guard let colon = line.firstIndex(of: ":"), line.hasPrefix(" ") else { return nil }
            let address = line[..<colon].trimmingCharacters(in: .whitespaces)
            return normal(address, String(line[line.index(after: colon)...]))
        }
        #expect(ourLines.count > 10)
        #expect(ourLines == theirLines)
    }

    /// Without comments, names of addresses and the difference between blanks.
    private func normal(_ address: String, _ text: String) -> String {
        let words = text.prefix { !";@<".contains($0) }.split(whereSeparator: \.isWhitespace)
        let isBranch = words.first?.hasPrefix("b") == true || words.first?.hasPrefix("cb") == true
        return ([Substring(address)] + words.map { isBranch ? Substring($0.replacing("0x", with: "")) : $0 })
            .joined(separator: " ")
    }
}
